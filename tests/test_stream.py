"""Mixed streams against plain lists: how texts are read, and what reductions leave of them."""

import re
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mixed import NUMBER, Items, items_of, streams_from, streams_of

from fluxem import algebra, registry
from fluxem.domains.base import Span
from fluxem.errors import RangeError
from fluxem.integration.reductions import CHOICES, FITS, RESULT_TYPE, execute_choices
from fluxem.integration.segmenter import spans
from fluxem.integration.stream import (
    ALPHABET,
    UNKNOWN,
    VOCABULARY_SIZE,
    Streams,
    characters_to_tokens,
    text_tokens,
    tokens_to_characters,
)

# --- reading texts ---


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_printable_characters_come_back(text: str) -> None:
    tokens = characters_to_tokens(text)
    assert tokens_to_characters(tokens) == text
    assert not len(tokens) or (tokens.min() > UNKNOWN and tokens.max() < VOCABULARY_SIZE)


@given(st.text(st.characters(codec=None)))
@example("\ud800 \U0010ffff é\n\t\x7f")
def test_every_character_is_one_token(text: str) -> None:
    tokens = characters_to_tokens(text)
    assert len(tokens) == len(text)
    assert [token == UNKNOWN for token in tokens] == [character not in ALPHABET for character in text]


@given(st.text("ab1  +?,=", max_size=30))
def test_spaces_are_kept_between_two_letters_or_digits_alone(text: str) -> None:
    single = re.sub(" +", " ", text)
    kept = re.sub(r"(?<![a-z0-9]) | (?![a-z0-9])", "", single)
    assert tokens_to_characters(text_tokens(text)) == kept


PRODUCTS = [
    ("2(3+4)", "2*(3+4)"),
    ("(1+2)(3+4)", "(1+2)*(3+4)"),
    ("(1+2)3", "(1+2)*3"),
    ("2((3+4)-5)", "2*((3+4)-5)"),
    ("2(-3)", "2*(-3)"),
    ("(1)(2)(3)", "(1)*(2)*(3)"),
    ("f(3)", "f(3)"),
    ("2(x)", "2(x)"),
    ("(a)(b)", "(a)(b)"),
    ("2*(3)", "2*(3)"),
    ("2(", "2("),
    ("(", "("),
    ("", ""),
]


@pytest.mark.parametrize("text, said", PRODUCTS)
def test_products_that_go_without_saying_are_said(text: str, said: str) -> None:
    assert tokens_to_characters(text_tokens(text)) == said
    assert streams_from(text).text(0) == streams_from(said).text(0)


@pytest.mark.parametrize(
    "text, stream",
    [
        ("What is 12 + 7?", "What is⟦12⟧+⟦7⟧?"),
        ("12 × (−3)", "⟦12⟧*⟦-3⟧"),
        ("((12)) ÷ 0.5", "⟦12⟧/⟦0.5⟧"),
        ("(1+2)(3)", "(⟦1⟧+⟦2⟧)*⟦3⟧"),
        ("the sum of 1/3 and 2 is?", "the sum of⟦1/3⟧and⟦2⟧is?"),
        ("no numbers here", "no numbers here"),
        ("naïve ½", "na?ve?"),
        ("2 (3 + 4)", "⟦2⟧(⟦3⟧+⟦4⟧)"),  # only what touches is a product
        ("(x 5) + 1", "(x⟦5⟧)+⟦1⟧"),
        ("", ""),
    ],
)
def test_a_text_is_read_as(text: str, stream: str) -> None:
    assert streams_from(text).text(0) == stream
    assert streams_from("1 + 1 + 1 + 1", text).text(1) == stream  # also beside a longer one


def test_streams_of_texts_hold_the_values_of_their_spans() -> None:
    streams = streams_from("1 + 22", "none", "3.5 of -4 and 1/3")
    assert streams.counts.tolist() == [2, 0, 3]
    assert streams.lengths.tolist() == [3, 4, len("3of4and1")]
    for row, values in enumerate([[1, 22], [], [Fraction(7, 2), -4, Fraction(1, 3)]]):
        assert streams.vectors[row, : len(values)].tobytes() == algebra.encode_batch(values, "number").tobytes()
        last = algebra.encode(values[-1]) if values else np.zeros(128, np.float32)
        assert (streams.last_vectors()[row] == last).all()
    assert not streams_from("none").last_vectors().any()


