"""Many questions: order, batches within memory, and texts that are too long."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import Trained

from fluxem.models import inference, speaker
from fluxem.models.answer import Answer
from fluxem.models.inference import answer_all
from fluxem.models.load import load_model

TEXTS = (
    "12 + 34 * 5",
    "",
    "What is the value of (1 + 2) * (3 - 40) + 5?",
    "hello",
    "7 - 8",
    "7 - 8",
    "What's 3 times 4 minus 5?",
    "1/0",
    "(3 + 4) * 2 - 9 - 9 - 9",
    "naïve ½ − 3",
)


class Echo:
    """Says the text itself, and notes what was asked together."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def answer(self, texts: Sequence[str]) -> list[Answer]:
        self.batches.append(list(texts))
        return [Answer(text) for text in texts]


def ask(texts: Sequence[str], **limits: int) -> tuple[list[Answer], list[list[str]]]:
    """The answers of an echo under other limits, and its batches."""
    echo: Any = Echo()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in limits.items():
            patch.setattr(inference, name, value)
        return answer_all(echo, texts), echo.batches


@given(st.lists(st.text("ab", max_size=24)), st.integers(1, 5), st.integers(1, 20))
def test_answers_come_in_order_whatever_the_batches(texts: list[str], batch: int, longest: int) -> None:
    answers, batches = ask(texts, BATCH=batch, LONGEST_TEXT=longest)
    for text, answer in zip(texts, answers, strict=True):
        assert answer == (Answer(text) if len(text) <= longest else Answer("", ended=False))
    asked = [text for some in batches for text in some]
    assert sorted(asked) == sorted(text for text in texts if len(text) <= longest)
    assert [len(text) for text in asked] == sorted(len(text) for text in asked)
    for some in batches:
        assert 1 <= len(some) <= batch
        assert len(some) == 1 or len(some) * max(map(len, some)) ** 2 <= longest**2  # the memory of attention


def test_short_texts_fill_batches() -> None:
    _, batches = ask(["1 + 1"] * 100, BATCH=30)
    assert [len(batch) for batch in batches] == [30, 30, 30, 10]


def test_the_longest_text_is_read_and_one_more_character_is_not() -> None:
    limit = inference.LONGEST_TEXT
    answers, batches = ask(["x" * limit, "x" * (limit + 1)])
    assert [(len(answer.text), answer.ended) for answer in answers] == [(limit, True), (0, False)]
    assert list(map(len, batches)) == [1]


def test_no_texts_are_no_answers() -> None:
    assert ask([]) == ([], [])


@pytest.mark.parametrize("name", ["hybrid", "token_only"])
def test_batches_are_answered_as_one_by_one(trained: Trained, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker, "LONGEST_ANSWER", 12)
    model = load_model(trained.runs / name)
    alone = [answer_all(model, [text])[0] for text in TEXTS]
    for size in (3, 256):
        monkeypatch.setattr(inference, "BATCH", size)
        assert answer_all(model, TEXTS) == alone
        assert answer_all(model, TEXTS[::-1]) == alone[::-1]


def test_decisions_are_kept_when_asked_for(trained: Trained) -> None:
    model = load_model(trained.runs / "hybrid")
    for text, traced, plain in zip(TEXTS, answer_all(model, TEXTS, trace=True), answer_all(model, TEXTS), strict=True):
        assert len(traced.steps) == traced.decisions == plain.decisions > 0, text
        assert plain.steps == [] and plain.text == traced.text
