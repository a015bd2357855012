"""Questions without their words."""

from pathlib import Path

import pytest
from tiny import Trained

from fluxem.evaluation.controls import answer_values_alone, values_alone
from fluxem.integration.sample_format import Sample, read_samples
from fluxem.integration.segmenter import spans
from fluxem.models.hybrid import Hybrid
from fluxem.models.load import load_model


def sample(text: str) -> Sample:
    return Sample(text, "7", tuple(spans(text)))


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("What is 12 + 34 * (5 - 2)?", "12 34 5 2"),
        ("How many cm are in 3.5 m?", "cm 3.5 m"),
        ("7", "7"),
        ("no value", ""),
    ],
)
def test_the_values_stay_as_they_are_written(text: str, alone: str) -> None:
    found, moved = values_alone(sample(text))
    assert found == alone
    before = [(span.value, text[span.start : span.end]) for span in spans(text)]
    assert [(span.value, found[span.start : span.end]) for span in moved] == before


def test_the_answers_are_those_to_streams_of_values(trained: Trained) -> None:
    model = load_model(trained.runs / "hybrid")
    assert isinstance(model, Hybrid)
    samples = read_samples(Path(trained.data) / "test_id.jsonl")
    answers = answer_values_alone(model, samples)
    again = [model.answer([text], [moved])[0] for text, moved in map(values_alone, samples)]
    assert [answer.text for answer in answers] == [answer.text for answer in again]


def test_words_make_no_difference(trained: Trained) -> None:
    model = load_model(trained.runs / "hybrid")
    assert isinstance(model, Hybrid)
    asked = [sample("12 + 7"), sample("What is the product of 12 and 7?"), sample("(12) 7")]
    assert len({answer.text for answer in answer_values_alone(model, asked)}) == 1
