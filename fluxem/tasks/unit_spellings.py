"""How units are spelled in questions: the symbols and the names that people write.

Units are listed by their canonical text. A spelling is a symbol, or a name as its singular and its plural.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spellings:
    """Ways to write a unit: `symbols`, `names` as (singular, plural); and whether people also write `20°C`, `5ft`."""

    symbols: tuple[str, ...]
    names: tuple[tuple[str, str], ...] = ()
    tight: bool = True


#: Units of the training questions by type.
TRAINED: dict[str, dict[str, Spellings]] = {
    "length": {
        "m": Spellings(("m",), (("meter", "meters"), ("metre", "metres"))),
        "km": Spellings(("km",), (("kilometer", "kilometers"), ("kilometre", "kilometres"))),
        "cm": Spellings(("cm",), (("centimeter", "centimeters"), ("centimetre", "centimetres"))),
        "mm": Spellings(("mm",), (("millimeter", "millimeters"), ("millimetre", "millimetres"))),
        "ft": Spellings(("ft",), (("foot", "feet"),)),
        "in": Spellings(("in",), (("inch", "inches"),)),
        "mi": Spellings(("mi",), (("mile", "miles"),)),
    },
    "mass": {
        "kg": Spellings(("kg",), (("kilogram", "kilograms"),)),
        "g": Spellings(("g",), (("gram", "grams"),)),
        "mg": Spellings(("mg",), (("milligram", "milligrams"),)),
        "lb": Spellings(("lb", "lb", "lbs"), (("pound", "pounds"),)),
        "oz": Spellings(("oz",), (("ounce", "ounces"),)),
    },
    "time": {
        "s": Spellings(("s", "s", "sec"), (("second", "seconds"),), tight=False),
        "ms": Spellings(("ms",), (("millisecond", "milliseconds"),)),
        "min": Spellings(("min",), (("minute", "minutes"),)),
        "h": Spellings(("h", "h", "hr"), (("hour", "hours"),)),
        "day": Spellings(("d",), (("day", "days"),), tight=False),
    },
    "temperature": {
        "K": Spellings(("K",), (("kelvin", "kelvin"), ("kelvin", "kelvins")), tight=False),
        "°C": Spellings(("°C", "°C", "C"), (("degree Celsius", "degrees Celsius"), ("Celsius", "Celsius"))),
        "°F": Spellings(("°F", "°F", "F"), (("degree Fahrenheit", "degrees Fahrenheit"), ("Fahrenheit", "Fahrenheit"))),
    },
    "velocity": {
        "m/s": Spellings(
            ("m/s",), (("meter per second", "meters per second"), ("metre per second", "metres per second"))
        ),
        "km/h": Spellings(
            ("km/h",),
            (("kilometer per hour", "kilometers per hour"), ("kilometre per hour", "kilometres per hour")),
        ),
        "mph": Spellings(("mph", "mph", "MPH"), (("mile per hour", "miles per hour"),)),
        "ft/s": Spellings(("ft/s",), (("foot per second", "feet per second"),)),
    },
}
#: Units of `test_ood_units`, never trained, by type.
UNTRAINED: dict[str, dict[str, Spellings]] = {
    "length": {
        "yd": Spellings(("yd",), (("yard", "yards"),)),
        "nmi": Spellings(("nmi",), (("nautical mile", "nautical miles"),)),
    },
    "mass": {"t": Spellings(("t",), (("tonne", "tonnes"), ("metric ton", "metric tons")), tight=False)},
    "time": {"week": Spellings((), (("week", "weeks"),))},
    "velocity": {"kn": Spellings(("kn",), (("knot", "knots"),))},
}
#: Compound units of `test_ood_compound` by dimension.
COMPOUND: dict[str, dict[str, Spellings]] = {
    "force": {
        "N": Spellings(("N",), (("newton", "newtons"),)),
        "kg*m/s^2": Spellings(("kg*m/s^2", "kg·m/s²", "kg m/s^2", "kg m/s²")),
        "g*cm/s^2": Spellings(("g*cm/s^2", "g·cm/s²")),
        "J/m": Spellings(("J/m",), (("joule per meter", "joules per meter"),)),
    },
    "energy": {
        "J": Spellings(("J",), (("joule", "joules"),)),
        "W*h": Spellings(("W*h", "W·h", "W h")),
        "kWh": Spellings(("kWh",), (("kilowatt hour", "kilowatt hours"),)),
        "N*m": Spellings(("N*m", "N·m", "N m")),
        "kg*m^2/s^2": Spellings(("kg*m^2/s^2", "kg·m²/s²", "kg m^2/s^2")),
        "W*s": Spellings(("W*s", "W·s", "W s")),
    },
    "power": {
        "W": Spellings(("W",), (("watt", "watts"),)),
        "J/s": Spellings(("J/s",), (("joule per second", "joules per second"),)),
        "N*m/s": Spellings(("N*m/s", "N·m/s")),
        "kg*m^2/s^3": Spellings(("kg*m^2/s^3", "kg·m²/s³")),
    },
    "pressure": {
        "Pa": Spellings(("Pa",), (("pascal", "pascals"),)),
        "N/m^2": Spellings(("N/m^2", "N/m²")),
        "kg/m/s^2": Spellings(("kg/m/s^2", "kg/(m*s^2)", "kg/(m·s²)")),
        "J/m^3": Spellings(("J/m^3", "J/m³")),
    },
    "momentum": {
        "kg*m/s": Spellings(("kg*m/s", "kg·m/s", "kg m/s")),
        "N*s": Spellings(("N*s", "N·s", "N s")),
        "g*cm/s": Spellings(("g*cm/s", "g·cm/s")),
    },
    "charge": {
        "A*s": Spellings(("A*s", "A·s", "A s")),
        "A*h": Spellings(("A*h", "A·h")),
        "Ah": Spellings(("Ah",), (("ampere hour", "ampere hours"),)),
    },
    "voltage": {
        "V": Spellings(("V",), (("volt", "volts"),)),
        "J/A/s": Spellings(("J/(A*s)", "J/A/s")),
        "kg*m^2/A/s^3": Spellings(("kg*m^2/(A*s^3)", "kg·m²/(A·s³)")),
    },
    "volume": {
        "L": Spellings(("L",), (("liter", "liters"), ("litre", "litres"))),
        "m^3": Spellings(("m^3", "m³"), (("cubic meter", "cubic meters"),)),
        "cm^3": Spellings(("cm^3", "cm³"), (("cubic centimeter", "cubic centimeters"),)),
        "ft^3": Spellings(("ft^3",), (("cubic foot", "cubic feet"),)),
    },
    "area": {
        "m^2": Spellings(("m^2", "m²"), (("square meter", "square meters"),)),
        "cm^2": Spellings(("cm^2", "cm²"), (("square centimeter", "square centimeters"),)),
        "ft^2": Spellings(("ft^2",), (("square foot", "square feet"),)),
    },
    "density": {
        "kg/m^3": Spellings(("kg/m^3", "kg/m³"), (("kilogram per cubic meter", "kilograms per cubic meter"),)),
        "g/cm^3": Spellings(("g/cm^3", "g/cm³"), (("gram per cubic centimeter", "grams per cubic centimeter"),)),
        "g/L": Spellings(("g/L",), (("gram per liter", "grams per liter"),)),
    },
    "acceleration": {
        "m/s^2": Spellings(("m/s^2", "m/s²", "m s^-2"), (("meter per second squared", "meters per second squared"),)),
        "ft/s^2": Spellings(("ft/s^2", "ft/s²")),
        "N/kg": Spellings(("N/kg",), (("newton per kilogram", "newtons per kilogram"),)),
    },
    "frequency": {
        "Hz": Spellings(("Hz",), (("hertz", "hertz"),)),
        "s^-1": Spellings(("s^-1", "s⁻¹")),
        "min^-1": Spellings(("min^-1", "min⁻¹")),
    },
}
#: Dimensions whose units look alike, or differ by one factor: preferred where the two shall differ.
NEAR = {
    "force": ("energy", "momentum", "pressure", "acceleration"),
    "energy": ("power", "force", "momentum"),
    "power": ("energy", "voltage"),
    "pressure": ("force", "density", "energy"),
    "momentum": ("force", "energy"),
    "charge": ("voltage", "power"),
    "voltage": ("power", "charge"),
    "volume": ("area", "density"),
    "area": ("volume", "acceleration"),
    "density": ("pressure", "volume"),
    "acceleration": ("force", "area", "frequency"),
    "frequency": ("acceleration", "momentum"),
}
