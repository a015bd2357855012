"""How long a fresh Python takes to import fluxem, and to encode one value: `python benchmarks/importing.py`.

Medians over many processes, beside those of a Python that does nothing and of one that imports numpy alone, in turn, so
that a busy machine slows all of them. On one, processor time says more than the time from start to end. Every file was
read before.
"""

import statistics
import subprocess
import sys
import time
from resource import RUSAGE_CHILDREN, getrusage

ROUNDS = 21
PROGRAMS = {
    "nothing": "pass",
    "import numpy": "import numpy",
    "import fluxem": "import fluxem",
    "fluxem.encode": "import fluxem; fluxem.encode('3.5 ft')",
    "fluxem.spans": "import fluxem; fluxem.spans('How many cm are in 3.5 ft?')",
}


def milliseconds(program: str) -> tuple[float, float]:
    """Of a process: from start to end, and of the processor."""
    start, before = time.perf_counter(), _processor()
    subprocess.run([sys.executable, "-c", program], check=True)
    return 1e3 * (time.perf_counter() - start), 1e3 * (_processor() - before)


def _processor() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    for program in PROGRAMS.values():
        milliseconds(program)
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in PROGRAMS}
    for _ in range(ROUNDS):
        for name, program in PROGRAMS.items():
            took[name].append(milliseconds(program))
    medians = {name: [statistics.median(each) for each in zip(*times, strict=True)] for name, times in took.items()}
    print(f"milliseconds, median of {ROUNDS} processes; in brackets beyond a Python that does nothing\n")
    print(f"{'':14} {'start to end':>14} {'processor':>14}")
    for name, found in medians.items():
        cells = (f"{each:.0f} ({each - least:.0f})" for each, least in zip(found, medians["nothing"], strict=True))
        print(f"{name:14} " + " ".join(f"{cell:>14}" for cell in cells))


if __name__ == "__main__":
    main()
