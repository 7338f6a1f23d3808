"""One batch run: read, resolve, issue ids, write. The only module here that does I/O end to end.

One module: what a run does can be read from top to bottom, and the manifest beside it.
"""

from __future__ import annotations

import platform
import resource
import secrets
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from sameas.engine import policy as policies
from sameas.engine.batch.collect import Collector
from sameas.engine.batch.live import live
from sameas.engine.batch.matching import Asked, how, read_model
from sameas.engine.batch.output import check_target, folder
from sameas.engine.batch.partition import partition
from sameas.engine.batch.previous import ID_KEY, Previous
from sameas.engine.batch.result import Result
from sameas.engine.batch.scores import given_scores
from sameas.engine.batch.tables import FORMAT_VERSION, STATUS, Answer, build, largest
from sameas.engine.ids.advance import advance
from sameas.engine.ids.kernels import holders
from sameas.engine.match import Use, Used, use
from sameas.engine.read import from_table, inspect
from sameas.engine.read.words import read_judgements, read_matches
from sameas.errors import Fault, InputError
from sameas.graph.model import Identifier
from sameas.matching.model import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.live import Live
    from sameas.engine.batch.partition import Partition
    from sameas.engine.evidence import Scores
    from sameas.engine.ids.advance import Ledger
    from sameas.engine.policy import Policy
    from sameas.engine.read import InputFile
    from sameas.graph.model import Judgement, Match
    from sameas.matching.model import Model

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int32]

__all__ = ["Progress", "resolve", "resolve_files"]


class Progress(Protocol):
    """Told how far a stage is: rows, or None as total where that is not known."""

    def __call__(self, stage: str, done: int, total: int | None, /) -> None: ...