def test_a_value_that_no_vector_holds_is_refused() -> None:
    with pytest.raises(RangeError):
        Streams.from_texts(["9"], [[Span("number", 0, 1, 10**200)]])


# --- reductions ---

values = st.integers(0, 9)
items: st.SearchStrategy[Items] = st.lists(st.one_of(values, st.sampled_from("(((()))+a")), max_size=20)


@st.composite
def reductions(draw: st.DrawFn) -> tuple[list[Items], list[int]]:
    """Streams of two values or more, and a pair of each; brackets need not match."""
    batch: list[Items] = []
    for row in draw(st.lists(items, min_size=1, max_size=4)):
        at = draw(st.integers(0, len(row)))
        batch.append([*row[:at], draw(values), *row[at:], draw(values), *draw(st.lists(st.sampled_from("()b")))])
    return batch, [draw(st.integers(0, sum(isinstance(item, int) for item in row) - 2)) for row in batch]


def reduced(row: Items, pair: int, result: int) -> Items:
    """What `Streams.reduce` says it does, step by step."""
    places = [at for at, item in enumerate(row) if isinstance(item, int)]
    row = [*row[: places[pair]], result, *row[places[pair + 1] + 1 :]]
    opened: list[int] = []
    unmatched = set()
    for at, item in enumerate(row):
        if item == "(":
            opened.append(at)
        elif item == ")" and opened:
            opened.pop()
        elif item == ")":
            unmatched.add(at)
    row = [item for at, item in enumerate(row) if at not in unmatched.union(opened)]
    at = 0
    while at + 2 < len(row):
        if row[at] == "(" and isinstance(row[at + 1], int) and row[at + 2] == ")":
            row[at : at + 3] = [row[at + 1]]
            at = 0
        else:
            at += 1
    return row


@given(reductions())
@example(([["(", 1, "+", 2, ")", "*", 3], ["(", 4, "(", "+", 5, ")"]], [0, 0]))
@example(([["(", 1, ")", "(", 2, ")"], ["(", "(", 1, "+", 2, ")", ")"]], [0, 0]))
def test_a_reduction_replaces_a_pair_and_what_is_between(drawn: tuple[list[Items], list[int]]) -> None:
    batch, pairs = drawn
    streams = streams_of(batch)
    results = [100 + row for row in range(len(batch))]
    vectors, types = algebra.encode_batch(results, "number"), np.full(len(batch), NUMBER)
    after = streams.reduce(np.array(pairs), vectors, types)
    assert items_of(after) == [reduced(*each) for each in zip(batch, pairs, results, strict=True)]
    assert items_of(streams) == batch  # the state before is left as it was


def test_a_chain_of_reductions_ends_in_one_value() -> None:
    streams = streams_from("What is (12 + (3 - 4)) * 5?")
    seen = [streams.text(0)]
    for pair, value in ((1, -1), (0, 11), (0, 55)):
        streams = streams.reduce(np.array([pair]), algebra.encode_batch([value], "number"), np.array([NUMBER]))
        seen.append(streams.text(0))
    assert seen == ["What is(⟦12⟧+(⟦3⟧-⟦4⟧))*⟦5⟧?", "What is(⟦12⟧+⟦-1⟧)*⟦5⟧?", "What is⟦11⟧*⟦5⟧?", "What is⟦55⟧?"]


# --- what may be reduced ---

Tree = list[Any]
trees: st.SearchStrategy[Tree] = st.recursive(
    st.one_of(values, st.sampled_from("+-a")), lambda part: st.lists(part, max_size=4), max_leaves=16
).map(lambda tree: tree if isinstance(tree, list) else [tree])


def flatten(tree: Tree) -> Items:
    flat: Items = []
    for part in tree:
        flat += ["(", *flatten(part), ")"] if isinstance(part, list) else [part]
    return flat


