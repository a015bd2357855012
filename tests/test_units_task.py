"""The units task: splits and their ranges, balance, what is held out, how questions are written, reproducibility."""

import hashlib
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import unit_reader
from unit_data import SMALL, TYPES, UNITS_DATA

from fluxem import tasks
from fluxem.errors import InputError
from fluxem.integration.sample_format import validate_file
from fluxem.pipeline.files import write_jsonl
from fluxem.tasks.unit_phrasings import CAN_ADD, CONVERT, CONVERT_TYPED, HELD_OUT
from fluxem.tasks.unit_spellings import COMPOUND, TRAINED, UNTRAINED
from fluxem.tasks.units import generate

Row = dict[str, Any]
Rows = dict[str, list[Row]]
TRAINED_PAIRS = ("train", "validation", "test_id", "test_ood_magnitude", "test_ood_phrasing")
FAR = "test_ood_magnitude"


@pytest.fixture(scope="module")
def rows() -> Rows:
    return generate(UNITS_DATA, 0)


def every_row(rows: Rows) -> list[Row]:
    return [row for split in rows.values() for row in split]


def checks(split: list[Row]) -> list[Row]:
    return [row for row in split if row["metadata"]["kind"] == "can_add"]


def conversions(split: list[Row]) -> list[Row]:
    return [row for row in split if row["metadata"]["kind"] == "convert"]


def pair(row: Row) -> frozenset[str]:
    return frozenset(row["metadata"]["units"])


def quantities(row: Row) -> list[str]:
    return unit_reader.asked(row)[: 2 if row["metadata"]["kind"] == "can_add" else 1]


def magnitudes(row: Row) -> list[Fraction]:
    return [unit_reader.quantity(text)[0] for text in quantities(row)]


def type_of(unit: str) -> str:
    return next(kind for kind in TYPES if unit in TRAINED[kind] | UNTRAINED.get(kind, {}))


# --- splits ---


