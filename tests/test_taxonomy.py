"""Taxonomy against a walk over the tree, parent by parent, that knows no vectors."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fluxem
from fluxem import laws, space
from fluxem.domains import taxonomy
from fluxem.domains.boolean import BOOLEAN
from fluxem.domains.number import NUMBER
from fluxem.domains.taxonomy import OPERATIONS, RANKS, TAXONOMY, lineage
from fluxem.errors import InputError, ParseError, UndefinedError

LCA, DISTANCE, IS_ANCESTOR, PARENT = OPERATIONS

_TABLE = Path(fluxem.__file__).parent / "data" / "taxonomy.tsv"
ROWS = [line.split("\t") for line in _TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]
NAME = {identity: name for identity, _, _, name, _ in ROWS}
UP = {name: NAME.get(parent) for _, parent, _, name, _ in ROWS}
RANK = {name: rank for _, _, rank, name, _ in ROWS}
ROOT = "cellular organisms"

taxa = st.sampled_from(list(UP))
pairs = st.lists(st.tuples(taxa, taxa))


def path(name: str) -> list[str]:
    """From a taxon up to the root."""
    above = UP[name]
    return [name] if above is None else [name, *path(above)]


def exact_lca(a: str, b: str) -> str:
    return next(name for name in path(a) if name in path(b))


def exact_distance(a: str, b: str) -> int:
    return path(a).index(exact_lca(a, b)) + path(b).index(exact_lca(a, b))


def exact_parent(a: str) -> str:
    above = UP[a]
    if above is None:
        raise ArithmeticError
    return above


# --- the tree ---


def test_the_table_is_a_tree_with_its_source() -> None:
    assert "NCBI Taxonomy" in _TABLE.read_text("utf-8").splitlines()[0]
    assert len({identity for identity, *_ in ROWS}) == len(NAME) == len(UP) == len(ROWS) > 1000
    assert [name for name, above in UP.items() if above is None] == [ROOT]
    assert max(int(identity) for identity in NAME) < 2**24
    order = ["root", *RANKS]
    for name, above in UP.items():
        assert above is None or order.index(RANK[above]) < order.index(RANK[name])
    assert [len(identity) for identity in NAME] == [len(str(int(identity))) for identity in NAME]


def test_no_common_name_means_two_taxa() -> None:
    common = [name.casefold() for *_, names in ROWS for name in names.split("; ") if name]
    assert len(common) == len(set(common))
    assert not set(common) & {name.casefold() for name in UP}


# --- vectors ---


def test_every_taxon_comes_back() -> None:
    laws.assert_round_trip(TAXONOMY, list(UP))
    vectors = TAXONOMY.encode(list(UP))
    assert len({row.tobytes() for row in vectors}) == len(UP)
    assert all(vectors[row].tobytes() == TAXONOMY.encode([name])[0].tobytes() for row, name in enumerate(UP))


def test_the_lanes_are_the_lineage() -> None:
    vector = TAXONOMY.encode(["Homo sapiens"])[0]
    assert vector[taxonomy.LINEAGE].tolist() == [2759, 33208, 7711, 40674, 9443, 9604, 9605, 9606, 0]
    assert not vector[taxonomy.LINEAGE.stop :].any()
    assert lineage("Homo sapiens") == [
        ("domain", "Eukaryota"), ("kingdom", "Metazoa"), ("phylum", "Chordata"), ("class", "Mammalia"),
        ("order", "Primates"), ("family", "Hominidae"), ("genus", "Homo"), ("species", "Homo sapiens"),
    ]  # fmt: skip
    assert lineage(ROOT) == []


@given(taxa)
def test_a_lineage_is_the_path_up_the_tree(name: str) -> None:
    assert [taxon for _, taxon in lineage(name)] == path(name)[-2::-1]
    assert [rank for rank, _ in lineage(name)] == [RANK[taxon] for taxon in path(name)[-2::-1]]


@given(pairs)
def test_operations_are_those_of_the_tree(rows: list[tuple[str, str]]) -> None:
    laws.assert_homomorphism(TAXONOMY, LCA, exact_lca, rows)
    laws.assert_homomorphism([TAXONOMY, TAXONOMY, NUMBER], DISTANCE, exact_distance, rows)
    is_ancestor = lambda a, b: a in path(b)[1:]  # noqa: E731
    above = [(exact_lca(a, b), b) for a, b in rows]
    laws.assert_homomorphism([TAXONOMY, TAXONOMY, BOOLEAN], IS_ANCESTOR, is_ancestor, rows + above)


def test_parents_are_those_of_the_tree() -> None:
    laws.assert_homomorphism(TAXONOMY, PARENT, exact_parent, [(name,) for name in UP])
    assert isinstance(PARENT.refusal(TAXONOMY.encode([ROOT])), UndefinedError)


KNOWN = [
    ("human", "chimpanzee", "Hominidae"),
    ("human", "mouse", "Mammalia"),
    ("dog", "cat", "Carnivora"),
    ("dog", "wolf", "Canis lupus"),
    ("human", "chicken", "Chordata"),
    ("human", "fruit fly", "Metazoa"),
    ("human", "baker's yeast", "Eukaryota"),
    ("human", "E. coli", ROOT),
    ("rice", "thale cress", "Magnoliopsida"),
    ("Plasmodium falciparum", "Toxoplasma gondii", "Apicomplexa"),
    ("Mammalia", "dog", "Mammalia"),
]


@pytest.mark.parametrize(("one", "other", "ancestor"), KNOWN)
def test_the_common_ancestors_that_everybody_knows(one: str, other: str, ancestor: str) -> None:
    vectors = TAXONOMY.encode([TAXONOMY.parse(one)]), TAXONOMY.encode([TAXONOMY.parse(other)])
    assert TAXONOMY.render(LCA.function(*vectors)[0]) == [ancestor]


# --- reading ---

READ = {
    "dog": "Canis lupus familiaris",
    "wolf": "Canis lupus",
    "Dog": "Canis lupus familiaris",
    " human ": "Homo sapiens",
    "homo  sapiens": "Homo sapiens",
    "MAMMALS": "Mammalia",
    "Mammalia": "Mammalia",
    "E. coli": "Escherichia coli",
    "fruit fly": "Drosophila melanogaster",
    "Bacteria": "Bacteria",
}


@pytest.mark.parametrize("text", READ)
def test_taxa_are_read(text: str) -> None:
    assert TAXONOMY.parse(text) == READ[text]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("unicorn", "is not one taxonomy"),
        ("", "is not one taxonomy"),
        ("Canis lupsu", "is it Canis lupus"),
        ("P. vulgaris", "is not one taxonomy"),
        ("Homo erectus", "is not one taxonomy"),
        ("the dog", "is not one taxonomy"),
        ("x" * 10_000, "is not one taxonomy"),
    ],
    ids=range(7),
)
def test_unknown_taxa_are_refused(text: str, hint: str) -> None:
    with pytest.raises(ParseError, match=hint):
        TAXONOMY.parse(text)


@pytest.mark.parametrize("value", ["dog", "homo sapiens", "Homo sapien", "", None, 9606, ["Homo"]], ids=repr)
def test_what_is_no_scientific_name_is_not_encoded(value: Any) -> None:
    with pytest.raises(InputError, match="^row 1: no taxon"):
        TAXONOMY.encode(["Homo sapiens", value])


# --- finding ---


def test_binomials_of_the_tree_are_found() -> None:
    text = "In Homo sapiens, Canis lupus familiaris (but not Canis lupus arctos) and “Escherichia coli”: Mus musculus."
    spans = list(TAXONOMY.find(text))
    assert [(text[span.start : span.end], span.value) for span in spans] == [
        ("Homo sapiens", "Homo sapiens"),
        ("Canis lupus familiaris", "Canis lupus familiaris"),
        ("Canis lupus", "Canis lupus"),
        ("Escherichia coli", "Escherichia coli"),
        ("Mus musculus", "Mus musculus"),
    ]
    every = [name for name, rank in RANK.items() if rank in ("species", "subspecies")]
    assert [span.value for span in TAXONOMY.find("; ".join(every))] == every


def test_words_are_not_found() -> None:
    text = (
        "The dog and the cat saw a human. Python is a language, Bison a parser, Iris a name, Cancer an illness. "
        "Homo erectus, homo sapiens, HOMO SAPIENS, XHomo sapiens, Homo sapiensis, Homo  Sapiens. Bacteria. E. coli."
    )
    assert list(TAXONOMY.find(text)) == []


def test_hostile_text_takes_linear_time() -> None:
    texts = [
        piece * (2000 // len(piece))
        for piece in ("Homo ", "Homo sapiens ", "Ho", "Homosapiens", "A a ", "Canis lupus x ")
    ]
    start = time.process_time()
    for text in texts:
        list(TAXONOMY.find(text))
    assert (time.process_time() - start) / len(texts) < 0.01


# --- vectors that are none ---


@pytest.mark.parametrize("change", [0.5, 1, -1e6, 3e38, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["Canis lupus", "Plasmodium", ROOT])
def test_a_vector_with_any_lane_changed_is_no_taxon(name: str, change: float) -> None:
    for lane in range(space.DIM):
        vector = TAXONOMY.encode([name])
        vector[0, lane] += change
        with pytest.raises(InputError, match="^row 0: "):
            TAXONOMY.decode(vector)


def test_empty_batches() -> None:
    empty = TAXONOMY.encode([])
    assert empty.shape == (0, 128) and TAXONOMY.decode(empty) == []
    for operation in OPERATIONS:
        assert operation.function(*[empty] * len(operation.operands))[0].shape == (0, 128)


def test_vectors_do_not_depend_on_the_process_nor_on_what_came_before() -> None:
    """At commit 0a4e442 a taxon's vector depended on the taxa before it, and on Python's `hash`."""
    program = (
        "import hashlib, sys; from fluxem.domains.taxonomy import TAXONOMY\n"
        "[TAXONOMY.encode([TAXONOMY.parse(name)]) for name in sys.argv[1:]]\n"
        "print(hashlib.sha256(TAXONOMY.encode(['Homo sapiens', 'Mammalia']).tobytes()).hexdigest())"
    )
    digests = {hashlib.sha256(TAXONOMY.encode(["Homo sapiens", "Mammalia"]).tobytes()).hexdigest()}
    for seed, before in (("0", []), ("4242", ["dog", "E. coli"])):
        command = [sys.executable, "-c", program, *before]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        digests.add(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip())
    assert len(digests) == 1


def test_the_common_ancestor_keeps_the_upper_ranks() -> None:
    """At commit 0a4e442 it lost them, `dog` was an empty taxon, and only four species were known."""
    vectors = TAXONOMY.encode([TAXONOMY.parse("dog")]), TAXONOMY.encode([TAXONOMY.parse("cat")])
    ancestor, _ = LCA.function(*vectors)
    assert lineage(TAXONOMY.decode(ancestor)[0]) == [
        ("domain", "Eukaryota"), ("kingdom", "Metazoa"), ("phylum", "Chordata"), ("class", "Mammalia"),
        ("order", "Carnivora"),
    ]  # fmt: skip
    assert np.count_nonzero(ancestor[0, taxonomy.LINEAGE]) == 5
