"""Every path, link, name, key, command and option in the documents is one that there is."""

from __future__ import annotations

import re
import runpy
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml
from doc_commands import outputs, planned
from doc_reader import DOCUMENTS, HERE, read

from fluxem.pipeline.config import EXPERIMENTS, Project

ROOT = Path(__file__).resolve().parents[1]
#: Files that documents have a reader write.
READERS = {"my.yaml", "my_site/config.yaml", "my_site", "questions.jsonl", "answers.jsonl", "report.html"}
#: Names that are not of this repository: a column of Snakemake's files of times.
FOREIGN = {"max_rss"}
#: What other programs say: the shell, Python, pip and Snakemake.
OTHERS_SAY = (
    *("make: command not found", "No module named venv", "ensurepip is not available", "Directory cannot be locked"),
    *("No matching distribution found for torch", "Temporary failure in name resolution"),
)
#: Other ways to write a key, which the configuration takes for it.
ALIASES = {"seed", "ood_max_ops", "id_parentheses"}


@cache
def tracked() -> frozenset[str]:
    """Files that git has or would add, and their folders."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    there = [Path(name) for name in files if name and (ROOT / name).exists()]
    return frozenset(path.as_posix() for name in there for path in (name, *name.parents))


@cache
def source() -> frozenset[str]:
    """Every word of the code, of the configuration and of the tests."""
    endings = (".py", ".smk", ".yaml", ".toml", ".txt", ".tsv", "Makefile", "Snakefile", ".gitignore")
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in tracked() if name.endswith(endings)]
    return frozenset(re.findall(r"[\w.-]+", "\n".join(texts))) | frozenset(re.findall(r"\w+", "\n".join(texts)))


@cache
def made() -> frozenset[str]:
    """Files that the pipeline makes, and their folders."""
    plan = planned(ROOT, [])
    files = [Path(f"{plan.results}/{name}") for name in outputs(plan)]
    return frozenset(path.as_posix() for name in files for path in (name, *name.parents))


def is_path(word: str) -> bool:
    """Whether code in running text means a file or folder."""
    first = word.split("/")[0]
    if first == "..":  # beside the repository
        return False
    inside = "/" in word and (first in tracked() or first.startswith(("<", "seed<", ".")) or word.endswith("/"))
    return inside or bool(re.search(r"[\w>*]\.(py|md|yaml|toml|txt|tsv|csv|jsonl?|svg|smk|safetensors|pt|html)$", word))


def exists(word: str) -> bool:
    """Whether there is, or will be, such a file or folder; <seed> and * stand for a part of a name."""
    if word in READERS or word.rstrip("/") in source():
        return True
    parts = re.split(r"(<[^>]*>|\*|\[[^\]]*\]|\{[^}]*\})", word.rstrip("/"))
    pattern = "".join(_part(part) for part in parts)
    whole = re.compile(rf"(?:.*/)?{pattern}")
    ignored = any(f"{word.rstrip('/')}/".startswith(f"{folder}/") for folder in _ignored())
    return ignored or any(whole.fullmatch(name) for name in (*tracked(), *made()))


def _part(part: str) -> str:
    if part.startswith("{"):
        return "(?:" + "|".join(re.escape(each.strip()) for each in part[1:-1].split(",")) + ")"
    if part.startswith("["):
        return f"(?:{''.join(_part(inner) for inner in re.split(r'(<[^>]*>)', part[1:-1]))})?"
    return "[^/]*" if part.startswith(("<", "*")) else re.escape(part)


def _ignored() -> set[str]:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return {line.rstrip("/") for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize("name", HERE)
def test_every_path_in_a_document_exists_or_is_made(name: str) -> None:
    words = [word for span in read(name).spans() for word in span.rstrip(",;").split()]
    assert [word for word in words if is_path(word) and not exists(word)] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_in_a_document_leads_somewhere(name: str) -> None:
    document = read(name)
    for link in document.links():
        if re.match(r"https?:|mailto:", link):
            continue
        file, _, part = link.partition("#")
        target = (ROOT / name).parent.joinpath(file).resolve() if file else ROOT / name
        assert target.exists(), f"{link}: there is no such file"
        assert target.is_relative_to(ROOT), f"{link}: outside the repository"
        if part:
            there = read(target.relative_to(ROOT).as_posix())
            assert part in there.anchors(), f"{link}: no such heading; there are {sorted(there.anchors())}"


@pytest.mark.parametrize("name", HERE)
def test_every_name_in_a_document_is_in_the_code(name: str) -> None:
    identifier = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\(\))?")
    unknown = []
    for span in read(name).spans():
        if identifier.fullmatch(span) and not is_path(span):
            parts = span.removesuffix("()").split(".")
            known = span in keys() if parts[0] in ("data", "model", "training") and parts[1:] else True
            if not known or not all(part in source() | READERS | FOREIGN for part in parts):
                unknown.append(span)
    assert unknown == []


@cache
def keys() -> frozenset[str]:
    """Every key of the configuration, `above.key`."""
    keys_of = runpy.run_path(str(ROOT / "docs" / "config_keys.py"))["keys_of"]
    return frozenset(key for section in (Project, *EXPERIMENTS.values()) for key, _ in keys_of(section))


@pytest.mark.parametrize("name", HERE)
def test_every_setting_in_a_document_is_a_key(name: str) -> None:
    leaves = {part for key in keys() for part in key.split(".")} | {"of"} | ALIASES
    profile = {key for file in ROOT.glob("profiles/*/config.yaml") for key in yaml.safe_load(file.read_text())}
    spans = set(read(name).spans()).difference(OTHERS_SAY)
    settings = [span.split(":")[0] for span in spans if re.fullmatch(r"[a-z_]+: \S.*", span)]
    rows = set(planned(ROOT, []).rows("arithmetic"))
    assert [setting for setting in settings if setting not in leaves | profile | rows | {"experiments"}] == []


@cache
def options() -> frozenset[str]:
    """Options of the command lines here, and of Snakemake."""
    from snakemake.cli import get_argument_parser

    texts = [(ROOT / name).read_text(encoding="utf-8") for name in tracked() if name.endswith((".py", "Makefile"))]
    own = {option for text in texts for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)}
    return frozenset(own | set(get_argument_parser()._option_string_actions))


@pytest.mark.parametrize("name", HERE)
def test_every_command_and_option_in_running_text_is_one(name: str) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for span in read(name).spans():
        words = span.split()
        wrong = [word for word in words if re.fullmatch(r"--[a-z][a-z-]+", word) and word not in options()]
        assert not wrong, f"{span}: no option {wrong}"
        if words[0] == "make" and words[1:]:
            assert words[1] in targets, f"{span}: no target of the Makefile"
        if words[0] == "python" and words[1:]:
            script = words[2].replace(".", "/") + ".py" if words[1] == "-m" else words[1]
            known = words[1] == "-m" and words[2] in ("build", "pip", "pytest", "venv")
            package = script.replace(".py", "/__main__.py")
            assert known or script in tracked() or package in tracked(), f"{span}: no {script}"


def test_every_message_that_is_explained_is_one_that_is_said() -> None:
    text = (ROOT / "docs" / "EXPERIMENTS.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (`.*?`) \|", text.split("\n## Troubleshooting\n")[1], re.MULTILINE)
    code = "".join((ROOT / name).read_text(encoding="utf-8") for name in tracked() if _is_code(name))
    messages = [message for cell in shown for message in re.findall(r"`([^`]+)`", cell)]
    parts = [part.strip() for message in messages if message not in OTHERS_SAY for part in message.split("…")]
    assert len(messages) > 10 and [part for part in parts if part not in code] == []


def _is_code(name: str) -> bool:
    return name == "Makefile" or name.startswith("fluxem/") and name.endswith(".py")


@pytest.mark.parametrize(
    "word", ["fluxem/modelz/hybrid.py", "config/none.yaml", "results/arithmetic_small/tables.md", "seed<seed>/none.csv"]
)
def test_a_path_that_is_wrong_is_found(word: str) -> None:
    assert is_path(word) and not exists(word)


@pytest.mark.parametrize(
    "word",
    [
        *("fluxem/models/", "hybrid.py", "config/<experiment>.yaml", "<experiment>/seed<seed>/<row>/model.safetensors"),
        *("results/units/figures/*.svg", ".venv/bin/activate", "predictions/<split>.jsonl", "my.yaml"),
    ],
)
def test_a_path_that_is_right_is_known(word: str) -> None:
    assert is_path(word) and exists(word)
