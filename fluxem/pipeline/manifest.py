"""What a job made, and of what: the last file that it writes, and what `status` and `verify` go by.

It holds the job's spec, the SHA-256 of every file that it made and read, the digest of every file of its code, and the
versions that it ran with. It also holds the SHA-256 of its own content and is written in one form only, so that any
byte of it that changes is noticed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fluxem.errors import InputError
from fluxem.pipeline import layout
from fluxem.pipeline.environment import code_files, row_of
from fluxem.pipeline.files import write_json
from fluxem.pipeline.spec import Spec, canonical

Content = dict[str, Any]
OWN = "sha256"


class DamagedError(InputError):
    """A manifest that is not what a job wrote."""


def write_manifest(results: Path, spec: Spec, device: str | None, root: Path = layout.ROOT) -> Path:
    """Write the manifest of a job whose work is done.

    Args:
        results: the results folder.
        spec: of the job.
        device: where its network ran, if it runs one.
        root: the folder that holds the package.

    Returns:
        The manifest.

    Raises:
        InputError: the job did not make a file that it should have made.
    """

    def hashes(files: tuple[str, ...]) -> dict[str, str]:
        return {file: sha256(results / file) for file in files}

    content: Content = {
        "spec": spec,
        "outputs": hashes(layout.outputs(spec)),
        "inputs": hashes(layout.reads(spec)),
        "code": code_files(root, spec["step"], spec["task"], row_of(spec)),
        "versions": {
            "python": platform.python_version(),
            "platform": platform.platform(),
            **{library: importlib.metadata.version(library) for library in spec["libraries"]},
        },
    }
    if device is not None:
        content["device"] = device
    file = results / layout.manifest(spec)
    write_json(file, content | {OWN: _own(content)})
    return file


def read_manifest(results: Path, name: str) -> Content:
    """The manifest `name`, below the results folder.

    Raises:
        FileNotFoundError: there is none.
        DamagedError: it is not what a job wrote, or that of another job.
    """
    file = results / name
    try:
        text = file.read_bytes().decode("utf-8")
        content: Content = json.loads(text)
        whole = content.pop(OWN) == _own(content) and text == _written(content)
        if not whole or layout.manifest(content["spec"]) != name:
            raise ValueError(name)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedError(f"{file} is not as a job wrote it") from error
    return content


def check_outputs(results: Path, spec: Spec, files: Iterable[str], remedy: str) -> None:
    """Check that files of a job are as it made them, where it left a manifest.

    Args:
        results: the results folder.
        spec: of the job.
        files: some of its outputs, below the results folder.
        remedy: the command that makes them, for the message.

    Raises:
        InputError: a file or the manifest was changed since.
    """
    name = layout.manifest(spec)
    try:
        outputs = read_manifest(results, name)["outputs"]
        changed = next((file for file in files if sha256(results / file) != outputs.get(file)), None)
    except FileNotFoundError:
        return
    except DamagedError:
        changed = name
    if changed is not None:
        raise InputError(f"{results / changed} was changed after it was made: make it again with `{remedy}`")


def sha256(file: Path, read: Callable[[int], object] | None = None) -> str:
    """The SHA-256 of a file; `read` is told of every so many bytes.

    Raises:
        InputError: the file cannot be read.
    """
    total = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(1 << 20):
                total.update(chunk)
                if read is not None:
                    read(len(chunk))
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
    return total.hexdigest()


def _own(content: Content) -> str:
    return hashlib.sha256(canonical(content).encode("utf-8")).hexdigest()


def _written(content: Content) -> str:
    """The text that `write_json` makes of it."""
    whole = content | {OWN: _own(content)}
    return json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
