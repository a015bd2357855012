"""How the hybrid answers: what the executor does for a router that is told what to choose, and untrained inference."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from mixed import streams_from
from tiny import ARCHITECTURE

from fluxem import registry
from fluxem.domains.base import Span
from fluxem.integration.reductions import CHOICES
from fluxem.integration.stream import Streams
from fluxem.models import speaker
from fluxem.models.answer import Step
from fluxem.models.hybrid import Hybrid, describe
from fluxem.models.packing import ANSWER_NOW, REDUCE, SPEAK, allowed_candidates

Policy = Callable[[str], int]  # what to choose in a stream, given as text


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Hybrid:
    monkeypatch.setattr(speaker, "LONGEST_ANSWER", 8)  # an untrained model seldom ends by itself
    torch.manual_seed(0)
    return Hybrid(ARCHITECTURE["hybrid"]).eval()


def candidate(pair: int, operation: str, swapped: bool = False) -> int:
    names = [(registry.OPERATIONS[index].name, turned) for index, turned in CHOICES]
    return REDUCE + pair * len(CHOICES) + names.index((operation, swapped))


def force(monkeypatch: pytest.MonkeyPatch, model: Hybrid, policy: Policy, probability: float = 0.75) -> None:
    """Make the router choose by a policy, with this probability."""

    def route(streams: Streams) -> np.ndarray:
        scores = np.full(allowed_candidates(streams).shape, -np.inf, np.float32)
        for row in range(len(streams)):
            scores[row, policy(streams.text(row))] = np.log(probability)
        assert (allowed_candidates(streams) | np.isinf(scores)).all()  # a policy chooses what is allowed
        return scores

    monkeypatch.setattr(model, "route", route)


def by(choices: dict[str, int]) -> Policy:
    """Choose as told; where nothing is told, answer."""
    return lambda stream: choices.get(stream, ANSWER_NOW)


# --- the executor ---

PRECEDENCE = {"⟦12⟧+⟦34⟧*⟦5⟧": candidate(1, "multiply"), "⟦12⟧+⟦170⟧": candidate(0, "add")}


def test_an_expression_is_reduced_step_by_step(monkeypatch: pytest.MonkeyPatch, model: Hybrid) -> None:
    force(monkeypatch, model, by(PRECEDENCE))
    (answer,) = model.answer(["12 + 34 * 5"], trace=True)
    assert (answer.text, answer.source, answer.ended, answer.decisions) == ("182", "vectors", True, 3)
    assert answer.steps == [
        Step("⟦12⟧+⟦34⟧*⟦5⟧", "multiply(34, 5)", pytest.approx(0.75)),
        Step("⟦12⟧+⟦170⟧", "add(12, 170)", pytest.approx(0.75)),
        Step("⟦182⟧", "answer", pytest.approx(0.75)),
    ]
    (untraced,) = model.answer(["12 + 34 * 5"])
    assert untraced.steps == [] and untraced.text == "182" and untraced.decisions == 3


def test_a_wrong_router_gives_a_wrong_answer(monkeypatch: pytest.MonkeyPatch, model: Hybrid) -> None:
    """The network decides what is computed: nothing else reads the expression."""
    force(monkeypatch, model, by({"⟦12⟧+⟦34⟧*⟦5⟧": candidate(0, "add"), "⟦46⟧*⟦5⟧": candidate(0, "divide", True)}))
    assert [answer.text for answer in model.answer(["12 + 34 * 5"])] == ["5/46"]
    force(monkeypatch, model, by({}))
    assert [answer.text for answer in model.answer(["12 + 34 * 5"])] == ["5"]


@pytest.mark.parametrize(
    "text, stream, choice, described, said",
    [
        ("subtract 3 from 12", "subtract⟦3⟧from⟦12⟧", candidate(0, "subtract", True), "subtract(12, 3)", "9"),
        ("12 - 3", "⟦12⟧-⟦3⟧", candidate(0, "subtract"), "subtract(12, 3)", "9"),
        ("1 / 3", "⟦1⟧/⟦3⟧", candidate(0, "divide"), "divide(1, 3)", "1/3"),
        ("0.5 x 0.5", "⟦0.5⟧x⟦0.5⟧", candidate(0, "multiply"), "multiply(0.5, 0.5)", "0.25"),
        ("0 / 7", "⟦0⟧/⟦7⟧", candidate(0, "divide"), "divide(0, 7)", "0"),
    ],
)
def test_operands_can_be_taken_in_either_order(
    monkeypatch: pytest.MonkeyPatch, model: Hybrid, text: str, stream: str, choice: int, described: str, said: str
) -> None:
    assert describe(streams_from(text), 0, choice) == described
    force(monkeypatch, model, by({stream: choice}))
    (answer,) = model.answer([text], trace=True)
    assert answer.text == said and answer.steps[0].choice == described


@pytest.mark.parametrize(
    "text, choice",
    [
        ("5 / 0", candidate(0, "divide")),
        ("0 / 5", candidate(0, "divide", True)),
        ("0 / 0", candidate(0, "divide")),
        ("1e60 * 1e60", candidate(0, "multiply")),
        ("1e-60 * 1e-60", candidate(0, "multiply")),
    ],
)
def test_what_the_executor_refuses_is_said_to_be_undefined(
    monkeypatch: pytest.MonkeyPatch, model: Hybrid, text: str, choice: int
) -> None:
    force(monkeypatch, model, by({streams_from(text).text(0): choice, "⟦3⟧+⟦4⟧": candidate(0, "add")}))
    seven, refused, sum_of_two, also = model.answer(["7", text, "3 + 4", text], trace=True)
    for answer in (refused, also):
        assert (answer.text, answer.source, answer.decisions, len(answer.steps)) == ("undefined", "executor", 1, 1)
    assert [(a.text, a.source, a.decisions) for a in (seven, sum_of_two)] == [("7", "vectors", 1), ("7", "vectors", 2)]


def test_a_chain_of_sixty_operations_is_exact(monkeypatch: pytest.MonkeyPatch, model: Hybrid) -> None:
    force(monkeypatch, model, lambda stream: candidate(0, "add") if "+" in stream else ANSWER_NOW)
    numbers = [7**k % 1000 for k in range(61)]
    (answer,) = model.answer([" + ".join(map(str, numbers))], trace=True)
    assert answer.text == str(sum(numbers))
    assert answer.decisions == len(answer.steps) == 61


def test_a_chain_of_sixty_operations_is_answered_by_an_untrained_router(model: Hybrid) -> None:
    (answer,) = model.answer([" - ".join(map(str, range(61)))])
    assert 1 <= answer.decisions <= 61 and answer.text


# --- speaking ---


def test_without_spans_the_answer_is_spoken(model: Hybrid) -> None:
    answers = model.answer(["hello", "", "What is twelve?"], trace=True)
    for answer, stream in zip(answers, ("hello", "", "What is twelve?"), strict=True):
        assert answer.source == "characters" and answer.decisions == 1
        assert answer.steps == [Step(stream, "speak", pytest.approx(1.0))]
        assert len(answer.text) <= 8 and (answer.ended or len(answer.text) == 8)


def test_the_router_can_choose_to_speak_after_reducing(monkeypatch: pytest.MonkeyPatch, model: Hybrid) -> None:
    force(monkeypatch, model, by({"⟦12⟧+⟦7⟧": candidate(0, "add"), "⟦19⟧": SPEAK, "⟦5⟧": SPEAK}))
    answers = model.answer(["12 + 7", "5", "4"], trace=True)
    assert [step.choice for step in answers[0].steps] == ["add(12, 7)", "speak"]
    assert [answer.source for answer in answers] == ["characters", "characters", "vectors"]
    assert answers[0].text == model.speak(streams_from("19"))[0].text
    assert answers[1].text == model.speak(streams_from("5"))[0].text


def test_what_is_spoken_hangs_on_the_virtual_tokens(model: Hybrid) -> None:
    """They enter through the projection; the speaking loss tells them apart and reaches it."""
    losses = [model.speaking_loss(streams_from(text), ["19"]) for text in ("12 + 7", "13 + 7")]
    assert losses[0].item() != pytest.approx(losses[1].item(), abs=1e-5)
    losses[0].backward()
    assert model.project.weight.grad is not None and model.project.weight.grad.abs().sum() > 0


def test_the_speaking_loss_of_a_batch_is_that_of_its_rows(model: Hybrid) -> None:
    texts, answers = ["12 + 7", "hello", "", "What is (1 + 2) * 3?"], ["19", "olleh", "7", "-9"]
    each = [model.speaking_loss(streams_from(text), [said]).item() for text, said in zip(texts, answers, strict=True)]
    size = [len(said) + 1 for said in answers]  # and the end
    together = model.speaking_loss(streams_from(*texts), answers).item()
    assert together == pytest.approx(np.average(each, weights=size), rel=1e-4)


# --- batches ---


def test_many_questions_at_once_are_answered_as_one_by_one(model: Hybrid) -> None:
    texts = [
        "12 + 34 * 5",
        "",
        "What is (1 + 2) * (3 - 40) + 5 - 6 / 7?",
        "hello there",
        "7",
        "1/3 + 0.25 + 3 - 1",
        "8 / 0",
        "12 + 34 * 5",
    ]
    model = deepcopy(model)
    with torch.no_grad():
        model.stop.bias -= 10  # as good as never before it must
    together = model.answer(texts, trace=True)
    for text, answer in zip(texts, together, strict=True):
        (alone,) = model.answer([text], trace=True)
        assert replace(answer, steps=[]) == replace(alone, steps=[])
        for step, other in zip(answer.steps, alone.steps, strict=True):
            assert (step.stream, step.choice) == (other.stream, other.choice)
            assert step.probability == pytest.approx(other.probability, abs=1e-4)
    assert together[0].text == together[-1].text
    assert [len(answer.steps) for answer in together] == [answer.decisions for answer in together]
    assert len({answer.decisions for answer in together}) > 1


def test_nothing_to_answer_is_no_answer(model: Hybrid) -> None:
    assert model.answer([]) == []


def test_spans_can_be_given(monkeypatch: pytest.MonkeyPatch, model: Hybrid) -> None:
    force(monkeypatch, model, by({"⟦2⟧+⟦3⟧": candidate(0, "add")}))
    given = [Span("number", 0, 3, 2), Span("number", 6, 11, 3)]
    (answer,) = model.answer(["two + three"], [given])
    assert (answer.text, answer.source) == ("5", "vectors")
