"""Taxonomy: the taxa of a small tree of life, each as its lineage.

The tree is in `data/taxonomy.tsv`, which names its source: well-known species, and what the NCBI Taxonomy has above
them at nine ranks. The payload is one lane for each rank, from domain to subspecies, that holds the NCBI taxonomy id
of the lineage's taxon there, or 0 where it has none; the root is all zero. Ids are whole numbers below 2^24, which
float32 holds exactly. The lowest common ancestor of two taxa is what their lineages have in common from the first lane
on. Ancestors and distances are those of this tree: the nine ranks, and no clade or superfamily between them.

*Read as taxa:* the scientific names of the tree (`Canis lupus`, `Mammalia`) and its common ones (`dog`, `mammals`,
`E. coli`); capitals do not matter. *Found in a running text* are scientific names of species and subspecies in full,
`Canis lupus familiaris`: `cat`, `Python` and `Bison` may mean something else, and so may `P. vulgaris`.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import lanes
from fluxem.domains.base import Domain, Operation, Span, require_text
from fluxem.domains.boolean import BOOLEAN
from fluxem.domains.number import NUMBER
from fluxem.errors import InputError, ParseError, UndefinedError
from fluxem.space import Vectors

RANKS = ("domain", "kingdom", "phylum", "class", "order", "family", "genus", "species", "subspecies")
LINEAGE = slice(8, 8 + len(RANKS))

Lineages = NDArray[np.int64]  # (n, 9) taxonomy ids
Rows = NDArray[np.bool_]  # (n,)

TABLE = Path(__file__).parents[1] / "data" / "taxonomy.tsv"
_LONGEST_NAME = 60


class _Tree:
    """The table as arrays; its rows are in the order of the file, in which parents come first."""

    def __init__(self, table: str) -> None:
        rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
        row_of = {identity: row for row, (identity, *_) in enumerate(rows)}
        self.names = [name for *_, name, _ in rows]
        self.lineages = np.zeros((len(rows), len(RANKS)), np.int64)
        for row, (identity, parent, rank, _, _) in enumerate(rows[1:], 1):
            self.lineages[row] = self.lineages[row_of[parent]]
            self.lineages[row, RANKS.index(rank)] = int(identity)
        identities = np.array([int(identity) for identity in row_of])
        self.order = np.argsort(identities)
        self.identities = identities[self.order]
        self.row_of_name = {name: row for row, name in enumerate(self.names)}
        self.row_of_key = {name.casefold(): row for name, row in self.row_of_name.items()}
        for row, (*_, common) in enumerate(rows):
            self.row_of_key.update({name.casefold(): row for name in common.split("; ") if name})
        self.genera = frozenset(name.split()[0] for name in self.names if " " in name)

    def rows_of(self, lineages: Lineages) -> tuple[NDArray[np.int64], Rows]:
        """The rows of the taxa with these lineages, and which there are."""
        last = len(RANKS) - 1 - np.argmax(lineages[:, ::-1] != 0, axis=1)
        identities = lineages[np.arange(len(lineages)), last]
        place = np.minimum(np.searchsorted(self.identities, identities), len(self.order) - 1)
        rows = np.where(identities == 0, 0, self.order[place])
        return rows, (self.lineages[rows] == lineages).all(axis=1)


_TREE = _Tree(TABLE.read_text("utf-8"))
_BINOMIAL = re.compile(r"([A-Z](?<!\w.)[a-z]+) ([a-z]+)(?!\w)(?: ([a-z]+)(?!\w))?")


class TaxonomyDomain(Domain):
    """The taxa of the tree, of all ranks; a value is a str, the scientific name."""

    name = "taxonomy"
    tag = 12
    example = "Homo sapiens"
    value_types = (str,)

    def find(self, text: str) -> Iterator[Span]:
        """Species and subspecies of the tree by their scientific names."""
        for match in _BINOMIAL.finditer(text):
            if match[1] in _TREE.genera:
                species = f"{match[1]} {match[2]}"
                name = f"{species} {match[3]}"
                if name in _TREE.row_of_name:
                    yield Span(self.name, match.start(), match.end(), name)
                elif species in _TREE.row_of_name:
                    yield Span(self.name, match.start(), match.end(2), species)

    def parse(self, text: str) -> str:
        """The scientific name of what a whole text names; ParseError, with names that are close, if it is no taxon."""
        key = " ".join(require_text(text).split()).casefold()
        if key in _TREE.row_of_key:
            return _TREE.names[_TREE.row_of_key[key]]
        raise ParseError(f"{text!r:.40} is not one {self.name} of the tree{_hint(key)}")

    def encode(self, values: Sequence[str] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n taxa; InputError for what is no scientific name of the tree."""
        try:
            rows = [_TREE.row_of_name[value] for value in values]
        except (KeyError, TypeError):
            row, value = next((row, of) for row, of in enumerate(values) if not _is_name(of))
            hint = _hint(value.casefold()) if isinstance(value, str) else ""
            raise InputError(f"row {row}: no taxon of the tree has the name {value!r:.40}{hint}") from None
        return _vectors(_TREE.lineages[rows])

    def decode(self, vectors: Vectors) -> list[str]:
        """The scientific names of vectors (n, 128); InputError when a row is not the vector of a taxon."""
        rows, _ = _TREE.rows_of(_lineages(vectors))
        return [_TREE.names[row] for row in rows.tolist()]

    def render(self, vectors: Vectors) -> list[str]:
        """Scientific names: `Homo sapiens`, `Mammalia`."""
        return self.decode(vectors)


