"""Pitches against the MIDI key numbers of scientific pitch notation."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fluxem
from fluxem import laws, space
from fluxem.domains.number import NUMBER
from fluxem.domains.pitch import CLASS, KEY, LETTERS, OPERATIONS, PITCH, Pitch
from fluxem.errors import InputError, ParseError, RangeError, UndefinedError

TRANSPOSE, INTERVAL = OPERATIONS
EVERY = [
    pitch
    for letter in LETTERS
    for accidental in range(-2, 3)
    for octave in range(-1, 10)
    if 0 <= (pitch := Pitch(letter, accidental, octave)).key < 128
]
# The names that the 128 keys have in tables of MIDI: twelve an octave, from C-1 = 0 to G9 = 127.
TWELVE = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
NAMES = [f"{name}{octave}" for octave in range(-1, 10) for name in TWELVE][:128]
pitches = st.sampled_from(EVERY)
semitones = st.integers(-140, 140) | st.sampled_from([0, 10**50, -(10**50), Fraction(1, 2), Fraction(-7, 3)])


def transposed(pitch: Pitch, by: Any) -> Pitch:
    if by != int(by):
        raise UndefinedError
    if not 0 <= pitch.key + by < 128:
        raise RangeError
    return PITCH.parse(NAMES[pitch.key + by])


def test_every_pitch_comes_back() -> None:
    laws.assert_round_trip(PITCH, EVERY)


def test_every_key_has_its_name() -> None:
    """The first implementation read C-1 as 24, and C4 and everything else from there."""
    assert [PITCH.parse(name).key for name in NAMES] == list(range(128))
    assert [str(Pitch.of_key(key)) for key in range(128)] == NAMES
    assert PITCH.parse("A4").key == 69 and PITCH.parse("C4").key == 60


@pytest.mark.parametrize(
    ("written", "key", "canonical"),
    [
        ("C♯4", 61, "C#4"), ("D♭4", 61, "Db4"), ("B#3", 60, "B#3"), ("Cb4", 59, "Cb4"), ("Cx4", 62, "C##4"),
        ("C##4", 62, "C##4"), ("E𝄫3", 50, "Ebb3"), ("Ebb3", 50, "Ebb3"), ("F𝄪3", 55, "F##3"), ("F♯♯3", 55, "F##3"),
        ("E♮4", 64, "E4"), ("Fb-1", 4, "Fb-1"), ("Abb9", 127, "Abb9"), ("Dbb-1", 0, "Dbb-1"), ("B#-1", 12, "B#-1"),
    ],
)  # fmt: skip
def test_spellings(written: str, key: int, canonical: str) -> None:
    value = PITCH.parse(written)
    assert value.key == key
    assert PITCH.render(PITCH.encode([value])) == [canonical]


def test_enharmonic_pitches_are_told_apart_but_sound_alike() -> None:
    """The first implementation merged them without saying so."""
    sharp, flat = fluxem.encode("C#4", "pitch"), fluxem.encode("Db4", "pitch")
    assert sharp.tobytes() != flat.tobytes() and sharp[KEY] == flat[KEY] == 61
    assert fluxem.decode(fluxem.apply("interval", sharp, flat)) == 0
    up = [fluxem.apply("transpose", pitch, fluxem.encode(3)) for pitch in (sharp, flat)]
    assert up[0].tobytes() == up[1].tobytes() == fluxem.encode("E4", "pitch").tobytes()


@given(st.lists(st.tuples(pitches, semitones), min_size=1))
def test_transposition_is_exact_or_refused(values: list[tuple[Pitch, Any]]) -> None:
    laws.assert_homomorphism([PITCH, NUMBER, PITCH], TRANSPOSE, transposed, values)


@given(st.lists(st.tuples(pitches, pitches), min_size=1))
def test_intervals_are_differences_of_keys(values: list[tuple[Pitch, Pitch]]) -> None:
    laws.assert_homomorphism([PITCH, PITCH, NUMBER], INTERVAL, lambda p, q: q.key - p.key, values)


@given(pitches, st.integers(-60, 60), st.integers(-60, 60))
def test_transpositions_add_up(pitch: Pitch, m: int, n: int) -> None:
    start, by = PITCH.encode([pitch]), {k: NUMBER.encode([k]) for k in (m, n, m + n)}
    once, ok = TRANSPOSE.function(start, by[m])
    if ok[0]:
        twice, whole = TRANSPOSE.function(once, by[n]), TRANSPOSE.function(start, by[m + n])
        assert twice[0].tobytes() == whole[0].tobytes() and twice[1] == whole[1]


def test_the_lanes_say_what_they_say() -> None:
    vectors = PITCH.encode(EVERY)
    assert vectors[:, KEY].tolist() == [pitch.key for pitch in EVERY]
    turns = np.arctan2(vectors[:, CLASS.start + 1], vectors[:, CLASS.start]) * 12 / (2 * np.pi)
    assert (np.rint(turns) % 12).tolist() == [pitch.key % 12 for pitch in EVERY]
    assert len({vector.tobytes() for vector in vectors}) == len(EVERY)


# --- texts ---


@pytest.mark.parametrize(
    "text", ["H4", "A99", "", "C", "C10", "4", "c4", "C#", "C###4", "Cbbb4", "C-2", "C4 E4", "C 4", "Do4"]
)
def test_what_is_no_pitch_is_refused(text: str) -> None:
    """H4 was middle C, A99 was 127, and no text at all an IndexError."""
    with pytest.raises(ParseError):
        PITCH.parse(text)


@pytest.mark.parametrize("text", ["G#9", "A9", "B##9", "Cb-1", "Cbb-1"])
def test_what_no_key_sounds_is_refused(text: str) -> None:
    with pytest.raises(RangeError, match="outside the MIDI keys 0 to 127, C-1 to G9"):
        PITCH.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("A4 paper", "B12 vitamin", "C4 explosive", "on the E5 motorway", "the G7 summit"),
        *("1.e4 e5 2.Bb5", "He said"),
        *("C#8 and F#5 are languages", "As usual, B2B and A1", "the B4-C4 line", "D2 D3", "flight BA4"),
        *("H2O", "E10 fuel"),
        *("vitamins A, B6 and D3", "a pitch of A grade", "noted A4 sheets"),
    ],
)
def test_prose_holds_no_pitch(text: str) -> None:
    assert not list(PITCH.find(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("F♯3 and B♭2, then G#3.", ["F♯3", "B♭2", "G#3"]),
        ("Transpose C4 up by 5 semitones", ["C4"]),
        ("What is the interval between C4 and Eb5?", ["C4", "Eb5"]),
        ("Which MIDI key is C-1, and which G9?", ["C-1", "G9"]),
        ("😀 the note C4", ["C4"]),
        ("the pitches A4 and 440 Hz", ["A4"]),
        ("F#3 an octave higher", ["F#3"]),
        ("the MIDI keys of A9 and H4 and C4.5 and A4's and C44", []),
    ],
)
def test_pitches_are_found(text: str, found: list[str]) -> None:
    spans = list(PITCH.find(text))
    assert [text[span.start : span.end] for span in spans] == found
    assert [span.value for span in spans] == [PITCH.parse(one) for one in found]


def test_a_pitch_beyond_the_keys_is_left_out_and_reported() -> None:
    assert list(PITCH.left_out("the note A9")) == [(9, "A9 is outside the MIDI keys 0 to 127, C-1 to G9")]


# --- what is refused ---


@pytest.mark.parametrize(
    "value", ["C4", 60, None, ("C", 0, 4), Pitch("H", 0, 4), Pitch("C", 3, 4), Pitch("C", 0.5, 4), Pitch("", 0, 4)]
)  # type: ignore[list-item]
def test_what_is_no_pitch_is_not_encoded(value: Any) -> None:
    with pytest.raises(InputError, match="^row 1: "):
        PITCH.encode([EVERY[0], value])


@pytest.mark.parametrize("value", [Pitch("A", 0, 9), Pitch("C", -1, -1), Pitch("C", 0, 200), Pitch("B", 1, -2)])
def test_a_pitch_beyond_the_keys_is_not_encoded(value: Pitch) -> None:
    """200 was 127."""
    with pytest.raises(RangeError, match="^row 1: .* outside the MIDI keys"):
        PITCH.encode([EVERY[0], value])


@pytest.mark.parametrize("value", ["C4", "Bb-1", "G9", "F##3"])
def test_a_vector_with_any_lane_changed_is_no_pitch(value: str) -> None:
    for lane in range(space.DIM):
        for change in (1.5, -1.5, 300):
            vector = PITCH.encode([PITCH.parse(value)])
            vector[0, lane] += change
            with pytest.raises(InputError, match="^row 0: "):
                PITCH.decode(vector)


def test_operations_say_why_there_is_no_result() -> None:
    high = fluxem.encode("G9", "pitch")
    with pytest.raises(RangeError, match="^transpose: the result is outside the MIDI keys 0 to 127"):
        fluxem.apply("transpose", high, fluxem.encode(1))
    with pytest.raises(UndefinedError, match="^transpose: a pitch is transposed by a whole number of semitones$"):
        fluxem.apply("transpose", high, fluxem.encode("1/2"))


def test_a_word_of_music_is_heard_only_nearby() -> None:
    assert not list(PITCH.find("an octave higher. " + "Then he went home. " * 10 + "The A4 paper"))
    assert len(list(PITCH.find("C4, E4, G4, " * 100 + "an octave"))) == 36
