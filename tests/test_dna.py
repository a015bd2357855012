"""DNA as vectors against Python's own string functions."""

import hashlib
import os
import subprocess
import sys
import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxem import laws, space
from fluxem.domains import dna
from fluxem.domains.dna import DNA, LONGEST, OPERATIONS
from fluxem.domains.number import NUMBER
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError

CONCATENATE, HAMMING, COMPLEMENT, REVERSE_COMPLEMENT, GC_CONTENT, LENGTH = OPERATIONS
PAIRED = str.maketrans("ACGT", "TGCA")

short = st.text("ACGT", min_size=1, max_size=40)
sequences = st.one_of(
    short,
    st.builds(lambda unit, times: (unit * times)[:LONGEST], short, st.integers(1, 200)),
    st.builds(lambda unit: (unit * LONGEST)[:LONGEST], short),
)


def exact_hamming(x: str, y: str) -> int:
    if len(x) != len(y):
        raise ArithmeticError
    return sum(a != b for a, b in zip(x, y, strict=True))


@given(st.lists(sequences, max_size=6))
def test_every_sequence_comes_back(values: list[str]) -> None:
    laws.assert_round_trip(DNA, values)
    assert DNA.encode(values).tobytes() == b"".join(DNA.encode([value]).tobytes() for value in values)


@given(st.lists(st.tuples(sequences, sequences), max_size=5))
def test_concatenation_is_that_of_strings_or_refused(pairs: list[tuple[str, str]]) -> None:
    laws.assert_homomorphism(DNA, CONCATENATE, lambda x, y: x + y, pairs)


@given(st.lists(st.one_of(st.tuples(sequences, sequences), sequences.map(lambda x: (x, x[::-1]))), max_size=5))
def test_hamming_distances_are_those_of_strings_or_refused(pairs: list[tuple[str, str]]) -> None:
    laws.assert_homomorphism([DNA, DNA, NUMBER], HAMMING, exact_hamming, pairs)


@given(st.lists(st.tuples(sequences), max_size=5))
def test_unary_operations_are_those_of_strings(rows: list[tuple[str]]) -> None:
    laws.assert_homomorphism(DNA, COMPLEMENT, lambda x: x.translate(PAIRED), rows)
    laws.assert_homomorphism(DNA, REVERSE_COMPLEMENT, lambda x: x[::-1].translate(PAIRED), rows)
    laws.assert_homomorphism([DNA, NUMBER], LENGTH, len, rows)
    share = lambda x: Fraction(x.count("G") + x.count("C"), len(x))  # noqa: E731
    laws.assert_homomorphism([DNA, NUMBER], GC_CONTENT, share, rows)


@given(short, short)
def test_the_reverse_complement_turns_the_order_around(x: str, y: str) -> None:
    def turn(vectors: Any) -> Any:
        return REVERSE_COMPLEMENT.function(vectors)[0]

    left, right = DNA.encode([x]), DNA.encode([y])
    both, _ = CONCATENATE.function(left, right)
    assert turn(turn(both)).tobytes() == both.tobytes()
    assert turn(both).tobytes() == CONCATENATE.function(turn(right), turn(left))[0].tobytes()


def test_the_lanes_say_what_they_say() -> None:
    vector = DNA.encode(["CATG" * 3 + "T"])[0]
    assert vector[dna.LENGTH] == 13 and vector[dna.BASES.start + 1] == 0.75
    assert vector[dna.BASES.start] == np.float32(int("103210321032"[:12], 4) / 4**12)
    assert not vector[dna.BASES.start + 2 :].any()
    assert LONGEST == 1428


def test_distinct_sequences_have_distinct_vectors() -> None:
    values = ["A" * n for n in range(1, LONGEST + 1, 7)] + ["T" * n for n in range(1, LONGEST + 1, 7)]
    assert len({row.tobytes() for row in DNA.encode(values)}) == len(values)


# --- reading ---

READ = {
    "ATGC": "ATGC",
    "a": "A",
    "CAT": "CAT",
    "atgcAT": "ATGCAT",
    " ATG CCC\nTTT ": "ATGCCCTTT",
    "5'-ATGC-3'": "ATGC",
    "5′-ATG CCC-3′": "ATGCCC",
    "5’–atgc–3’": "ATGC",
    "5'ATGC3'": "ATGC",
    "3'-TACG-5'": "GCAT",
}


@pytest.mark.parametrize("text", READ)
def test_sequences_are_read(text: str) -> None:
    assert DNA.parse(text) == READ[text]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ACGU", "base of RNA"),
        ("5'-acgu-3'", "base of RNA|is not one dna"),
        ("ACGN", "more than one base"),
        ("RYKM", "more than one base"),
        ("ACGX", "no base"),
        ("MVLS", "no base|more than one"),
        ("ACG-T", "no base"),
        ("ACG1", "no base"),
        ("", "is not one dna"),
        ("5'-ATGC-5'", "is not one dna"),
        ("5'-ATGC", "is not one dna"),
        ("АСТ", "no base"),  # Cyrillic letters
    ],
)
def test_what_is_no_dna_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        DNA.parse(text)


