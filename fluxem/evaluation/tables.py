"""The table of an experiment: `metrics.csv` for programs, `table.md` for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fluxem.evaluation.markdown import Cells
from fluxem.evaluation.markdown import table as markdown
from fluxem.evaluation.naming import describe, names, row_of
from fluxem.evaluation.summary import by_group, differences, pooled, summarise, tidy
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
#: What is counted as right for the router.
ROUTED = {
    "arithmetic": "decisions; an answer that its reductions do not give has exactly one first wrong decision",
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

#: What the others are compared with, question by question.
BASELINE = "token_only"


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
    write_text(table, "\n".join(_lines(spec, frame, parameters, differences(files, BASELINE))) + "\n")


def _lines(
    spec: dict[str, Any],
    frame: pd.DataFrame,
    parameters: dict[str, int],
    apart: dict[tuple[str, str], tuple[float, float, float]],
) -> Iterator[str]:
    models, first = spec["models"], spec["runs"][spec["models"][0]]
    splits, task = first["splits"], first["trained"]["dataset"]["task"]
    summary = summarise(frame)
    named = names(spec)
    yield f"# {spec['experiment']}"
    yield ""
    yield f"Real inference of trained models over {len(spec['seeds'])} seeds ({', '.join(map(str, spec['seeds']))})."
    shares = {
        (model, split): _share(summary.loc[(model, split, "exact_match")]) for model in models for split in splits
    }
    # of a row that learns nothing, the weights are never asked
    sizes = {m: f"{parameters[m]:,}" if row_of(spec, m).learned else MISSING for m in models}
    yield from _section("Exact match in %, mean over seeds (lowest seed; 95 % Wilson interval of all answers pooled):")
    yield from _grid(models, named, splits, shares, {"parameters": sizes})
    if apart:
        others = [model for model in models if model != BASELINE]
        points = {key: _points(*found) for key, found in apart.items()}
        yield from _section(
            f"Exact match less that of {BASELINE} in points, question by question, all seeds pooled (95 % interval, "
            "Newcombe 1998, method 10):"
        )
        yield from _grid(others, named, splits, points, {})
    yield from _section("Other metrics, mean over seeds:")
    yield from _others(summary, task, models, named, splits)
    for key, what, name in GROUPS[task]:
        yield from _section(f"{what}, all seeds pooled (number of answers):")
        rows = pooled(by_group(frame, key), ["model", "split", key])
        yield from _groups(rows, key, name, models, named, splits)
    counted = int(summary.loc[(models[0], splits[0], "multiply_adds"), "n"]) // len(spec["seeds"])
    yield from _section(
        f"Compute: multiply-adds of the network for one answer, in millions, mean over up to {counted} questions a "
        "split and seed; what the executor computes runs no network and is not counted:"
    )
    millions = {(m, s): f"{summary.loc[(m, s, 'multiply_adds'), 'mean'] / 1e6:.2f}" for m in models for s in splits}
    yield from markdown([["model", *splits], *([named[m], *(millions[m, s] for s in splits)] for m in models)], names=1)
    answers = [f"{split} {int(summary.loc[(models[0], split, 'exact_match'), 'n']):,}" for split in splits]
    yield from _section(f"Answers of each model, all seeds: {', '.join(answers)}.")
    yield "What is learned:"
    yield ""
    yield from (f"- `{model}`: {describe(spec, model)}." for model in models)
    if "hybrid" in models:
        yield from _hybrid_notes(task)


def _section(text: str) -> Iterator[str]:
    yield from ("", text, "")


def _grid(
    models: Sequence[str],
    named: dict[str, str],
    splits: Sequence[str],
    cells: dict[tuple[str, str], str],
    above: dict[str, dict[str, str]],
) -> Iterator[str]:
    """Cells by model and split: splits across, or down where few models leave no other way.

    Args:
        models: the rows.
        named: what each is called.
        splits: the columns; of many, several tables follow each other, each with a few.
        cells: by model and split.
        above: more columns, in front of the splits, of the first table.
    """
    if len(models) <= MOST_ACROSS < len(splits):
        rows = [
            ["model", *(named[m] for m in models)],
            *([name, *(of[m] for m in models)] for name, of in above.items()),
        ]
        rows += [[split, *(cells[m, split] for m in models)] for split in splits]
        yield from markdown(rows, names=1)
        return
    across = math.ceil(len(splits) / math.ceil(len(splits) / MOST_ACROSS))  # about as many in each table
    for start in range(0, len(splits), across):
        some = splits[start : start + across]
        more = {} if start else above
        if start:
            yield ""
        rows = [["model", *more, *some]]
        rows += [[named[m], *(of[m] for of in more.values()), *(cells[m, split] for split in some)] for m in models]
        yield from markdown(rows, names=1)


def _others(
    summary: pd.DataFrame, task: str, models: Sequence[str], named: dict[str, str], splits: Sequence[str]
) -> Iterator[str]:
    means = summary["mean"].to_dict()
    rows: list[Cells] = [["metric", "model", *splits]]
    for metric, title in OTHER[task].items():
        for model in models:
            found = [means.get((model, split, metric)) for split in splits]
            if any(value is not None for value in found):
                values = [MISSING if value is None else f"{value:.4f}" for value in found]
                rows.append([title, named[model], *values])
    return markdown(rows, names=2)


def _groups(
    shares: pd.DataFrame, key: str, name: str, models: Sequence[str], named: dict[str, str], splits: Sequence[str]
) -> Iterator[str]:
    cells = {
        (row["model"], row["split"], row[key]): f"{row['share'] * 100:.1f} ({row['n']:,})"
        for row in shares.to_dict("records")
    }
    rows: list[Cells] = [[name, "model", *splits]]
    for group in sorted(shares[key].unique()):
        of_group = [(model, [cells.get((model, split, group), MISSING) for split in splits]) for model in models]
        rows += [[group, named[model], *values] for model, values in of_group]
    return markdown(rows, names=2)


def _hybrid_notes(task: str) -> Iterator[str]:
    """What a perfect score of the hybrid does and does not show."""
    yield ""
    yield "The executor of `hybrid` is exact code: with the right spans and the right reductions, the answer is right."
    yield f"Router accuracy counts {ROUTED[task]}."
    yield "Before it answers, the types alone leave the router to choose:"
    yield ""
    for operands, operations in LEFT_TO_CHOOSE[task].items():
        yield f"- for {operands}: {', '.join(f'`{operation}`' for operation in operations)}."


def _share(row: pd.Series) -> str:
    return f"{row['mean']:.1%} ({row['min']:.1%}; {row['low'] * 100:.1f}–{row['high'] * 100:.1f})".replace("%", "")


def _points(difference: float, low: float, high: float) -> str:
    return f"{difference * 100:+.1f} ({low * 100:+.1f} to {high * 100:+.1f})"