@dataclass
class _Run:
    """One run's settings and what it measures on its way."""

    policy: Policy
    now: int
    id_key: bytes | None
    progress: Progress
    judgements: Sequence[Judgement] = ()
    matches: Sequence[Match] = ()
    previous: Previous | None = None
    append: bool = False
    match: Use = field(default_factory=Use)
    used: Used | None = None
    timings: dict[str, float] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rows: int = 0
    hash_bits: int = 32

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        self.progress(name, 0, None)
        yield
        self.timings[name] = round(time.perf_counter() - start, 3)
        self.progress(name, 1, 1)

    def answer(self, files: Sequence[InputFile]) -> tuple[Answer, bytes]:
        """Everything up to the output."""
        rows = Collector(self.policy, now=self.now, hash_bits=self.hash_bits)
        start = time.perf_counter()
        if self.previous is not None and self.append:
            for batch, earlier in self.previous.batches():
                rows.add(batch, file=self.previous.path.name, earlier=earlier)
            for source, message_id, event_time in self.previous.messages():
                rows.hear(source, message_id, event_time)
        counts = [file.rows for file in files]
        total = None if None in counts else sum(count or 0 for count in counts)
        for file in files:
            before, bad = rows.rows, len(rows.rejected)
            for batch in file.batches():
                rows.add(batch, file=file.name)
                self.progress("read", rows.rows, total)
            self._input(file, rows.rows - before, len(rows.rejected) - bad)
            self.rows += rows.rows - before
        self.timings["read"] = round(time.perf_counter() - start, 3)
        if not self.rows:
            names = ", ".join(file.name for file in files)
            raise InputError(Fault(names, "no row could be used", "see its first lines"))
        for word in self.judgements:
            rows.know(ref for ref in word.left | word.right if isinstance(ref, Identifier))
        with self.stage("records"):
            found = live(rows)
            # what reading took is not needed again
            pa.default_memory_pool().release_unused()
        with self.stage("match"):
            evidence = self._evidence(found.columns)
            pa.default_memory_pool().release_unused()
        with self.stage("resolve"):
            parts = partition(
                found.columns, self.policy, judgements=self.judgements, evidence=evidence
            )
            evidence, self.used = None, self.used and self.used.let_go()
        with self.stage("ids"):
            before_ids: Ledger | bytes
            if self.previous is not None:
                before_ids = self.previous.ledger()
                key = before_ids.id_key
            else:
                before_ids = key = self.id_key or secrets.token_bytes(16)
            issued = advance(
                before_ids,
                found.columns,
                parts.profile,
                n_profiles=parts.n_profiles,
                signed_up=_signed_up(found, parts, self.policy),
                withdrawn_at=found.tombstones,
                now=self.now,
                order=_known_order(found, parts, self.policy),
            )
        self._warn(found, files)
        answer = Answer(found, parts, issued, self.policy, self.judgements)
        return answer, key

    def _evidence(self, columns: Columns) -> Scores | None:
        """What matches; the policy becomes the one that goes with it."""
        if self.matches:
            self.used = Used("pairs", "scored pairs were given", self.policy)
            return given_scores(columns, self.matches)
        labels = [*self.match.labels, *self.judgements]
        self.used = use(
            columns,
            self.policy,
            replace(self.match, labels=labels),
            progress=lambda stage: self.progress(stage, 0, None),
        )
        self.policy = self.used.policy
        return self.used.scores

    def _input(self, file: InputFile, rows: int, rejected: int) -> None:
        mapping = [
            {"column": column, "role": role, "why": why, "example": example}
            for column, role, why, example in file.mapping.rows()
        ]
        self.inputs.append(
            {
                "name": file.name,
                "format": file.format,
                "rows": rows,
                "rejected": rejected,
                "mapping": mapping,
            }
        )

    def _warn(self, found: Live, files: Sequence[InputFile]) -> None:
        matched = self.used is not None and self.used.matched is not None
        if len(found.columns) and not len(found.columns.ids) and not matched:
            self.warnings.append(
                "no identifier column was found, and there is no matching: every record is a "
                "profile of its own; name one in the policy's [columns]"
            )
        if not len(found.columns):
            self.warnings.append("no live record is left: all were withdrawn")
        known_before = 0
        if self.previous is not None and self.append:
            known_before = int(self.previous.ledger().keys["withdrawn_at"].is_not_null().sum())
        unknown = found.unknown_withdrawals - known_before
        if unknown > 0:
            self.warnings.append(
                f"{unknown:,} withdrawals name a record that no source sent: is their source the "
                "same? Without a source column it is the file's name"
            )
        if found.messages is not None and found.messages.late:
            self.warnings.append(
                f"{found.messages.late:,} rows repeat a message of an earlier run with an earlier "
                "time than it had there: what was heard first stays"
            )
        for file in files:
            timed = file.mapping.first("event_time")
            if timed is None:
                self.warnings.append(
                    f"{file.name}: no event time, so its rows have the time of this run's start"
                )

    def manifest(self, answer: Answer, written: Mapping[str, int]) -> dict[str, Any]:
        """What the run did, in numbers."""
        columns, parts = answer.live.columns, answer.partition
        carried = answer.carriers > 0
        status = parts.status if parts.alias is None else parts.status[parts.alias]
        by_type = {
            name: {
                state: int(np.count_nonzero(carried[span] & (status[span] == number)))
                for number, state in enumerate(STATUS)
                if state != "absent"
            }
            for place, name in enumerate(columns.types)
            if (span := slice(int(columns.offsets[place]), int(columns.offsets[place + 1])))
            and carried[span].any()
        }
        refused = Counter(parts.refused.reasons.counts())
        refused.update(why.constraint for _, why in parts.refused_words)
        refused.update(parts.refused_matches.reasons.counts())
        components = np.bincount(parts.component_sizes)
        sizes = np.flatnonzero(components)
        changes = dict(answer.issued.changes["change"].value_counts().iter_rows())
        return {
            "format_version": FORMAT_VERSION,
            "sameas_version": version("sameas"),
            "started": datetime.fromtimestamp(self.now / 1e6, UTC).isoformat(),
            "previous": None if self.previous is None else str(self.previous.path),
            "append": self.append,
            "inputs": self.inputs,
            "counts": {
                "rows": self.rows,
                "records": len(columns),
                "observations": int(np.count_nonzero(columns.kind == 1)),
                "identifiers": written["identifiers"],
                "components": len(parts.component_sizes),
                "profiles": parts.n_profiles,
                "edges": written["edges"],
                "refused": written["refused"],
                "rejected": written["rejected"],
                "judgements": len(self.judgements),
                "step_by_step": parts.stepwise,
            },
            "identifiers": by_type,
            "matching": None if self.used is None else self.used.manifest(),
            "component_sizes": {str(size): int(components[size]) for size in sizes.tolist()},
            "refused": dict(refused.most_common()),
            "rejected": dict(Counter(bad.reason for bad in answer.live.rejected).most_common(50)),
            "changes": {
                name: changes.get(name, 0)
                for name in ("created", "merged", "split", "unchanged", "removed")
            },
            "timings": dict(self.timings),
            "warnings": self.warnings,
            "resources": _resources(),
            "versions": {
                "python": platform.python_version(),
                **{name: version(name) for name in ("numba", "numpy", "polars", "pyarrow")},
            },
        }


