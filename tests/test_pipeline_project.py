"""The project: which experiments, each in which file, and what is laid over it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from fluxem.pipeline.load import ConfigError, merge
from fluxem.pipeline.plan import Plan

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("overlay", "command_line", "message"),
    [
        (
            "experiments: {arithmetic_small: {training: {epochs: 9}}}",
            {"experiments": {"arithmetic_small": {"seeds": [5], "training": {"epochs": "5"}}}},
            "command line: ",
        ),
        ("experiments: {arithmetic_small: {training: {epochs: '5'}}}", {}, "my.yaml: "),
    ],
)
def test_a_wrong_override_is_named_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overlay: str, command_line: dict[str, Any], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "config", "config")
    Path("my.yaml").write_text(overlay)
    files = [Path("config/config.yaml"), Path("my.yaml")]
    values: dict[str, Any] = {}
    for each in (*(yaml.safe_load(file.read_text()) for file in files), command_line):
        values = merge(values, each)
    with pytest.raises(ConfigError) as caught:
        Plan.load(values, files, Path("config"))
    assert str(caught.value).startswith(
        f'{message}experiments.arithmetic_small.training.epochs = "5" is not an integer but text: write 5'
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"experiments": {"x": {}}, "reslts_dir": "r"},
            "reslts_dir is not a known key; did you mean results_dir?",
        ),
        ({"experiments": {}}, "experiments = {} has too few items"),
        ({"experiments": {"a b": {}}}, 'experiments.a b = "a b" is not allowed; allowed: experiment ->'),
        (
            {"experiments": {"nowhere": {}}},
            f"{ROOT}/config/nowhere.yaml: cannot be read: No such file or directory, "
            f"nor is there {ROOT}/config/nowhere_full.yaml",
        ),
        ({"experiments": {"units": {}}, "paper": {"units": {}}}, "paper.units: is in experiments too; allowed: one"),
        ({"experiments": {"units": {}}, "paper": {"x_full": {}}}, "paper.x_full: allowed: x, the name less _full"),
        (
            {"experiments": {"units": {}}, "paper": {"sizes": {"seeds": 3}}},
            "command line: paper.sizes.seeds = 3 is not a list",
        ),
        (
            {"experiments": {"sizes": {"variants": {"hybrid_30": {"training": {"examples": 0}}}}}},
            "command line: experiments.sizes.variants.hybrid_30.training.examples = 0 is not allowed",
        ),
        ({"experiments": {"units_full": {}}}, "experiments.units_full: allowed: units, the name less _full"),
        ({}, "experiments is missing"),
    ],
)
def test_a_wrong_project_configuration(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=r"^\S.*") as caught:
        Plan.load(values, [], ROOT / "config")
    assert message in str(caught.value)


def test_an_experiment_has_one_file_of_two_names(tmp_path: Path) -> None:
    usual, full = tmp_path / "x.yaml", tmp_path / "x_full.yaml"
    full.write_text("{task: arithmetic, seeds: [5]}")
    values: dict[str, Any] = {"experiments": {"x": {"training": {"epochs": 2}}}}
    experiment = Plan.load(values, [], tmp_path).experiments["x"]
    assert (experiment.seeds, experiment.training.hybrid.epochs) == ((5,), 2)
    usual.write_text("{task: arithmetic, seeds: [6]}")
    with pytest.raises(ConfigError) as caught:
        Plan.load(values, [], tmp_path)
    assert str(caught.value) == f"{full}: {usual} is there too; allowed: one file for experiment x"
    full.unlink()
    assert Plan.load(values, [], tmp_path).experiments["x"].seeds == (6,)


def test_a_wrong_override_of_a_full_file_is_named_by_its_experiment(tmp_path: Path) -> None:
    (tmp_path / "x_full.yaml").write_text("task: units")
    values = {"experiments": {"x": {"data": {"held_out_pairs": 2}}}}
    with pytest.raises(ConfigError, match=r"^command line: experiments\.x\.data\.held_out_pairs = 2 is not allowed"):
        Plan.load(values, [], tmp_path)


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ("{of: x, data: {train_size: 3}}", "{of: x}", "one.yaml: data is not a known key; allowed: seeds, models"),
        ("{of: x, seeds: 3}", "{of: x}", "one.yaml: seeds = 3 is not a list"),
        ("{of: x, models: [hybird]}", "{of: x}", "one.yaml: models = ['hybird']: hybird is no row"),
        ("{of: other}", "{of: x}", "one.yaml: of = other is a comparison itself; allowed: an experiment with data"),
        ("{of: nowhere}", "{of: x}", "nowhere.yaml: cannot be read"),
        (
            "{of: x, variants: {a: {of: hybrid}}}",
            "{of: x, variants: {a: {of: hybrid, training: {epochs: 2}}}}",
            "other.yaml: variants.a: one has another of this name; allowed: a name of its own",
        ),
        (
            "{of: x, variants: {a: {of: hybrid, training: {epochs: 0}}}}",
            "{of: x}",
            "one.yaml: variants.a.training.epochs = 0 is not allowed",
        ),
    ],
)
def test_a_wrong_comparison(tmp_path: Path, one: str, other: str, message: str) -> None:
    (tmp_path / "x.yaml").write_text("task: arithmetic")
    (tmp_path / "one.yaml").write_text(one)
    (tmp_path / "other.yaml").write_text(other)
    with pytest.raises(ConfigError) as caught:
        Plan.load({"experiments": {"x": {}, "one": {}, "other": {}}}, [], tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/{message}")


def test_an_experiment_listed_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("experiments:\n  small: {}\n  small: {}\n")
    with pytest.raises(ConfigError, match=r"config\.yaml: line 3: not valid YAML: small is given twice"):
        Plan.load({"experiments": {"small": {}}}, [file], tmp_path)
