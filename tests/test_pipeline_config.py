"""Configurations: what is accepted, what it means, and the one line that refuses the rest."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic.fields import FieldInfo

from fluxem.pipeline.config import Experiment, Model, ModelName, Project, Section, Training, is_section
from fluxem.pipeline.load import ConfigError, load_experiment, merge
from fluxem.pipeline.plan import Plan

ROOT = Path(__file__).resolve().parents[1]
SMALL = ROOT / "config" / "arithmetic_small.yaml"

# The experiment as the guide of the original idea writes it, less the folders.
GUIDE = """
task: arithmetic
seed: 42
data:
  train_size: 1000
  test_size: 200
  id_range: [0, 99]
  ood_magnitude_range: [10000, 99999]
  ood_max_ops: 5
  operations: ["+", "-", "*"]
model:
  hidden_dim: 128
  num_layers: 2
  num_heads: 4
  dropout: 0.1
training:
  epochs: 20
  batch_size: 32
  learning_rate: 0.001
"""


def load(folder: Path, text: str, over: dict[str, Any] | None = None) -> Experiment:
    file = folder / "small.yaml"
    file.write_text(text)
    return load_experiment(file, over or {}, [])


def test_the_guides_configuration_means_what_the_shipped_one_says(tmp_path: Path) -> None:
    guide, shipped = load(tmp_path, GUIDE), load_experiment(SMALL, {}, [])
    assert guide.seeds == (42,)
    assert guide.data == shipped.data
    for name in ("model", "training"):
        mine, theirs = getattr(guide, name), getattr(shipped, name)
        common = type(mine).model_fields.keys() - get_args(ModelName)
        assert all(getattr(mine, key) == getattr(theirs, key) for key in common)


def test_ood_max_ops_is_the_upper_end_of_ood_ops(tmp_path: Path) -> None:
    assert load(tmp_path, "{task: arithmetic, data: {ood_max_ops: 8}}").data.ood_ops == (4, 8)
    assert load(tmp_path, "{task: arithmetic, data: {id_ops: [1, 2], ood_max_ops: 8}}").data.ood_ops == (3, 8)


def test_a_models_part_overrides_the_common_values_for_that_model_alone(tmp_path: Path) -> None:
    training = load(tmp_path, "{task: arithmetic, training: {epochs: 5, hybrid: {epochs: 7}}}").training
    assert (training.epochs, training.token_only.epochs, training.hybrid.epochs) == (5, 5, 7)
    assert training.hybrid.batch_size == 32


def test_overrides_merge_by_key_and_replace_lists() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 1}
    assert merge(base, {"a": {"c": [3]}, "e": {}}) == {"a": {"b": 1, "c": [3]}, "d": 1, "e": {}}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 1}


@pytest.mark.parametrize("section", [Model, Training])
def test_every_model_has_a_part(section: type[Section]) -> None:
    assert {name for name, field in section.model_fields.items() if is_section(field.annotation)} == set(
        get_args(ModelName)
    )


# what stands in the file; the message after the file's name
REFUSED = [
    ("training: {epohcs: 5}", "training.epohcs is not a known key; did you mean epochs?"),
    ("trianing: {epochs: 5}", "trianing is not a known key; did you mean training?"),
    (
        "training: {hybrid: {patiense: 3}}",
        "training.hybrid.patiense is not a known key; did you mean patience?",
    ),
    ("model: {zzz: 1}", "model.zzz is not a known key; allowed: hidden_dim, num_layers, num_heads, mlp_dim, dropout"),
    ("model: {1: 1}", "model.1 is not a known key; allowed: hidden_dim"),
    ("training: {epochs: twenty}", 'training.epochs = "twenty" is not an integer; allowed: passes over'),
    ("training: {epochs: 2.5}", "training.epochs = 2.5 is not an integer"),
    (
        "training: {epochs: 0}",
        "training.epochs = 0 is not allowed; allowed: passes over the training rows, at least 1",
    ),
    ("training: {epochs: yes}", "training.epochs = true is not an integer"),
    ("training: {epochs: }", "training.epochs = null is not an integer"),
    (
        "training: {learning_rate: 1e-3}",
        'training.learning_rate = "1e-3" is not a number but text to YAML: write 1.0e-3',
    ),
    (
        "training: {learning_rate: '0.1'}",
        'training.learning_rate = "0.1" is not a number but text: write 0.1 without',
    ),
    (
        "training: {learning_rate: .nan}",
        "training.learning_rate = NaN is not allowed; allowed: highest learning rate",
    ),
    ("training: {token_only: {batch_size: x}}", 'training.token_only.batch_size = "x" is not an integer'),
    ("training: 5", "training = 5 is not a mapping"),
    ("model: {dropout: 1}", "model.dropout = 1 is not allowed; allowed: share of activations dropped"),
    ("model: {hidden_dim: 100}", "model.hidden_dim = 100: allowed: a multiple of 2 * num_heads = 8"),
    (
        "model: {hybrid: {num_heads: 3}}",
        "model.hybrid.hidden_dim = 128: allowed: a multiple of 2 * num_heads = 6",
    ),
    ("data: {id_range: 99}", "data.id_range = 99 is not a list"),
    ("data: {id_range: [0]}", "data.id_range.1 is missing"),
    ("data: {id_range: [0, 1, 2]}", "data.id_range = [0, 1, 2] has too many items"),
    ("data: {id_range: [9, 0]}", "data.id_range = [9, 0]: allowed: [lowest, highest] in this order"),
    (
        "data: {ood_magnitude_range: [50, 200]}",
        "data.ood_magnitude_range = [50, 200] overlaps id_range = [0, 99]",
    ),
    ("data: {ood_ops: [3, 5]}", "data.ood_ops = [3, 5]: allowed: more than the 3 of id_ops"),
    ("data: {ood_max_ops: 3}", "data.ood_ops = [4, 3]: allowed: [lowest, highest] in this order"),
    ("data: {ood_max_ops: many}", 'data.ood_ops.1 = "many" is not an integer'),
    ("data: {ood_max_ops: 5, ood_ops: [4, 6]}", "data.ood_max_ops and ood_ops are both given: keep one"),
    ("data: {operations: ['+', '^']}", 'data.operations.1 = "^" is not allowed; allowed: operators'),
    ("data: {operations: ['+', '+']}", "data.operations = ['+', '+']: allowed: each value once"),
    ("data: {operations: [+, -, *]}", "line 2: not valid YAML: "),
    ("data: {parentheses: 1.5}", "data.parentheses = 1.5 is not allowed; allowed: share of questions"),
    ("data: {phrasings: 1}", "data.phrasings = 1 is not true or false"),
    ("seeds: 3", "seeds = 3 is not a list"),
    ("seeds: []", "seeds = [] has too few items"),
    ("seeds: [0, -1]", "seeds.1 = -1 is not allowed"),
    ("seeds: [0, 0]", "seeds = [0, 0]: allowed: each value once"),
    ("seeds: [0]\nseed: 0", "seed and seeds are both given: keep one of the two"),
    ("models: [hybird]", 'models.0 = "hybird" is not allowed; allowed: models to compare'),
    ("device: gpu", 'device = "gpu" is not allowed; allowed: cpu, cuda, cuda:N or mps'),
    ("paths: {results_dir: x}", "paths is not used: `results_dir` in config/config.yaml says where"),
    ("task: units", 'task = "units" is not allowed; allowed: arithmetic'),
    ("task: arithmetic\ntask: arithmetic", "line 2: not valid YAML: task is given twice"),
    ("experiments: {}", "has the key experiments, so it is an overlay for `snakemake --configfile"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text for text, _ in REFUSED])
def test_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text if text.startswith("task") else f"task: arithmetic\n{text}")
    assert str(caught.value).startswith(f"{tmp_path / 'small.yaml'}: {message}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "holds NoneType; allowed: a mapping"),
        (b"- 1", "holds list; allowed: a mapping"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"{}", "task is missing; allowed: arithmetic"),
    ],
)
def test_a_file_that_is_no_configuration(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "small.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_experiment(file, {}, [])
    assert str(caught.value).startswith(f"{file}: {message}")


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
    for given in (*(yaml.safe_load(file.read_text()) for file in files), command_line):
        values = merge(values, given)
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
        ({"experiments": {"nowhere": {}}}, "cannot be read: No such file"),
        ({}, "experiments is missing"),
    ],
)
def test_a_wrong_project_configuration(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=r"^\S.*") as caught:
        Plan.load(values, [], ROOT / "config")
    assert message in str(caught.value)


def test_an_experiment_listed_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("experiments:\n  small: {}\n  small: {}\n")
    with pytest.raises(ConfigError, match=r"config\.yaml: line 3: not valid YAML: small is given twice"):
        Plan.load({"experiments": {"small": {}}}, [file], tmp_path)


def keys_of(section: type[Section], above: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key of a configuration file, dotted; of a model's part, itself and the keys that only it has."""
    for name, field in section.model_fields.items():
        if not is_section(field.annotation):
            yield above + name, field
        elif name not in get_args(ModelName):
            yield from keys_of(field.annotation, f"{above}{name}.")  # type: ignore[arg-type]
        else:
            yield above + name, field
            for key, own in field.annotation.model_fields.items():  # type: ignore[union-attr]
                if key not in section.model_fields:
                    yield f"{above}{name}.{key}", own


@pytest.mark.parametrize("section", [Experiment, Project])
def test_the_readme_lists_every_key_with_its_default(section: type[Section]) -> None:
    readme = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([\w.]+)` \| (\S.*?) \|", readme, re.MULTILINE))
    for key, field in keys_of(section):
        assert field.description, f"{key} has no description"
        if is_section(field.annotation):
            assert f"`{key}`" in readme
        elif field.is_required():
            assert listed[key] == "none"
        else:
            default = list(field.default) if isinstance(field.default, tuple) else field.default
            assert yaml.safe_load(listed[key].strip("`")) == default, key
