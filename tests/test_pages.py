"""Pages for a browser: Markdown of the pipeline as HTML, figures with their captions, and what runs are of."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import metric_files
import pytest
import yaml

from fluxem.errors import InputError
from fluxem.evaluation import web
from fluxem.evaluation.figures import write_figures
from fluxem.evaluation.pages import write_pages
from fluxem.evaluation.tables import write_table
from fluxem.pipeline.environment import PAGE_DATA, code_files
from fluxem.pipeline.layout import ROOT, reads
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.verify import verify

PAGES = ("table", "figures", "runs")
DATA = {"id_range": [0, 99], "operations": ["+", "-"]}


def cells(page: str) -> list[list[str]]:
    """The rows of every table of a page, as text."""
    tables = re.findall(r"<table>.*?</table>", page, re.DOTALL)
    rows = (row for table in tables for row in ElementTree.fromstring(table).iter("tr"))
    return [["".join(cell.itertext()) for cell in row] for row in rows]


def manifest(step: str, seed: int, **more: Any) -> dict[str, Any]:
    spec = {"step": step, "experiment": "tiny", "seed": seed, "code": "c0de", **more}
    return {"spec": spec, "outputs": {f"tiny/{step}.json": "ab" * 32}, "versions": {"python": f"3.11.{seed}"}}


def trained(seed: int, model: str, epochs: int) -> dict[str, Any]:
    parts = {"architecture": {"hidden_dim": 8, "brackets": "wait"}, "training": {"epochs": epochs, "patience": None}}
    return manifest(f"train_{model}", seed, model=model, dataset={"data": DATA}, **parts) | {"device": "cpu"}


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Any]:
    """What the pages of an experiment are made of: its table and figures as the pipeline makes them, and the rest."""
    spec = metric_files.spec_of("arithmetic")
    metrics = metric_files.write_metrics("arithmetic", tmp_path)
    write_table(spec | {"variants": {}}, metrics, tmp_path / "table.md", tmp_path / "metrics.csv")
    write_figures(spec | {"files": ["errors.svg", "learning_curves.svg"]}, metrics, tmp_path / "figures")
    told = [manifest("generate", 0), trained(0, "token_only", 5), trained(1, "hybrid", 7)]
    for at, each in enumerate(told):
        (tmp_path / f"{at}.json").write_text(json.dumps(each))
    (tmp_path / "times.md").write_text(
        "# tiny: time\n\nMinutes.\n\n| row | seed 0 |\n| --- | ---: |\n| hybrid | 1.5 |\n"
    )
    return {
        "spec": {"experiment": "tiny"},
        "table": tmp_path / "table.md",
        "figures": [tmp_path / "figures" / name for name in ("errors.svg", "learning_curves.svg")],
        "manifests": [tmp_path / f"{at}.json" for at in range(3)],
        "times": tmp_path / "times.md",
        "to": [tmp_path / f"{name}.html" for name in PAGES],
    }


def made(inputs: dict[str, Any]) -> list[str]:
    write_pages(**inputs)
    return [file.read_text(encoding="utf-8") for file in inputs["to"]]


def test_the_table_is_a_table_with_every_cell_of_the_markdown(inputs: dict[str, Any]) -> None:
    page, _, _ = made(inputs)
    lines = [line for line in inputs["table"].read_text().splitlines() if line.startswith("|") and "---" not in line]
    assert cells(page) == [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert page.count("<h1>") == 1 and "<h1>tiny: table</h1>" in page
    assert '<th class="number">test_id</th>' in page and "<li><code>hybrid</code>: " in page
    assert "| " not in page


def test_every_figure_is_there_whole_with_its_caption(inputs: dict[str, Any]) -> None:
    _, page, _ = made(inputs)
    images = re.findall(r'<img src="data:image/svg\+xml;base64,(.*?)"', page)
    assert [base64.b64decode(image) for image in images] == [file.read_bytes() for file in inputs["figures"]]
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert "<h2>Wrong answers by kind of error</h2>" in page
    assert captions[0].startswith("Wrong answers by the first thing that went wrong") and len(captions) == 2


def test_the_page_of_runs_has_configuration_code_versions_and_times(inputs: dict[str, Any]) -> None:
    _, _, page = made(inputs)
    rows = cells(page)
    assert ["data.operations", '["+", "-"]'] in rows and ["model.hidden_dim", "8"] in rows
    assert ["key", "token_only", "hybrid"] in rows and ["training.epochs", "5", "7"] in rows
    assert ["python", "3.11.0, 3.11.1"] in rows and ["hybrid", "1.5"] in rows
    assert ["train_hybrid", "1", "hybrid", "c0de", "cpu", f"train_hybrid.json {'ab' * 6}"] in rows
    assert ["generate", "0", "", "c0de", "", f"generate.json {'ab' * 6}"] in rows


def test_pages_need_no_network(inputs: dict[str, Any]) -> None:
    for page in made(inputs):
        assert not re.search(r"(?:src|href)=\"(?!data:|#)|url\(|@import|<script", page)


@pytest.mark.parametrize(
    ("which", "content", "message"),
    [
        ("manifests", None, r"0\.json: cannot be read: No such file"),
        ("manifests", "{", r"0\.json: is not the manifest of a step"),
        ("manifests", "[]", r"0\.json: is not the manifest of a step"),
        ("manifests", '{"spec": {}}', r"0\.json: is not the manifest of a step"),
        ("figures", "<svg>", r"errors\.svg: is not an SVG: "),
        ("figures", None, r"errors\.svg: cannot be read: No such file"),
        ("times", None, r"times\.md: cannot be read: No such file"),
    ],
)
def test_a_damaged_input_is_one_clear_line_and_leaves_no_page(
    inputs: dict[str, Any], which: str, content: str | None, message: str
) -> None:
    file = inputs[which] if which == "times" else inputs[which][0]
    file.unlink()
    if content is not None:
        file.write_text(content)
    with pytest.raises(InputError, match=message):
        write_pages(**inputs)
    assert not any(page.exists() for page in inputs["to"])


def test_markdown_of_the_pipeline_as_html() -> None:
    text = "# A `b`\n\nOne\nline < 2.\n\n- `x`: 1\n- y\n\n| a | b |\n| --- | ---: |\n| `p` | 1 |\n|  | 2 |\n"
    html = web.from_markdown(text).replace("\n", "")
    assert html.startswith(
        "<h1>A <code>b</code></h1><p>One line &lt; 2.</p><ul><li><code>x</code>: 1</li><li>y</li></ul>"
    )
    assert (
        '<tr><td><code>p</code></td><td class="number">1</td></tr><tr><td></td><td class="number">2</td></tr>' in html
    )


@pytest.mark.parametrize("step", ["pages", "explain"])
def test_how_pages_look_and_step_counts_for_their_code(step: str) -> None:
    row = "hybrid" if step == "explain" else None
    assert set(PAGE_DATA) < code_files(ROOT, step, "arithmetic", row).keys()
    assert not set(PAGE_DATA) & code_files(ROOT, "table", "arithmetic", None).keys()


@pytest.mark.parametrize("change", [lambda file: file.unlink(), lambda file: file.write_text("{}")], ids=["gone", "{}"])
def test_a_manifest_that_pages_read_is_found_once_where_it_is_not_whole(
    repository: Path, change: Callable[[Path], object]
) -> None:
    file = repository / "config/config.yaml"
    loaded = Plan.load(yaml.safe_load(file.read_text()), [file], repository / "config", repository)
    plan = replace(loaded, results=repository / "results")
    assert not verify(plan).problems
    name = "units/manifests/train_hybrid_seed0.json"
    assert name in reads(plan.pages("units"))
    change(plan.results / name)
    assert [each for each, _ in verify(plan).problems] == [name]
