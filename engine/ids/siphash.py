"""The keyed hash that profile ids are made of.

SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012): who has no key can neither
guess an id from a record key nor test a guess. Plain integers, one value at a time.
"""

from __future__ import annotations

from sameas.graph.base32 import base32

__all__ = ["ID_LENGTH", "message", "profile_id", "siphash128"]

ID_LENGTH = 18
"""Characters of an id: `p_` and 16 of base32, 80 bits."""

_MASK = (1 << 64) - 1


def _rotl(x: int, bits: int) -> int:
    return ((x << bits) | (x >> (64 - bits))) & _MASK


def siphash128(key: bytes, data: bytes) -> bytes:
    """SipHash-2-4-128 of `data` under a key of 16 bytes.

    >>> siphash128(bytes(range(16)), b"").hex()
    'a3817f04ba25a8e66df67214c7550293'
    """
    k0 = int.from_bytes(key[:8], "little")
    k1 = int.from_bytes(key[8:16], "little")
    v0 = k0 ^ 0x736F6D6570736575
    v1 = k1 ^ 0x646F72616E646F6D ^ 0xEE
    v2 = k0 ^ 0x6C7967656E657261
    v3 = k1 ^ 0x7465646279746573

    def rounds(count: int) -> None:
        nonlocal v0, v1, v2, v3
        for _ in range(count):
            v0 = (v0 + v1) & _MASK
            v1 = _rotl(v1, 13) ^ v0
            v0 = _rotl(v0, 32)
            v2 = (v2 + v3) & _MASK
            v3 = _rotl(v3, 16) ^ v2
            v0 = (v0 + v3) & _MASK
            v3 = _rotl(v3, 21) ^ v0
            v2 = (v2 + v1) & _MASK
            v1 = _rotl(v1, 17) ^ v2
            v2 = _rotl(v2, 32)

    whole = len(data) - len(data) % 8
    for at in range(0, whole, 8):
        word = int.from_bytes(data[at : at + 8], "little")
        v3 ^= word
        rounds(2)
        v0 ^= word
    word = int.from_bytes(data[whole:], "little") | (len(data) & 0xFF) << 56
    v3 ^= word
    rounds(2)
    v0 ^= word
    v2 ^= 0xEE
    rounds(4)
    low = v0 ^ v1 ^ v2 ^ v3
    v1 ^= 0xDD
    rounds(4)
    high = v0 ^ v1 ^ v2 ^ v3
    return low.to_bytes(8, "little") + high.to_bytes(8, "little")


def message(source: bytes, record_id: bytes, incarnation: int, again: int) -> bytes:
    """What is hashed: the record's key, its incarnation, and which id of its own this is."""
    return b"%b\x00%b\x00%d\x00%d" % (source, record_id, incarnation, again)


def profile_id(key: bytes, record: tuple[str, str], *, incarnation: int = 0, again: int = 0) -> str:
    """The id of a profile whose first arrived record is (source, record id).

    >>> profile_id(bytes(16), ("crm", "1"))
    'p_pltryoj4uat7sgm6'
    """
    source, record_id = (part.encode("utf-8", "surrogatepass") for part in record)
    digest = siphash128(key, message(source, record_id, incarnation, again))
    return "p_" + base32(digest[:10])
