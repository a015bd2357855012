"""Whether the results still have the bytes that were made."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fluxem.pipeline import layout
from fluxem.pipeline.audit import CHANGED
from fluxem.pipeline.manifest import Content, DamagedError, read_manifest, sha256
from fluxem.pipeline.plan import Plan

#: Below so many bytes it is done before a bar would be read.
LARGE = 100 * 2**20


@dataclass
class Verified:
    """What was checked, and what is wrong, each with the file below the results folder."""

    files: int = 0
    bytes: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


def verify(plan: Plan) -> Verified:
    """Compare every file that a manifest names, planned or not, with its SHA-256.

    Of what a job read, files count that no manifest has as an output, such as the times that Snakemake noted; manifests
    are checked by what they say of themselves. A planned job without a manifest is wrong where files of it are there.

    Raises:
        InputError: a file cannot be read.
    """
    found = Verified()
    names = sorted(file.relative_to(plan.results).as_posix() for file in plan.results.glob("*/manifests/*.json"))
    contents: dict[str, Content] = {}
    for name in names:
        found.files += 1
        found.bytes += (plan.results / name).stat().st_size
        try:
            contents[name] = read_manifest(plan.results, name)
        except DamagedError:
            found.problems.append((name, f"damaged: {CHANGED}"))
    jobs = plan.jobs()
    for name, spec in jobs.items():
        if name not in names and any((plan.results / file).exists() for file in layout.outputs(spec)):
            found.problems.append((name, "missing: what it says of other files cannot be checked"))
    _verify_files(plan.results, contents, {*names, *jobs}, found)
    found.problems.sort()
    return found


def _verify_files(results: Path, contents: dict[str, Content], manifests: set[str], found: Verified) -> None:
    expected = {file: digest for content in contents.values() for file, digest in content["outputs"].items()}
    checked = expected.keys() | manifests
    reader = {file: name for name, content in contents.items() for file in content["inputs"] if file not in checked}
    there = {file: results / file for file in (*expected, *reader) if (results / file).is_file()}
    found.problems += [(file, "missing") for file in (*expected, *reader) if file not in there]
    sizes = {file: path.stat().st_size for file, path in there.items()}
    found.files += len(there)
    found.bytes += sum(sizes.values())
    with _progress(sum(sizes.values())) as bar:
        for file, path in there.items():
            digest = sha256(path, bar.update if bar else None)
            if file in reader and digest != contents[reader[file]]["inputs"][file]:
                found.problems.append((file, f"changed since it was read for {reader[file]}"))
            elif file in expected and digest != expected[file]:
                found.problems.append((file, f"damaged: {CHANGED}"))


def _progress(size: int) -> AbstractContextManager[Any]:
    """A bar on a terminal, where there is much to read."""
    if size < LARGE or not sys.stderr.isatty():
        return nullcontext()
    from tqdm import tqdm  # most calls do without

    return tqdm(total=size, unit="B", unit_scale=True)