def _resources() -> dict[str, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 3),
        "peak_mb": round(used.ru_maxrss / 1024, 1),
    }


def _signed_up(found: Live, parts: Partition, policy: Policy) -> Bools:
    """The records that hold a value of a type with limit 1."""
    links = parts.links
    single = [kind.links and kind.max_per_profile == 1 for kind in policy.identifiers]
    offsets = found.columns.offsets
    return holders(links.ptr, links.ids, parts.granted, offsets, np.array(single, dtype=bool))


def _known_order(found: Live, parts: Partition, policy: Policy) -> Ints | None:
    """Records by event time, which mostly is the order of 3.3 already."""
    times, seen = found.columns.event_time, found.columns.first_seen
    if policy.on_conflict == "newest" or not (times is seen or np.array_equal(times, seen)):
        return None
    return parts.links.order


def _silent(_stage: str, _done: int, _total: int | None, /) -> None:
    return


def _now() -> int:
    return time.time_ns() // 1_000


def resolve_files(
    paths: Sequence[Path],
    out: Path,
    *,
    policy: Policy | None = None,
    judgements: Path | None = None,
    matches: Path | None = None,
    previous: Path | None = None,
    append: bool = False,
    force: bool = False,
    id_key: bytes | None = None,
    model: Path | None = None,
    match: bool = True,
    labels: Path | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Result:
    """Resolve files into an output folder; see `sameas resolve --help`.

    Args:
        paths: CSV, Parquet or JSON lines, compressed or not.
        out: the folder to make; docs/output.md describes what is in it.
        policy: the rules; None: the default policy.
        judgements: a file of judgements; with `append` they are added to the earlier ones.
        matches: a file of scored pairs.
        previous: an earlier output whose ids and ledger go on.
        append: the files are added to the earlier output's records (`previous`, else `out`);
            otherwise they are the full set, and what is absent counts as withdrawn.
        force: replace `out` if it is there.
        id_key: 16 bytes or more that make new profile ids; of a continued ledger its own counts.
        model: a model file; None: the earlier output's, or one that is learned from the records.
        match: False: records meet by identifiers and judgements alone.
        labels: a file of judgements on pairs of records that a model learns from and that join
            nobody.
        progress: told how far each stage is.

    Raises:
        InputError: a file, a judgement or a match cannot be used; nothing was written.
        OutputError: `out` cannot be written, or `previous` cannot be continued.
    """
    out = Path(out)
    if append and previous is None:
        previous, force = out, True
        if not out.exists():
            raise InputError(
                Fault("--append", f"{out} is not there yet", "resolve once without --append")
            )
    check_target(out, force=force)
    run = _Run(policy or policies.default(), _now(), id_key, progress or _silent, append=append)
    run.previous = None if previous is None else Previous.open(previous)
    asked = Asked(model, match, labels, matches is not None, policy)
    run.match, run.policy = how(asked, run.previous, now=run.now)
    _read_words(run, judgements, matches)
    files = inspect(list(paths), run.policy, now=run.now)
    answer, key = run.answer(files)
    with folder(out) as target:
        written = {}
        with run.stage("write"):
            for name, (schema, batches) in build(answer).items():
                metadata = {ID_KEY.decode(): key.hex()} if name == "ledger" else None
                written[name] = target.table(name, schema, batches, metadata=metadata)
        target.text("policy.toml", policies.dumps(run.policy))
        if run.used is not None and run.used.model is not None:
            target.text("model.json", to_json(run.used.model))
        manifest = run.manifest(answer, written)
        with run.stage("report"):
            from sameas.engine.report import TOP, build_report

            page = build_report(target.path, manifest, largest=largest(answer, TOP))
            target.text("report.html", page)
        manifest["timings"] = dict(run.timings)
        manifest["resources"] = _resources()
        target.manifest(manifest)
    return Result(manifest, out)


def _read_words(run: _Run, judgements: Path | None, matches: Path | None) -> None:
    faults: list[Fault] = []
    earlier = []
    if run.append and run.previous is not None:
        earlier = run.previous.judgements()
    try:
        run.judgements = earlier
        if judgements is not None:
            run.judgements = read_judgements(judgements, run.policy, now=run.now, earlier=earlier)
    except InputError as error:
        faults += error.faults
    try:
        run.matches = [] if matches is None else read_matches(matches)
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)


