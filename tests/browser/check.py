"""The report and the pages in a browser without a network: what is shown, and that nothing is broken or cut off.

    python tests/browser/check.py                        of a run at a tiny size, made for this
    python tests/browser/check.py --results DIR          of a finished run of config/smoke.yaml with this results_dir
    python tests/browser/check.py --screenshots DIR      and keep pictures of everything

Needs Chromium and Playwright's Python package: `make look`. Not collected by pytest: it needs a browser. Exits with 1
where a check fails, with 2 where something it needs is missing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from pages import look_at_page, look_at_report, look_at_steps

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "install it, on Debian with `apt-get install chromium`, or name another in CHROMIUM"
# The smallest run that has every kind of page.
TINY = """\
experiments:
  arithmetic_small:
    seeds: [0]
    data: {train_size: 30, validation_size: 10, test_size: 10}
    model: {hidden_dim: 32}
    training: {token_only: {epochs: 1}, hybrid: {epochs: 1}}
"""
WIDTHS = (1280, 400)


def complain(message: str) -> NoReturn:
    """Say in one line what is missing, and exit with 2."""
    print(f"{Path(__file__).name}: {message}", file=sys.stderr)
    sys.exit(2)


def find_browser() -> str:
    """The browser's program."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named) or complain(f"CHROMIUM={named}: no such program; {INSTALL}")
    found = (path for name in BROWSERS if (path := shutil.which(name)))
    return next(found, None) or complain(f"no Chromium: {INSTALL}")


@contextmanager
def repository(results: Path | None) -> Iterator[tuple[Path, list[str]]]:
    """A folder with the workflow and a finished run, and Snakemake's options for that run."""
    if results is not None:
        yield ROOT, ["--configfile", "config/smoke.yaml", "--config", f"results_dir={results}"]
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "repository"
        for name in ("workflow", "config", "profiles", "envs", "fluxem"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("Snakefile", "constraints.txt"):
            shutil.copy2(ROOT / name, copy / name)
        # config.yaml itself, because experiments of an overlay are added to those of the project
        (copy / "config/config.yaml").write_text(TINY)
        snakemake(copy, "--cores", "2", "all")
        yield copy, []


def snakemake(folder: Path, *options: str) -> None:
    """Run Snakemake on the copy's own code; exit with 1 and what it said where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *options],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)}, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def explained(results: Path) -> list[Path]:
    """The folders of the experiments that have every kind of page."""
    return sorted(page.parent for page in results.glob("*/explain.html"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, metavar="DIR")
    parser.add_argument("--screenshots", type=Path, metavar="DIR")
    given = parser.parse_args()
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        complain("playwright is not installed: run `make look`")
    program = find_browser()
    if given.results is not None and not explained(given.results):
        complain(f"{given.results}: has no explain page of any experiment: run `snakemake all` first")
    with tempfile.TemporaryDirectory() as folder, repository(given.results) as (workflow, options):
        pictures = given.screenshots or Path(folder)
        pictures.mkdir(parents=True, exist_ok=True)
        report = Path(folder) / "report.html"
        # no proxy answers there, so a report that needs a network to be made is not made
        os.environ |= {f"{kind}_proxy": "http://127.0.0.1:9" for kind in ("http", "https")}
        snakemake(workflow, *options, "--report", str(report))
        results = given.results or workflow / "results"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            experiments = explained(results)
            look_at_report(browser, report, [each.name for each in experiments], pictures)
            for experiment in experiments:
                for width in WIDTHS:
                    for page in ("table", "figures", "runs", "explain"):
                        look_at_page(browser, experiment / f"{page}.html", width, pictures)
                    look_at_steps(browser, experiment / "explain.html", width, pictures)
            browser.close()
    print(f"the report and the pages of {', '.join(each.name for each in experiments)} look right")


if __name__ == "__main__":
    main()
