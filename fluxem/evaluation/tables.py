"""The table of an experiment: `metrics.csv` for programs, `table.md` for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fluxem.evaluation.summary import by_group, pooled, summarise, tidy
from fluxem.pipeline.files import write_text

#: Splits side by side, with intervals, before the table is turned: splits down, models across.
MOST_ACROSS = 4
MISSING = "–"
_COMMON = {
    "ended": "share of answers that ended by themselves",
    "exact_match_values_alone": "exact match without the words: values alone, no operators, no brackets",
}
#: Metrics beside exact match, in the order of the table.
OTHER = {
    "arithmetic": {
        "relative_error": "relative error, at most 1 a row, all rows",
        **_COMMON,
        "router_accuracy": "router accuracy, share of decisions",
    },
    "units": {
        "relative_error": "relative error of conversions, at most 1 a row",
        "dimensional_correctness": "share of conversions of the right dimension",
        "boolean_accuracy": "share of checks answered right, half of them true",
        **_COMMON,
        "router_accuracy": "router accuracy, share of questions",
    },
}
#: Tables by group: the key of the metric, what is in the table, and the key's name as a column.
GROUPS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "arithmetic": (),
    "units": (
        ("kind", "Exact match in % by kind of question", "kind"),
        ("unit_type", "Exact match of conversions in % by unit type", "unit type"),
    ),
}
LEARNED = {
    "token_only": "a character transformer; everything it says is learned",
    "hybrid": "learns which reduction comes next and when to answer; finding numbers, quantities and units, "
    "which pairs brackets make wait, arithmetic on vectors and rendering are code",
}
#: What is counted as right for the router.
ROUTED = {
    "arithmetic": "decisions; a wrong answer has exactly one first wrong decision",
    "units": "questions for which `convert`, or `same_dimension` for a check, was carried out once and nothing else",
}
#: Operations whose operand types fit what a question of the task has, so that the router has to tell them apart.
LEFT_TO_CHOOSE: dict[str, dict[str, tuple[str, ...]]] = {
    "arithmetic": {"two numbers": ("add", "subtract", "multiply", "divide")},
    "units": {
        "a quantity and a unit": ("convert", "same_dimension"),
        "two quantities": ("same_dimension", "add", "subtract", "less", "ratio", "multiply", "divide"),
    },
}

Cells = Sequence[str]


def write_table(spec: dict[str, Any], files: Sequence[Path], table: Path, csv: Path) -> None:
    """Write `table.md` and `metrics.csv` from the metrics.json of every run of an experiment.

    Args:
        spec: of the table step.
        files: the metrics.json of every run.
        table: the file for people.
        csv: the file for programs, one row a metric (`summary.COLUMNS`).
    """
    frame, parameters = tidy(files)
    write_text(csv, frame.to_csv(index=False, lineterminator="\n"))
    write_text(table, "\n".join(_lines(spec, frame, parameters)) + "\n")


def _lines(spec: dict[str, Any], frame: pd.DataFrame, parameters: dict[str, int]) -> Iterator[str]:
    models, first = spec["models"], spec["runs"][spec["models"][0]]
    splits, task = first["splits"], first["trained"]["dataset"]["task"]
    summary = summarise(frame)
    yield f"# {spec['experiment']}"
    yield ""
    yield f"Real inference of trained models over {len(spec['seeds'])} seeds ({', '.join(map(str, spec['seeds']))})."
    yield ""
    yield "Exact match in %, mean over seeds (lowest seed; 95 % Wilson interval of all answers pooled):"
    yield ""
    yield from _exact(summary, models, splits, parameters)
    yield ""
    yield "Other metrics, mean over seeds:"
    yield ""
    yield from _others(summary, task, models, splits)
    for key, what, name in GROUPS[task]:
        yield ""
        yield f"{what}, all seeds pooled (number of answers):"
        yield ""
        yield from _groups(pooled(by_group(frame, key), ["model", "split", key]), key, name, models, splits)
    answers = [f"{split} {int(summary.loc[(models[0], split, 'exact_match'), 'n']):,}" for split in splits]
    yield ""
    yield f"Answers of each model, all seeds: {', '.join(answers)}."
    yield ""
    yield "What is learned:"
    yield ""
    yield from (f"- `{model}`: {LEARNED[model]}." for model in models)
    if "hybrid" in models:
        yield from _hybrid_notes(task)


def _exact(
    summary: pd.DataFrame, models: Sequence[str], splits: Sequence[str], parameters: dict[str, int]
) -> Iterator[str]:
    rows: list[Cells] = [["model", "parameters", *splits]]
    for model in models:
        shares = [_share(summary.loc[(model, split, "exact_match")]) for split in splits]
        rows.append([model, f"{parameters[model]:,}", *shares])
    return _table(rows if len(splits) <= MOST_ACROSS else list(zip(*rows, strict=True)), names=1)


def _others(summary: pd.DataFrame, task: str, models: Sequence[str], splits: Sequence[str]) -> Iterator[str]:
    means = summary["mean"].to_dict()
    rows: list[Cells] = [["metric", "model", *splits]]
    for metric, title in OTHER[task].items():
        for model in models:
            found = [means.get((model, split, metric)) for split in splits]
            if any(value is not None for value in found):
                values = [MISSING if value is None else f"{value:.4f}" for value in found]
                rows.append([title, model, *values])
    return _table(rows, names=2)


def _groups(shares: pd.DataFrame, key: str, name: str, models: Sequence[str], splits: Sequence[str]) -> Iterator[str]:
    cells = {
        (row["model"], row["split"], row[key]): f"{row['share'] * 100:.1f} ({row['n']:,})"
        for row in shares.to_dict("records")
    }
    rows: list[Cells] = [[name, "model", *splits]]
    for group in sorted(shares[key].unique()):
        rows += [[group, model, *(cells.get((model, split, group), MISSING) for split in splits)] for model in models]
    return _table(rows, names=2)


def _hybrid_notes(task: str) -> Iterator[str]:
    """What a perfect score of the hybrid does and does not show."""
    yield ""
    yield "The executor is exact code: with the right spans and the right reductions, the answer is right."
    yield f"Router accuracy counts {ROUTED[task]}."
    yield "Before it answers, the types alone leave the router to choose:"
    yield ""
    for operands, operations in LEFT_TO_CHOOSE[task].items():
        yield f"- for {operands}: {', '.join(f'`{operation}`' for operation in operations)}."


def _share(row: pd.Series) -> str:
    return f"{row['mean']:.1%} ({row['min']:.1%}; {row['low'] * 100:.1f}–{row['high'] * 100:.1f})".replace("%", "")


def _table(rows: Sequence[Cells], names: int) -> Iterator[str]:
    """Lines of Markdown; the first row is the head, the first `names` columns are words, the others numbers."""
    rules = [["---"] * names + ["---:"] * (len(rows[0]) - names)]
    return (f"| {' | '.join(row)} |" for row in [rows[0], *rules, *rows[1:]])
