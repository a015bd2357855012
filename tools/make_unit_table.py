"""Writes fluxem/data/units.tsv: the units that fluxem knows, and how they are written.

    python tools/make_unit_table.py [FILE]

What a unit *is* (factor, offset, dimensions) comes from pint's default registry, computed on Fractions. How
it is *written* comes from pint and from tools/unit_spellings.py, which also decides what `find` may take from
prose.

Left out: constants of nature; logarithmic units; units of another dimension than the seven of SI (pixels);
those of the Gaussian system, whose dimensions are not SI's; ratios (percent) and counts, which are numbers;
and each unit whose factor is not a rational number: degrees of angle, turns, parsecs and all else with pi or
a root in it. Square and cubic units (`square_foot`) are left to the grammar of `fluxem.domains.unit_text`.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import pint
from pint.util import UnitsContainer
from unit_spellings import (
    ALSO,
    ASKED_NAMES,
    BINARY_PREFIXED,
    LOOSE,
    MORE_NAMES,
    MORE_SYMBOLS,
    NOT_A_SYMBOL,
    NOT_NAMED,
    PLURAL,
    SI_PREFIXED,
    STEMS,
    SYMBOL,
    TEXT_SYMBOLS,
)

TABLE = Path(__file__).parents[1] / "fluxem" / "data" / "units.tsv"
HEADER = """\
# Made by tools/make_unit_table.py from pint {version}: do not edit.
# prefix: name, symbols (the first is canonical), factor
# unit:   name; canonical symbol; factor and offset to SI (SI value = factor * value + offset); dimensions; the
#         prefixes it takes (none, si, or binary and from kilo up); symbols; what prefix symbols attach to; the symbols,
#         prefixed or not, that are found in any text; names found in any text; names that must be asked for
# also:   symbol, prefixed or not; further symbols for it, found in any text
# loose:  symbols that are read in any case where a unit is asked for
"""
DIMENSIONS = {  # pint's names, in the order of the lanes
    "[length]": "L",
    "[mass]": "M",
    "[time]": "T",
    "[current]": "I",
    "[temperature]": "Theta",
    "[substance]": "N",
    "[luminosity]": "J",
}
IN_PRODUCTS = ("M", "L", "I", "J", "N", "Theta", "T")  # kg*m, A*h: the order of factors is that of the table
LONG = r"[^\W\d_A-Z]{5}|^feet(_|$)"  # in pint's aliases: the shorter ones are symbols
AFTER_PLURAL = ("of", "per", "celsius", "fahrenheit", "rankine", "reaumur", "réaumur", "kelvin", "hg")
IRRATIONAL = {"pi", "tansec", "ln10", "wien_x", "wien_u", "eulers_number"}
NOT_UNITS = {
    "meter_per_second_squared",
    "count",
    "percent",
    "permille",
    "ppm",
    "strain",
    "refractive_index_unit",
    "absorbance_unit",
}
CONSTANTS_KEPT = {"standard_atmosphere"}

Row = tuple[str, ...]


def table() -> str:
    """The whole file."""
    registry = pint.UnitRegistry(non_int_type=Fraction)
    rows: list[Row] = [("prefix", *prefix) for prefix in prefixes(registry)]
    units = sorted(kept(registry), key=lambda unit: products_order(unit[1]))
    rows += [("unit", *written(registry, name, *meaning)) for name, *meaning in units]
    rows += [("also", symbol, spellings) for symbol, spellings in ALSO.items()]
    rows += [("loose", LOOSE)]
    lines = ["\t".join(row) for row in rows]
    return HEADER.format(version=pint.__version__) + "\n".join(lines) + "\n"


def prefixes(registry: pint.UnitRegistry) -> Iterator[Row]:
    """Name, symbols and factor of every prefix."""
    for name, prefix in registry._prefixes.items():
        if name == prefix.name and prefix.defined_symbol:
            symbols = [prefix.defined_symbol] + (["u"] if name == "micro" else [])
            yield name, " ".join(symbols), str(Fraction(prefix.value))
            if name == "deca":
                yield "deka", "", str(Fraction(prefix.value))


def kept(registry: pint.UnitRegistry) -> Iterator[tuple[str, dict[str, int], Fraction, Fraction]]:
    """Name, exponents, factor and offset of every unit of the table."""
    constants = defined_in(Path(pint.__file__).parent / "constants_en.txt") - CONSTANTS_KEPT
    gaussian = registry.get_group("Gaussian").members | registry.get_group("ESU").members
    for name, definition in list(registry._units.items()):
        delta = name.startswith("delta_")
        if name != definition.name or name in constants or name in NOT_UNITS or name in gaussian:
            continue
        written_out = hasattr(definition, "raw")  # else pint made it up, from a prefix or as a difference
        difference = delta and not registry._units[name.removeprefix("delta_")].converter.is_multiplicative
        if not (written_out or difference) or re.match("(square|cubic)_", name):
            continue
        if definition.is_logarithmic or needs(registry, name) & IRRATIONAL:
            continue
        unit = UnitsContainer({name: 1})
        scale, _ = registry._get_root_units(unit)
        exponents = dict(registry._get_dimensionality(unit))
        if not isinstance(scale, Fraction | int) or exponents.keys() - DIMENSIONS.keys():
            continue
        scale = Fraction(scale) / Fraction(1000) ** int(exponents.get("[mass]", 0))  # pint's root unit is the gram
        offset = Fraction(getattr(definition.converter, "offset", 0))
        yield name, {DIMENSIONS[key]: int(power) for key, power in exponents.items()}, scale, offset


def defined_in(file: Path) -> set[str]:
    """The names that one of pint's files defines."""
    return {match[1] for match in re.finditer(r"^(\w+) *=", file.read_text("utf-8"), re.MULTILINE)}


