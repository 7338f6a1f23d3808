"""Splink 5 on the records of `people.py`, as somebody who knows both would set it up.

It runs under an interpreter of its own that has splink and duckdb (`matching.py --peer`), so this
file imports nothing of the project. Texts are cleaned first (placeholders, formats of dates and
telephones, suffixes); thirteen blocking rules; comparisons from Splink's own library with term
frequencies; `u` from random pairs, `m` by EM over three blocks; clusters at probability 0.95.

    PYTHON benchmarks/splink_peer.py records.parquet --out DIR

writes DIR/clusters.parquet (record_id, cluster) and DIR/pairs.parquet (record_id_l, record_id_r,
match_weight) and prints one JSON object: what it cost up to the clusters, the pairs not counted.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

START = time.perf_counter()
THRESHOLD = 0.95
KEPT = 0.01
"""Pairs below this probability are not kept."""
NOBODY = "('', 'unknown', 'n/a', 'customer', '-', 'test', 'x', 'general delivery')"
CLEAN = f"""
with raw as (
    select record_id, source,
        lower(strip_accents(trim(first_name))) f, lower(strip_accents(trim(last_name))) l,
        lower(strip_accents(trim(street))) s, lower(strip_accents(trim(city))) c,
        lower(trim(email)) e, regexp_replace(phone, '[^0-9]', '', 'g') p, postcode, dob
    from read_parquet($records)
), parsed as (
    select record_id, source,
        case when f in {NOBODY} then null else rtrim(f, '.') end first_name,
        case when l in {NOBODY} then null else regexp_replace(l, ' (jr|sr)$', '') end last_name,
        case when s in {NOBODY} then null else s end street,
        c city,
        case when not contains(e, '@') or e in
            ('none@none.com', 'noemail@example.com', 'test@test.com') then null else e end email,
        case when length(p) < 7 or regexp_full_match(p, '0+|9+|5+') then null
            else right(p, 10) end phone,
        case when postcode in ('00000', '99999') then null else left(postcode, 5) end postcode,
        coalesce(try_strptime(dob, '%Y-%m-%d'), try_strptime(dob, '%m/%d/%Y'),
            try_strptime(dob, '%b %d, %Y')) born
    from raw
)
select * exclude (born),
    case when born in (timestamp '1900-01-01', timestamp '1970-01-01') then null
        else strftime(born, '%Y-%m-%d') end dob,
    split_part(email, '@', 1) mailbox
from parsed
"""


def name(column: str, other: str) -> Any:
    """A name: equal, in the other field, an initial of it, alike."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    left, right = f"{column}_l", f"{column}_r"
    short = f"length({left}) = 1 or length({right}) = 1"
    levels = (
        (f"{left} = {other}_r and {other}_l = {right}", "swapped"),
        (f"({short}) and left({left}, 1) = left({right}, 1)", "initial"),
        (f"jaro_winkler_similarity({left}, {right}) >= 0.92", "alike"),
        (f"jaro_winkler_similarity({left}, {right}) >= 0.8", "somewhat alike"),
    )
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column, term_frequency_adjustments=True),
            *(cll.CustomLevel(sql, label_for_charts=label) for sql, label in levels),
            cll.ElseLevel(),
        ],
    )


def address() -> Any:
    """One comparison: street, postcode and town say the same thing, which must count once."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    alike = "jaro_winkler_similarity(street_l, street_r) >= 0.92"
    levels = (
        ("street_l = street_r", "same street and number"),
        (f"{alike} and (postcode_l = postcode_r or city_l = city_r)", "street alike, same place"),
        ("postcode_l = postcode_r", "same postcode"),
        ("levenshtein(postcode_l, postcode_r) <= 1 or city_l = city_r", "near"),
    )
    nothing = " and ".join(
        f"({name}_l is null or {name}_r is null)" for name in ("street", "postcode", "city")
    )
    return cl.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            cll.CustomLevel(nothing, label_for_charts="missing").configure(is_null_level=True),
            *(cll.CustomLevel(sql, label_for_charts=label) for sql, label in levels),
            cll.ElseLevel(),
        ],
    )


def settings() -> Any:
    """Comparisons and blocking rules."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    terms = {"term_frequency_adjustments": True}
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        retain_matching_columns=False,
        comparisons=[
            name("first_name", "last_name"),
            name("last_name", "first_name"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.EmailComparison("email").configure(**terms),
            cl.LevenshteinAtThresholds("phone", [1, 2]).configure(**terms),
            address(),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("email"),
            block_on("phone"),
            block_on("first_name", "last_name"),
            block_on("dob", "last_name"),
            block_on("dob", "first_name"),
            block_on("postcode", "last_name"),
            block_on("postcode", "first_name"),
            block_on("dob", "postcode"),
            block_on("street", "substr(first_name, 1, 1)"),
            block_on("last_name", "substr(first_name, 1, 1)", "city"),
            block_on("mailbox"),
            block_on("substr(phone, -7)", "last_name"),
            "l.first_name = r.last_name and l.last_name = r.first_name",
        ],
    )


def cluster(records: Path, out: Path) -> dict[str, float]:
    """Clean, train, predict, cluster; seconds and bytes up to there."""
    import duckdb
    from splink import DuckDBAPI, Linker, block_on

    connection = duckdb.connect()
    connection.execute(f"set temp_directory = '{out / 'spill'}'")
    connection.execute(f"create table people as {CLEAN}", {"records": str(records)})
    api = DuckDBAPI(connection)
    linker = Linker(api.register("people"), settings(), log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [
            block_on("email", "last_name"),
            block_on("phone", "first_name"),
            block_on("first_name", "last_name", "dob"),
        ],
        recall=0.7,
    )
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (
        block_on("first_name", "last_name"),
        block_on("dob", "postcode"),
        block_on("email"),
    ):
        training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e6)
    predicted = linker.inference.predict(threshold_match_probability=KEPT)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=THRESHOLD
    )
    table = clusters.physical_name
    connection.execute(
        f"copy (select record_id, cluster_id as cluster from {table}) "
        f"to '{out / 'clusters.parquet'}'"
    )
    used = resource.getrusage(resource.RUSAGE_SELF)
    cost = {
        "cpu": used.ru_utime + used.ru_stime,
        "wall": time.perf_counter() - START,
        "peak": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }
    connection.execute(
        f"copy (select record_id_l, record_id_r, match_weight from {predicted.physical_name}) "
        f"to '{out / 'pairs.parquet'}'"
    )
    pairs = connection.execute(f"select count(*) from {predicted.physical_name}").fetchone()
    return cost | {"pairs": float(pairs[0]) if pairs else 0.0}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Splink on the records of people.py.")
    parser.add_argument("records", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    told = parser.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    from importlib.metadata import version

    said: dict[str, Any] = dict(cluster(told.records, told.out))
    said["versions"] = {name: version(name) for name in ("splink", "duckdb")}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
