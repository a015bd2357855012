"""Which code a step runs, and one digest of what that code says.

The digest is of the syntax tree without docstrings: comments, layout and documentation do not make a step
stale; any other change in the script, or in a module that it imports directly or not, does.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = "fluxem"

#: Plans and checks a step but computes nothing of its result, so it and what only it imports are left out.
PLANNING = "fluxem.pipeline.step"

#: A `from` import: dots before the module, the module, the names taken from it (a plain import takes none).
_Import = tuple[int, str, tuple[str, ...]]
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def module_file(root: Path, module: str) -> Path | None:
    """The file of a module of the package below `root`; None for names that are not modules."""
    base = root.joinpath(*module.split("."))
    return next((path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()), None)


def closure(root: Path, script: Path) -> dict[str, Path]:
    """The package's modules that `script` imports, at any depth and from any line, with their files.

    `import a.b.c` runs `a` and `a.b` first, so a module's parents belong to it. Imports under `if
    TYPE_CHECKING` do not run and are not followed. An import computed at run time cannot be seen; `step`
    looks for those afterwards.
    """
    found: dict[str, Path] = {}
    queue = list(_imported(root, script, ""))
    while queue:
        module = queue.pop()
        file = module_file(root, module)
        if file is None or module in found or module == PLANNING:
            continue
        found[module] = file
        queue += _imported(root, file, module)
    return found


def code_digest(root: Path, script: Path, data_files: Iterable[str] = ()) -> str:
    """16 hex digits that change when what `script` computes may change.

    Args:
        root: the folder that holds the package.
        script: the step's script.
        data_files: package files that the code reads, relative to `root`; they count byte for byte.
    """
    total = hashlib.sha256()
    sources = {module: file for module, file in closure(root, script).items()} | {"": script}
    for module, file in sorted(sources.items()):
        total.update(f"{module} {_parsed(file.read_text(encoding='utf-8'))[0]}\n".encode())
    for name in sorted(data_files):
        total.update(f"{name} {hashlib.sha256((root / name).read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()[:16]


def _imported(root: Path, file: Path, module: str) -> Iterator[str]:
    """Modules that running `file` may import, parents before children; other packages' are left out."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for dots, name, taken in _parsed(file.read_text(encoding="utf-8"))[1]:
        if dots:
            base = package.split(".")[: len(package.split(".")) - dots + 1]
            name = ".".join([*base, name] if name else base)
        parts = name.split(".")
        if parts[0] == PACKAGE:
            yield from (".".join(parts[: end + 1]) for end in range(len(parts)))
            yield from (f"{name}.{each}" for each in taken)


@cache
def _parsed(source: str) -> tuple[str, tuple[_Import, ...]]:
    """The digest of what a source says, and what it imports. Cached by text: a dry-run asks often."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), tuple(_imports(tree))


def _imports(node: ast.AST) -> Iterator[_Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((0, alias.name, ()) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield child.level, child.module or "", tuple(alias.name for alias in child.names)
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            yield from _imports(ast.Module(child.orelse, []))
        else:
            yield from _imports(child)
