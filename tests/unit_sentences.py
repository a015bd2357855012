"""Questions about units as people write them: conversions, and checks whether quantities can be added.

They are rewritten from help pages and tests of unit converters, worksheets, forums and lessons; what is found
in them was written down by hand.
"""

# [quantity], {unit asked for}, <number>: all that there is in each.
CONVERSIONS = """
Convert [3.5 ft] to {m}
Convert [17.2 g/cm^3] to {kg/m^3}.
Convert [20 m s-1] into {km h-1}
CONVERT [5 oz] TO {grams}
[5 ounces] to {grams}
convert [158 ounce] to {lb}
convert [0.111 stone] to {pound}
convert [1stone] to {lbs}
[5feet 7inch] in {inches}
[6 foot 3 inches] in {metres}
convert [5 feet] to {in}
convert [25 inches] into {feet}
convert [5 kelvin] to {fahrenheit}
convert [5 f] to {celsius}
convert [5 f] to {celcius}
convert [50 centigrade] to {farenheit}
convert [122 fahrenheit] to {degrees centigrade}
[3 kilogramme] to {pound}
[1 ton] to {kilos}
[1 dram] in {grams}
[7 milligrams] to {micrograms}
[500 miles] in {metres}
[3520yards] to {miles}
[500 nanometer] to {pm}
{metres} from [20 yards]
{inches} in [5 meters]
{feet} in [an inch]
[3.5e-2 miles] to {inches}
[20000 ångströms] to {cm}
[1 light-year] in {nanometres}
[234 f] to {c}
[0 c] in {kelvin}
[45 newtons] to {pounds force}
[6 calorie] equals how many {joule}
[6 kj] equals how many {joule}
[88 l] = {ml}
{weeks} = [3 months]
[88.7 ml] equals {litres}
[36.0c] is what in {f}
[5.1 feet] convert to {meters}
[12888 minutes] converted to {hours}
how many {cms} equal [an inch]
how many {hours} are in [a week]
how many {cm} make [a meter]
[10 mph] to {Feet per s}
[88.8 kmh] to {kn}
[88.8 kmh] to {mps}
how many {inches} is [120mm]
how many {years} is [3150000 minutes]
[1/3 m] to {cm}
[1/2 byte] in {bits}
[1 kilogram] = ? {decagram}
[35 cm] equals what in {m}
[5 cm] ?= {m}
[5' 7"] in {inches}
[5'7"] in {cm}
[12"] to {cm}
[12 m/s] in {cm/min}
[5m/day] in {mi/yr}
[144 F] to {C}
what's the equivalent of [21 inches] in {meters}
[-15 C] to {K}
[2.5 mi^2] to {acres}
[29 ft^2] to {m^2}
[300 Pa] in {atm}
[4444 mi/h] to {km/s}
[42 ft/s] in {m/h}
[30 MHz] to {Hz}
[2 hours] in {sec}
[1 mmHg] in {bars}
[50cm3] to {m3}
[25 kmph] to {mph}
Convert [55 mph] into {kph}.
[72 degrees Fahrenheit] in {Celsius}
[180 pounds] in {kg}
How many {kilometers} is [14 miles]?
How many {pounds} is [seven Stone]?
How many {millimeters} are there in [4 centimeters]?
Convert [20 liters] into {kiloliters}.
[.50 quarts] to {mL}
[1,000 lbs] to {kg}
A pencil is [19 cm] long. How long is it in {inches}?
Mel lifts [200 kilograms] with ease. How much is this in {pounds}?
A car travels at [65 miles per hour]. How many {feet per second} is this?
[8.5 m/s] into {km/hr}
How many {feet} are in a [100-meter] dash?
How many {feet} are equivalent to [44.62 miles]?
How many {feet} are in [a mile]?
How many {inches} are in [a mile]?
How many {inches} in [a foot]
How Many {Feet} Are There In [A Mile]?
how many {minutes} in [an hour]
{seconds} in [one day]
{ounces} in [a pound]
How many {ounces} does [a pound] have?
How many {ounces} are in [half a pound]?
How many {ounces} are in [a half a pound]?
How many {ounces} are in [1/2 pound]?
How many {ounces} are in [a pound] of butter?
How many {grams} are there in [half a pound]?
How many {acres} are in [a square mile]?
How many {acres} are in [5 hectares]?
How many {square feet} are in [an acre]?
How many {g} in [a kg]?
How many {milliseconds} make up [one second]?
What is [half a mile] in {km}?
What is [a pound] in {grams}?
What's [a quarter of an hour] in {minutes}?
[a quarter of a mile] in {feet}
[three quarters of an hour] in {minutes}
Convert [two thirds of a cup] to {tablespoons}.
[a mile] is how many {feet}?
[One mile] equals how many {yards}?
[1 mile] equals how many {feet}?
Convert [a fathom] into {feet}.
[three feet] to {m}
convert [twenty miles] to {km}
How long is [twenty-five miles] in {kilometers}?
[one hundred pounds] in {kg}
[two and a half hours] in {minutes}
How many {inches} are in [3 and a half feet]?
[5½ feet] in {cm}
[½ mile] to {km}
[5 1/2 feet] in {cm}
[5 million km] in {miles}
Convert [1.2×10^6 mm] to {km}
Convert [1.2 x 10^6 mm] to {km}
Convert [1.2*10^6 mm] to {km}
[1.2·10⁻³ kg] in {g}
[10^6 m] to {km}
Convert [4.5 x 10^3 mm] to {m}.
What is [3.0 × 10^8 m/s] in {km/h}?
Convert [9.8x10^{-3} m] to {mm}
Convert [2.5*10**3 g] to {kg}
Convert [6*10^(-2) m] to {cm}
The density of water is [1.0 g/cm3]. Convert this to units of {kg/m3}.
The speed of a car is [72 km/h]. Calculate its speed in {m/s}.
If a speed of [5 knots] were expressed in {m/s}, what would it be?
How fast is [60 miles an hour] in {feet per second}?
{min} in [3 h]?
{cm} in [3 m]?
The {hours} in [3 days]?
Convert [9.81 m s^-2] to {ft/s^2}
[9.81 m·s⁻²] in {cm·s⁻²}
[100 sq ft] to {square meters}
[100 sqft] to {sq m}
[100 sq. ft]. in {m²}
[3 cubic meters] in {liters}
[2 cu ft] in {US gallons}
[5 m²] in {cm²}
[5 m squared] in {cm squared}
[5 µm] to {nm}
[70 kgs] to {lbs}
[250 gms] in {oz}
[10 hrs] to {mins}
[90 mins] in {hrs}
[45 secs] to {min}
[20 KM] in {miles}
[20 Kg] to {LBS}
[20 deg C] in {F}
[68 degs F] to {C}
[37 Deg. Celsius] in {Fahrenheit}
[25 celsius degrees] in {K}
[20℃] in {℉}
[20 °Celsius] in {°F}
[20ºC] to {ºF}
[20 ˚C] to {K}
What is [100 degrees F] in {C}?
[34 in]. to {cm}
What is [5 lbs]. in {kg}?
Convert [12 oz]. to {g}.
How many {in}. are in [6 ft]?
[100 km per hour] to {mph}
[30 kilometres per hour] in {m/s}
[10 meter per second] to {km/h}
[5 metric tonnes] in {kg}
[2 nautical miles] in {km}
[15 knots] to {mph}
[5 US gallons] to {liters}
[2 fl. oz]. in {ml}
What would [150 lb] be in {kg}?
[16 in] = ______{cm}
Could you please tell me what [5 gallons] is in {liters}?
I'd like [12 inches] expressed in {centimeters}.
In {km}, how far is [26.2 miles]?
Change [5 feet 3 inches] to {cm}.
Convert [2 hours and 30 minutes] to {seconds}
How many {cm} are in [5 feet and 3 inches]?
[5 feet, 3 inches] in {cm}
What is [5'11] in {cm}?
Convert [5 stone 7 lb] to {kg}
How many {minutes} are in [an hour and a half]?
[an hour and a half] in {minutes}
Convert [55 mi./hr] to {km/h}
[10 ft. per sec]. in {m/s}
Convert [1 yd 2 ft] to {m}
[3 m 50 cm] in {cm}
Convert [12 kg 500 g] to {lb}.
How many {hours} are in [1 week 2 days]?
How tall is [6' 2"] in {cm}?
[2.2 lbs] => {kg}
[100 mph] ≈ ? {km/h}
If I run [5 miles], how many {km} is that?
I'm [180 cm] tall. What's that in {feet}?
My suitcase weighs [23 kg], how many {lbs} is it?
What's [350F] in {C}?
[350 degrees fahrenheit] is how many {degrees celsius}
Convert [25 degrees C] to {degrees F}
Can you convert [12 inches] to {centimetres} for me?
What does [5 lb] equal in {kg}
Number of {grams} in [3 oz]
How many {grams} equal [3 ounces]?
[4 hours] = _____ {minutes}
Express [36 km/h] in terms of {m/s}
What is [1.5e3 g] expressed in {kg}?
What is the metric equivalent of [10 ft], in {m}?
Convert [20 m/sec] to {km/hr}.
How many {miles per hour} is [100 km/h]?
How fast in {mph} is [100 km/h]?
change [3 hr 20 min] into {minutes}
Convert [1 lb 4 oz] to {g}
[-40 F] to {C}
Convert [9.8 m/s^{2}] to {ft/s^2}
In {ft}, how much is [3 m]?
"""