def test_splits_have_their_sizes_and_half_of_each_kind(rows: Rows) -> None:
    sizes = {"train": 5000, "validation": 500} | dict.fromkeys(list(rows)[2:], 500)
    tests = ["test_id", FAR, "test_ood_types", "test_ood_phrasing", "test_ood_compound", "test_ood_units"]
    assert list(rows) == ["train", "validation", *tests]
    for split, size in sizes.items():
        assert [row["id"] for row in rows[split]] == [f"{split}-{number}" for number in range(size)]
        assert len(checks(rows[split])) == (size if split == "test_ood_compound" else size // 2)
        first_half = len(checks(rows[split][: size // 2]))
        assert split == "test_ood_compound" or 0.4 < first_half / (size // 2) < 0.6


@pytest.mark.parametrize("size", [1, 2, 3, 10, 18, 40])
def test_half_of_the_checks_are_true_at_any_size(size: int) -> None:
    for split, made in generate(SMALL | {"train_size": size, "validation_size": size, "test_size": size}, 3).items():
        answers = Counter(row["target_text"] for row in checks(made))
        assert answers["true"] == -(-answers.total() // 2), split
        assert len(made) == size and (answers.total() % 2 == 0 or split == "test_ood_compound")


def test_without_checks_there_are_conversions_only() -> None:
    made = generate(SMALL | {"include_can_add": False}, 0)
    assert "test_ood_compound" not in made and len(made) == 7
    assert {row["metadata"]["kind"] for row in every_row(made)} == {"convert"}


def test_only_the_types_asked_for_are_used() -> None:
    made = generate(SMALL | {"unit_types": ["time", "velocity"]}, 0)
    of_types = [row for split, part in made.items() if split != "test_ood_compound" for row in part]
    assert {type_of(unit) for row in of_types for unit in row["metadata"]["units"]} == {"time", "velocity"}
    lengths = generate(SMALL | {"unit_types": ["length"], "include_can_add": False}, 0)
    assert {row["metadata"]["unit_type"] for row in every_row(lengths)} == {"length"}


def test_magnitudes_keep_to_their_ranges(rows: Rows) -> None:
    low, high = Fraction(1, 1000), Fraction(1000)
    for split, part in rows.items():
        sizes = [abs(size) for row in part for size in magnitudes(row)]
        if split != FAR:
            assert low <= min(sizes) < 2 * low and high / 2 < max(sizes) <= high
            decades = Counter(math.floor(math.log10(size)) for size in sizes if size < high)
            assert set(decades) == set(range(-3, 3))
            assert min(decades.values()) > 0.6 * max(decades.values())
            continue
        firsts = [abs(magnitudes(row)[0]) for row in part]
        assert all(Fraction(1, 10**6) <= size < low or high < size <= 10**9 for size in sizes)
        for made in (checks(part), conversions(part)):
            below = sum(abs(magnitudes(row)[0]) < low for row in made)
            assert abs(below - len(made) / 2) <= 1
        assert {math.floor(math.log10(size)) for size in firsts} >= {-6, -5, -4, 3, 4, 5, 6, 7, 8}


def test_temperatures_are_possible_and_other_magnitudes_are_positive(rows: Rows) -> None:
    lowest = {"°C": Fraction("-273.15"), "°F": Fraction("-459.67")}
    signs = Counter()
    for row in every_row(rows):
        for size, unit in zip(magnitudes(row), row["metadata"]["units"], strict=False):
            assert size >= lowest.get(unit, 0), row
            signs[unit, size > 0] += 1
    for scale in lowest:
        assert 0.1 < signs[scale, False] / signs[scale, True] < 0.6


def test_metadata_tell_how_the_text_is_made(rows: Rows) -> None:
    tables = TRAINED | COMPOUND
    for row in every_row(rows):
        metadata, sentence = row["metadata"], row["text"]
        size = abs(magnitudes(row)[0])
        assert Fraction(10) ** metadata["decade"] <= size < Fraction(10) ** (metadata["decade"] + 1)
        assert metadata["units"][0] in tables[metadata["unit_type"]] | UNTRAINED.get(metadata["unit_type"], {})
        names = {"phys_unit": ["{u}"], "phys_quantity": ["{a}", "{b}"][: 1 + (metadata["kind"] == "can_add")]}
        for span in reversed(row["spans"]):
            sentence = sentence[: span["start"]] + names[span["type"]].pop() + sentence[span["end"] :]
        assert sentence.rstrip("?.").lower() == metadata["phrasing"].rstrip("?.").lower()


# --- what is held out ---


@pytest.mark.parametrize("share", [0, 0.2, 0.6, 0.99])
@pytest.mark.parametrize("types", [TYPES, ["temperature", "time"]], ids=["all", "two"])
def test_held_out_pairs_are_never_trained_together(share: float, types: list[str]) -> None:
    changed: dict[str, Any] = {"held_out_pairs": share, "unit_types": types, "train_size": 2000}
    changed["include_can_add"] = types == TYPES  # no untrained temperatures to add
    for seed in range(3):
        made = generate(SMALL | changed, seed)
        held = {pair(row) for row in made["test_ood_types"]}
        for split in TRAINED_PAIRS:
            assert not held & {pair(row) for row in made[split]}
        partners = {unit for row in conversions(made["train"]) for unit in pair(row)}
        assert partners == {unit for kind in types for unit in TRAINED[kind]}
        assert {kind for kind in types if any(pair(row) <= {*TRAINED[kind]} for row in made["test_ood_types"])} == {
            *types
        }


def test_about_the_share_asked_for_is_held_out(rows: Rows) -> None:
    held = {pair(row) for row in rows["test_ood_types"]}
    for kind in TYPES:
        of_type = sum(units <= {*TRAINED[kind]} for units in held)
        assert of_type == max(1, round(0.2 * math.comb(len(TRAINED[kind]), 2))), kind
    crossed = sum(not any(units <= {*TRAINED[kind]} for kind in TYPES) for units in held)
    count = sum(len(TRAINED[one]) * len(TRAINED[other]) for one, other in combinations(TYPES, 2))
    assert 0.1 < crossed / count < 0.22


def test_each_split_has_what_it_is_named_for(rows: Rows) -> None:
    known = {unit for kind in TYPES for unit in TRAINED[kind]}
    new = {unit for units in UNTRAINED.values() for unit in units}
    compound = {unit for units in COMPOUND.values() for unit in units}
    assert not new & known and not compound & (known | new)
    for split in (*TRAINED_PAIRS, "test_ood_types"):
        assert {unit for row in rows[split] for unit in pair(row)} <= known
    assert all(pair(row) & new for row in rows["test_ood_units"])
    assert {unit for row in rows["test_ood_units"] for unit in pair(row)} >= new
    assert {unit for row in rows["test_ood_compound"] for unit in pair(row)} == compound
    phrasings = {split: {row["metadata"]["phrasing"] for row in part} for split, part in rows.items()}
    trained = {*CONVERT, *CAN_ADD, *(form for forms in CONVERT_TYPED.values() for form in forms)}
    held = {form for forms in HELD_OUT.values() for form in forms}
    assert phrasings["train"] == trained and phrasings["test_ood_phrasing"] == held
    assert all(phrasings[split] <= trained for split in phrasings if split != "test_ood_phrasing")


def words(phrasing: str) -> set[str]:
    return set(re.sub(r"[^\w{}']+", " ", phrasing.lower()).split()) - {"{a}", "{b}", "{u}"}


@pytest.mark.parametrize("kind", ["convert", "can_add"])
def test_held_out_phrasings_are_worded_differently(kind: str) -> None:
    trained = [*CONVERT, *(form for forms in CONVERT_TYPED.values() for form in forms), *CAN_ADD]
    for form in HELD_OUT[kind]:
        ours = words(form)
        closest = max(len(ours & words(other)) / len(ours | words(other)) for other in trained)
        assert closest <= 0.5, form


def test_there_are_many_phrasings_in_both_orders() -> None:
    assert len(CONVERT) >= 30 and len(CAN_ADD) >= 20
    assert len(HELD_OUT["convert"]) >= 10 and len(HELD_OUT["can_add"]) >= 8
    for forms in (CONVERT, HELD_OUT["convert"]):
        assert sum(form.index("{u}") < form.index("{a}") for form in forms) >= 4
    assert any(form.startswith("Can you") for form in CONVERT) and any(form.startswith("Can you") for form in CAN_ADD)


# --- balance ---


@pytest.mark.parametrize("split", ["train", "validation", "test_id", FAR, "test_ood_types", "test_ood_compound"])
def test_nothing_but_the_pair_of_dimensions_tells_true_from_false(rows: Rows, split: str) -> None:
    made = checks(rows[split])
    features: list[dict[str, Counter[Any]]] = [{"true": Counter(), "false": Counter()} for _ in range(4)]
    for row in made:
        first, second = quantities(row)
        metadata = row["metadata"]
        described = ((metadata["phrasing"], first), second, metadata["decade"], metadata["unit_type"])
        for feature, value in zip(features, described, strict=True):
            feature[row["target_text"]][value] += 1
    leftover = len(made) % 4
    for feature in features:
        assert ((feature["true"] - feature["false"]) + (feature["false"] - feature["true"])).total() <= leftover
        assert feature["true"].total() == feature["false"].total()


def test_the_first_words_do_not_tell_the_kind(rows: Rows) -> None:
    polite = Counter(row["metadata"]["kind"] for row in rows["train"] if row["text"].lower().startswith("can you"))
    assert min(polite["convert"], polite["can_add"]) > 50


def test_two_quantities_of_one_unit_are_rare_and_trained(rows: Rows) -> None:
    alike = [row for row in checks(rows["train"]) if len(pair(row)) == 1]
    assert 0.01 < len(alike) / len(checks(rows["train"])) < 0.05


# --- rows ---


def test_rows_are_in_the_sample_format(rows: Rows, tmp_path: Path) -> None:
    for split, made in rows.items():
        write_jsonl(tmp_path / f"{split}.jsonl", made)
        report = validate_file(tmp_path / f"{split}.jsonl")
        assert report.problems == () and report.valid == len(made)


# --- reproducibility ---


def test_seeds_differ_in_questions_and_in_held_out_pairs(rows: Rows) -> None:
    other = generate(UNITS_DATA, 1)
    shared = {row["text"] for row in every_row(rows)} & {row["text"] for row in every_row(other)}
    assert len(shared) < 0.1 * len(every_row(rows))
    assert {pair(row) for row in rows["test_ood_types"]} != {pair(row) for row in other["test_ood_types"]}


def test_the_bytes_do_not_hang_on_the_order_of_hashes() -> None:
    program = (
        "import hashlib, json, sys; from fluxem import tasks; "
        "rows = tasks.generate('units', json.loads(sys.argv[1]), 5); "
        "print(hashlib.sha256(json.dumps(rows).encode()).hexdigest())"
    )
    expected = hashlib.sha256(json.dumps(tasks.generate("units", SMALL, 5)).encode()).hexdigest()
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-c", program, json.dumps(SMALL)]
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert result.stdout.strip() == expected


# --- refusals ---


def test_ranges_too_narrow_for_so_many_questions_are_refused() -> None:
    narrow = {"id_range": [1, 1.0001], "unit_types": ["temperature", "time"], "include_can_add": False}
    with pytest.raises(InputError, match=r"^data\.train row \d\d: no new question .* allowed: .*\[1, 1\.0001\]$"):
        generate(SMALL | narrow, 0)


@pytest.mark.parametrize(
    "changed", [{"unit_types": ["length"]}, {"unit_types": ["temperature"], "include_can_add": False}], ids=str
)
def test_types_without_questions_for_a_split_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"^data\.unit_types: \w+ is about \d types"):
        generate(SMALL | changed, 0)
