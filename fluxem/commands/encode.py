"""`fluxem encode`: the vector of a value, to look at or to read by a program."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fluxem.algebra import encode, render
from fluxem.commands.parsing import add_command
from fluxem.pipeline.terminal import paint
from fluxem.registry import DOMAINS
from fluxem.space import DIM, TAG, read_tag

if TYPE_CHECKING:
    from fluxem.commands.parsing import Commands

EXAMPLES = """examples:
  fluxem encode "3.5 ft"
  fluxem encode --domain pitch C4          where a text may be of several domains
  fluxem encode --json "H2O" > water.json  text, domain, value and the 128 floats of the vector

docs/VECTORS.md says what each of the 128 floats is.
"""
_ROW = 8  # floats in a printed line


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "encode", "print the vector of a value, and the value read back from it", EXAMPLES)
    parser.add_argument("text", help="the text of one value")
    parser.add_argument(
        "--domain", metavar="D", help=f"of the value: {', '.join(DOMAINS)}; default: the one it reads as"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")


def run(options: argparse.Namespace) -> int:
    """Print domain, value and vector of a text; InputError when no vector holds what it says."""
    vector = encode(options.text, options.domain)
    tag = read_tag(vector[np.newaxis])[0]
    domain = next(each.name for each in DOMAINS.values() if each.tag == tag)
    if options.json:
        floats = [float(str(lane)) for lane in vector]  # the shortest decimals that are these float32
        print(json.dumps({"text": options.text, "domain": domain, "value": render(vector), "vector": floats}))
        return 0
    print(f"domain  {paint(domain, 'cyan', sys.stdout)}")
    print(f"value   {paint(render(vector), 'bold', sys.stdout)}")
    print(f"vector  {DIM} float32, the first {TAG.stop} the code of the domain")
    for line in _lines(vector):
        print(f"  {line}")
    return 0


def _lines(vector: NDArray[np.float32]) -> Iterator[str]:
    """The lanes of a vector (128,), eight a line behind the number of the first; lines of zeros are left out."""
    rows = vector.reshape(-1, _ROW)
    for row in np.flatnonzero(rows.any(axis=1)):
        yield f"{row * _ROW:3}: " + " ".join(f"{lane:10.6g}" for lane in rows[row])
    empty = int((~rows.any(axis=1)).sum()) * _ROW
    if empty:
        yield f"the other {empty} are 0"