CHECKS = """
Can you add [3 N] and [2 kg*m/s^2]?
Is [5 J] + [2 W·h] valid?
Can I add [5 kg m/s^2] and [3 N]?
Can [10 newtons] be added to [5 pounds]?
Is adding [5 m²] to [3 m] meaningful?
Can you add a velocity of [5 m/s] to a speed of [10 km/h]?
May [3 kg·m²/s²] be summed with [4 J]?
Can I add [3 meters] to <5>?
Is [3 m/s] + [4 m/s^2] allowed?
Does [6sec]−[2km] make sense?
What does [5mi/hr] + [3ft] mean?
Is [70.1 cm] + [2.05 ft] permissible?
[3kg] + [6 kg] = [9m]: do the units match?
Can [1.00 m] and [1.00 cm] be added?
We cannot add [2 metres] to [5 seconds].
Attempting to add [3 seconds] to [3 metres] fails.
Is [3 mV] + [2 A] an error?
Can [5 V] and [2 A] be of one dimension?
Can [two metres] and [three seconds] be added?
Is [5 V] + [2 A] valid?
[1 km/s] + [1 m/s]
Does it make sense to add [2 hours] and [2 minutes]?
Add [5 liters] to [12 gallons], is that possible?
Join a [60-inch] piece to a [6-foot] piece
[6 yd] + [2 ft]
Are [5 N·m] and [5 J] compatible?
Is [1 kWh] the same kind of quantity as [3 J]?
Can a pressure of [1 atm] be added to [101 kPa]?
Can we sum [10 Pa] and [3 N/m^2]?
Can [3 kg m s^-2] be added to [4 N]?
Is it ok to subtract [5 °C] from [300 K]?
Does [4 kg/m^3] plus [2 g/cm^3] work?
Are [2 Hz] and [3 s^-1] dimensionally consistent?
Would [12 W] plus [3 J/s] be valid?
Can I add [5 cubic meters] to [3 square meters]?
Can you add [two meters] and [three seconds]?
Can you add [a meter] and [a second]?
Is [a mile] plus [an hour] meaningful?
Can [half a mile] be added to [3 km]?
Can [five newtons] be added to [two joules]?
Can you add meters and seconds?
Is [5 kg] + <3> valid?
Can you add [3 kg·m/s] to [2 N·s]?
Compare [5 m/s²] and [3 ft/s²]
Does [10 kg*m^2/s^3] + [4 W] make sense?
Can I add [10 kg m^2 s^-2] to [3 N m]?
Can [8 lbf] be added to [3 N]?
Can you add [5 W/(m^2*K)] and [3 J/s/m^2/K]?
Is [5 km²] + [3 ha] fine?
Can you add [5 foot-pounds] and [3 J]?
Can you add [5 ft-lb] and [3 N-m]?
Can you add [30 psi] to [2 bar]?
Are [9 eV] and [1 J] of the same dimension?
Is [5 N/m] + [3 J/m²] meaningful?
May I add [2 mol/L] and [3 mol/m^3]?
Can you add [1.2×10^3 N] and [4·10⁻² kg·m/s²]?
Can one subtract [3 kW h] from [2 MJ]?
Is [5 kg]+[3 lb] legal?
Can [3 V] and [2 W/A] be added together?
Can I add [20 kgs] and [5 lbs]?
Can you add [5 feet] and [3 inches]?
Add [5 feet] and [3 inches] to [2 m]
Do [2 h] and [30 min] measure the same kind of thing?
Can I add [2 kg.m/s^2] to [3 N]?
Is [3 kg.m.s^-2] + [4 N] fine?
Can you add [3 newton-metres] to [2 joules]?
[3 newton meters] plus [2 joules]
Would it make sense to sum [5 kg m^2/s^2] with [3 J]?
Do [5 N] and [5 kg·m·s⁻²] have the same units?
Can [2 A·s] be added to [5 A·h]?
Does adding [4 V·A] and [3 W] make sense?
Can [3 lb/ft^3] and [2 kg/m³] be added?
Can kilograms and meters be added?
"""
