"""What the package does where numpy alone is installed: a clean environment runs `python -I .ci/minimal.py`."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import fluxem
from fluxem.integration.sample_format import read_samples, validate_file
from fluxem.registry import domains

SAMPLE = {"text": "2 + 3", "target_text": "5", "spans": [{"type": "number", "start": 0, "end": 1, "value": 2}]}
COMMAND = Path(sys.executable).with_name("fluxem")


def check(holds: bool, what: str) -> None:
    """Exit with 1 and one line where something does not hold."""
    if not holds:
        sys.exit(f"minimal.py: {what}")


def run(*arguments: str, status: int) -> subprocess.CompletedProcess[str]:
    """Run the console command; it must exit with this status, and a failure must be one line."""
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)
    check(done.returncode == status, f"{arguments} exits with {done.returncode}, expected {status}: {done.stderr}")
    check(status == 0 or done.stderr.count("\n") == 1, f"{arguments} says more than a line: {done.stderr}")
    return done


def check_library() -> None:
    found = {each.name for each in distributions()}
    check(found == {"fluxem", "numpy"}, f"installed are {', '.join(sorted(found))}; expected fluxem and numpy alone")
    check(Path(fluxem.__file__).is_relative_to(sys.prefix), f"fluxem is that of {fluxem.__file__}")
    for domain in domains():
        vector = fluxem.encode(domain.example, domain.name)
        check(vector.shape == (128,) and vector.dtype == np.float32, f"{domain.name}: no vector")
        again = fluxem.encode(fluxem.decode(vector), domain.name)
        check(again.tobytes() == vector.tobytes(), f"{domain.name}: {domain.example} does not come back")
        check(bool(fluxem.render(vector)), f"{domain.name}: nothing rendered")
    distance, unit = fluxem.encode("3.5 ft"), fluxem.encode("m", "phys_unit")
    check(fluxem.render(fluxem.apply("convert", distance, unit)) == "1.0668 m", "3.5 ft is not 1.0668 m")
    spans = [(span.domain, span.start, span.end) for span in fluxem.spans("How many cm are in 3 m?")]
    check(spans == [("phys_unit", 9, 11), ("phys_quantity", 19, 22)], f"spans: {spans}")


def check_files(folder: Path) -> None:
    good, bad = folder / "good.jsonl", folder / "bad.jsonl"
    good.write_text(json.dumps(SAMPLE) + "\n")
    bad.write_text(json.dumps(SAMPLE | {"target_text": ""}) + "\n")
    check(validate_file(good).problem_count == 0 and len(read_samples(good)) == 1, "a good sample is refused")
    check(validate_file(bad).problem_count == 1, "a bad sample is accepted")
    run("validate", str(good), status=0)
    check("1 of 1 samples valid" not in run("validate", str(bad), status=1).stdout, "a bad sample is called valid")
    questions = folder / "in.jsonl"
    questions.write_text('{"id": 1, "text": "2 + 3"}\n')
    for asked in (
        ["explain", "--model", "x", "2 + 3"],
        ["predict", "--model", "x", str(questions), str(folder / "out")],
    ):
        said = run(*asked, status=2).stderr
        check('torch is not installed; run `pip install "fluxem[train]"`' in said, f"{asked[0]} says {said}")


def main() -> None:
    check_library()
    with TemporaryDirectory() as folder:
        check_files(Path(folder))
    check("phys_quantity" in run("encode", "3.5 ft", status=0).stdout, "encode does not name the domain")
    run("encode", "hello", status=2)
    check("fluxem explain --model" in run("--help", status=0).stdout, "--help has no example")


if __name__ == "__main__":
    main()
