"""Read configuration files and say in one line what is wrong with them."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fluxem.errors import InputError
from fluxem.pipeline.config import EXPERIMENTS, FULL, Experiment, Project, Task
from fluxem.pipeline.section import Section, is_section

Values = dict[str, Any]
Keys = tuple[str | int, ...]
S = TypeVar("S", bound=Section)
#: The file that sets a key, and the key's full path in that file.
Locate = Callable[[Keys], tuple[str, Keys]]
MISSING = object()


class ConfigError(InputError):
    """A configuration that cannot be used; the message names file, key and what is allowed."""


#: What is wrong with a value, by pydantic's name for the error; the rest is out of range.
_REASONS = {
    "int_type": "is not an integer",
    "float_type": "is not a number",
    "bool_type": "is not true or false",
    "string_type": "is not text",
    "tuple_type": "is not a list",
    "too_long": "has too many items",
    "too_short": "has too few items",
    "dict_type": "is not a mapping",
    "model_type": "is not a mapping",
}


#: What YAML 1.1 takes for a number with an exponent: it wants a point, and a sign after the e.
_NUMBER_TO_YAML = re.compile(r"[-+]?\d+\.\d*[eE][-+]\d+")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # in C where it was built
    """YAML in which a key given twice is an error, not a silent choice of the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: list[object] = []
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":  # `<<: *other`, which keys beside it override
                continue
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"{key} is given twice", problem_mark=key_node.start_mark)
            seen.append(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Values:
    """The mapping a YAML file holds; raises ConfigError."""
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}: line {line}: not valid YAML: {error.problem}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: holds {type(values).__name__}; allowed: a mapping of keys to values")
    return values


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> Values:
    """`base` with the values of `over`; mappings are merged key by key, anything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(below, value) if both else value  # type: ignore[arg-type]
    return merged


def load_project(values: Values, files: Sequence[Path]) -> Project:
    """The project configuration from the values of `files` and of the command line; raises ConfigError."""
    read = {file: read_yaml(file) for file in files}
    return parse(Project, values, lambda keys: (_file_of(keys, at(values, keys), read), keys))


def experiment_name(file: Path) -> str:
    """The experiment that a file configures."""
    return file.stem.removesuffix(FULL)


def possible_files(folder: Path, name: str) -> tuple[Path, Path]:
    """The files that may configure an experiment; one of them does."""
    return folder / f"{name}.yaml", folder / f"{name}{FULL}.yaml"


def experiment_file(folder: Path, name: str) -> Path:
    """The file that configures an experiment; raises ConfigError where there is none, or more than one."""
    usual, full = possible_files(folder, name)
    match usual.exists(), full.exists():
        case True, True:
            raise ConfigError(f"{full}: {usual} is there too; allowed: one file for experiment {name}")
        case False, False:
            raise ConfigError(f"{usual}: cannot be read: No such file or directory, nor is there {full}")
        case there, _:
            return usual if there else full


def load_experiment(file: Path, over: Values, files: Sequence[Path], listed: str = "experiments") -> Experiment:
    """The configuration of one experiment, of the class of its task.

    Args:
        file: see `experiment_file`.
        over: values that replace those of the file.
        files: project files that `over` comes from, lowest priority first.
        listed: the key of a project file that lists the experiment.

    Raises:
        ConfigError: a file cannot be read or a key does not fit.
    """
    base = read_yaml(file)
    if "experiments" in base:
        raise ConfigError(
            f"{file}: has the key experiments, so it is an overlay for `snakemake --configfile {file}`; "
            "allowed here: the file of one experiment, such as config/arithmetic_small.yaml"
        )
    locate = locator(file, over, files, listed)
    values = merge(base, over)
    chosen = parse(Task, {key: values[key] for key in Task.model_fields if key in values}, locate)
    experiment = parse(EXPERIMENTS[chosen.task], values, locate)
    check_variants(experiment, locate)
    return experiment


def check_variants(experiment: Experiment, locate: Locate) -> None:
    """Refuse what a variant changes to what its row cannot have."""
    for name, variant in experiment.variants.items():
        for section, changes in (("model", variant.model), ("training", variant.training)):
            part = getattr(getattr(experiment, section), variant.of)
            parse(type(part), part.model_dump() | changes, _below(locate, "variants", name, section))


def locator(file: Path, over: Values, files: Sequence[Path], listed: str) -> Locate:
    """Where the keys of an experiment come from: its file, or what is laid over it."""

    def locate(keys: Keys) -> tuple[str, Keys]:
        if not keys or at(over, keys) is MISSING:
            return str(file), keys
        full = (listed, experiment_name(file), *keys)
        return _file_of(full, at(over, keys), {each: read_yaml(each) for each in files}), full

    return locate


def _below(locate: Locate, *above: str) -> Locate:
    """`locate` for keys of a part that stands below the keys `above`."""
    return lambda keys: locate((*above, *keys))


def _file_of(keys: Keys, value: Any, files: dict[Path, Values]) -> str:
    """The last of `files` that gives `keys` this value; what no file gives came from the command line."""
    for file, values in reversed(files.items()):
        given = at(values, keys)
        if given == value or (isinstance(given, Mapping) and isinstance(value, Mapping)):
            return str(file)
    return "command line"


def parse(section: type[S], values: Values, locate: Locate) -> S:
    """`values` as a `section`; raises ConfigError for the first key that does not fit.

    Args:
        section: the class that knows the keys.
        values: what the files say, merged.
        locate: see `Locate`.
    """
    try:
        return section.model_validate(_tuples(values))
    except ValidationError as error:
        # A wrong common key is also wrong in each part that inherits it: name the one that was written.
        first = min(error.errors(include_url=False), key=lambda e: at(values, e["loc"]) is MISSING)
        raise ConfigError(_explain(section, values, first, locate)) from error


def at(values: Any, keys: Keys) -> Any:
    """What nested mappings and lists hold at the path `keys`, else `MISSING`."""
    for key in keys:
        try:
            values = values[key]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return values


def _explain(section: type[Section], values: Values, error: ErrorDetails, locate: Locate) -> str:
    # pydantic marks an error in a mapping's key with a last part "[key]"
    keys = tuple(key for key in error["loc"] if key != "[key]")
    rule = error["type"] == "rule"
    if rule and at(values, keys) is MISSING:
        keys = keys[:-1]  # the rule failed in a part that holds only what it inherits
    file, path = locate(keys)
    where = f"{file}: {'.'.join(map(str, path))}"
    if rule:
        return f"{where}{'.' if path else ''}{error['msg']}"
    owner, named = _owner(section, keys)
    if named not in owner.model_fields:
        close = difflib.get_close_matches(named, list(owner.model_fields), n=1)
        hint = f"did you mean {close[0]}?" if close else f"allowed: {', '.join(owner.model_fields)}"
        return f"{where} is not a known key; {hint}"
    allowed = f"allowed: {owner.model_fields[named].description}"
    if error["type"] == "missing":
        return f"{where} is missing; {allowed}"
    value = json.dumps(error["input"], ensure_ascii=False, default=str)
    reason = _REASONS.get(error["type"], "is not allowed") + _hint(error)
    return f"{where} = {value} {reason}; {allowed}"


def _owner(section: type[Section], keys: Keys) -> tuple[type[Section], str]:
    """The innermost section on the way of `keys`, and the key of it that is meant."""
    rest = list(map(str, keys))
    while len(rest) > 1:
        field = section.model_fields.get(rest[0])
        inner = field.annotation if field else None
        named = get_args(inner)[-1:]  # of a mapping from names to sections
        if is_section(inner):
            section, rest = inner, rest[1:]  # type: ignore[assignment]
        elif len(rest) > 2 and named and is_section(named[0]):
            section, rest = named[0], rest[2:]
        else:
            break
    return section, rest[0]


def _hint(error: ErrorDetails) -> str:
    """Why a number arrived as text, where it did."""
    value = error["input"]
    if error["type"] not in ("int_type", "float_type") or not isinstance(value, str):
        return ""
    try:
        float(value)
    except ValueError:
        return ""
    mantissa, e, exponent = value.lower().partition("e")
    if e and not _NUMBER_TO_YAML.fullmatch(value):
        point = "" if "." in mantissa else ".0"
        return f" but text to YAML: write {mantissa}{point}e{'' if exponent[0] in '+-' else '+'}{exponent}"
    return f" but text: write {value} without quotes, in a file (`--config` passes nested values as text)"


def _tuples(value: Any) -> Any:
    """The same values with tuples for lists, as strict fields expect them."""
    if isinstance(value, Mapping):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value
