"""Digests meet in one spelling, and plain emails know theirs."""

from __future__ import annotations

import base64
import hashlib

import pyarrow as pa
import pytest

from sameas.matching.canonical import canonicalise, hash_columns, hash_names

METHODS = ["md5", "sha1", "sha256"]


@pytest.mark.parametrize("method", METHODS)
def test_every_spelling_of_a_digest_is_one(method: str) -> None:
    digest = hashlib.new(method, b"ann@example.com")
    code = base64.b64encode(digest.digest()).decode()
    safe = base64.urlsafe_b64encode(digest.digest()).decode()
    spellings = [digest.hexdigest(), digest.hexdigest().upper(), f" {digest.hexdigest()}\n"]
    spellings += [code, code.rstrip("="), safe, safe.rstrip("="), f"0x{digest.hexdigest()}"]
    spellings += [f"{method}:{digest.hexdigest()}"]
    assert {canonicalise("hash", raw).value for raw in spellings} == {digest.hexdigest()}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (
            "ann@example.com",
            "not a hash: 15 characters, not 32, 40 or 64 hex digits nor their base64",
        ),
        ("g" * 32, "not a hash: 32 characters, not 32, 40 or 64 hex digits nor their base64"),
        ("a" * 128, "a SHA-512 hash: only MD5, SHA-1 and SHA-256 are supported"),
        ("Z" * 22, "not a hash: 22 characters, not 32, 40 or 64 hex digits nor their base64"),
    ],
)
def test_what_is_no_digest_says_why(raw: str, reason: str) -> None:
    outcome = canonicalise("hash", raw)
    assert (outcome.value, outcome.reason) == (None, reason)


def test_a_plain_email_goes_by_the_hashes_of_both_its_forms() -> None:
    names = hash_names(" A.nn@Gmail.com", "ann@gmail.com")
    for name, method in {
        "email_sha256": "sha256",
        "email_sha1": "sha1",
        "email_md5": "md5",
    }.items():
        forms = (b"a.nn@gmail.com", b"ann@gmail.com")
        assert names[name] == {hashlib.new(method, form).hexdigest() for form in forms}


def test_equal_forms_have_one_hash_a_method() -> None:
    assert all(len(digests) == 1 for digests in hash_names("Ann@x.com", "ann@x.com").values())


def test_hashing_a_lone_surrogate_does_not_raise() -> None:
    assert len(hash_names("\ud800@x.com", "ann@x.com")["email_md5"]) == 2


def test_hashes_of_columns_are_those_of_their_rows() -> None:
    raw = ["A.nn@Gmail.com", None, "bob@x.com"]
    canonical = ["ann@gmail.com", None, "bob@x.com"]
    columns = hash_columns(pa.array(raw, pa.string()), pa.array(canonical, pa.string()))
    for row, (one, other) in enumerate(zip(raw, canonical, strict=True)):
        for name, (of_canonical, of_raw) in columns.items():
            found = {of_canonical[row].as_py(), of_raw[row].as_py()} - {None}
            assert found == (hash_names(one, other)[name] if one and other else set())


def test_hashes_of_no_rows_are_no_rows() -> None:
    columns = hash_columns(pa.array([], pa.string()), pa.array([], pa.string()))
    assert [len(column) for pair in columns.values() for column in pair] == [0] * 6
