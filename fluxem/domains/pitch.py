"""Pitches of equal temperament in scientific pitch notation: C4 is middle C, MIDI key 60; C-1 is 0, G9 is 127.

The payload is the MIDI key, its pitch class as a phase cos, sin(2 pi key / 12), and the spelling: the letter, one lane
each for C D E F G A B, and the accidental from -2 (two flats) to 2 (two sharps). A pitch is its spelling, so C#4 and
Db4 have different vectors; operations see the key alone, on which both are 61. Transposition adds to the key and turns
the phase; its result is spelled as a natural or with one sharp.

The number of the octave goes with the letter: B#3 and C4 are one key, and so are Cb4 and B3.

*Read as pitches:* a letter A to G, an accidental (`#` or `♯`, `b` or `♭`, `x`, `##`, `bb`, also `𝄪`, `𝄫` and `♮`) and
an octave from -1 to 9. In a text `A4` is a size of paper, `C4` an explosive, `B12` a vitamin and `Bb5` a chess move.
So `find` takes what has a sign of music (`F♯3`, `G#3`; but `C#` and `F#` also name languages), what follows the word
note or pitch, and the others only where the text around speaks of semitones, octaves, transposition, intervals
between notes, or MIDI.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fluxem.domains import lanes
from fluxem.domains.base import Domain, Operation, Span, require_text
from fluxem.domains.cues import Cues
from fluxem.domains.number import NUMBER
from fluxem.errors import InputError, RangeError, UndefinedError
from fluxem.space import Vectors

KEY = 8
CLASS = slice(9, 11)  # cos, sin
LETTER = slice(11, 18)  # C D E F G A B
ACCIDENTAL = 18

KEYS = 128
LETTERS = "CDEFGAB"
_NATURALS = (0, 2, 4, 5, 7, 9, 11)  # keys of the letters above their C
_ACCIDENTALS = ("bb", "b", "", "#", "##")  # -2 to 2
_SHIFTS = {"♭": "b", "♯": "#", "♮": "", "𝄫": "bb", "𝄪": "##", "x": "##"}
_LETTER_INDEX = {letter: index for index, letter in enumerate(LETTERS)}
_CIRCLE = np.exp(2j * np.pi * np.arange(12) / 12).astype(np.complex64)

_NOTE = re.compile(
    r"[A-G](?<![\w#♯♭.\-].)(?P<accidental>##|bb|♯♯|♭♭|[#bx♯♭♮𝄪𝄫])?(?P<octave>-1|[0-9])(?![\w#♯♭]|\.[0-9]|['’\-]\w)"
)
_SIGN_OF_MUSIC = re.compile("[♯♭♮𝄪𝄫]|[ABDEG]#")
_NAMED = re.compile(r"\b(?:[Nn]otes?|[Pp]itch(?:es)?) $")
_CUE = re.compile(r"semitone|octave|transpos|\bMIDI\b|interval (?:between|from)|half[- ]steps?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pitch:
    """A spelled pitch: a letter C D E F G A B, an accidental from -2 (two flats) to 2, an octave from -1 to 9."""

    letter: str
    accidental: int
    octave: int

    @property
    def key(self) -> int:
        """The MIDI key; outside 0..127 for a pitch that no vector holds."""
        return 12 * (self.octave + 1) + _NATURALS[LETTERS.index(self.letter)] + self.accidental

    @classmethod
    def of_key(cls, key: int) -> "Pitch":
        """The pitch of a MIDI key, spelled as a natural or with one sharp."""
        octave, above = divmod(key, 12)
        letter = max(index for index, natural in enumerate(_NATURALS) if natural <= above)
        return cls(LETTERS[letter], above - _NATURALS[letter], octave - 1)

    def __str__(self) -> str:
        return f"{self.letter}{_ACCIDENTALS[self.accidental + 2]}{self.octave}"


class PitchDomain(Domain):
    """Pitches; a value is a `Pitch`."""

    name = "pitch"
    tag = 10
    example = "F♯3"
    value_types = (Pitch,)

    def find(self, text: str) -> Iterator[Span]:
        """Pitches as the module describes them."""
        for match, value in _notes(text):
            if 0 <= value.key < KEYS:
                yield Span(self.name, match.start(), match.end(), value)

    def left_out(self, text: str) -> Iterator[tuple[int, str]]:
        for match, value in _notes(text):
            if not 0 <= value.key < KEYS:
                yield match.start(), _outside(value)

    def parse(self, text: str) -> Pitch:
        """The pitch of a whole text, whatever it speaks of; ParseError if it is none, RangeError beyond the keys."""
        match = _NOTE.fullmatch(require_text(text).strip())
        if match is None:
            value: Pitch = super().parse(text)
            return value
        value = _pitch(match)
        if not 0 <= value.key < KEYS:
            raise RangeError(_outside(value))
        return value

    def encode(self, values: Sequence[Pitch] | NDArray[Any]) -> Vectors:
        """Vectors (n, 128) float32 of n pitches; RangeError beyond the keys 0..127, InputError for another type."""
        for row, value in enumerate(values):
            if not isinstance(value, Pitch):
                raise InputError(f"row {row}: not a Pitch: {lanes.shown(value)}")
            if value.letter not in _LETTER_INDEX or value.accidental not in range(-2, 3):
                raise InputError(f"row {row}: no letter A to G, or no accidental -2 to 2: {lanes.shown(value)}")
            if not (-1 <= value.octave <= 9 and 0 <= value.key < KEYS):
                raise RangeError(f"row {row}: {_outside(value)}")
        letters = np.array([_LETTER_INDEX[value.letter] for value in values], np.int64)
        accidentals = np.array([value.accidental for value in values], np.int64)
        return self._of_lanes(np.array([value.key for value in values], np.int64), letters, accidentals)

    def decode(self, vectors: Vectors) -> list[Pitch]:
        """The pitches of vectors (n, 128); InputError when a row is not the vector of one."""
        vectors = lanes.own(self, vectors)
        keys, letters = self.keys(vectors), vectors[:, LETTER].argmax(axis=1)
        accidentals = np.rint(np.clip(vectors[:, ACCIDENTAL], -2, 2)).astype(np.int64)
        octaves, above = np.divmod(keys - accidentals - np.array(_NATURALS)[letters], 12)
        lanes.require(self, (above == 0) & (octaves >= 0) & (octaves <= 10))
        lanes.require_same(self, vectors, self._of_lanes(keys, letters, accidentals))
        rows = zip(letters.tolist(), accidentals.tolist(), (octaves - 1).tolist(), strict=True)
        return [Pitch(LETTERS[letter], accidental, octave) for letter, accidental, octave in rows]

    def render(self, vectors: Vectors) -> list[str]:
        """`F#3`, `Bb2`, `C-1`: in ASCII, two accidentals as `##` or `bb`."""
        return list(map(str, self.decode(vectors)))

    def keys(self, vectors: Vectors) -> NDArray[np.int64]:
        """The MIDI keys (n,) of vectors (n, 128); InputError as `decode`, whatever the other lanes hold."""
        keys = np.rint(lanes.own(self, vectors)[:, KEY])
        lanes.require(self, (keys >= 0) & (keys < KEYS))
        return keys.astype(np.int64)

    def _of_lanes(self, keys: NDArray[np.int64], letters: NDArray[np.int64], accidentals: NDArray[np.int64]) -> Vectors:
        vectors = lanes.blank(self, len(keys))
        vectors[:, KEY] = keys
        vectors[:, CLASS] = _CIRCLE[keys % 12, None].view(np.float32)
        vectors[:, LETTER] = letters[:, None] == np.arange(len(LETTERS))
        vectors[:, ACCIDENTAL] = accidentals
        return vectors


PITCH = PitchDomain()


def _notes(text: str) -> Iterator[tuple[re.Match[str], Pitch]]:
    """What reads as a pitch in a text."""
    cues = Cues(_CUE, text)
    for match in _NOTE.finditer(text):
        before = text[max(match.start() - 10, 0) : match.start()]
        if _SIGN_OF_MUSIC.search(match[0]) or _NAMED.search(before) or cues.around(match.start()):
            yield match, _pitch(match)


def _pitch(match: re.Match[str]) -> Pitch:
    written = "".join(_SHIFTS.get(sign, sign) for sign in match["accidental"] or "")
    return Pitch(match[0][0], _ACCIDENTALS.index(written) - 2, int(match["octave"]))


def _outside(value: Pitch) -> str:
    return f"{value} is outside the MIDI keys 0 to 127, C-1 to G9"


# --- operations ---


def _transpose(pitches: Vectors, semitones: Vectors) -> tuple[Vectors, NDArray[np.bool_]]:
    counts, whole = lanes.whole_numbers(semitones)
    keys = PITCH.keys(pitches) + lanes.bounded(counts)
    ok = whole & (keys >= 0) & (keys < KEYS)
    vectors = _EVERY_KEY[np.where(ok, keys, 0)]
    vectors[~ok] = 0
    return vectors, ok


def _no_pitch(pitch: Vectors, semitones: Vectors) -> InputError:
    if not isinstance(NUMBER.decode(semitones)[0], int):
        return UndefinedError("a pitch is transposed by a whole number of semitones")
    return RangeError("the result is outside the MIDI keys 0 to 127, C-1 to G9")


def _interval(left: Vectors, right: Vectors) -> tuple[Vectors, NDArray[np.bool_]]:
    semitones = PITCH.keys(right) - PITCH.keys(left)
    return NUMBER.encode(semitones), np.ones(len(semitones), bool)


_EVERY_KEY = PITCH.encode([Pitch.of_key(key) for key in range(KEYS)])

OPERATIONS = (
    Operation(
        "transpose",
        "T",
        ("pitch", "number"),
        "pitch",
        False,
        "T e(p), e(n) = e(the natural or sharp of key p + n), bitwise",
        _transpose,
        _no_pitch,
    ),
    Operation(
        "interval",
        "interval",
        ("pitch", "pitch"),
        "number",
        False,
        "interval e(p), e(q) = e(semitones from p up to q), bitwise",
        _interval,
    ),
)
