"""Base32 is the standard library's, in lower case."""

from __future__ import annotations

from base64 import b32encode

from hypothesis import given
from hypothesis import strategies as st

from sameas.graph.base32 import base32


@given(st.lists(st.binary(min_size=5, max_size=5)).map(b"".join))
def test_text_is_that_of_the_standard_library(data: bytes) -> None:
    assert base32(data) == b32encode(data).decode().lower()