def waiting(tree: Tree, first: int = 0) -> set[int]:
    """The pairs, by their left value, that wait for brackets of two values or more that hold one of them alone."""
    pairs: set[int] = set()
    for part in tree:
        if isinstance(part, list):
            count = sum(isinstance(item, int) for item in flatten(part))
            pairs |= waiting(part, first) | ({first - 1, first + count - 1} if count > 1 else set())
            first += count
        else:
            first += isinstance(part, int)
    return pairs


@given(st.lists(trees, min_size=1, max_size=4))
@example([[1, "+", [2, "*", 3]], [[[1, 2], 3], 4], [[1], "+", [["a", 2]], 3]])
def test_what_is_in_brackets_comes_first(batch: list[Tree]) -> None:
    streams = streams_of([flatten(tree) for tree in batch])
    allowed = streams.adjacent()
    assert allowed.shape == (len(batch), max(int(streams.counts.max()) - 1, 0))
    for tree, count, row in zip(batch, streams.counts.tolist(), allowed, strict=True):
        expected = set(range(count - 1)) - waiting(tree)
        assert set(np.flatnonzero(row).tolist()) == expected
        assert expected or count < 2  # something can always be reduced


@given(st.lists(items, min_size=1, max_size=4))
def test_brackets_without_a_partner_count_by_their_depth(batch: list[Items]) -> None:
    streams = streams_of(batch)
    for row, allowed in zip(batch, streams.adjacent().tolist(), strict=True):
        depths = list(accumulate((item == "(") - (item == ")") for item in row))
        places = [at for at, item in enumerate(row) if isinstance(item, int)]
        low = [min(depths[left : right + 1]) for left, right in pairwise(places)]
        expected = [max(low[max(pair - 1, 0) : pair + 2]) == low[pair] for pair in range(len(low))]
        assert allowed == expected + [False] * (len(allowed) - len(expected))


# --- batches ---


@given(st.lists(items, min_size=1, max_size=5), st.data())
def test_take_and_put_are_those_of_lists(batch: list[Items], data: st.DataObject) -> None:
    streams = streams_of(batch)
    rows = data.draw(st.lists(st.integers(0, len(batch) - 1)))
    taken = streams.take(np.array(rows, np.int64))
    assert items_of(taken) == [batch[row] for row in rows] and len(taken) == len(rows)
    assert taken.tokens.shape[1] == max((len(batch[row]) for row in rows), default=0)
    targets = data.draw(st.lists(st.integers(0, len(batch) - 1), unique=True))
    others = data.draw(st.lists(items, min_size=len(targets), max_size=len(targets)))
    expected = list(batch)
    for target, other in zip(targets, others, strict=True):
        expected[target] = other
    assert items_of(streams.put(np.array(targets, np.int64), streams_of(others))) == expected
    assert items_of(streams) == batch


# --- choices ---


@given(st.integers(-99, 99), st.integers(-99, 99))
def test_choices_are_the_operations_in_either_order(left: int, right: int) -> None:
    exact = {"add": Fraction.__add__, "subtract": Fraction.__sub__, "multiply": Fraction.__mul__}
    fitting = np.flatnonzero(FITS[NUMBER, NUMBER] & (RESULT_TYPE == NUMBER))
    vectors = [np.repeat(algebra.encode_batch([value], "number"), len(fitting), axis=0) for value in (left, right)]
    results, ok = execute_choices(fitting, *vectors)
    names = []
    for choice, result, done in zip(fitting, results, ok, strict=True):
        index, swapped = CHOICES[choice]
        a, b = (right, left) if swapped else (left, right)
        name = registry.OPERATIONS[index].name
        names.append((name, swapped))
        if name == "divide" and not b:
            assert not done and not result.any()
        else:
            expected = Fraction(a, b) if name == "divide" else exact[name](Fraction(a), Fraction(b))
            assert done and algebra.decode(result) == expected
    assert set(names) == {("add", False), ("multiply", False)} | {
        (name, swapped) for name in ("subtract", "divide") for swapped in (False, True)
    }


def test_the_segmenter_and_the_stream_agree_on_offsets() -> None:
    text = "１ − 12 × 3"
    found = spans(text)
    assert [span.value for span in found] == [12, 3]
    assert Streams.from_texts([text], [found]).text(0) == "?-⟦12⟧*⟦3⟧"
