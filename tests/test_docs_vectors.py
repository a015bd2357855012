"""docs/VECTORS.md and the code say the same."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fluxem import registry, space

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "docs")
    return importlib.import_module("vector_tables")


def test_the_document_has_the_tables_of_the_code(tables: ModuleType) -> None:
    text = (ROOT / "docs" / "VECTORS.md").read_text(encoding="utf-8")
    assert tables.put(text, tables.tables()) == text, "run `make readme`"
    emptied = re.sub(r"(<!-- begin .*? -->\n).*?(<!-- end)", r"\1\2", text, flags=re.DOTALL)
    assert tables.put(emptied, tables.tables()) == text != emptied


#: Of each domain, texts that between them use its lanes.
TEXTS = {
    "number": ("-3/4", "0", "12345678901234567890.5"),
    "complex": ("3+4i", "-0.5-2.25i"),
    "vector": ("(1, 2.5, -1/3)", "(" + ", ".join(["-123456789.123"] * 16) + ")"),
    "boolean": ("true", "false"),
    "phys_quantity": ("9.81 m/s^2", "-40 °C", "3 kg*m^2/s^3"),
    "phys_unit": ("km/h", "kg*m^2/s^3"),
    "chem_formula": ("CuSO4·5H2O", "SO4^2-", "NaCl(aq)"),
    "chem_reaction": ("2 H2 + O2 -> 2 H2O", "1/2 N2(g) + O2(g) <=> NO2(g)"),
    "dna": ("ATGCGTACGTTAG", "ACGT" * 300),
    "taxonomy": ("Homo sapiens", "Canis lupus familiaris"),
    "pitch": ("F♯3", "Bb5", "C-1"),
    "pitch_class_set": ("{0, 4, 7, t}", "{e}"),
    "date": ("2024-11-22", "0001-01-01", "9999-12-31"),
}


@pytest.mark.parametrize("name", registry.DOMAINS)
def test_the_lanes_that_it_lists_are_those_that_are_used(name: str, tables: ModuleType) -> None:
    domain = registry.DOMAINS[name]
    vectors = domain.encode([domain.parse(text) for text in TEXTS[name]])
    listed = np.zeros(space.DIM, bool)
    listed[space.TAG] = True
    for lanes, _ in tables.LANES[name]:
        assert not listed[lanes].any(), f"{name}: lanes {lanes} are listed twice"
        assert vectors[:, lanes].any(), f"{name}: no value uses the lanes {lanes}"
        listed[lanes] = True
    assert not vectors[:, ~listed].any()
