"""Every row of the paper's experiment, from its shipped configuration to the table, at a size that takes a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fluxem import tasks
from fluxem.evaluation.figures import write_figures
from fluxem.evaluation.run import evaluate
from fluxem.evaluation.tables import write_table
from fluxem.models.kinds import kind_of
from fluxem.pipeline.files import write_jsonl
from fluxem.pipeline.plan import Plan
from fluxem.pipeline.rows import ROWS
from fluxem.training import hybrid, token_only

TRAIN = {"train_token_only": token_only.train, "train_hybrid": hybrid.train}
_EPOCH: dict[str, Any] = {"epochs": 1, "batch_size": 8}
_SIZES: dict[str, Any] = {"hidden_dim": 16, "num_layers": 1, "mlp_dim": 32}
TINY: dict[str, Any] = {
    "seeds": [0],
    "data": {
        "train_size": 24,
        "validation_size": 6,
        "test_size": 3,
        "ood_lengths": [10],
        "length_test_size": 3,
        "ood_ops": [4, 4],
    },
    "model": _SIZES | dict.fromkeys(ROWS, _SIZES),
    "training": _EPOCH | dict.fromkeys(ROWS, _EPOCH),
}
CONFIG = Path(__file__).resolve().parents[1] / "config"
PLAN = Plan.load({"experiments": {"arithmetic": TINY}, "paper": {"paper": {"seeds": [0]}}}, [], CONFIG)
MODELS = PLAN.experiments["paper"].models


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of every model's run, evaluated."""
    folder = tmp_path_factory.mktemp("rows")
    made = PLAN.generate("paper", 0)
    for split, rows in tasks.generate(made["task"], made["data"], made["seed"]).items():
        write_jsonl(folder / "data" / f"{split}.jsonl", rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fluxem.evaluation.run.COUNTED", 1)
        patch.setattr("fluxem.models.speaker.LONGEST_ANSWER", 12)  # networks that know nothing do not end
        for model in MODELS:
            spec = PLAN.eval("paper", 0, model)
            TRAIN[spec["trained"]["step"]](spec["trained"], folder / "data", folder / model, "cpu")
            evaluate(spec, folder / "data", folder / model, "cpu")
    return folder


@pytest.mark.parametrize("name", ["arithmetic_small", "arithmetic", "paper", "addition", "sizes", "addition_sizes"])
def test_the_shipped_rows_have_about_as_many_parameters(name: str) -> None:
    config = Plan.load({"experiments": {name: {}}}, [], CONFIG).experiments[name]
    learned = [model for model in config.models if ROWS[config.row_of(model)].learned]
    networks = [kind_of(config.row_of(model))(config.architecture(model).model_dump()) for model in learned]
    sizes = [sum(each.numel() for each in network.parameters()) for network in networks]
    assert max(sizes) <= 1.05 * min(sizes), dict(zip(learned, sizes, strict=True))


@pytest.mark.parametrize("model", MODELS)
def test_every_row_answers_every_split(runs: Path, model: str) -> None:
    found = json.loads((runs / model / "metrics.json").read_text())
    assert set(found["splits"]) == set(PLAN.experiments["paper"].data.test_splits)
    row = ROWS[PLAN.experiments["paper"].row_of(model)]
    for split, metrics in found["splits"].items():
        assert metrics["exact_match"]["n"] == len(found["right"][split]) == 3
        assert (metrics["multiply_adds"]["value"] > 0) == row.learned
        wrong = sum(metric["value"] for name, metric in metrics.items() if name.startswith("error/"))
        assert wrong == pytest.approx(1 - metrics["exact_match"]["value"])
        if model == "oracle":
            assert metrics["exact_match"]["value"] == metrics["router_accuracy"]["value"] == 1
    assert len(found["history"]) == row.learned


def test_they_add_up_to_the_papers_table_and_figures(runs: Path, tmp_path: Path) -> None:
    files = [runs / model / "metrics.json" for model in MODELS]
    write_table(PLAN.table("paper"), files, tmp_path / "table.md", tmp_path / "metrics.csv")
    write_figures(PLAN.figures("paper"), files, tmp_path / "figures")
    assert sorted(file.name for file in (tmp_path / "figures").iterdir()) == sorted(PLAN.figure_files("paper"))
    text = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert all(f"\n| {model} " in text and f"\n- `{model}`: " in text for model in MODELS)
    assert text.count(" (not learned) |") >= 2 * 2 and "nan" not in text
