"""config/README.md and the schema say the same."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic.fields import FieldInfo

from fluxem.pipeline.config import EXPERIMENTS, Project, Variant
from fluxem.pipeline.environment import FAMILIES
from fluxem.pipeline.rows import ROWS
from fluxem.pipeline.section import Section, is_section

ROOT = Path(__file__).resolve().parents[1]


def keys_of(section: type[Section], above: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key of a configuration file, dotted; of a row's part, the keys that neither all nor its family have."""
    for name, field in section.model_fields.items():
        if not is_section(field.annotation):
            yield above + name, field
        elif name not in ROWS:
            yield from keys_of(field.annotation, f"{above}{name}.")  # type: ignore[arg-type]
        else:
            family = section.model_fields[ROWS[name].family].annotation
            known = section.model_fields if name in FAMILIES else family.model_fields  # type: ignore[union-attr]
            for key, own in field.annotation.model_fields.items():  # type: ignore[union-attr]
                if key not in known:
                    yield f"{above}{name}.{key}", own


@pytest.mark.parametrize(("task", "section"), [("", Project), *EXPERIMENTS.items()])
def test_the_readme_lists_every_key_with_its_default(task: str, section: type[Section]) -> None:
    common, *data = (ROOT / "config" / "README.md").read_text(encoding="utf-8").split("### `data` of ")
    readme = common + "".join(part for part in data if part.startswith(f"`{task}`"))
    listed = dict(re.findall(r"^\| `([\w.]+)` \| (\S.*?) \|", readme, re.MULTILINE))
    keys = dict(keys_of(section))
    assert {key for key in listed if key.startswith("data.")} <= keys.keys()
    for key, field in keys.items():
        assert field.description, f"{key} has no description"
        if field.is_required():
            assert listed[key] == "none"
        else:
            default = list(field.default) if isinstance(field.default, tuple) else field.default
            assert yaml.safe_load(listed[key].strip("`")) == default, key


def test_the_readme_lists_every_row_with_its_family_and_every_key_of_a_variant() -> None:
    readme = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| `train_(\w+)` \|", readme, re.MULTILINE)
    assert listed == [(name, row.family) for name, row in ROWS.items()]
    assert all(f"`{key}`" in readme for key in Variant.model_fields)


def test_the_readme_has_the_tables_of_the_schema() -> None:
    docs = runpy.run_path(str(ROOT / "docs" / "config_keys.py"))
    text = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    assert docs["fill"](text) == text, "run `make readme`"
    emptied = re.sub(r"(<!-- begin .*? -->\n).*?(<!-- end)", r"\1\2", text, flags=re.DOTALL)
    assert docs["fill"](emptied) == text != emptied
    with pytest.raises(ValueError, match="rows has 0 places"):
        docs["fill"](text.replace("begin rows", "begin of rows"))
