"""The guides of docs/, followed to the letter in a copy of the repository; what they show there is checked."""

from __future__ import annotations

import csv
import json
import re
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import guide_follower
import pytest
from guide_follower import ROOT, copy_repository, follow
from guide_reader import Change, Command, GuideError, NewFile, Session, steps

DOCS = ROOT / "docs"
GUIDES = ("ADDING_A_DOMAIN.md", "ADDING_A_TASK.md")


def followed(guide: str, folder: Path) -> Path:
    """A copy of the repository in which a guide has been followed."""
    copy_repository(folder)
    for step in steps((DOCS / guide).read_text(encoding="utf-8"), f"docs/{guide}"):
        follow(step, folder)
    return folder


# --- the guides ---


def test_a_domain_is_added_by_its_guide(tmp_path: Path) -> None:
    """Beside what the guide shows: every minute of a day and many durations, by the public face, against datetime."""
    folder = followed("ADDING_A_DOMAIN.md", tmp_path / "repository")
    midnight = datetime(2024, 2, 29)
    questions, answers = [], []
    for minute in range(24 * 60):
        start, by = midnight + timedelta(minutes=minute), 7 * minute % 3001
        for word, moved in (("after", start + timedelta(minutes=by)), ("before", start - timedelta(minutes=by))):
            questions.append((f"What time is it {by} minutes {word} {start:%H:%M}?", word))
            answers.append(f"{moved:%H:%M}")
    program = """
import json, sys, fluxem
rows = []
for text, word in json.load(sys.stdin):
    duration, time = (fluxem.encode(text[span.start : span.end], span.domain) for span in fluxem.spans(text))
    rows.append(fluxem.render(fluxem.apply("add" if word == "after" else "subtract", time, duration)))
print(json.dumps(rows))
"""
    done = guide_follower.run([sys.executable, "-c", program], folder, given=json.dumps(questions))
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout) == answers


