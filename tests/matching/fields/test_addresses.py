"""Usual addresses of a column are found like each one."""

from __future__ import annotations

from random import Random

import pyarrow as pa

from sameas.matching.fields.addresses import usual_addresses
from sameas.matching.fields.places import at_a_glance

PARTS = ["12", "4541", "0", "07", "Oak", "st", "St.", "strasse", "Hauptstrasse", "apt", "Apt."]
PARTS += ["#", "#4", "4", "apt4", "suite", "of", "pobox", "n.", "ave,", ",", ".", "\u00e9", "fl.4"]


def test_a_column_is_read_at_a_glance_like_each_address() -> None:
    draw = Random(3)
    values = [" ".join(draw.choices(PARTS, k=draw.randrange(1, 8))) for _ in range(3000)]
    for _ in range(3000):
        words = " ".join(draw.choices(["Oak", "street", "N.", "HAUPTSTRASSE", "of"], k=3))
        unit = "".join(draw.choices([" ", ",", ".", "#", "apt", "4", "0"], k=draw.randrange(5)))
        values.append(f"12 {words}{unit}")
    values += ["12 " + " ".join(["a"] * words) for words in range(1, 16)]
    values += ["", "12 " + "a" * 200]
    wanted = [at_a_glance(value) for value in values]
    assert sum(map(bool, wanted)) > 300
    assert usual_addresses(values) == wanted
    assert usual_addresses(pa.array(values)) == wanted


def test_no_addresses() -> None:
    assert usual_addresses([]) == []
