"""Every block of code in the documents does what it shows."""

from __future__ import annotations

import contextlib
import doctest
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from doc_commands import DECLARED, Command, check_snakemake, commands, execute, planned
from doc_reader import FOLLOWED, HERE, Block, anchor, read
from doc_repository import make_copy
from snakemake.cli import get_argument_parser

from fluxem import tasks
from fluxem.pipeline import layout
from fluxem.pipeline.config import EXPERIMENTS, Project
from fluxem.pipeline.dataset import write_dataset
from fluxem.pipeline.load import merge, read_yaml
from fluxem.pipeline.plan import Plan

ROOT = Path(__file__).resolve().parents[1]
SHELL = ("", "sh", "bash", "console")
#: Languages of blocks with nothing to run, and why.
NOT_RUN = {"bibtex": "a reference to copy"}


# --- what blocks do ---


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository after `make small`, and a hybrid for units, everything tiny; documents share it."""
    from fluxem.training import hybrid  # imports torch

    folder = make_copy(tmp_path_factory.mktemp("docs") / "repository")
    execute(folder, Command("make small"))
    plan = planned(folder, [])  # in this process: to load torch is most of what a step takes
    spec = plan.train("units", 0, "hybrid")
    data, run = (folder / plan.results / pattern.format_map(spec) for pattern in (layout.DATA, layout.RUN))
    write_dataset(data, tasks.generate("units", spec["dataset"]["data"], 0), spec["dataset"])
    hybrid.train(spec, data, run, "cpu")
    return folder


@pytest.mark.parametrize("name", HERE)
def test_every_block_of_a_document_does_what_it_shows(name: str, tiny: Path) -> None:
    names: dict[str, object] = {}
    # files first: a command may use what is shown below it
    for block in sorted(read(name).blocks, key=lambda block: block.language != "yaml"):
        try:
            execute_block(block, tiny, names)
        except (AssertionError, ValueError) as error:
            pytest.fail(f"{block}: {error}", pytrace=False)


def execute_block(block: Block, folder: Path, names: dict[str, object]) -> None:
    """Run a block in a copy of the repository; Python keeps its names from block to block of a document."""
    if block.language in ("python", "pycon"):
        with contextlib.chdir(folder):
            if ">>>" in block.text:
                run_examples(block, names)
            else:
                exec(compile(block.text, str(block), "exec"), names)
    elif block.language in SHELL:
        for command in commands(block):
            execute(folder, command)
    elif block.language == "yaml":
        check_yaml(block, folder)
    elif block.language == "json":
        for line in block.lines:
            json.loads(line)
    else:
        assert block.language in NOT_RUN, f"a block of {block.language!r} is neither run nor declared in {__file__}"


def run_examples(block: Block, names: dict[str, object]) -> None:
    """Run what stands behind >>> and compare what it shows: `...` for anything, white space as white space."""
    examples = doctest.DocTestParser().get_doctest(block.text, names, str(block), block.document, block.line)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(examples, out=said.append, clear_globs=False)
    names.update(examples.globs)
    assert not said, "".join(said)


def check_yaml(block: Block, folder: Path) -> None:
    """A part of a configuration is accepted; one that says its name in a first comment is then there to be used."""
    values = yaml.safe_load(block.text)
    named = re.match(r"# ([\w/]+\.yaml)\b", block.text)
    if named and not (folder / named[1]).exists():
        (folder / named[1]).parent.mkdir(exist_ok=True)
        (folder / named[1]).write_text(block.text, encoding="utf-8")
    with contextlib.chdir(folder):
        listed = read_yaml(Path("config/config.yaml"))
        if values.keys() <= Project.model_fields.keys():
            Plan.load(merge(listed, values), [], Path("config"), folder)
        elif values.keys() & {"of", *EXPERIMENTS["arithmetic"].model_fields}:
            config = shutil.copytree("config", "config_of_documents", dirs_exist_ok=True)
            whole = values if values.keys() & {"of", "task"} else {"task": "arithmetic"} | values
            (Path(config) / "example.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
            Plan.load(merge(listed, {"experiments": {"example": {}}}), [], Path(config), folder)
        else:  # a profile of Snakemake, in the folder that its document uses
            unknown = [key for key in values if f"--{key}" not in get_argument_parser()._option_string_actions]
            assert not unknown, f"{unknown} are keys of no configuration, and no options of Snakemake"
            Path("my_site").mkdir(exist_ok=True)
            Path("my_site/config.yaml").write_text(block.text, encoding="utf-8")
            check_snakemake(folder, ["snakemake", "--profile", "my_site", "all"])


def test_a_document_that_another_test_follows_is_named_there() -> None:
    for document, test in FOLLOWED.items():
        if (ROOT / document).exists():
            assert Path(document).name in (ROOT / test).read_text(encoding="utf-8"), f"{test} follows no {document}"


def test_every_declared_command_has_a_reason() -> None:
    assert all(declared.why for declared in DECLARED) and all(NOT_RUN.values())


# --- the tests themselves ---


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository before anything is made."""
    return make_copy(tmp_path_factory.mktemp("wrong") / "repository")


def test_a_document_is_read_as_people_read_it(tmp_path: Path) -> None:
    (tmp_path / "d.md").write_text(
        "# One, two\n\nSee `a b` and [x](#one-two).\n\n- item\n\n    no code\n\nthen\n\n    code\n      more\n\n"
        "```sh\n$ make small\nout\n```\n"
    )
    document = read("d.md", tmp_path)
    assert [(block.line, block.language, block.text) for block in document.blocks] == [
        (11, "", "code\n  more\n"),
        (15, "sh", "$ make small\nout\n"),
    ]
    assert list(document.spans()) == ["a b"] and list(document.links()) == ["#one-two"]
    assert document.anchors() == {"one-two"}
    assert anchor("`config.yaml` of ⟦12⟧: 3 + 4") == "configyaml-of-12-3--4"
    (tmp_path / "d.md").write_text("```\nopen\n")
    with pytest.raises(ValueError, match="d.md:1: a code block that nothing ends"):
        read("d.md", tmp_path)


@pytest.mark.parametrize(
    ("language", "text", "wrong"),
    [
        ("", "rm -rf x\n", "'rm' is no program"),
        ("", "$ make test\n\nwhat\n$ x\n", "'x' is no program"),
        ("", "make nothing\n", "exit status 2"),
        ("", "snakemake results/none.md\n", "nothing makes results/none.md"),
        ("", "snakemake --no-such-option all\n", "unrecognized arguments|no such option"),
        ("", 'pip install -e ".[train,nothing]"\n', "no extra is named nothing"),
        ("", "$ cat LICENSE\nGPL\n", "shown: 'GPL"),
        ("python", ">>> 1 + 1\n3\n", "Expected"),
        ("python", "assert False, 'plain'\n", "plain"),
        ("yaml", "trainin: {epochs: 5}\n", "trainin"),
        ("yaml", "experiments: {arithmetic_small: {training: {epoch: 5}}}\n", "did you mean epochs"),
        ("mermaid", "graph\n", "neither run nor declared"),
        ("json", "{\n", "property name"),
    ],
)
def test_a_block_that_is_wrong_is_found(language: str, text: str, wrong: str, untouched: Path) -> None:
    block = Block("d.md", 1, language, tuple(text.rstrip("\n").split("\n")))
    with pytest.raises((AssertionError, ValueError), match=wrong):
        execute_block(block, untouched, {})
