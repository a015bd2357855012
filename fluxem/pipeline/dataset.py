"""The data of one experiment and seed on disk: `<split>.jsonl` for each split, and a manifest of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fluxem.errors import InputError
from fluxem.pipeline.files import write_json, write_jsonl
from fluxem.pipeline.spec import Spec, require

MANIFEST = "manifest.json"


def write_dataset(folder: Path, splits: Mapping[str, Sequence[dict[str, Any]]], spec: Spec) -> None:
    """Write `<split>.jsonl` for each split, then the manifest: spec, and rows and SHA-256 of each."""
    manifest = {}
    for split, rows in splits.items():
        file = folder / f"{split}.jsonl"
        write_jsonl(file, rows)
        manifest[split] = {"rows": len(rows), "sha256": _sha256(file)}
    write_json(folder / MANIFEST, {"spec": spec, "splits": manifest})


def read_dataset(folder: Path, splits: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each of `splits`, of a folder that `check_dataset` has checked."""
    texts = {split: (folder / f"{split}.jsonl").read_text(encoding="utf-8") for split in splits}
    return {split: [json.loads(line) for line in text.split("\n") if line] for split, text in texts.items()}


def check_dataset(folder: Path, spec: Spec, remedy: str) -> None:
    """Check that a folder holds the data of `spec`, whole and unedited.

    Raises:
        InputError: a file is missing or was changed; the message names it and `remedy`, the command that
        makes it.
        StaleError: the folder was made from another spec.
    """
    for split, recorded in require(folder / MANIFEST, spec, remedy)["splits"].items():
        file = folder / f"{split}.jsonl"
        if not file.exists():
            raise InputError(f"{file} is missing: make it with `{remedy}`")
        if _sha256(file) != recorded["sha256"]:
            raise InputError(f"{file} was changed after it was made: make it again with `{remedy}`")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
