"""Pitch-class sets, all 4096 of them, against brute force and published tables of set classes."""

from collections import Counter
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fluxem
from fluxem import laws, space
from fluxem.domains.number import NUMBER
from fluxem.domains.pitch_class_set import MEMBERS, OPERATIONS, PITCH_CLASS_SET
from fluxem.domains.vector import VECTOR
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError

Set = frozenset[int]
TRANSPOSE, INVERT, PRIME_FORM, NORMAL_ORDER, INTERVAL_VECTOR = OPERATIONS
EVERY = [frozenset(members) for count in range(13) for members in combinations(range(12), count)]
sets = st.frozensets(st.integers(0, 11))

# A. Forte, The Structure of Atonal Music (1973), appendix 1: prime forms and interval vectors of all trichords and
# tetrachords, on which Rahn agrees.
FORTE = {
    "3-1": ("012", "210000"), "3-2": ("013", "111000"), "3-3": ("014", "101100"), "3-4": ("015", "100110"),
    "3-5": ("016", "100011"), "3-6": ("024", "020100"), "3-7": ("025", "011010"), "3-8": ("026", "010101"),
    "3-9": ("027", "010020"), "3-10": ("036", "002001"), "3-11": ("037", "001110"), "3-12": ("048", "000300"),
    "4-1": ("0123", "321000"), "4-2": ("0124", "221100"), "4-3": ("0134", "212100"), "4-4": ("0125", "211110"),
    "4-5": ("0126", "210111"), "4-6": ("0127", "210021"), "4-7": ("0145", "201210"), "4-8": ("0156", "200121"),
    "4-9": ("0167", "200022"), "4-10": ("0235", "122010"), "4-11": ("0135", "121110"), "4-12": ("0236", "112101"),
    "4-13": ("0136", "112011"), "4-14": ("0237", "111120"), "4-Z15": ("0146", "111111"), "4-16": ("0157", "110121"),
    "4-17": ("0347", "102210"), "4-18": ("0147", "102111"), "4-19": ("0148", "101310"), "4-20": ("0158", "101220"),
    "4-21": ("0246", "030201"), "4-22": ("0247", "021120"), "4-23": ("0257", "021030"), "4-24": ("0248", "020301"),
    "4-25": ("0268", "020202"), "4-26": ("0358", "012120"), "4-27": ("0258", "012111"), "4-28": ("0369", "004002"),
    "4-Z29": ("0137", "111111"),
}  # fmt: skip
# The six set classes on which Forte and J. Rahn, Basic Atonal Theory (1980), differ: Forte's prime form, Rahn's.
DIFFERENT = {
    "5-20": ("01378", "01568"),
    "6-Z29": ("013689", "023679"),
    "6-31": ("013589", "014579"),
    "7-Z18": ("0123589", "0145679"),
    "7-20": ("0124789", "0125679"),
    "8-26": ("0124579t", "0134578t"),
}


def of(digits: str) -> Set:
    return frozenset("0123456789te".index(digit) for digit in digits)


def run(operation: Any, values: list[Set]) -> list[Any]:
    results, ok = operation.function(PITCH_CLASS_SET.encode(values))
    assert ok.all()
    return (VECTOR if operation.result == "vector" else PITCH_CLASS_SET).decode(results)


def transposed(members: Set, by: Any) -> Set:
    if by != int(by):
        raise UndefinedError
    return frozenset((pc + int(by)) % 12 for pc in members)


def inverted(members: Set) -> Set:
    return frozenset(-pc % 12 for pc in members)


def rotations(members: Set) -> list[tuple[int, ...]]:
    """The members in ascending order from each of them on."""
    ordered = sorted(members)
    return [tuple(ordered[at:] + ordered[:at]) for at in range(len(ordered))]


def normal_order(members: Set) -> tuple[int, ...]:
    """Rahn's, by his rule: the smallest interval from first to last note; then from first to last but one; ..."""
    if not members:
        raise UndefinedError
    return min(rotations(members), key=lambda order: ([(pc - order[0]) % 12 for pc in order[:0:-1]], order[0]))


