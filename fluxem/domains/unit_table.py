"""The units: what each is, and its spellings. The table is data made from pint (see
tools/make_unit_table.py).

Units take SI prefixes only where the table says so: there is no `mmin`, no `hh`, and `nmi` is a nautical
mile. Symbols read as they are written (`mW` is not `MW`), names in any case. Spellings that are rarely units
outside of a request for one (`M`, `pm`, `points`) are *asked only*: `find` leaves them alone. So it does the
*loose* ones, common symbols in another case (`20 c`, `5 CM`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

DIMENSIONS = ("L", "M", "T", "I", "Theta", "N", "J")  # length, mass, time, current, temperature, amount, light

_FILE = Path(__file__).parents[1] / "data" / "units.tsv"
_SAME = {"\N{GREEK SMALL LETTER MU}": "µ", "\N{OHM SIGN}": "Ω", "\N{ANGSTROM SIGN}": "Å"}
_SAME |= {"℃": "°C", "℉": "°F", "\N{MASCULINE ORDINAL INDICATOR}": "°", "\N{RING ABOVE}": "°"}


@dataclass(frozen=True, slots=True)
class Prefix:
    """A prefix: `kilo`, `k`, 1000."""

    name: str
    symbol: str
    factor: Fraction


@dataclass(frozen=True, slots=True)
class Definition:
    """A unit without a prefix: a value v of it is scale * v + offset in SI base units."""

    name: str
    symbol: str
    scale: Fraction
    offset: Fraction
    exponents: tuple[int, ...]  # (7,) of DIMENSIONS


Spelled = tuple[int, int]  # numbers of the prefix (0 for none) and of the unit

# Numbers are places in these lists; 0 is no prefix and no unit.
PREFIXES: list[Prefix] = [Prefix("", "", Fraction(1))]
UNITS: list[Definition] = [Definition("dimensionless", "", Fraction(1), Fraction(0), (0,) * len(DIMENSIONS))]
SYMBOLS: dict[str, Spelled] = {}
_PREFIXED: dict[str, Spelled] = {}
NAMES: dict[str, Spelled] = {}  # lower case, one space between words
ASKED_NAMES: set[str] = set()
TEXT_SYMBOLS: set[str] = set()
LOOSE_SYMBOLS: dict[str, Spelled] = {}  # lower case: symbols whose case people do not keep
MOST_WORDS: dict[str, int] = {}  # first word of a name: how many words names that begin so have at most
NUMBER_OF: dict[str, int] = {}  # by the unit's own name


def same_letters(spelling: str) -> str:
    """The spelling with one character for each letter: either micro sign as U+00B5, and so on."""
    return spelling if spelling.isascii() else "".join(_SAME.get(character, character) for character in spelling)


def _exponents(dimensions: str) -> tuple[int, ...]:
    powers = dict.fromkeys(DIMENSIONS, 0)
    for part in dimensions.split():
        symbol, _, power = part.partition("^")
        powers[symbol] = int(power or 1)
    return tuple(powers.values())


def _load() -> None:
    prefixes: list[tuple[str, list[str], int, bool]] = []  # name, symbols, number, whether binary
    for kind, *columns in _rows():
        if kind == "also":
            SYMBOLS.update(dict.fromkeys(columns[1].split(), (SYMBOLS | _PREFIXED)[columns[0]]))
            TEXT_SYMBOLS.update(columns[1].split())
            continue
        if kind == "loose":
            LOOSE_SYMBOLS.update((symbol.lower(), (SYMBOLS | _PREFIXED)[symbol]) for symbol in columns[0].split())
            continue
        if kind == "prefix":
            name, symbols, factor = columns
            if symbols:  # else it is another name of the one before
                PREFIXES.append(Prefix(name, symbols.split()[0], Fraction(factor)))
            prefixes.append((name, symbols.split(), len(PREFIXES) - 1, symbols.endswith("i")))
            continue
        name, symbol, scale, offset, dimensions, prefixed, symbols, stems, in_text, names, asked_names = columns
        number = NUMBER_OF[name] = len(UNITS)
        UNITS.append(Definition(name, symbol, Fraction(scale), Fraction(offset), _exponents(dimensions)))
        TEXT_SYMBOLS.update(in_text.split())
        SYMBOLS.update((one, (0, number)) for one in symbols.split())
        allowed = [one for one in prefixes if _takes(prefixed, PREFIXES[one[2]].factor, binary=one[3])]
        for _, prefix_symbols, prefix_number, _ in allowed:
            for prefix in prefix_symbols:
                for stem in stems.split():
                    _PREFIXED.setdefault(prefix + stem, (prefix_number, number))
        for phrases, hidden in ((names, False), (asked_names, True)):
            for phrase in filter(None, phrases.split(", ")):
                _name(phrase, (0, number), hidden)
                for prefix, _, prefix_number, _ in allowed:
                    _name(prefix + phrase, (prefix_number, number), hidden)
    SYMBOLS.update(_PREFIXED | SYMBOLS)  # what is a symbol as it stands stays that: cd, min, Pa


def _takes(prefixed: str, factor: Fraction, binary: bool) -> bool:
    if prefixed == "binary":  # no decibytes: dB is something else
        return factor >= 1000
    return prefixed == "si" and not binary


def _rows() -> Iterator[list[str]]:
    for line in _FILE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield ["" if column == "-" else column for column in line.split("\t")]


def _name(phrase: str, spelled: Spelled, hidden: bool) -> None:
    if NAMES.setdefault(phrase, spelled) == spelled:
        if hidden:
            ASKED_NAMES.add(phrase)
        words = phrase.split()
        MOST_WORDS[words[0]] = max(MOST_WORDS.get(words[0], 1), len(words))


_load()