TAXONOMY = TaxonomyDomain()


def lineage(name: str) -> list[tuple[str, str]]:
    """(rank, scientific name) from the domain down to the taxon of this scientific name; InputError for another."""
    identities = _lineages(TAXONOMY.encode([name]))[0]
    known = [(rank, identity) for rank, identity in zip(RANKS, identities, strict=True) if identity]
    rows = _TREE.order[np.searchsorted(_TREE.identities, [identity for _, identity in known])]
    return [(rank, _TREE.names[row]) for (rank, _), row in zip(known, rows.tolist(), strict=True)]


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value in _TREE.row_of_name


def _hint(key: str) -> str:
    close = difflib.get_close_matches(key[:_LONGEST_NAME], _TREE.row_of_key, 3, 0.7)
    known = dict.fromkeys(_TREE.names[_TREE.row_of_key[name]] for name in close)
    return f"; is it {' or '.join(known)}?" if known else ""


# --- lineages and vectors ---


def _vectors(lineages: Lineages) -> Vectors:
    vectors = lanes.blank(TAXONOMY, len(lineages))
    vectors[:, LINEAGE] = lineages
    return vectors


def _lineages(vectors: Vectors) -> Lineages:
    """The lineages of vectors (n, 128); InputError when a row is not the vector of a taxon."""
    vectors = lanes.own(TAXONOMY, vectors)
    lineages = np.clip(vectors[:, LINEAGE], 0, 2**24).astype(np.int64)
    _, known = _TREE.rows_of(lineages)
    lanes.require(TAXONOMY, known & (_vectors(lineages) == vectors).all(axis=1))
    return lineages


def _shared(left: Lineages, right: Lineages) -> NDArray[np.bool_]:
    """(n, 9): the lanes before the first in which the lineages differ."""
    return np.logical_and.accumulate(left == right, axis=1)


# --- operations ---


def _lowest_common_ancestor(left: Vectors, right: Vectors) -> tuple[Vectors, Rows]:
    first, second = _lineages(left), _lineages(right)
    return _vectors(first * _shared(first, second)), np.ones(len(first), bool)


def _distance(left: Vectors, right: Vectors) -> tuple[Vectors, Rows]:
    first, second = _lineages(left), _lineages(right)
    apart = ~_shared(first, second)
    steps = ((first != 0) & apart).sum(axis=1) + ((second != 0) & apart).sum(axis=1)
    return NUMBER.encode(steps), np.ones(len(steps), bool)


def _is_ancestor(left: Vectors, right: Vectors) -> tuple[Vectors, Rows]:
    above, below = _lineages(left), _lineages(right)
    contains = ((above == below) | (above == 0)).all(axis=1)
    is_above: Rows = contains & (above != below).any(axis=1)
    return BOOLEAN.encode(is_above), np.ones(len(above), bool)


def _parent(taxa: Vectors) -> tuple[Vectors, Rows]:
    lineages = _lineages(taxa)
    is_lower = np.logical_or.accumulate(lineages[:, ::-1] != 0, axis=1)[:, ::-1]  # this lane or one after it
    ok: Rows = is_lower[:, 0]
    keep = np.zeros_like(is_lower)
    keep[:, :-1] = is_lower[:, 1:]
    vectors = _vectors(lineages * keep)
    vectors[~ok] = 0
    return vectors, ok


def _no_parent(taxon: Vectors) -> InputError:
    return UndefinedError("the root of the tree has no parent")


_PAIR = ("taxonomy", "taxonomy")
OPERATIONS = (
    Operation(
        "lowest_common_ancestor",
        "lowest_common_ancestor",
        _PAIR,
        "taxonomy",
        True,
        "the lanes of e(a) and e(b) up to the first difference = e(their ancestor), bitwise",
        _lowest_common_ancestor,
    ),
    Operation(
        "distance",
        "distance",
        _PAIR,
        "number",
        True,
        "the lanes of e(a) and e(b) from the first difference on = edges between a and b",
        _distance,
    ),
    Operation(
        "is_ancestor",
        "is_ancestor",
        _PAIR,
        "boolean",
        False,
        "e(b) continues the lanes of e(a) exactly when a is above b",
        _is_ancestor,
    ),
    Operation(
        "parent",
        "parent",
        ("taxonomy",),
        "taxonomy",
        False,
        "e(a) without its last lane = e(parent of a), bitwise",
        _parent,
        _no_parent,
    ),
)
