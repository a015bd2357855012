"""Specs and files: one text for one spec, differences by name, and no half-written file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxem.errors import InputError
from fluxem.pipeline.dataset import check_dataset, read_dataset, write_dataset
from fluxem.pipeline.files import replacing, write_json, write_text
from fluxem.pipeline.spec import StaleError, canonical, differences, require, with_seed

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
specs = st.dictionaries(st.text(min_size=1), values)


@given(specs)
def test_the_canonical_text_is_the_spec_whatever_its_order(spec: dict[str, object]) -> None:
    assert canonical(dict(reversed(spec.items()))) == canonical(spec)
    assert json.loads(canonical(spec)) == spec


@given(specs, specs)
def test_specs_differ_exactly_where_their_texts_do(one: dict[str, object], other: dict[str, object]) -> None:
    assert list(differences(one, one)) == []
    assert bool(list(differences(one, other))) == (canonical(one) != canonical(other))


def test_differences_are_named_by_dotted_field() -> None:
    expected = {"training": {"epochs": 20, "rate": 0.1}, "seed": 0, "gone": 1}
    found = {"training": {"epochs": 5, "rate": 0.1}, "seed": 0, "new": [1]}
    assert list(differences(expected, found)) == [
        "gone is not there, expected 1",
        "new is [1], expected none",
        "training.epochs is 5, expected 20",
    ]


def test_values_that_swap_places_differ() -> None:
    assert list(differences({"rate": 10, "steps": 0.1}, {"rate": 0.1, "steps": 10})) == [
        "rate is 0.1, expected 10",
        "steps is 10, expected 0.1",
    ]


def test_a_template_is_filled_at_every_depth_and_left_alone() -> None:
    template = {"seed": None, "patience": None, "data": {"seed": None, "more": {"seed": 3}}}
    assert with_seed(template, 7) == {"seed": 7, "patience": None, "data": {"seed": 7, "more": {"seed": 3}}}
    assert template["seed"] is None


def test_an_output_of_another_spec_is_refused_by_field(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    write_json(file, {"spec": {"training": {"epochs": 5}}, "best": 3})
    assert require(file, {"training": {"epochs": 5}}, "make it")["best"] == 3
    with pytest.raises(StaleError) as caught:
        require(file, {"training": {"epochs": 20}}, "make it")
    assert str(caught.value) == (f"{file} is stale: training.epochs is 5, expected 20: make it again with `make it`")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "3", '{"specs": {}}'])
def test_a_damaged_output_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "run.json"
    file.write_text(content)
    with pytest.raises(InputError, match=r"is damaged: make it again with `make it`"):
        require(file, {}, "make it")


def test_a_missing_output_is_refused_with_its_command(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run\.json is missing: make it with `make it`"):
        require(tmp_path / "run.json", {}, "make it")


def test_a_failing_writer_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "table.md"
    write_text(file, "old\n")
    with pytest.raises(RuntimeError), replacing(file) as part:
        part.write_text("half of the n")
        raise RuntimeError
    assert file.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_writer_replaces_and_makes_folders(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b.txt"
    for text in ("one\n", "twö\r\n"):
        write_text(file, text)
        assert file.read_bytes() == text.encode("utf-8")
    assert list(file.parent.iterdir()) == [file]


def test_json_without_numbers_json_has_not(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        write_json(tmp_path / "x.json", {"loss": float("nan")})
    assert not list(tmp_path.iterdir())


def test_a_dataset_is_vouched_for_until_someone_touches_it(tmp_path: Path) -> None:
    spec = {"step": "generate", "seed": 0}
    rows: dict[str, list[dict[str, Any]]] = {"train": [{"id": "0", "text": "2 × 3"}], "test_id": [{"text": "\u2028"}]}
    write_dataset(tmp_path, rows, spec)
    assert read_dataset(tmp_path, rows) == rows
    assert (tmp_path / "train.jsonl").read_text(encoding="utf-8") == '{"id": "0", "text": "2 × 3"}\n'
    check_dataset(tmp_path, spec, "make it")
    with pytest.raises(StaleError, match="seed is 0, expected 1"):
        check_dataset(tmp_path, spec | {"seed": 1}, "make it")
    (tmp_path / "train.jsonl").write_text("{}\n")
    with pytest.raises(InputError, match=r"train\.jsonl was changed after it was made"):
        check_dataset(tmp_path, spec, "make it")
    (tmp_path / "train.jsonl").unlink()
    with pytest.raises(InputError, match=r"train\.jsonl is missing: make it with `make it`"):
        check_dataset(tmp_path, spec, "make it")
