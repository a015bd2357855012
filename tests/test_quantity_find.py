"""Where texts hold quantities and ask for units, and where they do not."""

import time
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxem.domains.quantity import PHYS_QUANTITY, PHYS_UNIT


def listed(table: str) -> list[str]:
    """The entries of a table, between | and line ends."""
    return [entry.strip() for line in table.strip().splitlines() for entry in line.split("|")]


def pieces(text: str) -> list[str]:
    """As `listed`, with the spaces."""
    return text.split("|")


def becoming(table: str) -> list[tuple[str, str]]:
    """Entries `text => result`, or the text alone where the result is the same."""
    split = [entry.partition(" => ") for entry in listed(table)]
    return [(text, result or text) for text, _, result in split]


def found(text: str) -> str:
    return ", ".join(str(span.value) for span in PHYS_QUANTITY.find(text))


def asked(text: str) -> str:
    return ", ".join(text[span.start : span.end] for span in PHYS_UNIT.find(text))


# --- quantities ---

QUANTITIES = """
3.5ft => 3.5 ft | 3.5 ft | 60 mph | 1e3 Pa => 1000 Pa | 1,500 kg => 1500 kg | 16GB => 16 GB
5\N{NO-BREAK SPACE}m => 5 m | 9.81 m/s^2 | 9.81 m/s² => 9.81 m/s^2 | 9.81 m s^-2 => 9.81 m/s^2
9.81 m·s⁻² => 9.81 m/s^2 | 9.81 m s-2 => 9.81 m/s^2 | 5 kg*m/s^2 | 10 W*h | 2 kW h => 2 kW*h
5 N m => 5 N*m | 100 km / h => 100 km/h | 5 J/(kg*K) => 5 J/kg/K | -40 °F | −40 °C => -40 °C
20 ° C => 20 °C | 20 C => 20 °C | 20C => 20 °C | 300 K | 20 degC => 20 °C | 68 F => 68 °F
20 degrees Celsius => 20 °C | 5 Δ°C | 5 delta_degC => 5 Δ°C | 1/2 mile => 0.5 mi | 1 1/2 miles => 1.5 mi
1/3 kg | -1 1/2 miles => -1.5 mi | 3 square meters => 3 m^2 | 5 cubic feet => 5 ft^3 | 5 m³ => 5 m^3
12 cm2 => 12 cm^2 | 12 km per hour => 12 km/h | 3 meters per second squared => 3 m/s^2
3 kilowatt hours => 3 kWh | 30 pounds per square inch => 30 psi | 10 nautical miles => 10 nmi
12 light-years => 12 ly | 3 cups of tea => 3 cup | a 5-foot pole => 5 ft | a 10-mile run => 10 mi
5 Newtons => 5 N | 5 newtons => 5 N | 5 Kelvin => 5 K | 7 t | 3 week | 6 ft 9 in => 6.75 ft
5 lb 3 oz => 5.1875 lb | 2 h 30 min => 2.5 h | 1 h 1 min 30 s => 1.025 h | 5 m wide => 5 m | 5 µm
5 \N{GREEK SMALL LETTER MU}m => 5 µm | 7 Ω | 5 \N{OHM SIGN} => 5 Ω | 5 m. => 5 m | (5 m) => 5 m | =5m => 5 m
it is 5 in long => 5 in | 5 in. => 5 in | a fuse of 5 A => 5 A | 5 km per person => 5 km
a 10 minute mile => 10 min | a 40 hour week => 40 h | 760 mmHg | 1013.25 hPa | 2000 kcal | 5 Å | 3 mol
12 kn | 10 Mbps | 2.4 GHz | 1.5 T
"""

NO_QUANTITIES = """
He is in 2 minds | at 5 in the morning | I have 3 in my hand | between 3 and 5 a day | Vitamin C
2 in 3 people | Section 3 A | World War 2 A history | World War II | 10 men | the CAT scan | a DNA test
I am in. | A4 paper | As usual, In fact, He said No | Can I be | at 3 in the morning | Room 12 C | seat 20C
page 5 m | No. 5 K | 5 % | $5 m | €3 t | $5 million | 5' | 5" | 1990s | in the 1980s | 10K run | 2D game
a 3d model | 5A fuse | 5 M | 5 B | 5 pm | 11 am | 5 PM | 3 points | 2 links | 5 bags | 10 grains of sand
a barrel | 4(d) | version 3 in /usr | 12 Newton Street | 5 Mile Road | 20 degrees | 90 deg | U+0044F | %2F
\x1b[40m | 0x1F | H2O m | x5 m | 1.2.3 m | 12:30 m | 2024-11-22 m | Copyright 1996 L. Peter | 2 H2 + O2
3 N2 | 2007 (C) A. Nobody | COVID-19 s | 5 hh | 5 mmin
"""

# What goes on in a way that is not understood might mean anything.
HALVES = """
5 N/C | 5 F/m | 5 J/g C | 5 J/kg K | 4.18 J/g·°C | 5 m^0.5 | 5 m^x | 5 m^(1/2) | 5 s-1 | 5 kg.x | 3,5 m
5 kg/person | 9 m^2/3 m | 24/6 m | 2^3 m | 3 m's | 5 m_0 | 5 m²x | 5 m/(x) | 5 ° | 5 °X
5 joules per kilogram kelvin
"""

