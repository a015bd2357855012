"""The figures of an experiment, from metrics written by hand, and the bytes of all that is summarised."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from metric_files import MODELS, SPLITS, spec_of, write_metrics

from fluxem.errors import InputError
from fluxem.evaluation.drawing import STYLES, Drawn
from fluxem.evaluation.figures import captions, draw, write_figures
from fluxem.evaluation.tables import write_table
from fluxem.evaluation.wilson import wilson
from fluxem.pipeline.plan import FIGURES


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    return {task: write_metrics(task, tmp_path_factory.mktemp(task)) for task in SPLITS}


@pytest.fixture(scope="module")
def drawn(files: dict[str, list[Path]]) -> dict[str, Drawn]:
    return {name: figure for task in SPLITS for name, figure in draw(spec_of(task), files[task]).items()}


def shaded(axis: Axes) -> tuple[float, float]:
    (patch,) = axis.patches
    corners = patch.get_path().vertices[:, 0] if not hasattr(patch, "get_x") else None
    return (patch.get_x(), patch.get_x() + patch.get_width()) if corners is None else (corners.min(), corners.max())


def points(axis: Axes, model: str) -> dict[float, tuple[float, float, float]]:
    """The points of a model: x to the share in % and the ends of its bar."""
    (container,) = [found for found in axis.containers if found.get_label() == STYLES[model][2]]
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
    near, far = drawn["accuracy_by_operations.svg"].figure.axes
    assert shaded(near) == shaded(far) == (0.5, 3.5)
    assert near.get_xlabel() == "operations in the question" and near.get_ylabel() == "exact match, %"
    # 80 of 400 in test_id and 10 of 400 in test_ood_length, 3/5 of them in the lower number of operations
    expected = {1: of_100(48, 240), 2: of_100(32, 160), 4: of_100(6, 240), 5: of_100(4, 160)}
    assert points(near, "token_only") == expected
    expected = {1: of_100(239.4, 240), 2: of_100(159.6, 160), 4: of_100(228, 240), 5: of_100(152, 160)}
    assert points(far, "hybrid") == expected


# --- units ---


def test_accuracy_by_magnitude(drawn: dict[str, Drawn]) -> None:
    (axis,) = drawn["accuracy_by_magnitude.svg"].figure.axes
    assert shaded(axis) == pytest.approx((0.001, 1000)) and axis.get_xscale() == "log"
    middle = {decade: pytest.approx(10 ** (decade + 0.5)) for decade in (-6, -3, 0, 2, 8)}
    expected = {-6: of_100(0, 20), -3: of_100(4, 8), 0: of_100(5, 10), 2: of_100(11, 22), 8: of_100(0, 20)}
    assert list(points(axis, "token_only").items()) == [(middle[at], expected[at]) for at in expected]
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
    assert written == sorted(FIGURES[task]) and set(draw(spec_of(task), files[task])) == {
        Path(name).name for name in written
    }


@pytest.mark.parametrize("task", SPLITS)
def test_a_figure_is_an_svg_with_its_caption_and_no_date(
    files: dict[str, list[Path]], drawn: dict[str, Drawn], task: str, tmp_path: Path
) -> None:
    write_figures(spec_of(task), files[task], tmp_path)
    for name, caption in captions(spec_of(task), files[task]).items():
        text = (tmp_path / name).read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        shown = {found.strip() for found in root.itertext()}
        assert {caption, drawn[name].title} <= shown and {STYLES[model][2] for model in MODELS} <= shown
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
    assert len(digests) == 2 * 2 + 3 and summarised(tmp_path / "again") == digests
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
