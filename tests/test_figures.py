"""The figures of an experiment, from metrics written by hand, and the bytes of all that is summarised."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from metric_files import ARITHMETIC, FILES, MODELS, SPLITS, Shares, spec_of, write_metrics, write_run

from fluxem.errors import InputError
from fluxem.evaluation.drawing import SHADE, Drawn, styles
from fluxem.evaluation.errors import KINDS
from fluxem.evaluation.figures import DRAW, DRAW_HISTORY, draw, write_figures
from fluxem.evaluation.tables import write_table
from fluxem.evaluation.wilson import wilson
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.rows import ROWS


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    return {task: write_metrics(task, tmp_path_factory.mktemp(task)) for task in SPLITS}


@pytest.fixture(scope="module")
def drawn(files: dict[str, list[Path]]) -> dict[str, Drawn]:
    return {name: figure for task in SPLITS for name, figure in draw(spec_of(task), files[task]).items()}


LABELS = {"token_only": "token-only", "hybrid": "hybrid"}


def shaded(axis: Axes) -> tuple[float, float]:
    (patch,) = axis.patches
    corners = patch.get_path().vertices[:, 0] if not hasattr(patch, "get_x") else None
    return (patch.get_x(), patch.get_x() + patch.get_width()) if corners is None else (corners.min(), corners.max())


def points(axis: Axes, label: str) -> dict[float, tuple[float, float, float]]:
    """The points of a line: x to the share in % and the ends of its bar."""
    (container,) = [found for found in axis.containers if found.get_label() == label]
    line, _, (bars,) = container.lines
    ends = [segment[:, 1] for segment in bars.get_segments()]
    return {
        float(x): (float(y), float(low), float(high))
        for x, y, (low, high) in zip(line.get_xdata(), line.get_ydata(), ends, strict=True)
    }


def of_100(hits: float, n: int) -> object:
    return pytest.approx((hits / n * 100, *(end * 100 for end in wilson(hits, n))))


# --- arithmetic ---


def test_accuracy_by_operations(drawn: dict[str, Drawn]) -> None:
    figure = drawn["accuracy_by_operations.svg"].figure
    tokens, hybrid = figure.axes
    assert (tokens.get_title(), hybrid.get_title()) == ("token-only", "hybrid")
    assert shaded(tokens) == shaded(hybrid) == (0.5, 3.5)
    assert figure.get_supxlabel() == "operations in the question" and figure.get_supylabel() == "exact match, %"
    # 80 of 400 in test_id and 10 of 400 in test_ood_length, 3/5 of them in the lower number of operations
    expected = {1: of_100(48, 240), 2: of_100(32, 160), 4: of_100(6, 240), 5: of_100(4, 160)}
    assert points(tokens, "numbers of the training range") == expected
    expected = {1: of_100(239.4, 240), 2: of_100(159.6, 160), 4: of_100(228, 240), 5: of_100(152, 160)}
    assert points(hybrid, "larger numbers") == expected
    assert [label.get_text() for label in tokens.get_xticklabels()] == ["1", "2", "4", "5"]


def compared(of: dict[str, str], **data: Any) -> dict[str, Any]:
    """The spec of the figures of other models, each with the row that it is or varies."""
    spec = spec_of("arithmetic", **data) | {"models": list(of), "seeds": [3]}
    trained = spec["runs"]["hybrid"]["trained"]
    spec["runs"] = {
        model: {"splits": ARITHMETIC, "trained": trained | {"variant": row, "training": {"examples": None}}}
        for model, row in of.items()
    }
    return spec


def test_many_operations_are_on_a_logarithmic_axis(tmp_path: Path) -> None:
    spec = compared({row: row for row in ROWS})
    lengths = {"test_id": (1, 3), "test_ood_length": (5, 8), "test_ood_length_50": (50,), "test_ood_huge": (1,)}
    lengths |= {"test_digits": (2,)}
    shares: dict[str, Shares] = {
        split: {"exact_match": (10, 10)} | {f"exact_match/operations={count}": (5, 5) for count in counts}
        for split, counts in lengths.items()
    }
    files = [write_run(tmp_path, row, 3, shares) for row in ROWS]
    axes = draw(spec | {"files": ["accuracy_by_operations.svg"]}, files)["accuracy_by_operations.svg"].figure.axes
    shown = [axis for axis in axes if axis.get_visible()]
    assert len(shown) == len(ROWS) and shown[-1].get_title() == "random router (not learned)"
    for axis in shown:
        assert axis.get_xscale() == "log" and axis.get_xlim()[1] > 50
        assert list(points(axis, "numbers of the training range")) == [1, 3, 5, 8, 50]
        assert list(points(axis, "huge numbers")) == [1]
    assert [label.get_text() for label in shown[-1].get_xticklabels()] == ["1", "2", "3", "5", "10", "20", "50"]


def test_accuracy_by_examples_has_a_line_for_each_row(tmp_path: Path) -> None:
    of = {"few": "hybrid", "hybrid": "hybrid", "fone_few": "fone"}
    spec = compared(of, train_size=900) | {"files": ["accuracy_by_examples.svg"]}
    for model, examples in {"few": 30, "fone_few": 100}.items():
        spec["runs"][model]["trained"]["training"] = {"examples": examples}
    hits = {"few": 2, "hybrid": 9, "fone_few": 4}
    files = [write_run(tmp_path, m, 3, {split: {"exact_match": (hits[m], 10)} for split in ARITHMETIC}) for m in of]
    drawn = draw(spec, files)["accuracy_by_examples.svg"]
    assert [axis.get_title() for axis in drawn.figure.axes] == ARITHMETIC
    for axis in drawn.figure.axes:
        assert axis.get_xscale() == "log"
        assert points(axis, "hybrid") == {30: of_100(2, 10), 900: of_100(9, 10)}
        assert points(axis, "FoNE") == {100: of_100(4, 10)}


def test_accuracy_by_digits_pools_cells_of_the_same_width(tmp_path: Path) -> None:
    data = {"operations": ["+", "*"], "most_digits": 12, "id_range": [0, 999]}
    spec = compared({"hybrid": "hybrid", "fone": "fone", "oracle": "oracle"}, **data)
    groups: Shares = {"1+1": (1, 2), "2+2": (0, 2), "3+1": (3, 3), "1*12": (1, 1), "12*1": (0, 4)}
    digits: Shares = {f"exact_match/digits={group}": share for group, share in groups.items()}
    shares: dict[str, Shares] = {"test_id": {"exact_match/digits=1+1": (0, 50), "exact_match": (0, 50)}}
    shares["test_digits"] = digits | {"exact_match": (5, 12)}
    files = [write_run(tmp_path, model, 3, shares) for model in spec["models"]]
    drawn = draw(spec | {"files": ["accuracy_by_digits.svg"]}, files)["accuracy_by_digits.svg"]
    axes = [axis for axis in drawn.figure.axes if axis.get_visible() and axis.get_label() != "<colorbar>"]
    assert [axis.get_title() for axis in axes[:4]] == ["a + b", "a × b"] * 2 and len(axes) == 3 * 2
    assert [axis.get_ylabel() for axis in axes] == ["hybrid", "", "FoNE", "", "oracle\n(not learned)", ""]
    plus, times = np.full((6, 6), np.nan), np.full((6, 6), np.nan)  # two numbers of digits in a cell
    plus[0, 0], plus[1, 0], times[0, 5], times[5, 0] = 25, 100, 100, 0
    for axis, expected in zip(axes, [plus, times] * 3, strict=True):
        (mesh,) = [artist for artist in axis.collections if isinstance(artist, QuadMesh)]
        np.testing.assert_allclose(np.ma.filled(mesh.get_array(), np.nan), expected)
        (frame,) = axis.patches
        assert (frame.get_width(), frame.get_height()) == (3, 3)
    assert "(1 to 4 a cell" in drawn.caption and "up to 3 digits" in drawn.caption


def test_errors_are_stacked_by_kind(drawn: dict[str, Drawn]) -> None:
    axes = drawn["errors.svg"].figure.axes
    assert [axis.get_title() for axis in axes] == ARITHMETIC
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["token-only", "hybrid"]
    # wrong in test_ood_combined: all 400 of token-only, in a digit; 20 of the hybrid's, by its router
    widths = {bars.get_label(): [bar.get_width() for bar in bars] for bars in axes[3].containers}
    assert widths == {"route (vectors)": [0, pytest.approx(5)], "digits (said)": [100, 0]}
    assert (
        all(kind in KINDS for kind in ("route", "digits")) and "digits: a digit is wrong" in drawn["errors.svg"].caption
    )


def test_learning_curves_have_a_panel_for_each_model_and_a_line_for_each_seed(drawn: dict[str, Drawn]) -> None:
    tokens, hybrid, tokens_right, hybrid_right = drawn["learning_curves.svg"].figure.axes
    assert (tokens.get_title(), hybrid.get_title()) == ("token-only", "hybrid")
    lines = [(line.get_label(), *line.get_ydata()) for line in tokens.get_lines()]
    expected = [
        ("training loss", 2, 1),
        ("validation loss", 6, 4.5),
        ("training loss", 2, 1),
        ("validation loss", 8, 6.5),
    ]
    assert lines == expected and not tokens_right.get_lines()
    assert [line.get_label() for line in hybrid.get_lines()] == ["training loss"] * 2
    assert [list(line.get_ydata()) for line in hybrid_right.get_lines()] == [
        pytest.approx([50, 70]),
        pytest.approx([70, 90]),
    ]


def test_what_was_not_trained_has_no_learning_curve(tmp_path: Path) -> None:
    spec = compared({"oracle": "oracle"}) | {"files": ["learning_curves.svg"]}
    file = write_run(tmp_path, "oracle", 3, {"test_id": {"exact_match": (1, 1)}})
    file.write_text(json.dumps(json.loads(file.read_text()) | {"history": []}))
    (axis,) = draw(spec, [file])["learning_curves.svg"].figure.axes
    assert not axis.get_lines() and not axis.get_title()


def test_every_row_in_one_axis_looks_different() -> None:
    found = styles({row: row for row in ROWS})
    assert len({(style.colour, style.line) for style in found.values()}) == len(ROWS)
    assert SHADE not in {style.colour for style in found.values()}


# --- units ---


def test_accuracy_by_magnitude(drawn: dict[str, Drawn]) -> None:
    (axis,) = drawn["accuracy_by_magnitude.svg"].figure.axes
    assert shaded(axis) == pytest.approx((0.001, 1000)) and axis.get_xscale() == "log"
    middle = {decade: pytest.approx(10 ** (decade + 0.5)) for decade in (-6, -3, 0, 2, 8)}
    expected = {-6: of_100(0, 20), -3: of_100(4, 8), 0: of_100(5, 10), 2: of_100(11, 22), 8: of_100(0, 20)}
    assert list(points(axis, "token-only").items()) == [(middle[at], expected[at]) for at in expected]
    assert [share for share, _, _ in points(axis, "hybrid").values()] == [100] * 5
    assert "8 to 22 a point" in drawn["accuracy_by_magnitude.svg"].caption


@pytest.mark.parametrize("id_range", [[0.001, 1000], [0.1, 50]])
def test_the_range_of_training_is_shaded(files: dict[str, list[Path]], id_range: list[float]) -> None:
    found = draw(spec_of("units", id_range=id_range), files["units"])["accuracy_by_magnitude.svg"]
    assert shaded(found.figure.axes[0]) == pytest.approx(id_range)
    assert f"from {id_range[0]} to {id_range[1]} " in found.caption


def heat_maps(drawn: dict[str, Drawn]) -> list[Axes]:
    figure = drawn["conversions.svg"].figure
    return [axis for axis in figure.axes if axis.get_label() != "<colorbar>"]


def test_conversions_are_in_blocks_of_one_dimension(drawn: dict[str, Drawn]) -> None:
    """From small units to large; yards are outside the training list, and so not there."""
    blocks = [[label.get_text() for label in axis.get_yticklabels()] for axis in heat_maps(drawn)]
    assert blocks == [["mm", "ft", "m"], ["K", "°C"]] * len(MODELS)
    assert [axis.get_title("left") for axis in heat_maps(drawn)] == ["token-only", "", "hybrid", ""]


def test_each_cell_is_a_pooled_share_and_blank_without_questions(drawn: dict[str, Drawn]) -> None:
    found = []
    for axis in heat_maps(drawn):
        (mesh,) = [artist for artist in axis.collections if isinstance(artist, QuadMesh)]
        found.append(np.ma.filled(mesh.get_array(), np.nan))
    blank = np.nan
    # rows: from; of token-only, m > mm has 5 of 10 (test_id) + 10 (magnitude) + 12 (types), ft > m 4 of 8 + 8
    length = [[blank, blank, 0], [blank, blank, 25], [500 / 32, 0, blank]]
    np.testing.assert_allclose(found[0], length)
    np.testing.assert_allclose(found[1], [[blank, 0], [50, blank]])
    np.testing.assert_allclose(found[2], np.where(np.isnan(length), np.nan, 100))
    texts = [sorted(text.get_text() for text in axis.texts) for axis in heat_maps(drawn)]
    assert texts == [["0", "0", "15", "25"], ["0", "50"], ["100"] * 4, ["100"] * 2]


def test_a_dot_for_each_seed_that_held_a_pair_out(drawn: dict[str, Drawn]) -> None:
    """m and mm in both seeds, also where only the other direction was asked; ft and m in one."""
    for axis, expected in zip(heat_maps(drawn), [{(0, 2): 2, (2, 0): 2, (1, 2): 1, (2, 1): 1}, {}] * 2, strict=True):
        marks = [artist for artist in axis.collections if isinstance(artist, PathCollection)]
        assert len(marks) == bool(expected)
        dots: dict[tuple[int, int], int] = {}
        for column, row in [place for mark in marks for place in mark.get_offsets()]:
            dots[round(row), round(column)] = dots.get((round(row), round(column)), 0) + 1
        assert dots == expected


def test_a_test_without_conversions_is_one_clear_line(files: dict[str, list[Path]], tmp_path: Path) -> None:
    for file in files["units"]:
        run = json.loads(file.read_text())
        run["splits"] = dict.fromkeys(run["splits"], run["splits"]["test_ood_compound"])
        (tmp_path / f"{run['spec']['model']}.json").write_text(json.dumps(run))
    with pytest.raises(InputError, match="no conversions to draw in test_id, test_ood_magnitude: data.test_size"):
        write_figures(spec_of("units"), sorted(tmp_path.iterdir()), tmp_path / "figures")
    assert not (tmp_path / "figures").exists()


# --- all ---


@pytest.mark.parametrize("task", SPLITS)
def test_the_files_are_those_of_the_plan(files: dict[str, list[Path]], task: str, tmp_path: Path) -> None:
    write_figures(spec_of(task), files[task], tmp_path / "figures")
    written = sorted(file.relative_to(tmp_path).as_posix() for file in (tmp_path / "figures").iterdir())
    assert written == sorted(f"figures/{name}" for name in FILES[task])


def test_every_figure_of_a_plan_can_be_drawn() -> None:
    folder = Path(__file__).resolve().parents[1] / "config"
    names = ("arithmetic_small", "arithmetic", "units", "paper", "addition", "sizes")
    plan = Plan.load({"experiments": dict.fromkeys(names)}, [], folder)
    planned = {file for name in names for file in plan.figure_files(name)}
    assert planned == DRAW.keys() | DRAW_HISTORY.keys()
    assert list(plan.figure_files("arithmetic_small")) == FILES["arithmetic"]
    assert list(plan.figure_files("units")) == FILES["units"]


@pytest.mark.parametrize("task", SPLITS)
def test_a_figure_is_an_svg_with_its_caption_and_no_date(
    files: dict[str, list[Path]], task: str, tmp_path: Path
) -> None:
    write_figures(spec_of(task), files[task], tmp_path)
    for name, drawn in draw(spec_of(task), files[task]).items():
        caption = drawn.caption
        text = (tmp_path / name).read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        shown = {found.strip() for found in root.itertext()}
        assert {caption, drawn.title} <= shown and set(LABELS.values()) <= shown
        assert caption.endswith(".") and caption.count(". ") == 0 and "2 seeds" in caption
        assert not re.search(r"<dc:date>|\b20\d\d-\d\d-\d\d\b", text) and "<image" not in text


def summarised(folder: Path) -> dict[str, str]:
    """The digest of every file that is written of both experiments."""
    for task in SPLITS:
        files = write_metrics(task, folder / task)
        write_table(spec_of(task), files, folder / task / "table.md", folder / task / "metrics.csv")
        write_figures(spec_of(task), files, folder / task / "figures")
    found = [*folder.rglob("*.md"), *folder.rglob("*.csv"), *folder.rglob("*.svg")]
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


def test_the_bytes_do_not_hang_on_the_order_of_hashes(tmp_path: Path) -> None:
    digests = summarised(tmp_path / "once")
    assert len(digests) == 2 * 2 + 5 and summarised(tmp_path / "again") == digests
    result = subprocess.run(
        [sys.executable, __file__, tmp_path / "other"],
        env=os.environ | {"PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(result.stdout) == digests


if __name__ == "__main__":
    print(json.dumps(summarised(Path(sys.argv[1]))))