def resolve(
    *inputs: Path | str | object,
    policy: Policy | Path | str | None = None,
    judgements: Sequence[Judgement] = (),
    matches: Sequence[Match] = (),
    id_key: bytes | None = None,
    names: Sequence[str] | None = None,
    model: Model | Path | str | None = None,
    match: bool = True,
) -> Result:
    """Resolve tables or files in memory.

    Args:
        inputs: paths, or Arrow, Polars or pandas tables; columns are detected as for files.
        policy: the rules, or the file that holds them; None: the default policy.
        judgements: what people said of records and identifiers.
        matches: scored pairs of records.
        id_key: 16 bytes or more that make profile ids; None: fresh random ones.
        names: a name for each table, its source where no column names one; default `table_1` ...
        model: a trained model, or the file that holds it; None: one is learned from the records.
        match: False: records meet by identifiers and judgements alone.

    Raises:
        InputError: an input, a judgement or a match cannot be used.
        PolicyError: the policy file breaks its schema.

    >>> import polars as pl
    >>> crm = pl.DataFrame({"id": ["1", "2"], "email": ["Ann@x.com", "bob@x.com"]})
    >>> web = pl.DataFrame({"user_id": ["u1"], "email": ["ann@x.com"]})
    >>> result = resolve(crm, web, names=["crm", "web"])
    >>> len(result)
    2
    """
    free = policy is None
    if isinstance(policy, (str, Path)):
        policy = policies.load(policy)
    if isinstance(model, (str, Path)):
        model = read_model(Path(model))
    run = _Run(
        policy or policies.default(),
        _now(),
        id_key,
        _silent,
        list(judgements),
        list(matches),
        match=Use(model, wanted=match, free=free),
    )
    if not inputs:
        raise InputError(Fault("resolve", "no input", "give a table or a path"))
    if names is not None and len(names) != (
        wanted := sum(not isinstance(one, (str, Path)) for one in inputs)
    ):
        raise InputError(Fault("names", f"{len(names)} for {wanted} tables", "give one a table"))
    if id_key is not None and not 16 <= len(id_key) <= 64:
        raise InputError(
            Fault(
                "id_key", f"is {len(id_key)} bytes long", "give 16 to 64: secrets.token_bytes(32)"
            )
        )
    files: list[InputFile] = []
    tables = 0
    for one in inputs:
        if isinstance(one, (str, Path)):
            files += inspect([Path(one)], run.policy, now=run.now)
        else:
            tables += 1
            name = names[tables - 1] if names is not None else f"table_{tables}"
            files.append(from_table(one, name, run.policy, now=run.now))
    answer, key = run.answer(files)
    kept = {}
    for name, (schema, batches) in build(answer).items():
        kept[name] = pa.Table.from_batches(batches, schema)
    kept["ledger"] = kept["ledger"].replace_schema_metadata({ID_KEY: key.hex()})
    written = {name: table.num_rows for name, table in kept.items()}
    return Result(run.manifest(answer, written), None, kept)
