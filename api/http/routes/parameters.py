"""Parameters that several routes take."""

from typing import Annotated

from fastapi import Path, Query

__all__ = ["After", "Limit", "ProfileId"]

ProfileId = Annotated[
    str,
    Path(
        description="A profile id, any that was ever issued.",
        max_length=64,
        examples=["p_zqgxlz2dcwrdypbm"],
    ),
]
After = Annotated[int, Query(ge=0, le=2**62, description="Go on behind this position.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Most entries of the answer.")]
