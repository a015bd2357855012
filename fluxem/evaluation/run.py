"""Evaluation of one trained model by real inference: every answer comes from the model, from the text alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fluxem.evaluation.controls import answer_values_alone
from fluxem.evaluation.measure import is_right, measure
from fluxem.evaluation.metrics import mean
from fluxem.integration.sample_format import Sample, read_samples
from fluxem.models.answer import Answer
from fluxem.models.hybrid import Hybrid
from fluxem.models.inference import answer_all
from fluxem.models.load import load_model
from fluxem.pipeline.files import write_json, write_jsonl


def evaluate(spec: dict[str, Any], data: Path, folder: Path, device: str) -> None:
    """Write predictions/<split>.jsonl and metrics.json of a run folder.

    Args:
        spec: of the step; says which splits, and of which task.
        data: folder of <split>.jsonl.
        folder: run folder with run.json and model.safetensors.
        device: where the network runs.
    """
    model = load_model(folder, device)
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    task, metrics = spec["trained"]["dataset"]["task"], {}
    for split in spec["splits"]:
        samples = read_samples(data / f"{split}.jsonl")
        answers = answer_all(model, [sample.text for sample in samples])
        rows = map(_prediction, samples, answers)
        write_jsonl(folder / "predictions" / f"{split}.jsonl", rows)
        metrics[split] = measure(task, samples, answers)
        if isinstance(model, Hybrid):
            alone = answer_values_alone(model, samples)
            metrics[split]["exact_match_values_alone"] = mean(is_right(samples, alone))
        print(f"{split}: exact match {metrics[split]['exact_match']['value']:.1%}", flush=True)
    write_json(folder / "metrics.json", {"spec": spec, "parameters": run["parameters"], "splits": metrics})


def _prediction(sample: Sample, answer: Answer) -> dict[str, Any]:
    row = {
        "id": sample.id,
        "text": sample.text,
        "target_text": sample.target_text,
        "prediction": answer.text,
        "source": answer.source,
    }
    return row | ({"operations": answer.operations} if answer.decisions else {})
