"""Formulas in running text: found where they are unmistakable, and nothing else lights up."""

import time

import pytest

from fluxem.domains import formula_find
from fluxem.domains.elements import SYMBOLS
from fluxem.domains.formula import FORMULA
from fluxem.domains.formula_find import IONS, KNOWN

FOUND = [
    *("H2O", "CO2", "C6H12O6", "NaCl", "H2SO4", "HNO3", "NaOH", "HCl", "KMnO4", "CaCO3", "Fe2O3", "Fe3O4", "SiO2"),
    *("UF6", "AuCl3", "TiO2", "AgNO3", "NaHCO3", "CH4", "C2H5OH", "CH3COOH", "CH3CH2OH", "C8H10N4O2", "C12H22O11"),
    *("CH3Cl", "CHCl3", "CCl4", "C2H5Br", "PCl5", "LiFePO4", "YBa2Cu3O7", "CaC2", "NaN3", "K2Cr2O7", "NH4Cl", "XeF4"),
    *("Ca(OH)2", "Al2(SO4)3", "(NH4)2SO4", "K4[Fe(CN)6]", "Zn(NO3)2", "Ni(CO)4", "CH3(CH2)4CH3", "(CH3)2CO"),
    *("CuSO4·5H2O", "CuSO4.5H2O", "CuSO4*5H2O", "CuSO4 · 5 H2O", "Na2CO3·10H2O", "KAl(SO4)2·12H2O", "CuSO4·5H₂O"),
    *("SO4^2-", "Ca^{2+}", "Fe^3+", "[Cu(NH3)4]2+", "[Fe(CN)6]^{3-}", "[Fe(CN)6]4-", "SO₄²⁻", "Mg²⁺", "H⁺", "O²⁻"),
    *("Na+", "Ca2+", "Cl-", "Cl−", "NH4+", "NO3-", "Fe3+", "CH3COO-"),
    *("NaCl(aq)", "H2O(l)", "CO(g)", "Fe(s)", "He(g)", "NaCl (aq)", "Na+(aq)", "SO4^2-(aq)"),
    *("O2", "N2", "H2", "Cl2", "H₂O", "C₆H₁₂O₆", "F₂", "S₈"),
]  # fmt: skip

# Words, acronyms, codes and names that are made of element symbols, or look as if.
NOT_FOUND = [
    *("He", "In", "As", "At", "No", "I", "Be", "Os", "Pa", "Co", "Cu", "Fe", "C", "H", "O", "U", "Ho", "Ra", "Lu"),
    *("CO", "NO", "HI", "OK", "OF", "IN", "US", "UK", "UN", "NY", "SOS", "SNOW", "COIN", "PHONICS"),
    *("NASA", "USA", "CIA", "NBA", "BBC", "USB", "CPU", "DNA", "RNA", "COVID", "CNN", "VIP", "HIV", "KOH"),
    *("HTTP2", "CSS3", "PHP7", "POP3", "CPU2", "IPv6", "MP3", "UTF8", "W3C", "S3", "I2C", "I2S", "I3C"),
    *("B2B", "B2C", "C2C", "P2P", "P2W", "F2P", "U2F", "V2I", "V2H", "Y2K", "K12", "O2O", "CHIP2", "BBC2"),
    *("H1N1", "H5N1", "H3N2", "H7N9", "HIV2", "HPV16", "H3K27", "B12", "P53", "K9", "A4", "F16", "C4", "V8", "I5"),
    *("C3PO", "R2D2", "PS5", "F2", "S8", "P4", "I2", "2C", "C60", "COP26", "CoP26", "CoH2", "HoI4", "C++", "C#", "F#"),
    *("SN2", "CB2", "NW3", "H3C3P8", "K1N", "HK2", "OS2", "Be3", "Nb5", "Kf2", "Bb5", "Nc6", "VO2", "NO3"),
    *("PaO2", "PaCO2", "PO2", "SpO2", "Ac2O", "AcOH", "NaN", "NaN64", "HeLa", "PoC", "PhD", "CoV2", "LiPo"),
    *("CoNi", "WiFi", "NiCd", "No(s)", "CPU(s)", "C(s)", "H(s)", "O(N)", "O(N2)", "P(H2)", "SO(3)", "SU(2)", "F(2)"),
    *("P₁V₁", "P₂V₂", "C₁", "H₀", "B₁₂", "V₂", "x₁", "N^2-", "C^2+", "K^+", "R⁺", "N⁺", "K⁻¹", "C⁻¹", "Pa⁻¹", "m²"),
    *("B+", "C-", "F-", "A+", "OH-", "I-", "CO2-", "NO2-", "U-235", "C-14", "He-3", "SARS-CoV2", "N-CH3", "CH3-CH3"),
    *("CH2=CH2", "HC≡CH", "2H2O", "xH2O", "H2Ox", "H2O_2", "CO2e", "CuSO4·xH2O", "C3H3", "H2Os", "Bo'N2"),
    *("D2O", "Xy2", "co2", "h2o", "H02", "H0", "example.CO2", "H2O.txt", "@CO2", "#NaCl", "$H2O", "CO2^", "\\NaCl"),
    *("[Cu(NH3)4]x", "C(2)", "N·C", "K·W", "V·C", "Be(N)", "UTF8", "Sn2", "CH", "CH3", "CaSO4·0.5H2O", "BH3·THF"),
]  # fmt: skip

