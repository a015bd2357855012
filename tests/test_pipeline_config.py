"""Configurations: what is accepted, what it means, and the one line that refuses the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fluxem.pipeline.config import Experiment
from fluxem.pipeline.config_data import OF_TASK, ArithmeticData, UnitsData
from fluxem.pipeline.config_model import HybridModelValues, HybridTrainingValues, Model, Training
from fluxem.pipeline.load import ConfigError, load_experiment, merge
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.section import Section, is_section

ROOT = Path(__file__).resolve().parents[1]
SMALL = ROOT / "config" / "arithmetic_small.yaml"
TASKS = " or ".join(OF_TASK)

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
        common = type(mine).model_fields.keys() - ROWS
        assert all(getattr(mine, key) == getattr(theirs, key) for key in common)


def test_ood_max_ops_is_the_upper_end_of_ood_ops(tmp_path: Path) -> None:
    assert load(tmp_path, "{task: arithmetic, data: {ood_max_ops: 8}}").data.ood_ops == (4, 8)
    assert load(tmp_path, "{task: arithmetic, data: {id_ops: [1, 2], ood_max_ops: 8}}").data.ood_ops == (3, 8)


@pytest.mark.parametrize(("given", "share"), [("true", 0.3), ("false", 0.0), ("0.5", 0.5)])
def test_id_parentheses_is_the_share_of_parentheses(tmp_path: Path, given: str, share: float) -> None:
    assert load(tmp_path, f"{{task: arithmetic, data: {{id_parentheses: {given}}}}}").data.parentheses == share


def test_a_models_part_overrides_the_common_values_for_that_model_alone(tmp_path: Path) -> None:
    training = load(tmp_path, "{task: arithmetic, training: {epochs: 5, hybrid: {epochs: 7}}}").training
    assert (training.epochs, training.token_only.epochs, training.hybrid.epochs) == (5, 5, 7)
    assert training.hybrid.batch_size == 32


def test_a_mapping_may_take_in_another(tmp_path: Path) -> None:
    text = "{task: arithmetic, training: {epochs: 5, token_only: &same {patience: 3}, hybrid: {<<: *same, epochs: 9}}}"
    training = load(tmp_path, text).training
    assert (training.hybrid.patience, training.hybrid.epochs, training.token_only.epochs) == (3, 9, 5)


def test_overrides_merge_by_key_and_replace_lists() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 1}
    assert merge(base, {"a": {"c": [3]}, "e": {}}) == {"a": {"b": 1, "c": [3]}, "d": 1, "e": {}}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 1}


def test_the_shipped_units_say_what_the_guide_and_the_defaults_say() -> None:
    shipped = load_experiment(ROOT / "config" / "units_full.yaml", {}, [])
    assert shipped.data == UnitsData()
    assert shipped.model.model_dump(include={"hidden_dim", "num_layers", "num_heads"}) == {
        "hidden_dim": 256,
        "num_layers": 3,
        "num_heads": 8,
    }
    assert shipped.training.model_dump(include={"epochs", "batch_size", "learning_rate"}) == {
        "epochs": 30,
        "batch_size": 64,
        "learning_rate": 0.0005,
    }


@given(st.lists(st.integers(-1, 4), min_size=4, max_size=4))
def test_ranges_of_units_are_positive_and_lie_within_each_other(ends: list[int]) -> None:
    lowest, low, high, highest = ends
    values = {"id_range": (low, high), "ood_magnitude_range": (lowest, highest)}
    try:
        accepted = UnitsData.model_validate(values)
    except ValidationError:
        assert not 0 < lowest < low < high < highest
    else:
        assert 0 < lowest < low < high < highest
        assert accepted == UnitsData.model_validate({key: tuple(map(float, pair)) for key, pair in values.items()})


def test_the_task_may_come_from_an_override(tmp_path: Path) -> None:
    assert load(tmp_path, "task: arithmetic", {"task": "units"}).data == UnitsData()


@pytest.mark.parametrize(("section", "hybrid"), [(Model, HybridModelValues), (Training, HybridTrainingValues)])
def test_every_row_has_a_part_with_the_keys_of_its_family(section: type[Section], hybrid: type[Section]) -> None:
    parts = {name: field.annotation for name, field in section.model_fields.items() if is_section(field.annotation)}
    assert parts.keys() == ROWS.keys()
    for name, part in parts.items():
        assert issubclass(part, hybrid) == (ROWS[name].family == "hybrid")  # type: ignore[arg-type]


def test_a_row_inherits_from_its_familys_plain_row(tmp_path: Path) -> None:
    part = "{epochs: 5, hybrid: {epochs: 7, patience: 3}, hybrid_blind: {epochs: 9}, fone: {patience: 2}}"
    training = load(tmp_path, f"{{task: arithmetic, training: {part}}}").training
    of = {name: (getattr(training, name).epochs, getattr(training, name).patience) for name in ROWS}
    assert of["token_only"] == of["xval"] == (5, None) and of["fone"] == (5, 2)
    assert of["hybrid"] == of["oracle"] == (7, 3) and of["hybrid_blind"] == (9, 3)


VARIED = """
task: arithmetic
models: [hybrid, hybrid_unpacked]
model: {hybrid: {local_heads: 1}}
training: {epochs: 5, hybrid: {epochs: 7}}
variants:
  hybrid_unpacked: {of: hybrid, model: {hidden_dim: 64}, training: {most_packed: 1}}
