"""How fast texts are searched for spans, domain by domain and by all together, and what hostile texts cost.

python benchmarks/segmenter.py              rates on English and on questions; the longest time for 2,000 characters
python benchmarks/segmenter.py --search 60  hunt that many seconds for a text of 2,000 characters that takes longer
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from fluxem.domains.base import Domain, Span
from fluxem.integration.segmenter import spans
from fluxem.registry import DOMAINS

REPEATS = 5
LENGTH = 2_000
SEED = 0

ENGLISH = """\
The harbour was quiet when the ferry came in. Most of the crew had been up since four, and the captain, a tall \
woman named Irene Calloway, stood at the rail with her second cup of coffee and watched the lights go out along \
the quay. "We are late again," she said, not to anyone in particular. In fact they were early; the clock on the \
customs house had stopped in March and nobody had climbed up to mend it. As usual, the first passengers to leave \
were the cyclists, then a school class of thirty children in yellow coats, and last of all an old man who \
carried a violin case and a sheet of A4 paper folded in two.

He had come to see the archive. During World War II the building had been a hospital, and the records of some \
1,200 patients were still kept in its cellar, in boxes that no one had opened for fifty years. A letter from the \
county had told him that he could be there from nine until half past three, on Mondays and Thursdays only, and \
that he was not to bring pens. "Can I be of any help?" asked the clerk, who was in two minds about letting him \
in at all. He showed her the letter. She read it twice, sighed, and took a key from the drawer.

The boxes were heavier than they looked. Each held about 40 folders, tied with tape, and each folder held the \
history of one person: a name, a date of birth, a temperature chart, a short note by the doctor on duty. I am \
told that a DNA test would settle the question today, the old man thought, but in 1944 there was only the \
handwriting. Of the first hundred folders none was the right one. At noon the clerk brought him a sandwich and \
asked, without much interest, what he was looking for. "My brother," he said. "He played the violin, too. They \
say that he was here for a week in the spring and then moved on, and nobody knows where." She put the sandwich \
down and, after a while, began to read along.

