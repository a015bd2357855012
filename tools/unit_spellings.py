"""How units are written, beyond what pint says: the choices behind fluxem/data/units.tsv, by pint's unit
names."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Units that take SI prefixes: pint lets every unit take them, which makes an hh of two hours and a nano-mile of nmi.
SI_PREFIXED = _words("""
    meter second ampere candela gram mole kelvin radian steradian bit byte baud light_year metric_ton
    unified_atomic_mass_unit dalton year barn liter hertz galileo newton joule watt_hour electron_volt calorie watt
    volt_ampere pascal bar torr meter_H2O meter_Hg ton_TNT poise stokes molar katal enzyme_unit becquerel curie gray
    sievert rads rem roentgen lumen lux coulomb ampere_hour volt ohm siemens farad weber henry tesla tex are
""")
BINARY_PREFIXED = frozenset(("bit", "byte"))

# The canonical symbol, where pint has none or another.
SYMBOL = {
    "baud": "bps",
    "byte": "B",
    "coulomb": "coulomb",
    "cup": "cup",
    "day": "day",
    "farad": "farad",
    "fermi": "fermi",
    "liter": "L",
    "micron": "micron",
    "number_meter": "number_meter",
    "year": "year",
}

# Symbols of pint that read as something else: C and F are temperatures (coulomb and farad go by their names, or
# with a prefix), fm is a femtometre, a lone µ nothing, Nm nearly always a newton metre.
NOT_A_SYMBOL = {
    "coulomb": ("C",),
    "farad": ("F",),
    "fermi": ("fm",),
    "micron": ("µ", "μ"),
    "number_meter": ("Nm",),
}

# What prefix symbols attach to, where these are not all of a unit's symbols.
STEMS = {
    "ampere": ["A"],
    "bar": ["bar"],
    "barn": [],
    "baud": ["Bd", "bps"],
    "bit": ["bit"],
    "byte": ["B"],
    "calorie": ["cal"],
    "candela": ["cd"],
    "coulomb": ["C"],
    "farad": ["F"],
    "gram": ["g"],
    "gray": ["Gy"],
    "joule": ["J"],
    "kelvin": ["K"],
    "meter": ["m"],
    "metric_ton": ["t"],
    "mole": ["mol"],
    "ohm": ["Ω"],
    "radian": ["rad"],
    "second": ["s"],
    "siemens": ["S"],
    "ton_TNT": ["tTNT"],
    "torr": ["torr", "Torr"],
    "year": ["yr"],
}

MORE_SYMBOLS = {
    "degree_Celsius": ("C",),
    "degree_Fahrenheit": ("F",),
    "hour": ("hrs",),
    "kilometer_per_hour": ("kmh", "kmph"),
    "minute": ("mins",),
    "pound": ("lbs",),
    "second": ("secs",),
    "torr": ("Torr",),
    "week": ("wk", "wks"),
    "year": ("yrs",),
}

MORE_NAMES = {
    "ampere": ["amp", "amps"],
    "ampere_hour": ["amp hour", "amp hours"],
    "cup": ["us cup", "us cups"],
    "degree_Celsius": [
        *("degree c", "degrees c", "deg c", "degs c", "deg celsius", "degs celsius", "celsius degrees"),
        *("centigrade", "degree centigrade", "degrees centigrade", "deg centigrade"),
        *("celcius", "degree celcius", "degrees celcius", "deg celcius"),  # as often so misspelt
    ],
    "degree_Fahrenheit": [
        *("degree f", "degrees f", "deg f", "degs f", "deg fahrenheit", "degs fahrenheit", "fahrenheit degrees"),
        *("farenheit", "degree farenheit", "degrees farenheit", "deg farenheit"),
    ],
    "delta_degree_Celsius": ["delta degc", "delta deg c"],
    "delta_degree_Fahrenheit": ["delta degf", "delta deg f"],
    "fluid_ounce": ["fl oz"],
    "foot_pound": ["ft lb", "ft lbs", "foot lb", "foot lbs", "ft lbf"],
    "gallon": ["us gallon", "us gallons"],
    "gram": ["gramme", "grammes"],
    "henry": ["henries"],
    "inch_Hg": ["inch of mercury", "inches of mercury"],
    "meter_Hg": ["meter of mercury", "meters of mercury", "metre of mercury", "metres of mercury"],
    "metric_ton": ["metric tonne", "metric tonnes"],
    "mile_per_hour": ["mile per hour", "miles per hour", "mile an hour", "miles an hour"],
    "pint": ["us pint", "us pints"],
    "pound_force_per_square_inch": ["pound per square inch", "pounds per square inch"],
    "quart": ["us quart", "us quarts"],
    "unified_atomic_mass_unit": ["atomic mass unit", "atomic mass units"],
}

# Speeds in words are compound units (`kilometers per hour` is km/h), but for `miles per hour`, which people write mph.
NOT_NAMED = _words("""
    mile_per_hour kilometer_per_hour kilometer_per_second meter_per_second foot_per_second
    counts_per_second standard_liter_per_minute