def needs(registry: pint.UnitRegistry, name: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """Every unit and constant in the definition of one, itself included."""
    _, name, _ = registry.parse_unit_name(name)[0]
    reference = [part for part in registry._units[name].reference or () if part[0] != "["]  # no dimensions
    return {name}.union(*(needs(registry, part, seen | {name}) for part in reference if part not in seen))


def products_order(exponents: dict[str, int]) -> list[object]:
    """Where a unit stands in a product: compound kinds first (N*m, kW*h), dimensionless ones last (m*rad)."""
    sizes = [-exponents.get(symbol, 0) for symbol in IN_PRODUCTS]
    return [-len(exponents), *sizes]


def written(
    registry: pint.UnitRegistry, name: str, exponents: dict[str, int], scale: Fraction, offset: Fraction
) -> Row:
    """One row of the table."""
    definition = registry._units[name]
    unwanted = NOT_A_SYMBOL.get(name, ())
    given = [same(spelling) for spelling in (definition.symbol, *definition.aliases) if spelling not in unwanted]
    own = [name] if is_name(name, own=True) else []
    symbols = unique(
        (*(one for one in (*given, name) if one not in own and not is_name(one)), *MORE_SYMBOLS.get(name, ()))
    )
    names: dict[bool, list[str]] = {True: [], False: []}  # asked only, or not
    for one in unique(map(phrase, (*own, *filter(is_name, given)))) if name not in NOT_NAMED else []:
        names[one in ASKED_NAMES] += [one, *plurals(one)]
    names[False] += MORE_NAMES.get(name, [])
    prefixed = "binary" if name in BINARY_PREFIXED else "si" if name in SI_PREFIXED else "none"
    dimensions = [(symbol, exponents[symbol]) for symbol in DIMENSIONS.values() if symbol in exponents]
    lists = (
        " ".join(symbol if power == 1 else f"{symbol}^{power}" for symbol, power in dimensions),
        prefixed,
        " ".join(symbols),
        " ".join(STEMS.get(name, symbols)) if prefixed != "none" else "",
        TEXT_SYMBOLS.get(name, "-"),
        ", ".join(unique(names[False])),
        ", ".join(unique(names[True])),
    )
    symbol = SYMBOL.get(name) or given[0]
    return name, symbol, str(scale), str(offset), *(one or "-" for one in lists)


def is_name(spelling: str, own: bool = False) -> bool:
    """Names are words, read in any case; symbols are short, or hold digits, and read as they are written.

    What pint names a unit itself (own) is a name however short it is.
    """
    if re.search(r"\d|[a-z][A-Z]|Δ|delta_deg[A-Z]|(^|_)\w(_|$)", spelling):
        return False
    return re.search(r"[a-z]", spelling) is not None if own else re.search(LONG, spelling) is not None


def same(symbol: str) -> str:
    """The same symbol with one character for each letter: U+00B5 for micro, no compatibility characters."""
    return symbol.replace("\N{GREEK SMALL LETTER MU}", "µ").replace("\N{ANGSTROM SIGN}", "Å")


def phrase(name: str) -> str:
    return name.replace("_", " ").lower()


def plurals(name: str) -> list[str]:
    """The plural of a name, if it has one: `nautical miles`, `degrees celsius`, `tons of refrigeration`."""
    words = name.split()
    at = min([words.index(word) for word in AFTER_PLURAL if word in words[1:]], default=len(words)) - 1
    if words[at] == "force" and at:
        at -= 1
    plural = PLURAL.get(words[at], None if words[at][-1] in "sxz" else words[at] + "s")
    return [" ".join((*words[:at], plural, *words[at + 1 :]))] if plural else []


def unique(spellings: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(spellings))


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else TABLE).write_text(table(), "utf-8", newline="\n")
