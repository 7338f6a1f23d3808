from __future__ import annotations

from importlib.metadata import version

import pytest

import sameas
from sameas import errors


@pytest.mark.parametrize("name", sameas.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(sameas, name) is not None
    assert name in dir(sameas)


def test_every_error_is_public() -> None:
    assert set(errors.__all__) <= set(sameas.__all__)
    assert sameas.PolicyError is errors.PolicyError


def test_the_version_is_that_of_the_package() -> None:
    assert sameas.__version__ == version("sameas")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        sameas.nonsense  # noqa: B018 (looking it up is what is tested)
