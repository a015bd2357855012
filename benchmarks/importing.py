"""How long a fresh Python takes to import fluxem, and to encode one value: `python benchmarks/importing.py`.

Each is the median over many processes, beside that of a Python that does nothing and of one that imports numpy alone,
in turn, so that a busy machine slows all of them; files were read before.
"""

import statistics
import subprocess
import sys
import time

ROUNDS = 21
PROGRAMS = {
    "nothing": "pass",
    "import numpy": "import numpy",
    "import fluxem": "import fluxem",
    "fluxem.encode": "import fluxem; fluxem.encode('3.5 ft')",
    "fluxem.spans": "import fluxem; fluxem.spans('How many cm are in 3.5 ft?')",
}


def seconds(program: str) -> float:
    """From the start to the end of a process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - start


def main() -> None:
    for program in PROGRAMS.values():
        seconds(program)
    took: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(ROUNDS):
        for name, program in PROGRAMS.items():
            took[name].append(seconds(program))
    nothing = statistics.median(took["nothing"])
    print(f"milliseconds of a process, {ROUNDS} rounds\n\n{'':14} {'median':>8} {'fastest':>8} {'beyond nothing':>15}")
    for name, durations in took.items():
        median = statistics.median(durations)
        print(f"{name:14} {median * 1e3:8.0f} {min(durations) * 1e3:8.0f} {(median - nothing) * 1e3:15.0f}")


if __name__ == "__main__":
    main()