SEVERAL = """
5 m - 3 m => 5 m, 3 m | 5 m -3 m => 5 m, 3 m | 5 m-3 m => 5 m, 3 m | 5 m + -3 m => 5 m, -3 m
3 m 4 m => 3 m, 4 m | 100 km / 2 h => 100 km, 2 h | 100 km/2 h => 100 km, 2 h
3 N and 2 kg*m/s^2 => 3 N, 2 kg*m/s^2 | 5 J + 2 W*h => 5 J, 2 W*h | 6 ft 13 in => 6 ft, 13 in
6.5 ft 3 in => 6.5 ft, 3 in | 6 ft, 9 in => 6 ft, 9 in | -6 ft 9 in => -6 ft, 9 in
12 in x 5 in => 12 in, 5 in | 10-20 kg => 20 kg
"""


@pytest.mark.parametrize(("text", "value"), becoming(QUANTITIES))
def test_what_people_write_is_found(text: str, value: str) -> None:
    assert found(text) == value
    assert found(f"Perhaps {text} or so") == value


@pytest.mark.parametrize("text", listed(NO_QUANTITIES))
def test_prose_holds_no_quantity(text: str) -> None:
    assert found(text) == "" and asked(text) == ""


@pytest.mark.parametrize("text", listed(HALVES))
def test_half_of_an_expression_is_no_quantity(text: str) -> None:
    assert found(text) == ""


@pytest.mark.parametrize(("text", "values"), becoming(SEVERAL))
def test_several_quantities(text: str, values: str) -> None:
    assert found(text) == values


def test_what_no_vector_holds_is_left_out_and_reported() -> None:
    text = "from 5 m to 1e400 m or 1e109 km"
    assert found(text) == "5 m"
    assert [offset for offset, _ in PHYS_QUANTITY.left_out(text)] == [12, 23]


# --- units that are asked for ---

ASKED = """
Convert 3.5 ft to m => m | 3 m to cm => cm | How many cm are in 3 m? => cm | Express 3 m in cm. => cm
3 m = ? cm => cm | What is 20 C in F? => F | What is 3 C in K => K | 3 m = cm => cm | 3 m -> cm => cm
Give 3 m as km. => km | 5 h to min => min | What is 60 mph in kilometers per hour? => kilometers per hour
How many in are in 3 ft? => in | What is 30 cm in in? => in | In cm, what is 3 m? => cm | 3 in to cm => cm
I have 3 m. What is that in cm? => cm | Rewrite 3 m using units of cm => cm | Turn 2 days into h => h
Convert 5 m to s => s | convert 9.81 m/s^2 to km/h^2 => km/h^2 | What number of cm is 3 m? => cm
Convert 3 acres to perches => perches | Change 3 nmi into yd => yd | km/h | m s^-1
The pole is 3 m, or 300 in cm. => cm
\N{DESERT} 3 m → \N{GREEK SMALL LETTER MU}m => \N{GREEK SMALL LETTER MU}m
3 m to cm, and 5 kg to lb => cm, lb
"""

NOT_ASKED = """
He ran 5 km in minutes. | 5 m in length | He went to a bar | written in C | in F major | to us
It was over in seconds | a 3 m pole in a C | 5 kg to go | How many men are in 3 m? | m | second | as | in
It took 5 h to climb in A | 5 m to | How many seconds did it take? | in the 3 m
"""


@pytest.mark.parametrize(("text", "units"), becoming(ASKED))
def test_units_that_are_asked_for(text: str, units: str) -> None:
    assert asked(text) == units


@pytest.mark.parametrize(
    "text", [*listed(NOT_ASKED), "3 m long.\nPut the cm in mm.", "3 m" + " far away" * 30 + " in cm"]
)
def test_prose_asks_for_no_unit(text: str) -> None:
    assert asked(text) == ""


# --- any text ---

PIECES = pieces(
    "5|1/2|-3.5| | m|m|/s|^2|²|*|·| in | to |°C|(|)|per |kg|😀|\n|−|.|ft |9 in"
    "|a |half an |one |hour|mile| and |how many |convert |×10^|'|\"|½"
)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_spans_read_as_their_values_and_do_not_overlap(text: str) -> None:
    for domain in (PHYS_QUANTITY, PHYS_UNIT):
        spans = list(domain.find(text))
        assert all(one.end <= other.start for one, other in pairwise(spans))
        for span in spans:
            written = text[span.start : span.end]
            assert written == written.strip() and domain.parse(written) == span.value
            assert domain.decode(domain.encode([span.value])) == [span.value]


HOSTILE = pieces(
    "1m|1 m |1m,|1/1 m|5 m^2 |5 ft 9 in |1 1/2 m |11|1,|1e|1e5m|- 1 m|1 m to m |to m |in in in 3 in |5 m/s/|5 (m"
    "|5 m*m*m*m*|5 N m |1 kilowatt |1 imperial fluid |5 m⁻|5 m^|5 m^9|? m 1 m |how many m 3 m |section 5 A |x1m |1_m"
    "|one |half a |a mile |how many m in a |5' 7\" |1.2×10^6 m |add a m and |5 m.m.|5½|hundred and |what is 5 c in f "
    "|5 ft and 3 in |a mile and |a mile to a mile |how many |what one m in |10^|⁶|1½ m|what a m is what a m is "
    "|5 ((((m|1 h 1 min 1 s |5 °|5 | |1 light |m/m/m/"
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear(piece: str) -> None:
    """The first implementation took time cubic in the digits, and exponential on `1 aaaa_`."""

    repeats = count()

    def seconds(length: int) -> float:
        text = (piece * length)[:length] + "\n" * next(repeats)  # the last texts are remembered
        start = time.process_time()
        for domain in (PHYS_QUANTITY, PHYS_UNIT):
            list(domain.find(text))
        return time.process_time() - start

    # Far above what it takes, and far below what a cubic or an exponential one would.
    assert min(seconds(2000) for _ in range(3)) < 1
    assert seconds(20_000) < 10
