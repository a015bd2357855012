"""Specs: what a step's output depends on, as one mapping with one canonical text.

A spec holds the step's slice of the configuration, the digest of its code, the Python and library versions,
and the specs of the steps it reads from. The text is what Snakemake compares to find stale steps; every
output embeds the spec it was made with, so that a reader can refuse an output that another configuration or
other code made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fluxem.errors import InputError

Spec = dict[str, Any]


class StaleError(InputError):
    """A file was made from another spec than the one that reads it expects."""


def canonical(spec: Spec) -> str:
    """One text for one spec: sorted keys, no spaces, so key order and layout of a file never matter."""
    return json.dumps(spec, sort_keys=True, separators=(",", ":"), allow_nan=False)


def with_seed(template: Spec, seed: int) -> Spec:
    """The template with every `"seed": null` in it, also in nested specs, set to `seed`."""

    def fill(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return with_seed(value, seed)
        return seed if key == "seed" and value is None else value

    return {key: fill(key, value) for key, value in template.items()}


def differences(expected: Any, found: Any, key: str = "") -> Iterator[str]:
    """The dotted fields in which two specs differ, with both values, in the order of the names."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted(expected.keys() | found.keys()):
            inner = f"{key}.{name}" if key else name
            if name not in found:
                yield f"{inner} is not there, expected {json.dumps(expected[name])}"
            elif name not in expected:
                yield f"{inner} is {json.dumps(found[name])}, expected none"
            else:
                yield from differences(expected[name], found[name], inner)
    elif canonical({"": expected}) != canonical({"": found}):
        yield f"{key} is {json.dumps(found)}, expected {json.dumps(expected)}"


def require(file: Path, expected: Spec, remedy: str) -> dict[str, Any]:
    """The contents of a JSON output, after checking that it was made from the `expected` spec.

    Args:
        file: the output; its key "spec" is what it was made from.
        expected: the spec that it must have been made from.
        remedy: the command that makes the file, for the message.

    Raises:
        InputError: the file is missing or is not the JSON of an output.
        StaleError: it was made from another spec; the message names the fields that differ.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        found = content["spec"]
    except FileNotFoundError as error:
        raise InputError(f"{file} is missing: make it with `{remedy}`") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file} is damaged: make it again with `{remedy}`") from error
    differing = list(differences(expected, found))
    if differing:
        more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
        raise StaleError(f"{file} is stale: {'; '.join(differing[:3])}{more}: make it again with `{remedy}`")
    return content
