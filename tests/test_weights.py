"""Run folders that hold no whole model are refused in one line that names the file."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save
from tiny import ARCHITECTURE, Trained, spec_of
from torch import Tensor

from fluxem.errors import InputError
from fluxem.models.hybrid import Hybrid
from fluxem.models.load import load_model
from fluxem.models.token_only import TokenOnly
from fluxem.models.weights import read_weights, write_weights

RUN, WEIGHTS = "run.json", "model.safetensors"


@pytest.fixture
def folder(trained: Trained, tmp_path: Path) -> Path:
    """A whole run folder of a hybrid, to be damaged."""
    return Path(shutil.copytree(trained.runs / "hybrid", tmp_path / "run"))


def refusal(folder: Path, name: str) -> str:
    """Why a folder is refused; the message is one line that begins with the file of this name."""
    with pytest.raises(InputError) as refused:
        load_model(folder)
    message = str(refused.value)
    assert message.startswith(f"{folder / name}: ") and "\n" not in message and len(message) < 400
    return message


def test_a_whole_run_folder_is_read(folder: Path, trained: Trained) -> None:
    hybrid, token_only = load_model(folder), load_model(trained.runs / "token_only")
    assert isinstance(hybrid, Hybrid) and isinstance(token_only, TokenOnly)
    assert not hybrid.training and not token_only.training


def test_weights_come_back_bit_by_bit(tmp_path: Path) -> None:
    torch.manual_seed(0)
    written, read = TokenOnly(ARCHITECTURE["token_only"]), TokenOnly(ARCHITECTURE["token_only"])
    write_weights(tmp_path / "deeper" / WEIGHTS, written.state_dict())
    read_weights(tmp_path / "deeper" / WEIGHTS, read)
    expected, found = written.state_dict(), read.state_dict()
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert [file.name for file in (tmp_path / "deeper").iterdir()] == [WEIGHTS]  # nothing is left half written


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:100],
        lambda whole: whole[:7],
        lambda whole: b"",
        lambda whole: whole + b"more",
        lambda whole: bytes(range(256)) * 40,
        lambda whole: b"\xff" * 4000,
        lambda whole: b"{" + whole,
        lambda whole: b"<html>not found</html>",
    ],
    ids=range(10),
)
def test_a_damaged_file_is_refused(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    file = folder / WEIGHTS
    file.write_bytes(damage(file.read_bytes()))
    assert "is not a whole safetensors file" in refusal(folder, WEIGHTS)


def without(name: str) -> Callable[[dict[str, Tensor]], dict[str, Tensor]]:
    return lambda weights: {other: value for other, value in weights.items() if other != name}


@pytest.mark.parametrize(
    "change, problem",
    [
        (without("stop.bias"), "tensor stop.bias is missing"),
        (lambda weights: {}, "is missing"),
        (lambda weights: weights | {"stop.bias": torch.zeros(3)}, "tensor stop.bias is (3,), the model of run.json"),
        (lambda weights: weights | {"left.bias": torch.zeros(16, 1)}, "tensor left.bias is (16, 1)"),
        (
            lambda weights: weights | {"another": torch.zeros(2)},
            "tensor another is (2,), the model of run.json has none",
        ),
    ],
    ids=["a tensor less", "no tensors", "other size", "other shape", "a tensor more"],
)
def test_weights_of_another_model_are_refused(
    folder: Path, change: Callable[[dict[str, Tensor]], dict[str, Tensor]], problem: str
) -> None:
    (folder / WEIGHTS).write_bytes(save(change(load_file(folder / WEIGHTS))))
    assert problem in refusal(folder, WEIGHTS)


def test_the_weights_of_the_other_model_are_refused(folder: Path, trained: Trained) -> None:
    shutil.copy(trained.runs / "token_only" / WEIGHTS, folder / WEIGHTS)
    assert "the model of run.json has" in refusal(folder, WEIGHTS)


def test_other_sizes_in_the_record_are_refused(folder: Path) -> None:
    spec = spec_of("hybrid")
    record = {"spec": spec | {"architecture": spec["architecture"] | {"num_layers": 3}}}
    (folder / RUN).write_text(json.dumps(record))
    assert "is missing" in refusal(folder, WEIGHTS)


@pytest.mark.parametrize("name", [RUN, WEIGHTS])
def test_a_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert "cannot be read (No such file or directory)" in refusal(folder, name)
    (folder / name).mkdir()
    assert "cannot be read (Is a directory)" in refusal(folder, name)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert "a model folder holds run.json" in refusal(tmp_path / "nowhere", RUN)


def spec_with(**changed: Any) -> str:
    return json.dumps({"spec": spec_of("hybrid") | changed})


@pytest.mark.parametrize(
    "record",
    [
        "",
        "not JSON",
        '{"spec": {"model": "hybrid"',
        "[]",
        "null",
        "7",
        "{}",
        '{"spec": null}',
        '{"spec": ["model"]}',
        '{"spec": {}}',
        '{"spec": {"model": "hybrid"}}',
        spec_with(model="calculator"),
        spec_with(model=None),
        spec_with(model=["hybrid"]),
        "\ufeff" + spec_with(),
    ],
)
def test_a_record_of_no_trained_model_is_refused(folder: Path, record: str) -> None:
    (folder / RUN).write_text(record)
    assert "is not the record of a trained model; train the model again" in refusal(folder, RUN)


def test_a_record_that_is_not_text_is_refused(folder: Path) -> None:
    (folder / RUN).write_bytes(b"\xff\xfe\x00{}")
    assert "is not the record of a trained model" in refusal(folder, RUN)


@pytest.mark.parametrize("device", ["tpu", "cuda:99", ""])
def test_a_device_that_this_machine_lacks_is_refused(folder: Path, device: str) -> None:
    with pytest.raises(InputError, match=rf"^device '{device}' is not available; on this machine: cpu"):
        load_model(folder, device)