PROSE = """
World War II ended in 1945. He is in 2 minds. The CAT scan and a DNA test were OK. I am in. A4 paper. As
usual, In fact, He said No. Can I be at 3 in the morning? 10 men. COVID-19, H1N1 and H5N1 are not in the USA.
BBC, CNN, NASA and the CIA use USB and CPU. No. 5, Os and As. Type O- and B+ blood, a C- in French. At Yale,
PhD students use C++, C# and F#. Section U2 of WiFi 6. Vitamin B12 and K2. Press F2, Ctrl+C, or Alt+F4. A
Boeing 747 in V formation. NaN is not a number. Pa and Ma. SUV, V8, W12, U2, S3, B2B, P2P, I2C. The Galaxy S8.
On the A1(M). King Henry VIII. H. G. Wells, P. B. Shelley, C. S. Lewis. Sc.D., B.Sc. and Ph.D. in Cs. Nb: Pb
and Sb were sold. HOW COULD I KNOW? OH NO! YES. SO WHY NOT? HUH. I SUCK. POOH. CHINOOK.
"""


@pytest.mark.parametrize("text", FOUND)
def test_unmistakable_formulas_are_found(text: str) -> None:
    for sentence in (text, f"The {text}, so ({text}) and: {text}.", f"{text}/{text} or “{text}”; π≈3 {text}"):
        spans = list(FORMULA.find(sentence))
        assert [sentence[span.start : span.end] for span in spans] == [text] * sentence.count(text)
        assert {span.value for span in spans} == {FORMULA.parse(text)}


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_may_be_something_else_is_not_found(text: str) -> None:
    for sentence in (text, f"The {text}, so {text} and: {text}."):
        assert [sentence[span.start : span.end] for span in FORMULA.find(sentence)] == []


def test_prose_holds_no_formula() -> None:
    assert list(FORMULA.find(PROSE)) == []


def test_no_symbol_alone_is_found() -> None:
    assert list(FORMULA.find(" ".join(f"{symbol} {symbol}. ({symbol})" for symbol in SYMBOLS))) == []


SENTENCES = {
    "CO2-neutral and low-CO2 rooms": ["CO2", "CO2"],
    "CO2- and H2O-free": ["H2O"],
    "the Na+/K+-ATPase": ["Na+"],
    "Ca2+-dependent": ["Ca2+"],
    "γ-Al2O3": ["Al2O3"],
    "H2O+CO2": ["H2O", "CO2"],
    "3*H2O and H2O*3": ["H2O", "H2O"],
    "(see Fe2O3), [CO2], (CO2 emissions) and [Na+]": ["Fe2O3", "CO2", "CO2", "Na+"],
    "[H2O](http://a.b/c) and **CO2**": ["H2O", "CO2"],
    "Combine H2O and NaCl.": ["H2O", "NaCl"],
    "CO2's part": ["CO2"],
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_stands_beside_a_formula_is_not_part_of_it(sentence: str) -> None:
    assert [sentence[span.start : span.end] for span in FORMULA.find(sentence)] == SENTENCES[sentence]


def test_the_known_formulas_are_formulas_and_found() -> None:
    for text in KNOWN | IONS:
        assert formula_find.is_unmistakable(text)
        assert list(FORMULA.find(f"({text})"))[0].value == FORMULA.parse(text)
    assert not any(text.isupper() and text.isalpha() for text in KNOWN)


PIECES = [
    "H2O",
    "(",
    "[",
    "(H",
    "[H",
    ")",
    "·5H2O",
    "·",
    "+",
    "-",
    "^",
    "²⁺",
    "(aq)",
    ".",
    "CuSO4",
    "Na+",
    "C(",
    "H-",
    "'",
]


def test_hostile_text_takes_linear_time() -> None:
    texts = [(one + other) * (2000 // len(one + other)) + "x" for one in PIECES for other in PIECES]
    start = time.process_time()
    for text in texts:
        list(FORMULA.find(text))
    assert (time.process_time() - start) / len(texts) < 0.01


def test_prose_is_read_fast() -> None:
    text = PROSE * 100
    start = time.process_time()
    list(FORMULA.find(text))
    assert len(text) / (time.process_time() - start) > 2e6  # some 50 million characters a second on an idle core
