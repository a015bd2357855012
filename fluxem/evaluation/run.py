"""Evaluation of one trained model by real inference: every answer comes from the model, from the text alone.

The oracle, which is no model, reads the derivation beside the text.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from fluxem.evaluation.controls import answer_values_alone
from fluxem.evaluation.measure import is_right, measure
from fluxem.evaluation.metrics import mean
from fluxem.integration.sample_format import Sample, read_samples
from fluxem.models.answer import Answer
from fluxem.models.compute import multiply_adds
from fluxem.models.inference import answer_samples
from fluxem.models.kinds import routes
from fluxem.models.load import load_model
from fluxem.pipeline.files import write_json, write_jsonl

#: Questions of a split whose multiply-adds are counted.
COUNTED = 8


def evaluate(spec: dict[str, Any], data: Path, folder: Path, device: str) -> None:
    """Write predictions/<split>.jsonl and metrics.json of a run folder.

    What the summaries need is in metrics.json: the metrics, for each question of a split in its order whether it was
    answered right (1 or 0), and the history of the training.

    Args:
        spec: of the step; says which splits, and of which task.
        data: folder of <split>.jsonl.
        folder: run folder with run.json and model.safetensors.
        device: where the network runs.
    """
    model = load_model(folder, device)
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    task, metrics, right = spec["trained"]["dataset"]["task"], {}, {}
    for split in spec["splits"]:
        samples = read_samples(data / f"{split}.jsonl")
        answers = answer_samples(model, samples)
        rows = map(_prediction, samples, answers)
        write_jsonl(folder / "predictions" / f"{split}.jsonl", rows)
        right[split] = "".join(str(int(hit)) for hit in is_right(samples, answers))
        metrics[split] = measure(task, samples, answers)
        if routes(model) and model.learned:
            alone = answer_values_alone(model, samples)
            metrics[split]["exact_match_values_alone"] = mean(is_right(samples, alone))
        metrics[split]["multiply_adds"] = mean(multiply_adds(model, samples[:COUNTED]))
        print(f"{split}: exact match {metrics[split]['exact_match']['value']:.1%}", flush=True)
    found = {"spec": spec, "parameters": run["parameters"], "splits": metrics, "right": right}
    write_json(folder / "metrics.json", found | {"history": _history(folder / "history.csv")})


def _history(file: Path) -> list[dict[str, float | None]]:
    """The lines of history.csv."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [{key: float(value) if value else None for key, value in row.items()} for row in csv.DictReader(lines)]


def _prediction(sample: Sample, answer: Answer) -> dict[str, Any]:
    row = {
        "id": sample.id,
        "text": sample.text,
        "target_text": sample.target_text,
        "prediction": answer.text,
        "source": answer.source,
    }
    return row | ({"operations": answer.operations} if answer.decisions else {})
