"""The data report: what it counts on a clean data set, and that each kind of flaw shows in it."""

import copy
import re
from typing import Any

import pytest
from tiny import DATA
from unit_data import SMALL

from fluxem import tasks
from fluxem.tasks.report import report

Rows = dict[str, list[dict[str, Any]]]
CLEAN = tasks.generate("units", SMALL | {"train_size": 1000}, 0)


@pytest.fixture
def rows() -> Rows:
    """A data set to spoil."""
    return copy.deepcopy(CLEAN)


def tables(text: str) -> dict[str, dict[str, dict[str, str]]]:
    """By section, by the first two cells of a row, what stands in each column."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for part in text.split("\n## ")[1:]:
        title, *lines = part.splitlines()
        cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines if line.startswith("|")]
        head, rule, *body = cells
        assert all(re.fullmatch(r"-+:?", cell) for cell in rule) and {len(row) for row in body} == {len(head)}
        found[title] = {row[0]: dict(zip(head, row, strict=True)) for row in body}
    return found


def checks(split: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in split if row["metadata"]["kind"] == "can_add"]


def test_a_clean_data_set_has_nothing_to_report(rows: Rows) -> None:
    found = tables(report(rows))
    assert list(found) == ["Rows", "Repeated rows", "Held out from training", "Shortcuts to true or false"]
    assert found["Rows"]["train"] == {
        "split": "train",
        "rows": "1,000",
        "answer false": "250",
        "answer true": "250",
        "can_add": "500",
        "convert": "500",
    }
    assert list(found["Rows"]) == list(rows) == list(found["Repeated rows"])
    for split, counts in found["Repeated rows"].items():
        repeated = {name: count for name, count in counts.items() if name not in ("split", "rows")}
        assert len(repeated) == 6 and set(repeated.values()) <= {"0", "–"}, split
    held = found["Held out from training"]
    assert list(held) == [split for split in rows if split.startswith("test_ood")]
    assert {counts["found in train"] for counts in held.values()} == {"0"}
    assert held["test_ood_magnitude"]["of"] == "60" and held["test_ood_units"]["of"] == "40"
    shortcuts = found["Shortcuts to true or false"]
    assert shortcuts.pop("questions")["test_ood_compound"] == "40"
    pairs = shortcuts.pop("both units (no shortcut: what is asked)")
    assert float(pairs["test_id"]) > 75 and float(pairs["test_ood_types"]) == 50
    assert all(45 <= float(share) <= 55 for row in shortcuts.values() for share in list(row.values())[1:])


def test_repeated_rows_show(rows: Rows) -> None:
    rows["test_id"][0] = rows["train"][5]
    rows["test_id"][1] = rows["validation"][5]
    rows["test_id"][3] = rows["test_id"][2]
    rows["test_ood_types"][0] = rows["train"][5] | {"text": "Other words"}
    found = tables(report(rows))["Repeated rows"]
    columns = ("text twice", "text in train", "text in validation", "question twice", "question in train")
    assert [found["test_id"][name] for name in columns] == ["1", "1", "1", "1", "1"]
    assert [found["test_ood_types"][name] for name in columns] == ["0", "0", "0", "0", "1"]
    assert [found["train"][name] for name in columns] == ["0", "–", "0", "0", "–"]


def test_unbalanced_answers_show(rows: Rows) -> None:
    for row in checks(rows["test_id"]):
        row["target_text"] = "true"
    found = tables(report(rows))["Rows"]["test_id"]
    assert (found["answer true"], found["answer false"]) == ("20", "0")


def test_shortcuts_show_and_only_the_ones_there_are(rows: Rows) -> None:
    for split in rows.values():
        for row in checks(split):
            row["metadata"]["phrasing"] = "Can you?" if row["target_text"] == "true" else "Can you not?"
    rows["test_ood_phrasing"] = copy.deepcopy(CLEAN["test_ood_phrasing"])
    found = tables(report(rows))["Shortcuts to true or false"]
    assert found["phrasing"]["test_id"] == "100.0"
    assert found["phrasing"]["test_ood_phrasing"] == "50.0"  # train has none of these
    assert float(found["first unit"]["test_id"]) <= 55


@pytest.mark.parametrize(
    "feature", ["first unit", "second unit", "type of the first unit", "decade of the first magnitude"]
)
def test_every_feature_is_looked_at(rows: Rows, feature: str) -> None:
    for row in checks(rows["train"]) + checks(rows["test_id"]):
        true, metadata = row["target_text"] == "true", row["metadata"]
        match feature:
            case "first unit":
                metadata["units"][0] = "m" if true else "kg"
            case "second unit":
                metadata["units"][1] = "m" if true else "kg"
            case "type of the first unit":
                metadata["unit_type"] = "length" if true else "mass"
            case _:
                metadata["decade"] = 2 if true else -1
    found = tables(report(rows))["Shortcuts to true or false"]
    assert [name for name in found if found[name]["test_id"] == "100.0" and "no shortcut" not in name] == [feature]


def test_what_is_not_held_out_shows(rows: Rows) -> None:
    for split in list(rows)[3:]:
        rows[split][:2] = checks(rows["train"])[:2]
    found = {split: row["found in train"] for split, row in tables(report(rows))["Held out from training"].items()}
    pairs = {tuple(sorted(row["metadata"]["units"])) for row in checks(rows["train"])[:2]}
    phrasings = {row["metadata"]["phrasing"] for row in checks(rows["train"])[:2]}
    assert found == {
        "test_ood_magnitude": "4",
        "test_ood_types": str(len(pairs)),
        "test_ood_phrasing": str(len(phrasings)),
        "test_ood_compound": "2",
        "test_ood_units": "2",
    }


def test_a_magnitude_counts_as_inside_up_to_the_ends_of_the_trained_range() -> None:
    def numbered(*values: int) -> list[dict[str, Any]]:
        return [
            {
                "text": f"{value} =",
                "target_text": "x",
                "spans": [{"type": "number", "start": 0, "end": len(str(value))}],
            }
            for value in values
        ]

    made = {"train": numbered(-30, 5), "test_ood_magnitude": numbered(4, 5, -6, 30, 31)}
    assert tables(report(made))["Held out from training"]["test_ood_magnitude"]["found in train"] == "3"


def test_arithmetic_is_reported_by_operations() -> None:
    made = tasks.generate("arithmetic", DATA, 0)
    made["test_id"][0] = made["train"][0]
    found = tables(report(made))
    assert list(found) == ["Rows", "Repeated rows", "Held out from training"]
    counts = [int(found["Rows"]["test_ood_length"][f"operations: {number}"]) for number in range(1, 6)]
    assert sum(counts) == DATA["test_size"] and counts[:3] == [0, 0, 0]
    assert list(found["Repeated rows"]["train"]) == [
        "split",
        "rows",
        "text twice",
        "text in train",
        "text in validation",
    ]
    assert found["Repeated rows"]["test_id"]["text in train"] == "1"
    assert found["Repeated rows"]["test_ood_length"]["text in train"] == "0"


def test_conversions_alone_have_no_shortcuts_to_report() -> None:
    text = report(tasks.generate("units", SMALL | {"include_can_add": False}, 0))
    assert "Shortcuts" not in text and "test_ood_compound" not in text


def test_the_same_rows_make_the_same_report(rows: Rows) -> None:
    assert report(rows) == report(CLEAN)
