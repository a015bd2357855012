"""Check the package that `python -m build` made: `python .ci/check_package.py dist` (`make package`).

The sdist has every file that git has, and its pipeline can be planned. The wheel is small, typed, holds the package and
nothing else, and works in a clean environment with numpy alone (`minimal.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
MOST_BYTES = 1_000_000


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    sdist, wheel = only(folder, "*.tar.gz"), only(folder, "*.whl")
    with TemporaryDirectory() as empty:
        check_sdist(sdist, Path(empty))
    check_wheel(wheel)
    with TemporaryDirectory() as empty:
        check_minimal(wheel, Path(empty) / "environment")
    print(f"{sdist.name}: whole; {wheel.name}: {wheel.stat().st_size:,} bytes, works with numpy alone")


def only(folder: Path, pattern: str) -> Path:
    """The one file of a pattern."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        refuse(f"{folder} holds {len(found)} files {pattern}; expected one: run `make package`")
    return found[0]


def check_sdist(sdist: Path, folder: Path) -> None:
    """Every file of git is there, and Snakemake plans every experiment from what is there alone."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    tracked = call("git", "ls-files", "-z", cwd=ROOT).strip("\0").split("\0")
    missing = [file for file in tracked if not (unpacked / file).is_file()]
    if missing:
        refuse(f"{sdist.name} lacks {', '.join(missing[:5])}; name them in MANIFEST.in")
    planned = call(
        sys.executable, "-m", "snakemake", "--dry-run", "all", "paper", cwd=unpacked, PYTHONPATH=str(unpacked)
    )
    if "\ntrain " not in planned:
        refuse(f"the pipeline of {sdist.name} plans no training: {planned}")


def check_wheel(wheel: Path) -> None:
    """It is small, and holds the package with its tables and py.typed, and nothing else."""
    if (size := wheel.stat().st_size) >= MOST_BYTES:
        refuse(f"{wheel.name} has {size:,} bytes; allowed: less than {MOST_BYTES:,}")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = (file for file in (ROOT / "fluxem").rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    expected = {file.relative_to(ROOT).as_posix() for file in files}
    if held != expected:
        lacks, beside = (sorted(each) or "nothing" for each in (expected - held, held - expected))
        refuse(f"{wheel.name} lacks {lacks} and has {beside} beside the package")


def check_minimal(wheel: Path, environment: Path) -> None:
    """`minimal.py` runs in an environment that holds the wheel and what it asks for."""
    venv.create(environment, symlinks=os.name != "nt")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(environment))
    call(*pip, "install", "-c", str(ROOT / "constraints.txt"), str(wheel), cwd=environment)
    call(str(environment / "bin" / "python"), "-I", str(ROOT / ".ci" / "minimal.py"), cwd=environment)


def call(*command: str, cwd: Path, **variables: str) -> str:
    """What a command prints; exits with 1 and its own words where it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        refuse(f"{' '.join(command[:4])} ... failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def refuse(message: str) -> NoReturn:
    sys.exit(f"check_package.py: {message}")


if __name__ == "__main__":
    main()
