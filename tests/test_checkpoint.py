"""A training that was stopped and goes on ends in the bytes of one that never was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny import TRAIN, spec_of, write_data

from fluxem.pipeline.rows import ROWS
from fluxem.training.checkpoint import NAME, Checkpoint

LEARNED = [name for name, row in ROWS.items() if row.learned]
EPOCHS = 3


def spec(row: str, **training: Any) -> dict[str, Any]:
    return spec_of(ROWS[row].family, 5, epochs=EPOCHS, **training) | {"model": row, "variant": row}


def train(row: str, data: Path, out: Path, **training: Any) -> dict[str, bytes]:
    """The files of a run."""
    TRAIN[ROWS[row].family](spec(row, **training), data, out, "cpu")
    return {file.name: file.read_bytes() for file in out.iterdir()}


def stop_after(epochs: int, row: str, data: Path, out: Path, **training: Any) -> bytes:
    """Train until so many checkpoints are written, then fail; what the last of them holds."""
    save, left = Checkpoint.save, [epochs]

    def save_or_stop(self: Checkpoint) -> None:
        save(self)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Checkpoint, "save", save_or_stop)
        train(row, data, out, **training)
    assert [file.name for file in out.iterdir()] == [NAME]
    return (out / NAME).read_bytes()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize("row", LEARNED)
def test_it_ends_in_the_same_bytes(row: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    never_stopped = train(row, data, tmp_path / "never")
    assert NAME not in never_stopped
    for epochs in range(1, EPOCHS + 1):
        out = tmp_path / f"after{epochs}"
        stop_after(epochs, row, data, out)
        capsys.readouterr()
        assert train(row, data, out) == never_stopped
        said = capsys.readouterr().out.splitlines()
        assert said[0] == f"going on after epoch {epochs}"
        assert len([line for line in said if line.startswith("epoch ")]) == EPOCHS - epochs


def test_it_may_be_stopped_again_and_again(data: Path, tmp_path: Path) -> None:
    for _ in range(EPOCHS):
        stop_after(1, "hybrid", data, tmp_path / "often") if not (tmp_path / "often").exists() else None
    stop_after(1, "hybrid", data, tmp_path / "often")
    assert train("hybrid", data, tmp_path / "often") == train("hybrid", data, tmp_path / "never")


def test_patience_that_was_over_stays_over(data: Path, tmp_path: Path) -> None:
    patient: dict[str, Any] = {"patience": 1, "learning_rate": 1e-9}
    never_stopped = train("hybrid", data, tmp_path / "never", **patient)
    assert never_stopped["history.csv"].count(b"\n") == 1 + 2
    stop_after(2, "hybrid", data, tmp_path / "stopped", **patient)
    assert train("hybrid", data, tmp_path / "stopped", **patient) == never_stopped


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "of other values", "of another spec"])
def test_what_is_no_checkpoint_of_this_training_is_as_good_as_none(damage: str, data: Path, tmp_path: Path) -> None:
    never_stopped = train("hybrid", data, tmp_path / "never")
    out = tmp_path / "stopped"
    kept = stop_after(1, "hybrid", data, out, **({"learning_rate": 0.02} if damage == "of another spec" else {}))
    middle = len(kept) // 2
    new = {
        "cut": kept[:middle],
        "changed": kept[:20] + b"x" + kept[21:],
        "empty": b"",
        "of other values": b"hello",
        "of another spec": kept,
    }[damage]
    (out / NAME).write_bytes(new)
    assert train("hybrid", data, out) == never_stopped
