"""The output folder: written aside, then renamed, so that it is there whole or not at all.

All files are private to their owner (0600), the folder too (0700).
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sameas.errors import Fault, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Folder", "check_target", "folder", "write_table"]

MANIFEST = "manifest.json"


class Folder:
    """An output folder while it is being written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def table(
        self,
        name: str,
        schema: pa.Schema,
        batches: Iterator[pa.RecordBatch],
        *,
        metadata: dict[str, str] | None = None,
    ) -> int:
        """Write one table as Parquet; gives its rows."""
        return write_table(self.path / f"{name}.parquet", schema, batches, metadata=metadata)

    def text(self, name: str, text: str) -> None:
        """Write one text file, UTF-8."""
        path = self.path / name
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        path.chmod(0o600)

    def manifest(self, manifest: dict[str, Any]) -> None:
        """Write the manifest, the last file."""
        self.text(MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def write_table(
    path: Path,
    schema: pa.Schema,
    batches: Iterator[pa.RecordBatch],
    *,
    metadata: dict[str, str] | None = None,
) -> int:
    """Stream batches into one Parquet file, a row group each; gives the rows written."""
    if metadata:
        schema = schema.with_metadata(metadata)
    coded = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    rows = 0
    with pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=1, use_dictionary=coded
    ) as writer:
        for batch in batches:
            if batch.num_rows:
                writer.write_batch(batch.cast(schema) if metadata else batch)
                rows += batch.num_rows
    path.chmod(0o600)
    return rows


def check_target(out: Path, *, force: bool) -> None:
    """Fail before any work where the output could not be put in place.

    Raises:
        OutputError: the place is taken, or is no folder of ours.
    """
    if not out.parent.exists():
        raise OutputError(
            Fault(str(out), "its parent folder does not exist", f"mkdir -p {out.parent}")
        )
    try:
        # Tried, not asked for: what the system says of permissions is not all that can be wrong.
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", suffix=".try", dir=out.parent):
            pass
    except OSError as error:
        raise OutputError(
            Fault(
                str(out.parent), f"cannot be written to: {error.strerror}", "choose another folder"
            )
        ) from error
    if not os.path.lexists(out):
        return
    if not out.is_dir():
        raise OutputError(Fault(str(out), "exists and is no folder", "choose another name"))
    if any(out.iterdir()):
        if not force:
            raise OutputError(
                Fault(str(out), "exists", "--force replaces it, or choose another name")
            )
        if not (out / MANIFEST).exists():
            raise OutputError(
                Fault(
                    str(out),
                    "is not an output of sameas, so it is not replaced",
                    "remove it yourself",
                )
            )


@contextmanager
def folder(out: Path) -> Iterator[Folder]:
    """Write into a folder beside `out`, and put it in `out`'s place when all is well."""
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))
    try:
        yield Folder(aside)
        if os.path.lexists(out):
            old = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".old", dir=out.parent))
            out.rename(old / out.name)
            try:
                aside.rename(out)
            except BaseException:  # Ctrl-C between two renames too
                (old / out.name).rename(out)
                raise
            shutil.rmtree(old)
        else:
            aside.rename(out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
