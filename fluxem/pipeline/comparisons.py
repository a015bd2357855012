"""Comparisons: experiments without questions of their own, which compare more rows or seeds of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from fluxem.pipeline.config import ComparisonOf, Experiment, Project
from fluxem.pipeline.load import (
    ConfigError,
    Values,
    check_variants,
    experiment_file,
    load_experiment,
    locator,
    merge,
    parse,
    possible_files,
    read_yaml,
)


def compared(file: Path) -> str | None:
    """The experiment that a file compares more rows of, if it has no questions of its own."""
    of = read_yaml(file).get("of")
    return None if of is None else str(of)


def load_comparison(
    file: Path, whole: Experiment, over: Values, files: Sequence[Path], listed: str = "experiments"
) -> Experiment:
    """An experiment with the seeds, rows and variants of a comparison; its variants come on top of its own.

    Args:
        file: that of the comparison.
        whole: the experiment that it is of.
        over: see `load_experiment`, as are `files` and `listed`, and what is raised.
    """
    locate = locator(file, over, files, listed)
    given = parse(ComparisonOf, merge(read_yaml(file), over), locate).model_dump(exclude_unset=True)
    values = whole.model_dump()
    chosen = {key: given[key] for key in ("seeds", "models") if key in given}
    variants = values["variants"] | given.get("variants", {})
    experiment = parse(type(whole), values | chosen | {"variants": variants}, locate)
    check_variants(experiment, locate)
    return experiment


def comparisons_of(name: str, project: Project, folder: Path) -> dict[str, Path]:
    """The listed comparisons of an experiment, by name, with their files; files that are not there are left out."""
    listed = [(each, file) for each in (*project.experiments, *project.paper) for file in possible_files(folder, each)]
    return {each: file for each, file in listed if each != name and file.exists() and compared(file) == name}


def load_experiments(
    project: Project, files: Sequence[Path], wanted: Mapping[str, Path], over: Values
) -> tuple[dict[str, Experiment], dict[str, str]]:
    """The wanted experiments, and of which experiment those are that are comparisons.

    Args:
        project: what is laid over each.
        files: those that `project` comes from, lowest priority first.
        wanted: name -> file.
        over: laid over the first; what a comparison does not have itself is laid over the experiment that it is of.

    Raises:
        ConfigError: as `load_experiment`; or a comparison is of a comparison, or two have variants of one name.
    """
    first = next(iter(wanted))
    experiments: dict[str, Experiment] = {}
    sources: dict[str, str] = {}
    for name, file in wanted.items():
        changes, section = project.changes(name), project.section_of(name)
        of = compared(file)
        if of is None:
            above = merge(changes, over) if name == first else changes
            experiments[name] = load_experiment(file, above, files, section)
            continue
        source = wanted.get(of) or experiment_file(file.parent, of)
        if compared(source):
            raise ConfigError(f"{file}: of = {of} is a comparison itself; allowed: an experiment with data of its own")
        own = {key: value for key, value in over.items() if key in ComparisonOf.model_fields and name == first}
        shared = {key: value for key, value in over.items() if key not in own and first in (name, of)}
        whole = load_experiment(source, merge(project.changes(of), shared), files, project.section_of(of))
        experiments[name] = load_comparison(file, whole, merge(changes, own), files, section)
        for other in (other for other, its in sources.items() if its == of):
            _check_apart(file, experiments[name], other, experiments[other])
        sources[name] = of
    return experiments, sources


def _check_apart(file: Path, one: Experiment, other: str, another: Experiment) -> None:
    """Refuse variants of one name that would share a folder and are not the same."""
    for name in sorted(one.variants.keys() & another.variants.keys()):
        if one.variants[name] != another.variants[name]:
            raise ConfigError(f"{file}: variants.{name}: {other} has another of this name; allowed: a name of its own")