""")

# Symbols that are found next to a number in any text. The others are initials, endings and words far more often
# than units (5 M, 5 B, 3 at, 5 pm, 12 PS), and read only where a unit is asked for.
TEXT_SYMBOLS = {
    "ampere": "A nA µA uA mA kA",
    "ampere_hour": "Ah mAh",
    "angstrom": "Å",
    "astronomical_unit": "au",
    "bar": "mbar kbar",
    "baud": "bps kbps Mbps Gbps",
    "becquerel": "Bq kBq MBq GBq",
    "bit": "kbit Mbit Gbit",
    "british_thermal_unit": "Btu BTU",
    "byte": "kB MB GB TB PB KiB MiB GiB TiB",
    "calorie": "cal kcal",
    "candela": "cd",
    "coulomb": "pC nC µC uC mC",
    "cubic_centimeter": "cc",
    "curie": "µCi mCi Ci",
    "dalton": "Da kDa",
    "day": "d",
    "degree_Celsius": "C °C degC",
    "degree_Fahrenheit": "F °F degF",
    "degree_Rankine": "°R degR",
    "delta_degree_Celsius": "Δ°C delta_degC",
    "delta_degree_Fahrenheit": "Δ°F delta_degF",
    "dyne": "dyn",
    "electron_volt": "meV eV keV MeV GeV TeV",
    "farad": "pF nF µF uF mF",
    "foot": "ft",
    "force_kilogram": "kgf",
    "force_pound": "lbf",
    "gallon": "gal",
    "gram": "g pg ng µg ug mg cg kg",
    "gray": "mGy Gy",
    "hectare": "ha",
    "henry": "nH µH uH mH",
    "hertz": "mHz Hz kHz MHz GHz THz",
    "horsepower": "hp",
    "hour": "h hr hrs",
    "hundredweight": "cwt",
    "inch": "in",
    "inch_Hg": "inHg",
    "joule": "µJ uJ mJ J kJ MJ GJ TJ",
    "kelvin": "µK mK K degK °K",
    "kilometer_per_hour": "kph KPH kmh kmph",
    "kip_per_square_inch": "ksi",
    "knot": "kn",
    "light_year": "ly",
    "liter": "µL µl uL mL ml cL cl dL dl L l",
    "lumen": "lm",
    "lux": "lx klx",
    "meter": "fm nm µm um mm cm dm m km",
    "meter_H2O": "mmH2O cmH2O",
    "meter_Hg": "mmHg cmHg",
    "metric_ton": "t",
    "mile": "mi",
    "mile_per_hour": "mph MPH",
    "minute": "min mins",
    "molar": "nM µM mM",
    "mole": "nmol µmol umol mmol mol kmol",
    "nautical_mile": "nmi",
    "newton": "µN mN N kN MN",
    "ohm": "mΩ Ω kΩ MΩ",
    "ounce": "oz",
    "pascal": "mPa Pa hPa kPa MPa GPa",
    "poise": "cP",
    "pound": "lb lbs",
    "pound_force_per_square_inch": "psi",
    "quart": "qt",
    "radian": "rad mrad",
    "second": "s sec secs fs ps ns µs ms",
    "siemens": "µS mS kS",
    "sievert": "µSv mSv Sv",
    "standard_atmosphere": "atm",
    "tablespoon": "tbsp",
    "teaspoon": "tsp",
    "tesla": "nT µT mT T",
    "torr": "Torr mTorr",
    "unified_atomic_mass_unit": "amu",
    "volt": "µV uV mV V kV MV",
    "volt_ampere": "VA kVA MVA",
    "watt": "µW uW mW W kW MW GW TW",
    "watt_hour": "mWh Wh kWh MWh GWh TWh",
    "weber": "mWb Wb",
    "yard": "yd",
    "year": "yr yrs kyr Myr Gyr",
}

# What people also write for a symbol, and what is unmistakable in any text.
ALSO = {
    "cm": "cms",
    "g": "gm gms",
    "kg": "kgs Kg Kgs KG KGS kilo kilos",
    "km": "kms Km Kms KM KMS",
    "lb": "Lbs LBS",
}

# Symbols that people write in any case; in any but their own they are read only where a unit is asked for.
LOOSE = (
    "C F K m mm cm km ft in mi yd mg g kg lb lbs oz s sec min h hr hrs mph kph kmh kmph L mL J kJ kcal W kW kWh V mV"
    " N kN Pa kPa MPa psi mA kHz MHz GHz kB MB GB TB"
)

# Names that are ordinary words, or mean another amount to many readers: "3 links", "2 points", "5 bags", "10 grains
# of sand", "a barrel". They and their plurals are read only where a unit is asked for.
ASKED_NAMES = _words("""
    aberdeen are bag barad barie barrel barrie baryd barye bushel candle chain cicero circle darcy denier didot dram
    fifth gamma gill grain gray hand jute kip lambda league link minim nit octet particle peck pennyweight perch pica
    point poise pole pond quad quarter rads rem rod scruple section shake shot slinch slug stone tex thou molecule
    molec molar blob drachm
""") | {"big point"}

# Plurals that are no singular and s; None where there is none.
PLURAL: dict[str, str | None] = {
    "century": "centuries",
    "centuries": None,
    "delta": None,
    "energy": None,
    "feet": None,
    "foot": "feet",
    "footpound": "footpounds",
    "horsepower": None,
    "inch": "inches",
    "inches": None,
    "international": None,
    "english": None,
    "millennia": None,
    "millennium": "millennia",
    "perch": "perches",
    "slinch": "slinches",
}