They found it at ten past three, in the last box but one. The note said no more than that the patient had been \
discharged as fit for work, that he had asked for his instrument, and that it could not be found. On the back, \
in pencil, someone had written the beginning of a tune. The old man looked at it for a long time. Then he opened \
the case, though it was surely against the rules, and played it once, as softly as he could; and the clerk, who \
had lived in the town all her life and did not care for music, said that she knew it, everybody here did, her \
grandmother used to sing it when the washing was on the line.
"""
QUESTIONS = """\
What is 12 + 7 * (3 - 1)? Convert 3.5 ft to m. Can 5 m be added to 3 s? What is the charge of SO4^2-? Balance \
2 H2 + O2 -> 2 H2O. How many days are there from 2024-11-22 to 25 December 2024? What is (1, 2, 3) + (4, 5, 6)? \
Multiply 3+4i by 1-2i. Transpose C#4 up by 5 semitones. What is the prime form of {0, 4, 7}? Heat 250 mL of water to \
373.15 K at 9.81 m/s^2. What is the reverse complement of GATTACAGATTACA? Is Homo sapiens a mammal? 5 kg*m/s^2 is 5 N.
"""


def seconds(text: str, work: Callable[[str], Any], repeats: int = REPEATS) -> float:
    """The shortest processor time of some calls, as the machine may be shared; no two calls read the same text."""
    durations = []
    for repeat in range(repeats):
        other = text + "\n" * repeat  # a domain may remember the last texts
        start = time.process_time()
        work(other)
        durations.append(time.process_time() - start)
    return min(durations)


def _found(domain: Domain, text: str) -> list[Span]:
    return list(domain.find(text))


def print_rates() -> None:
    works: dict[str, Callable[[str], Any]] = {name: partial(_found, domain) for name, domain in DOMAINS.items()}
    works["all together"] = spans
    print(f"million characters a second of processor time, best of {REPEATS}, one thread\n")
    print(f"{'':16} {'English':>10} {'questions':>10}")
    texts = [text * (100_000 // len(text) + 1) for text in (ENGLISH, QUESTIONS)]
    for name, work in works.items():
        english, questions = (len(text) / seconds(text, work) / 1e6 for text in texts)
        print(f"{name:16} {english:10.2f} {questions:10.2f}")
    one = ENGLISH[:100_000] * (100_000 // len(ENGLISH) + 1)
    print(f"\n10^5 characters of English: {seconds(one[:100_000], spans):.3f} s")


# --- hostile texts ---

PIECES = (
    *("1", "9", "0", " ", "-", "+", "/", "*", "^", ".", ",", "(", ")", "[", "]", "{", "}", "⟨", "e", "E"),
    *("i", "j", "\n"),
    *("1/", "1,", "1.", "1e", "1e-", "3+", "3+4i", "3 + 4i*", "-3-4i", "(1,", "(1, 2)", "[1, 2] ", "(("),
    *("1,234,", "1:"),
    *("2024-", "2024-11-22", "11-22", "22 November ", "November 22, ", "May ", "Sept. 5, 199", "{0, "),
    *("{0,t,", "{0}"),
    *("C4", "C#", "F♯3", "♭", "Bb2 ", "note C4 ", "semitone", "C", "H", "O", "Na", "Cl", "H2", "H2O"),
    *("(OH)2", "((OH)2)3"),
    *("CuSO4·5H2O", "·", "2 H2 + ", " + ", " -> ", "->", "→", "⇌", "2H2 + O2 -> 2H2O", "SO4^2-"),
    *("[Fe(CN)6]", "3-", "²⁺"),
    *("A", "C", "G", "T", "ACGT", "ACGTN", "GATTACA ", "5'-", "-3'", "Homo ", "Homo sapiens"),
    *("H. sapiens ", "Mammalia"),
    *("m", "s", "kg", "5 m", "5 km/h", "m/s", "·m", "*m", "m^2", "m²", "s⁻¹", "3.5 ft ", "20 °C", "°"),
    *("%", "in", "5 in "),
    *("kg*m/s^2", "/s", "^-1", "per ", "square ", "true", "false", "is ", "a", "aa", "the ", "x", "_"),
    *("é", "😀", "\u0301"),
)


def hostile_texts() -> Iterator[str]:
    """Texts of 2,000 characters: every piece again and again, alone, in pairs, and behind or before a long run."""
    for one in PIECES:
        yield one
        yield from (one + other for other in PIECES)


def filled(pattern: str, length: int = LENGTH) -> str:
    return (pattern * (length // len(pattern) + 1))[:length]


def slowest(patterns: Iterator[str], work: Callable[[str], Any]) -> tuple[float, str]:
    """The longest time for 2,000 characters, and the pattern they repeat."""
    worst = (0.0, "")
    for pattern in patterns:
        text = filled(pattern)
        if seconds(text, work, repeats=1) > worst[0]:
            worst = max(worst, (seconds(text + " ", work, repeats=3), pattern))
    return worst


def print_hostile() -> None:
    took, pattern = slowest(hostile_texts(), spans)
    longer = seconds(filled(pattern, 10 * LENGTH), spans)
    count = len(PIECES) ** 2 + len(PIECES)
    print(f"\nthe slowest of {count} hostile texts of {LENGTH} characters repeats {pattern!r}:")
    print(f"{took * 1000:.1f} ms; ten times as long, {longer * 1000:.1f} ms")


def search(limit: float) -> None:
    """Mutate the slowest patterns for a while, and print each that is slower than all before."""
    draw, end = random.Random(SEED), time.monotonic() + limit
    pool = sorted(((seconds(filled(piece), spans, repeats=1), piece) for piece in PIECES), reverse=True)[:50]
    best = 0.0
    while time.monotonic() < end:
        pattern = draw.choice(pool)[1]
        for _ in range(draw.randint(1, 4)):
            at, piece = draw.randrange(len(pattern) + 1), draw.choice(PIECES)
            cut = draw.randint(0, 3)
            pattern = (pattern[:at] + piece * draw.choice((1, 1, 2, 50)) + pattern[at + cut :])[:LENGTH] or piece
        took = seconds(filled(pattern), spans, repeats=1)
        if took > best:
            took = seconds(filled(pattern) + " ", spans, repeats=3)
        if took > best:
            best = took
            print(f"{took * 1000:6.1f} ms  {pattern[:100]!r}", flush=True)
        pool = sorted([*pool, (took, pattern)], reverse=True)[:50]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search", type=float, metavar="SECONDS", help="hunt for slow texts instead")
    options = parser.parse_args()
    if options.search is not None:
        search(options.search)
    else:
        print_rates()
        print_hostile()


if __name__ == "__main__":
    main()
