"""Which code a step runs, and one digest of what that code says.

The digest is of the syntax tree without docstrings: comments, layout and documentation do not make a step
stale; any other change in the script, or in a module that it imports directly or not, does.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = "fluxem"

#: Plans and checks a step but computes nothing of its result, so it and what only it imports are left out.
PLANNING = "fluxem.pipeline.step"

#: A `from` import: dots before the module, the module, the names taken from it (a plain import takes none).
_Import = tuple[int, str, tuple[str, ...]]
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class _Parsed(NamedTuple):
    """Of a source: the digest of what it says, what it imports, and the texts it holds."""

    digest: str
    imports: tuple[_Import, ...]
    texts: frozenset[str]


def module_file(root: Path, module: str) -> Path | None:
    """The file of a module of the package below `root`; None for names that are not modules."""
    base = root.joinpath(*module.split("."))
    return next((path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()), None)


def closure(root: Path, script: Path, without: Collection[str] = ()) -> dict[str, Path]:
    """The package's modules that `script` imports, at any depth and from any line, with their files.

    Modules of `without` never run and are left out, with what only they import.

    `import a.b.c` runs `a` and `a.b` first, so a module's parents belong to it. Imports under `if
    TYPE_CHECKING` do not run and are not followed. An import computed at run time cannot be seen; `step`
    looks for those afterwards.
    """
    found: dict[str, Path] = {}
    seen = {PLANNING, *without}
    queue = list(_imported(root, script, ""))
    while queue:
        module = queue.pop()
        if module in seen:
            continue
        seen.add(module)
        if file := module_file(root, module):
            found[module] = file
            queue += _imported(root, file, module)
    return found


class Part(NamedTuple):
    """A file that counts for a step: a module of its code, its script (without a name), or a table that it reads."""

    name: str
    file: Path
    digest: str


def code_parts(
    root: Path, script: Path, data_files: Collection[str] = (), without: Collection[str] = ()
) -> Iterator[Part]:
    """What `script` computes with, file by file: see `code_digest`."""
    named: set[str] = set()
    for module, file in sorted((closure(root, script, without) | {"": script}).items()):
        parsed = _parsed(file.read_text(encoding="utf-8"))
        yield Part(module, file, parsed.digest)
        named |= parsed.texts
    for name in sorted(each for each in data_files if Path(each).name in named):
        yield Part(name, root / name, hashlib.sha256((root / name).read_bytes()).hexdigest())


def code_digest(root: Path, script: Path, data_files: Collection[str] = (), without: Collection[str] = ()) -> str:
    """16 hex digits that change when what `script` computes may change.

    Args:
        root: the folder that holds the package.
        script: the step's script.
        data_files: package files, relative to `root`; those whose name a module says count, byte for byte.
        without: see `closure`.
    """
    total = hashlib.sha256()
    for part in code_parts(root, script, data_files, without):
        total.update(f"{part.name} {part.digest}\n".encode())
    return total.hexdigest()[:16]


def _imported(root: Path, file: Path, module: str) -> Iterator[str]:
    """Modules that running `file` may import, parents before children; other packages' are left out."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for dots, name, taken in _parsed(file.read_text(encoding="utf-8")).imports:
        if dots:
            base = package.split(".")[: len(package.split(".")) - dots + 1]
            name = ".".join([*base, name] if name else base)
        parts = name.split(".")
        if parts[0] == PACKAGE:
            yield from (".".join(parts[: end + 1]) for end in range(len(parts)))
            yield from (f"{name}.{each}" for each in taken)


@cache
def _parsed(source: str) -> _Parsed:
    """Cached by text: a dry-run asks often."""
    tree = ast.parse(source)
    texts: set[str] = set()
    nodes: list[ast.AST] = [tree]
    for node in nodes:  # grows while it is read: every step of the pipeline does this, so one walk and no more
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
        nodes += ast.iter_child_nodes(node)
    digest = hashlib.sha256(ast.dump(tree).encode()).hexdigest()
    return _Parsed(digest, tuple(_imports(tree)), frozenset(texts))


def _imports(node: ast.AST) -> Iterator[_Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((0, alias.name, ()) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield child.level, child.module or "", tuple(alias.name for alias in child.names)
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            yield from _imports(ast.Module(child.orelse, []))
        elif not isinstance(child, ast.expr):  # which holds no statements
            yield from _imports(child)