def test_what_is_too_long_is_refused_and_never_cut() -> None:
    text = "ACGT" * 358
    with pytest.raises(RangeError, match="at most 1428 bases, not 1432"):
        DNA.parse(text)
    with pytest.raises(RangeError, match="^row 1: .*1432"):
        DNA.encode(["A", text])
    assert list(DNA.find(text)) == [] and [offset for offset, _ in DNA.left_out(f"in {text}.")] == [3]
    left, right = DNA.encode([text[:1000]]), DNA.encode([text[:429]])
    vectors, ok = CONCATENATE.function(left, right)
    assert not ok[0] and not vectors.any()
    assert "1429" in str(CONCATENATE.refusal(left, right))


@pytest.mark.parametrize("value", ["acgt", "ACGN", "ACGU", "", "ACGT ", "ÁC", "漢", None, 5, b"ACGT", ["A"]], ids=repr)
def test_what_is_no_sequence_is_not_encoded(value: Any) -> None:
    with pytest.raises(InputError, match="^row 1: "):
        DNA.encode(["ACGT", value])


def test_sequences_of_two_lengths_have_no_hamming_distance() -> None:
    assert isinstance(HAMMING.refusal(DNA.encode(["ACG"]), DNA.encode(["AC"])), UndefinedError)


# --- finding ---

FOUND = ["ATGCGTACG", "GATTACAGATTACA", "5'-ATGC-3'", "3'-TACG-5'", "5′-ATG CCC-3′", "ACGTACGT" * 100]
NOT_FOUND = [
    *("CAT", "TAG", "ACT", "GAG", "TACT", "GATTACA", "A DNA test", "the CAT scan", "CAT TAG ACT GAG", "AAAAAAAAAA"),
    *("TATATATATA", "acgtacgtacgt", "ACGTACGTN", "ACGUACGUAC", "xACGTACGTA", "ACGTACGTAx", "ACGTACGTA_1"),
    *("ACGTACGTA--ACGTACGTA", "3'-ACGTACGTA", "ACGTACGTA-5'", "5'-ACG-5'", "5' A 3'", "5'-acg-3'", "TATACGTA-box"),
]  # fmt: skip


@pytest.mark.parametrize("text", FOUND)
def test_unmistakable_sequences_are_found(text: str) -> None:
    for sentence in (text, f"See {text}, ({text}) and “{text}”."):
        spans = list(DNA.find(sentence))
        assert [sentence[span.start : span.end] for span in spans] == [text] * sentence.count(text)
        assert {span.value for span in spans} == {DNA.parse(text)}


@pytest.mark.parametrize("text", NOT_FOUND)
def test_words_are_not_found(text: str) -> None:
    assert list(DNA.find(text)) == list(DNA.find(f"See {text}, and so on.")) == []


def test_hostile_text_takes_linear_time() -> None:
    pieces = ["ACGT", "5'", "-3'", "A", " ", "-", "x", "3'-", "N", "T "]
    texts = [(one + other) * (2000 // len(one + other)) + "x" for one in pieces for other in pieces]
    start = time.process_time()
    for text in texts:
        list(DNA.find(text))
    assert (time.process_time() - start) / len(texts) < 0.01


# --- vectors that are none ---


@pytest.mark.parametrize("change", [0.3, 2**-24, -1, 3e38, float("nan"), float("inf")])
def test_a_vector_with_any_lane_changed_is_no_sequence(change: float) -> None:
    for lane in range(space.DIM):
        vector = DNA.encode(["ACGTACGTACGTAC"])
        before = vector.copy()
        vector[0, lane] += change
        other_bases = lane == dna.BASES.start and 0 < change < 1  # twelve others, for every place is used
        if not other_bases and not np.array_equal(vector, before):
            with pytest.raises(InputError, match="^row 0: "):
                DNA.decode(vector)


def test_the_smallest_step_of_a_full_lane_is_the_next_sequence() -> None:
    vector = DNA.encode(["ACGTACGTACGTAC"])
    vector[0, dna.BASES.start] += 2**-24
    assert DNA.decode(vector) == ["ACGTACGTACTAAC"]


def test_empty_batches() -> None:
    empty = DNA.encode([])
    assert empty.shape == (0, 128) and DNA.decode(empty) == []
    assert all(operation.function(*[empty] * len(operation.operands))[0].shape == (0, 128) for operation in OPERATIONS)


def test_vectors_do_not_depend_on_the_process() -> None:
    program = (
        "import hashlib; from fluxem.domains.dna import DNA\n"
        "print(hashlib.sha256(DNA.encode(['ACGT', 'T' * 1428]).tobytes()).hexdigest())"
    )
    digests = {hashlib.sha256(DNA.encode(["ACGT", "T" * 1428]).tobytes()).hexdigest()}
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(run.stdout.strip())
    assert len(digests) == 1


def test_defects_of_the_first_implementation() -> None:
    """Commit 0a4e442 cut 40 bases to 32, which collided, and read N as A; every Hamming distance was 0, and a sequence
    was its own reverse complement."""
    forty = "ACGTTGCAAC" * 4
    vectors = DNA.encode([forty, forty[:32], forty[:39] + "T"])
    assert DNA.decode(vectors) == [forty, forty[:32], forty[:39] + "T"]
    assert DNA.decode(REVERSE_COMPLEMENT.function(DNA.encode(["AACG"]))[0]) == ["CGTT"]
    assert NUMBER.decode(HAMMING.function(vectors[:1], vectors[2:])[0]) == [1]
    with pytest.raises(InputError):
        DNA.encode(["ACGN"])