def prime_form(members: Set) -> Set:
    """The normal order, from 0 on, of the set or of its inversion: whichever is packed more to the left."""
    if not members:
        return members
    candidates = []
    for one in (members, inverted(members)):
        order = normal_order(one)
        candidates.append([(pc - order[0]) % 12 for pc in order])
    return frozenset(min(candidates, key=lambda form: form[::-1]))


def interval_vector(members: Set) -> tuple[int, ...]:
    counts = Counter(min((b - a) % 12, (a - b) % 12) for a, b in combinations(members, 2))
    return tuple(counts[interval] for interval in range(1, 7))


# --- vectors ---


def test_every_set_comes_back() -> None:
    laws.assert_round_trip(PITCH_CLASS_SET, EVERY)
    assert len({vector.tobytes() for vector in PITCH_CLASS_SET.encode(EVERY)}) == 4096


def test_the_lanes_are_the_members() -> None:
    assert PITCH_CLASS_SET.encode([of("047t")])[0, MEMBERS].tolist() == [1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0]


# --- operations ---


@given(st.lists(st.tuples(sets, st.integers(-100, 100) | st.sampled_from([10**90, Fraction(1, 2)])), min_size=1))
def test_transposition(values: list[tuple[Set, Any]]) -> None:
    laws.assert_homomorphism([PITCH_CLASS_SET, NUMBER, PITCH_CLASS_SET], TRANSPOSE, transposed, values)


def test_inversion_is_about_0() -> None:
    """It was about 11 - x / 2."""
    laws.assert_homomorphism(PITCH_CLASS_SET, INVERT, inverted, [(one,) for one in EVERY])
    assert run(INVERT, [of("047")]) == [of("058")]


def test_normal_orders_of_every_set() -> None:
    laws.assert_homomorphism([PITCH_CLASS_SET, VECTOR], NORMAL_ORDER, normal_order, [(one,) for one in EVERY])
    assert run(NORMAL_ORDER, [of("27e"), of("0"), of("159")]) == [(7, 11, 2), (0,), (1, 5, 9)]


def test_prime_forms_of_every_set() -> None:
    """The prime form of {0, 4, 7} was {0, 4, 7}."""
    laws.assert_homomorphism(PITCH_CLASS_SET, PRIME_FORM, prime_form, [(one,) for one in EVERY])
    assert run(PRIME_FORM, [of("047"), of("")]) == [of("037"), of("")]


def test_interval_vectors_of_every_set() -> None:
    laws.assert_homomorphism([PITCH_CLASS_SET, VECTOR], INTERVAL_VECTOR, interval_vector, [(one,) for one in EVERY])


def test_there_are_as_many_set_classes_as_published() -> None:
    """There were 2048, and 409 of 819 sets had another prime form than their transpositions."""
    classes = Counter(map(len, set(run(PRIME_FORM, EVERY))))
    assert [classes[count] for count in range(13)] == [1, 1, 6, 12, 29, 38, 50, 38, 29, 12, 6, 1, 1]
    assert classes.total() == 224


def test_prime_forms_are_the_same_for_all_transpositions_and_inversions() -> None:
    forms = dict(zip(EVERY, run(PRIME_FORM, EVERY), strict=True))
    for one in EVERY:
        assert forms[transposed(one, 1)] == forms[inverted(one)] == forms[one]


@pytest.mark.parametrize("name", FORTE)
def test_published_prime_forms_and_interval_vectors(name: str) -> None:
    form, vector = FORTE[name]
    upside_down = transposed(inverted(of(form)), 5)
    assert run(PRIME_FORM, [of(form), upside_down]) == [of(form)] * 2
    assert run(INTERVAL_VECTOR, [upside_down]) == [tuple(map(int, vector))]


@pytest.mark.parametrize("name", DIFFERENT)
def test_where_the_conventions_differ_rahns_holds(name: str) -> None:
    forte, rahn = DIFFERENT[name]
    assert run(PRIME_FORM, [of(forte), of(rahn)]) == [of(rahn)] * 2


