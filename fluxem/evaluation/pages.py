"""Pages of an experiment: its table, its figures, and what its runs are of: configuration, code, versions, times."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from fluxem.errors import InputError
from fluxem.evaluation import web
from fluxem.pipeline.files import write_text

#: Parts of the spec of a training that its page shows: what the page calls them, and where they are.
PARTS = {"data": ("dataset", "data"), "model": ("architecture",), "training": ("training",)}
#: Which of a step's outputs stands for the others.
SHOWN = ("manifest.json", "model.safetensors", "metrics.json")
#: The names under which a figure holds its title and caption.
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"


def write_pages(
    spec: dict[str, Any],
    table: Path,
    figures: Sequence[Path],
    manifests: Sequence[Path],
    times: Path,
    to: Sequence[Path],
) -> None:
    """Write the pages of an experiment.

    Args:
        spec: of the pages step.
        table: the table, as Markdown.
        figures: the figures, as SVG.
        manifests: of the data, trainings and tests that both are of.
        times: the table of times, as Markdown.
        to: where the pages of the table, the figures and the runs go.

    Raises:
        InputError: a file is missing or damaged.
    """
    name, told = spec["experiment"], [_read(file) for file in manifests]
    bodies = {
        "table": [_of_markdown(table)],
        "figures": [_figure(file) for file in figures],
        "runs": [*_runs(told), "<h2>Times</h2>", _of_markdown(times), *_configuration(told)],
    }
    for file, (what, body) in zip(to, bodies.items(), strict=True):
        title = f"{name}: {what}"
        write_text(file, web.page(title, "\n".join([f"<h1>{escape(title)}</h1>", *body])))


def _runs(told: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "<p>What the table and the figures are of, from the manifests that each step left.</p>"
    yield "<h2>Steps</h2>"
    yield "<p>The code is a digest of the step's script and of every module that it imports; a file is followed by the "
    yield "start of its SHA-256.</p>"
    yield web.table([["step", "seed", "row", "code", "device", "what it made"], *_steps(told)], names=6)
    yield "<h2>Versions</h2>"
    yield web.table([["what", "version"], *_versions(told)], names=2)


def _figure(file: Path) -> str:
    """A figure with the title and the caption that its file holds."""
    try:
        content = file.read_bytes()
        drawn = ElementTree.fromstring(content)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
    except ElementTree.ParseError as error:
        raise InputError(f"{file}: is not an SVG: {error}") from error
    title, caption = (drawn.findtext(f".//{DUBLIN_CORE}{key}", "") for key in ("title", "description"))
    image = f"data:image/svg+xml;base64,{base64.b64encode(content).decode()}"
    return (
        f'<figure>\n<h2>{escape(title)}</h2>\n<img src="{image}" alt="{escape(title)}">\n'
        f"<figcaption>{escape(caption)}</figcaption>\n</figure>"
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if found.keys() >= {"spec", "outputs", "versions"}:
            return found
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
    except (ValueError, AttributeError) as error:
        raise InputError(f"{file}: is not the manifest of a step") from error
    raise InputError(f"{file}: is not the manifest of a step")


def _of_markdown(file: Path) -> str:
    """A file in Markdown, less its heading."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
    return web.from_markdown(re.sub(r"\A# .*\n+", "", text))


def _configuration(told: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A table for each part of the configuration: a line for each key, a column for each row of the experiment."""
    yield "<h2>Configuration</h2>"
    yield "<p>Defaults and overrides included; <code>config/README.md</code> explains each key.</p>"
    trained = {each["spec"]["model"]: each["spec"] for each in told if "architecture" in each["spec"]}
    for part, path in PARTS.items():
        values = {model: dict(_flat(_at(spec, path))) for model, spec in trained.items()}
        keys = list(dict.fromkeys(key for each in values.values() for key in each))
        lines = [[f"`{part}.{key}`", *(each.get(key, "") for each in values.values())] for key in keys]
        if len({tuple(each.items()) for each in values.values()}) == 1:
            yield web.table([["key", "of every row"], *(line[:2] for line in lines)], names=2)
        else:
            yield web.table([["key", *values], *lines], names=1 + len(values))


def _at(spec: Mapping[str, Any], path: Sequence[str]) -> Any:
    for key in path:
        spec = spec[key]
    return spec


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Dotted keys with their values in words."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _steps(told: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
    for each in told:
        spec = each["spec"]
        file = min(each["outputs"], key=lambda name: (Path(name).name not in SHOWN, name))
        digest = each["outputs"][file]
        more = f" and {len(each['outputs']) - 1} more" if len(each["outputs"]) > 1 else ""
        made = f"`{file.removeprefix(spec['experiment'] + '/')}` `{digest[:12]}`{more}"
        yield [
            spec["step"],
            str(spec["seed"]),
            spec.get("model", ""),
            f"`{spec['code']}`",
            each.get("device", ""),
            made,
        ]


def _versions(told: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Of each library, and of Python and the platform, every version that a step ran with."""
    found: dict[str, dict[str, None]] = {}
    for each in told:
        for name, version in each["versions"].items():
            found.setdefault(name, {})[version] = None
    return ([name, ", ".join(versions)] for name, versions in sorted(found.items()))