"""


def test_a_variant_is_its_row_with_some_keys_changed(tmp_path: Path) -> None:
    found = load(tmp_path, VARIED, {"variants": {"hybrid_unpacked": {"training": {"epochs": 8}}}})
    assert found.row_of("hybrid_unpacked") == found.row_of("hybrid") == "hybrid"
    assert "hybrid_unpacked" in found.rows and set(ROWS) < set(found.rows)
    plain, varied = found.architecture("hybrid"), found.architecture("hybrid_unpacked")
    assert plain == found.model.hybrid and varied == plain.model_copy(update={"hidden_dim": 64})
    plain, varied = found.schedule("hybrid"), found.schedule("hybrid_unpacked")
    assert plain == found.training.hybrid and varied == plain.model_copy(update={"most_packed": 1, "epochs": 8})


def test_splits_that_are_asked_for_follow_the_usual_ones() -> None:
    usual = ("test_id", "test_ood_magnitude", "test_ood_length", "test_ood_combined")
    assert ArithmeticData().test_splits == usual
    more = ArithmeticData(ood_lengths=(10, 50), huge_range=(10**17, 10**18), most_digits=18)
    assert more.test_splits == (
        *usual,
        *("test_ood_length_10", "test_ood_length_50", "test_ood_huge", "test_digits"),
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
    ("data: {id_parentheses: 2}", "data.parentheses = 2 is not allowed; allowed: share of questions"),
    ("data: {id_parentheses: true, parentheses: 0.1}", "data.id_parentheses and parentheses are both given: keep one"),
    ("data: {phrasings: 1}", "data.phrasings = 1 is not true or false"),
    ("seeds: 3", "seeds = 3 is not a list"),
    ("seeds: []", "seeds = [] has too few items"),
    ("seeds: [0, -1]", "seeds.1 = -1 is not allowed"),
    ("seeds: [0, 0]", "seeds = [0, 0]: allowed: each value once"),
    ("seeds: [0]\nseed: 0", "seed and seeds are both given: keep one of the two"),
    ("models: [hybird]", "models = ['hybird']: hybird is no row; allowed: token_only, token_only_strong, fone,"),
    ("models: [3]", "models.0 = 3 is not text; allowed: rows to compare, in the order of the table"),
    ("model: {hybrid_blind: {windw: 3}}", "model.hybrid_blind.windw is not a known key; did you mean window?"),
    ("model: {fone: {window: 3}}", "model.fone.window is not a known key; allowed: hidden_dim"),
    ("model: {hybrid: 5}", "model.hybrid = 5 is not a mapping"),
    ("model: {hybrid: {brackets: no_wait}}", 'model.hybrid.brackets = "no_wait" is not allowed; allowed: whether a'),
    ("training: {hybrid: {follow: best}}", 'training.hybrid.follow = "best" is not allowed; allowed: which right'),
    ("training: {examples: 0}", "training.examples = 0 is not allowed; allowed: train on so many"),
    ("variants: {x: {training: {}}}", "variants.x.of is missing; allowed: the row that it varies"),
    ("variants: {x: {of: y}}", "variants.x.of = y: allowed: token_only, token_only_strong"),
    ("variants: {x: {off_: hybrid}}", "variants.x.off_ is not a known key; did you mean of?"),
    ("variants: {x: {of: hybrid, trainin: {}}}", "variants.x.trainin is not a known key; did you mean training?"),
    ("variants: {x: {of: hybrid, training: 5}}", "variants.x.training = 5 is not a mapping; allowed: keys of training"),
    ("variants: {x: 5}", "variants.x = 5 is not a mapping"),
    (
        "variants: {x: {of: hybrid, training: {most_packd: 1}}}",
        "variants.x.training.most_packd is not a known key; did you mean most_packed?",
    ),
    (
        "variants: {x: {of: fone, training: {most_packed: 1}}}",
        "variants.x.training.most_packed is not a known key; allowed: epochs",
    ),
    (
        "variants: {x: {of: hybrid, training: {most_packed: 0}}}",
        "variants.x.training.most_packed = 0 is not allowed; allowed: questions that share a row",
    ),
    (
        "variants: {x: {of: hybrid, model: {num_heads: 3}}}",
        "variants.x.model.hidden_dim = 128: allowed: a multiple of 2 * num_heads = 6",
    ),
    (
        "variants: {x: {of: hybrid, model: {local_heads: 5}}}",
        "variants.x.model.local_heads = 5: allowed: at most num_h",
    ),
    ("variants: {hybrid: {of: hybrid}}", "variants.hybrid: allowed: a name of its own"),
    ("variants: {data: {of: hybrid}}", "variants.data: allowed: a name of its own"),
    ("variants: {a-b: {of: hybrid}}", 'variants.a-b = "a-b" is not allowed; allowed: name -> a row'),
    ("data: {ood_lengths: [10, 3]}", "data.ood_lengths = [10, 3]: allowed: more than the 3 of id_ops"),
    ("data: {ood_lengths: [10, 10]}", "data.ood_lengths = [10, 10]: allowed: each value once"),
    ("data: {huge_range: [50, 200]}", "data.huge_range = [50, 200] overlaps id_range = [0, 99]"),
    ("data: {huge_range: [900, 200]}", "data.huge_range = [900, 200]: allowed: [lowest, highest] in this order"),
    ("data: {most_digits: 0}", "data.most_digits = 0 is not allowed; allowed: most digits of an operand"),
    (
        "data: {even_digits: true, id_range: [-9, 9]}",
        "data.id_range = [-9, 9]: allowed with even_digits: from 0",
    ),
    ("device: gpu", 'device = "gpu" is not allowed; allowed: cpu, cuda, cuda:N or mps'),
    ("paths: {results_dir: x}", "paths is not used: `results_dir` in config/config.yaml says where"),
    ("task: unit", f'task = "unit" is not allowed; allowed: {TASKS}: what'),
    ("task: ", f"task = null is not allowed; allowed: {TASKS}: what"),
    ("task: [units]", f'task = ["units"] is not allowed; allowed: {TASKS}: what'),
    ("task: unit\ndata: {unit_types: [x]}", 'task = "unit" is not allowed'),
    ("task: arithmetic\ntask: arithmetic", "line 2: not valid YAML: task is given twice"),
    *(
        (f"task: units\ndata: {data}", f"data.{message}")
        for data, message in [
            (
                "{id_ops: [1, 3]}",
                "id_ops is not a known key; allowed: train_size, validation_size, test_size, unit_types",
            ),
            ("{phrasings: true}", "phrasings is not a known key; allowed: train_size"),
            ("{held_out_pair: 0.1}", "held_out_pair is not a known key; did you mean held_out_pairs?"),
            ("{train_size: 0}", "train_size = 0 is not allowed; allowed: rows to train on, at least 1"),
            ("{validation_size: 0}", "validation_size = 0 is not allowed"),
            ("{test_size: 2.0}", "test_size = 2.0 is not an integer"),
            ("{unit_types: length}", 'unit_types = "length" is not a list'),
            ("{unit_types: []}", "unit_types = [] has too few items"),
            (
                "{unit_types: [lenght]}",
                'unit_types.0 = "lenght" is not allowed; allowed: types of units, of length, mass',
            ),
            ("{unit_types: [mass, time, mass]}", "unit_types = ['mass', 'time', 'mass']: allowed: each value once"),
            ("{unit_types: [mass]}", "unit_types = ['mass']: allowed: two or more with include_can_add"),
            ("{include_can_add: 1}", "include_can_add = 1 is not true or false"),
            ("{id_range: [0, 1]}", "id_range.0 = 0 is not allowed; allowed: [lowest, highest] magnitude in training"),
            ("{id_range: [-1.5, 1]}", "id_range.0 = -1.5 is not allowed"),
            ("{id_range: [0.1, true]}", "id_range.1 = true is not a number"),
            ("{id_range: [1]}", "id_range.1 is missing"),
            (
                "{id_range: [1000, 1]}",
                "id_range = [1000.0, 1.0]: allowed: [lowest, highest], the lowest below the highest",
            ),
            ("{id_range: [1, 1]}", "id_range = [1.0, 1.0]: allowed: [lowest, highest]"),
            ("{ood_magnitude_range: [2, 1]}", "ood_magnitude_range = [2.0, 1.0]: allowed: [lowest, highest]"),
            (
                "{ood_magnitude_range: [0.001, 2000]}",
                "ood_magnitude_range = [0.001, 2000.0]: allowed: from below to above id_range = [0.001, 1000.0]",
            ),
            ("{ood_magnitude_range: [0.0001, 1000]}", "ood_magnitude_range = [0.0001, 1000.0]: allowed: from below"),
            (
                "{ood_magnitude_range: [1.0e-6, 1.0e9]}",
                'ood_magnitude_range.1 = "1.0e9" is not a number but text to YAML: write 1.0e+9;',
            ),
            (
                "{ood_magnitude_range: ['1.0e-6', 1.0e+9]}",
                'ood_magnitude_range.0 = "1.0e-6" is not a number but text: write 1.0e-6 without quotes',
            ),
            ("{held_out_pairs: 1}", "held_out_pairs = 1 is not allowed; allowed: share of unit pairs"),
            ("{held_out_pairs: -0.1}", "held_out_pairs = -0.1 is not allowed"),
        ]
    ),
    ("data: {unit_types: [mass]}", "data.unit_types is not a known key; allowed: train_size"),
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
        (b"{}", f"task is missing; allowed: {TASKS}: what the questions are about"),
        (b"data: {unit_types: [length]}\nmodle: {}", f"task is missing; allowed: {TASKS}"),
    ],
)
def test_a_file_that_is_no_configuration(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "small.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_experiment(file, {}, [])
    assert str(caught.value).startswith(f"{file}: {message}")
