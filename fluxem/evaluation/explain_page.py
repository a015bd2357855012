"""The explain page: a reader steps through how the hybrid came to its answers, right and wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from fluxem.errors import InputError
from fluxem.evaluation import web
from fluxem.evaluation.errors import ROUTED
from fluxem.evaluation.explain import (
    TESTED,
    WRONG,
    Candidate,
    Explained,
    Piece,
    State,
    explain,
    from_people,
    from_tests,
)
from fluxem.models.kinds import routes
from fluxem.models.load import load_model
from fluxem.pipeline.files import write_text

RIGHT_MARK, WRONG_MARK = "✓", "✗"
#: What a router chooses beside reductions, in words.
CHOICES = {"answer": "answer with the last value", "speak": "answer in characters"}
LEGEND = """<ul class="legend">
<li><span class="stream">9</span> a character</li>
<li><span class="stream"><span class="token">9</span></span> a virtual token: the 128-dimensional vector of a value</li>
<li><span class="stream"><span class="token used">9</span></span> one that the next choice takes</li>
<li><span class="stream"><span class="token made">9</span></span> one that the executor has just made</li>
</ul>"""
CONTROLS = """<div class="controls" hidden>
<button type="button" data-go="step" data-by="-1">← back</button>
<button type="button" data-go="step" data-by="1">step →</button>
<span class="where" role="status"></span>
<button type="button" data-go="question" data-by="-1">↑ question</button>
<button type="button" data-go="question" data-by="1">question ↓</button>
</div>"""


def write_page(
    spec: dict[str, Any], metrics: Path, data: Path, run: Path, splits: Sequence[str], device: str, file: Path
) -> None:
    """Ask the model of a run folder some questions, and write how it came to its answers.

    Args:
        spec: of the explain step.
        metrics: metrics.json of the run's test.
        data: folder of <split>.jsonl.
        run: run folder of a hybrid.
        splits: the test splits.
        device: where the network runs.
        file: where to write.

    Raises:
        InputError: the model has no router, or a written question cannot be used.
    """
    model = load_model(run, device)
    if not routes(model):
        raise InputError(f"{run}: has no router whose choices could be explained; allowed: a hybrid")
    questions = [*from_tests(metrics, data, splits), *from_people(spec["task"], spec["written"])]
    write_text(file, render(spec, explain(model, spec["task"], questions)))


def render(spec: dict[str, Any], explained: Sequence[Explained]) -> str:
    """The page as HTML."""
    experiment, seed = spec["experiment"], spec["evaluated"]["seed"]
    title = f"{experiment}: {len(explained)} questions, step by step"
    body = [
        f"<header>\n<h1>{escape(title)}</h1>",
        f"<p>How the hybrid of <code>{escape(experiment)}</code>, seed {seed}, came to its answers. Each step is one "
        "decision: the <em>mixed stream</em> that the network saw, what its <em>router</em> could choose, with what "
        "probability, and what the <em>executor</em> made of the choice. The network is learned; the executor is "
        "not.</p>",
        LEGEND,
        _score(explained),
        "<details>\n<summary>How these questions were chosen</summary>",
        f"<p>{_chosen(explained)}</p>\n</details>\n</header>",
        '<div class="columns">\n<nav aria-label="questions">\n<ol>',
        *(_entry(number, each) for number, each in enumerate(explained, start=1)),
        f"</ol>\n</nav>\n<main>\n{CONTROLS}",
        *(_article(number, each) for number, each in enumerate(explained, start=1)),
        "</main>\n</div>",
    ]
    return web.page(title, "\n".join(body), web.STEPPING)


def _score(explained: Sequence[Explained]) -> str:
    def count(some: Sequence[Explained]) -> str:
        return f"{sum(each.kind is None for each in some)} of {len(some)} right"

    written = [each for each in explained if each.question.source == "written"]
    tested = [each for each in explained if each.question.source != "written"]
    return f'<p class="score">From the test splits: {count(tested)}. Written by people: {count(written)}.</p>'


def _chosen(explained: Sequence[Explained]) -> str:
    tested = sum(each.question.source != "written" for each in explained)
    return (
        f"{tested} are from the test splits, by rule: the first question of each split that was answered wrong, then "
        f"the second of each, up to {WRONG}; then, right or wrong, the first question of each split, then the second, "
        f"up to {TESTED}. So they are not a fair sample: the table has the shares of right answers. The other "
        f"{len(explained) - tested} were written by people who knew the training questions and had seen a model's "
        "answers to a draft of them. They leave these in ways that are named with each, and were chosen for that."
    )


def _entry(number: int, each: Explained) -> str:
    mark, verdict = _verdict(each)
    text = escape(each.question.sample.text)
    return (
        f'<li><a href="#q{number}" class="{verdict}" title="{text}"><span class="mark" aria-label="{verdict}">{mark}'
        f'</span> <span class="at">{number}</span> <span class="short">{text}</span></a></li>'
    )


def _verdict(each: Explained) -> tuple[str, str]:
    return (WRONG_MARK, "wrong") if each.kind else (RIGHT_MARK, "right")


def _article(number: int, each: Explained) -> str:
    question = each.question
    steps = [_step(at, state) for at, state in enumerate(each.states, start=1)]
    return "\n".join(
        [
            f'<article id="q{number}" class="question {_verdict(each)[1]}">',
            f'<p class="about">question {number} · {escape(question.source)} · {escape(question.about)}</p>',
            f"<h2>{escape(question.sample.text)}</h2>",
            '<ol class="steps">',
            *steps,
            f'<li class="step last">{_answer(each)}</li>',
            "</ol>\n</article>",
        ]
    )


def _step(at: int, state: State) -> str:
    words = [each.choice for each in state.listed]
    rows = [_row(each, words.count(each.choice) > 1) for each in state.listed]
    count, share = state.others
    if count:
        rows.append(
            f'<tr class="others"><td></td><td>{count} more</td><td></td><td class="number">{_percent(share)}</td></tr>'
        )
    result = ""
    if state.result:
        choice = next(each.choice for each in state.listed if each.chosen)
        made = f'<span class="token made">{escape(state.result)}</span>'
        result = f'\n<p class="result">executor: <code>{escape(choice)}</code> = <span class="stream">{made}</span></p>'
    return (
        f'<li class="step"><p class="count">step {at}</p>\n<p class="stream">{"".join(map(_piece, state.pieces))}</p>\n'
        f'<table class="candidates">\n{chr(10).join(rows)}\n</table>{result}</li>'
    )


def _row(each: Candidate, ambiguous: bool) -> str:
    """A candidate; where another of the state reads the same, with which values of the stream it is about."""
    words = CHOICES.get(each.choice) or f"<code>{escape(each.choice)}</code>"
    if ambiguous:
        words += f" <small>of values {each.pair} and {each.pair + 1}</small>"
    chosen = '<span role="img" aria-label="chosen">▸</span>' if each.chosen else ""
    return (
        f"<tr{' class=chosen' if each.chosen else ''}><td>{chosen}</td><td>{words}</td>"
        f'<td class="bar"><span style="width:{each.probability:.2%}"></span></td>'
        f'<td class="number">{_percent(each.probability)}</td></tr>'
    )


def _percent(share: float) -> str:
    """A probability in %; none is said to be 0 or 1, which a softmax does not give."""
    if share > 0.9999:
        return "&gt; 99.99 %"
    return "&lt; 0.01 %" if share < 0.0001 else f"{share * 100:.2f} %"


def _piece(piece: Piece) -> str:
    if not piece.domain:
        return escape(piece.text)
    looks = " ".join(["token", *(["made"] if piece.made else []), *(["used"] if piece.used else [])])
    return f'<span class="{looks}" title="{escape(piece.domain)}">{escape(piece.text)}</span>'


def _answer(each: Explained) -> str:
    mark, verdict = _verdict(each)
    said = escape(each.answer.text) or "nothing"
    how = {
        "vectors": "the last value, rendered",
        "characters": "spoken in characters",
        "executor": "the executor refused the reduction",
    }[each.answer.source]
    lines = [
        f'<p class="count">answer: {how}</p>',
        f'<p class="said"><span class="mark">{mark}</span> <strong>{said}</strong>',
        f'<span class="verdict">{verdict}</span></p>',
    ]
    if each.kind:
        lines += [
            f"<p>Expected: <strong>{escape(each.question.sample.target_text)}</strong></p>",
            f'<p class="kind">Kind of error: <strong>{each.kind}</strong>, {escape(ROUTED[each.kind])}.</p>',
        ]
    return "\n".join(lines)