def test_a_task_is_added_by_its_guide(tmp_path: Path) -> None:
    """Beside what the guide shows: who answered what, by datetime and not by what the data says."""
    folder = followed("ADDING_A_TASK.md", tmp_path / "repository") / "results" / "dates"
    right: dict[tuple[str, str], list[bool]] = {}
    for model in ("token_only", "hybrid"):
        for file in sorted((folder / "seed0" / model / "predictions").iterdir()):
            rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            right[model, file.stem] = [row["prediction"] == answer(row["text"]) for row in rows]
            assert [row["target_text"] for row in rows] == [answer(row["text"]) for row in rows]
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as lines:
        exact = {
            (row["model"], row["split"]): (float(row["value"]), int(row["n"]))
            for row in csv.DictReader(lines)
            if row["metric"] == "exact_match"
        }
    assert exact == {run: (sum(hits) / len(hits), len(hits)) for run, hits in right.items()}
    assert len(exact) == 2 * 3
    assert all((share > 0.9) == (model == "hybrid") for (model, _), (share, _) in exact.items())
    named = re.findall(r"^\| (\w+) \| [\d,]+ \|", (folder / "table.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert named == ["token_only", "hybrid"]
    train = [json.loads(line) for line in (folder / "seed0/data/train.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {key for row in train for key in row["metadata"]} == {"kind", "question"}, "answers alone are to be learned"


def answer(text: str) -> str:
    """The answer to a question about dates, read from its words."""
    days = [date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", text)]
    if len(days) == 2:
        return str(abs((days[1] - days[0]).days))
    (count,) = re.findall(r"(\d+) days?\b", text)
    later = any(word in text for word in ("after", "then"))
    return (days[0] + timedelta(int(count) if later else -int(count))).isoformat()


@pytest.mark.parametrize("guide", GUIDES)
def test_links_lead_somewhere(guide: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (DOCS / guide).read_text(encoding="utf-8"))
    assert links and all((DOCS / link).exists() for link in links)


# --- how a guide is read ---

WHOLE = """
Text.

**`a.py`** (new file)

```python
x = 1

```

**`b.yaml`** (change)

```diff
 one
-two
+2

+three
@@
+end
 last
```

```console
$ echo a
a
...
$ true
```

```pycon
>>> 1 + 1
2
```
"""


def test_a_guide_is_read_in_order() -> None:
    assert steps(WHOLE, "g.md") == [
        NewFile("g.md:6", "a.py", "x = 1\n\n"),
        Change("g.md:13", "b.yaml", (("one\ntwo\n\n", "one\n2\n\nthree\n"), ("last\n", "end\nlast\n"))),
        Command("g.md:24", "echo a", "a\n...\n"),
        Command("g.md:24", "true", ""),
        Session("g.md:31", ">>> 1 + 1\n2\n"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```python\nx = 1\n```", "g.md:1: a block of language 'python'; allowed: a file under its title"),
        ("```\n$ true\n```", "g.md:1: a block of language ''; allowed: "),
        ("\n```console\ntrue\n```", "g.md:2: a console block begins with a command"),
        ("```console\n```", "g.md:1: a console block begins with a command"),
        ("```console\n$ true", "g.md:1: the block does not end"),
        ("- a list\n  ```console\n  $ true\n  ```", "g.md:2: a block that is not at the start of its line"),
        ("**`a.py`** (new file)\n\nand\n", "g.md:3: expected the block of a.py, found 'and'"),
        ("**`a.py`** (new file)", "g.md:1: expected the block of a.py, found the end"),
        ("**`a.py`** (edit)", "g.md:1: '**`a.py`** (edit)' is no title"),
        ("**`a.py`** (change)\n```python\nx\n```", "g.md:2: a block of language 'python' under a title"),
        ("**`a.py`** (change)\n```diff\nx\n```", "g.md:2: 'x' in a change; allowed: lines after a space"),
        ("**`a.py`** (change)\n```diff\n x\n```", "g.md:2: a change that changes nothing"),
        ("**`a.py`** (change)\n```diff\n+x\n```", "g.md:2: a change without a line that is there"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, message: str) -> None:
    with pytest.raises(GuideError, match=f"^{re.escape(message)}"):
        steps(text, "g.md")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (NewFile("g.md:1", "there.txt", "x"), "g.md:1: there.txt is no new file: it is there"),
        (NewFile("g.md:1", "no/x.txt", "x"), "g.md:1: no/x.txt: there is no folder no"),
        (Change("g.md:1", "x.txt", (("a\n", "b\n"),)), "g.md:1: x.txt is not there to be changed"),
        (Change("g.md:1", "there.txt", (("one\n", ""),)), "g.md:1: there.txt has 2 places that read, expected 1:\none"),
        (Change("g.md:1", "there.txt", (("wo\n", ""),)), "g.md:1: there.txt has 0 places that read"),
        (Command("g.md:1", "false | true", ""), "g.md:1: false | true: exit status 1"),
        (Command("g.md:1", "echo a b", "a\n"), "g.md:1: echo a b: expected\na\n\nbut it prints\na b"),
        (Command("g.md:1", "echo a >&2", ""), "g.md:1: echo a >&2: expected\n\nbut it prints\na"),
        (Command("g.md:1", "echo a b", "b...\n"), "g.md:1: echo a b: expected"),
        (Session("g.md:1", ">>> 1 + 1\n3\n"), "g.md:1: the session: exit status 1"),
    ],
)
def test_what_cannot_be_followed_is_refused(tmp_path: Path, step: NewFile, message: str) -> None:
    (tmp_path / "there.txt").write_text("one\ntwo\none\n")
    with pytest.raises(GuideError, match=f"^{re.escape(message)}"):
        follow(step, tmp_path)
    assert (tmp_path / "there.txt").read_text() == "one\ntwo\none\n"


def test_steps_are_followed(tmp_path: Path) -> None:
    for step in (
        NewFile("g.md:1", "a.txt", "one\ntwo\nthree\n"),
        Change("g.md:1", "a.txt", (("two\n", "2\n"), ("three\n", "three\n4\n"))),
        Command("g.md:1", "cat a.txt", "one\n...\n4\n"),
        Session("g.md:1", ">>> open('a.txt').read()\n'one\\n2\\n...'\n"),
    ):
        follow(step, tmp_path)
    assert (tmp_path / "a.txt").read_text() == "one\n2\nthree\n4\n"