def test_sets_with_one_interval_vector_are_not_related_by_that() -> None:
    """The first implementation called a transposition Z-related."""
    one, other = of("0146"), of("0137")
    assert interval_vector(one) == interval_vector(other) and len(set(run(PRIME_FORM, [one, other]))) == 2


def test_operations_say_why_there_is_no_result() -> None:
    empty = fluxem.encode("{}")
    with pytest.raises(UndefinedError, match="^normal_order: the empty set has no normal order$"):
        fluxem.apply("normal_order", empty)
    with pytest.raises(UndefinedError, match="^transpose: transposition is by a whole number of semitones$"):
        fluxem.apply("transpose", empty, fluxem.encode("1/2"))
    assert fluxem.decode(fluxem.apply("interval_vector", empty)) == (0,) * 6


# --- texts ---


@pytest.mark.parametrize(
    ("written", "digits"),
    [("{0, 4, 7}", "047"), ("{0,4,7,t,e}", "047te"), ("{ 11, 10, 0 }", "0te"), ("{}", ""), ("{5}", "5"), ("{t}", "t")],
)
def test_sets_are_read(written: str, digits: str) -> None:
    assert PITCH_CLASS_SET.parse(written) == of(digits)


@pytest.mark.parametrize(
    "text",
    ["", "0, 4, 7", "[0, 4, 7]", "{12}", "{0, 4, 4}", "{-1}", "{0 4}", "{0, 4", "{a}", "{t, 10}", "{0,  4}", "{,}"],
)
def test_what_is_no_set_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        PITCH_CLASS_SET.parse(text)
    assert not list(PITCH_CLASS_SET.find(f"the prime form of {text} is"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{0, 4, 7, t}", ["{0, 4, 7, t}"]),
        ("😀 {0,1,e} or {0, 4}", ["{0,1,e}"]),
        ("What is the prime form of {0, 4, 7}?", ["{0, 4, 7}"]),
        ("Transpose {2, 7, 11} by 5", ["{2, 7, 11}"]),
        ("Is {0, 1, 4, 6} in the set class of {0, 1, 3, 7}?", ["{0, 1, 4, 6}", "{0, 1, 3, 7}"]),
        ("Let A = {1, 2, 3} and B = {e, t}", []),
        ("a{0,4} matches, \\frac{1}{2} and x_{0}, f{3} in the set class", []),
        ("{1, e}", []),
        ("the prime form of {}", []),
        ("the prime form, " + "as one says, " * 20 + "{0, 4, 7}", []),
    ],
)
def test_only_sets_of_pitch_classes_are_found(text: str, found: list[str]) -> None:
    spans = list(PITCH_CLASS_SET.find(text))
    assert [text[span.start : span.end] for span in spans] == found
    assert [span.value for span in spans] == list(map(PITCH_CLASS_SET.parse, found))


# --- what is refused ---


@pytest.mark.parametrize("value", [{0.0}, {"0"}, [0], "047", None, {True}, 47])
def test_what_is_no_set_is_not_encoded(value: Any) -> None:
    with pytest.raises(InputError, match="^row 1: "):
        PITCH_CLASS_SET.encode([of("0"), value])


@pytest.mark.parametrize("value", [{12}, {-1}, {0, 10**400}])
def test_a_member_outside_the_pitch_classes_is_refused(value: Any) -> None:
    with pytest.raises(RangeError, match="^row 1: a pitch class is an integer in 0..11, not "):
        PITCH_CLASS_SET.encode([of("0"), value])


@pytest.mark.parametrize("digits", ["", "047", "0123456789te"])
def test_a_vector_with_any_lane_changed_is_no_set(digits: str) -> None:
    for lane in range(space.DIM):
        for change in (0.3, 2, -2):
            vector = PITCH_CLASS_SET.encode([of(digits)])
            vector[0, lane] += change
            with pytest.raises(InputError, match="^row 0: "):
                PITCH_CLASS_SET.decode(vector)
