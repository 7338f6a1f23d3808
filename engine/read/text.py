"""Bytes of a file as UTF-8 text, decompressed and decoded in pieces of bounded size.

Whatever the encoding, what comes out is valid UTF-8 cut anywhere; bytes that mean nothing become
U+FFFD, which the reader of rows reports. An encoding is guessed from a sample, never from a locale.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "BLOCK",
    "LOST",
    "Compression",
    "compression_of",
    "decoded",
    "encoding_of",
    "head",
    "pieces",
    "with_last",
]

Compression = Literal["", "gzip", "zstd", "bz2"]
BLOCK = 8 << 20
"""Bytes read at a time: large enough that the fixed costs vanish, small beside any memory."""
LOST = "\ufffd".encode()
_SAMPLE = 1 << 20
_MAGIC: tuple[tuple[bytes, Compression], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bz2"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Only encodings that exports really come in: with all 90 of Python, short samples read as EBCDIC.
_LEGACY = [
    *("cp1252", "cp1251", "cp1250", "cp1254", "cp1253", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "koi8_r", "koi8_u", "cp874"),
]

# Without the Icelandic letters, in whose places Turkish has its own.
_WESTERN = frozenset(
    "àâäáãåæçéèêëíìîïñóòôöõøœúùûüÿßÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜŸ€£§°«»“”„‘’‚–—…·¿¡ºª®©™²³\u00a0"  # noqa: RUF001  (the quotes of the encoding itself)
)


def compression_of(path: Path) -> Compression:
    """What a file is packed with, by its first bytes. Raises OSError."""
    with path.open("rb") as file:
        first = file.read(4)
    return next((name for magic, name in _MAGIC if first.startswith(magic)), "")


def _stream(path: Path, compression: Compression) -> pa.NativeFile:
    return pa.input_stream(str(path), compression=compression or None)


def head(path: Path, compression: Compression, size: int = _SAMPLE) -> tuple[bytes, bool]:
    """The first bytes, unpacked, and whether they are all there are. Raises OSError."""
    parts: list[bytes] = []
    need = size + 1
    with _stream(path, compression) as stream:
        while need > 0 and (part := stream.read(need)):
            parts.append(part)
            need -= len(part)
    data = b"".join(parts)
    return data[:size], len(data) <= size


def encoding_of(sample: bytes, *, whole: bool) -> str:
    """Guess the encoding of a text from its beginning.

    A byte order mark decides; then UTF-8 if it decodes (a few broken bytes among many good ones
    are broken UTF-8, not another encoding); then zero bytes for UTF-16; then charset-normalizer.

    >>> encoding_of("Jürgen".encode(), whole=True)
    'utf-8'
    >>> encoding_of("Jürgen".encode("utf-16"), whole=True)
    'utf-16'
    """
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    # every other byte zero: Latin text in UTF-16 without a mark
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = sample[start:4096:2].count(0)
        if zeros > len(sample[start:4096:2]) * 0.4 and zeros > 4 * sample[
            1 - start : 4096 : 2
        ].count(0):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=whole)
    except UnicodeDecodeError:
        broken = sample.decode("utf-8", "replace").count("\ufffd")
        multibyte = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", sample))
        return "utf-8" if multibyte > 10 * broken else _legacy(sample)
    return "utf-8"


def decoded(sample: bytes, encoding: str, *, whole: bool) -> bytes:
    """The beginning of a text as UTF-8, cut anywhere unless it is whole."""
    if encoding == "utf-8":
        return sample
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return decoder.decode(sample, final=whole).encode("utf-8", "replace")


def _legacy(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    telling = [line for line in sample.split(b"\n") if not line.isascii()]
    text = b"\n".join(telling)[: 64 << 10]
    if _western(text):
        return "cp1252"
    if _simplified_chinese(text):
        return "gb18030"
    best = from_bytes(text, cp_isolation=_LEGACY, threshold=0.6).best()
    if best is None:
        return "cp1252"
    return best.encoding


def _western(text: bytes) -> bool:
    """Letters of western Europe, single ones between ASCII: Cyrillic comes in whole words."""
    if re.search(rb"[\x80-\xff]{4}", text):
        return False
    try:
        marks = {c for c in text.decode("cp1252") if not c.isascii()}
    except UnicodeDecodeError:
        return False
    return marks <= _WESTERN


def _simplified_chinese(text: bytes) -> bool:
    """Common hanzi by their first bytes: Korean has none over C8, and Cyrillic few below E0."""
    try:
        text.decode("gb18030")
    except UnicodeDecodeError:
        return False
    firsts = [pair[0] for pair in re.findall(rb"[\x81-\xfe][\x40-\xfe]", text)]
    common = sum(0xB0 <= first <= 0xD7 for first in firsts)
    late = sum(first > 0xC8 for first in firsts)
    return bool(common > 0.8 * len(firsts) and late > 0.1 * len(firsts))


def pieces(
    path: Path, compression: Compression, encoding: str, *, size: int = BLOCK
) -> Iterator[bytes]:
    """The whole file as UTF-8, piece by piece. Memory: O(size). Raises OSError.

    UTF-8 itself passes unchecked (rows are checked later, where the line is known).
    """
    with _stream(path, compression) as stream:
        if encoding in {"utf-8", "utf-8-sig"}:
            first = True
            while part := stream.read(size):
                yield part.removeprefix(codecs.BOM_UTF8) if first else part
                first = False
            return
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        while part := stream.read(size):
            yield decoder.decode(part).encode("utf-8", "replace")
        if rest := decoder.decode(b"", final=True):
            yield rest.encode("utf-8", "replace")


def with_last(parts: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last; one empty piece if there is none."""
    held = next(parts, b"")
    for part in parts:
        yield held, False
        held = part
    yield held, True
