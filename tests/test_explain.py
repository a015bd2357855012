"""How a hybrid came to its answers: which questions are explained, what is told of each, and the page."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pint_reference as reference
import pytest
from tiny import Trained

from fluxem.errors import InputError
from fluxem.evaluation.explain import LISTED, TESTED, WRONG, Explained, explain, from_people, from_tests
from fluxem.evaluation.explain_errors import kind_of
from fluxem.evaluation.explain_page import render
from fluxem.integration.sample_format import Sample
from fluxem.integration.segmenter import spans
from fluxem.models.answer import Answer
from fluxem.models.inference import answer_all
from fluxem.models.load import load_model
from fluxem.pipeline.files import write_jsonl
from fluxem.pipeline.load import ConfigError
from fluxem.pipeline.questions import COLUMNS, read_questions

CONFIG = Path(__file__).resolve().parents[1] / "config" / "explain"
WRITTEN = {task: read_questions(CONFIG / f"{task}.tsv") for task in ("arithmetic", "units")}

#: What each written question asks, as Python and pint compute it.
ARITHMETIC = {
    "What is 12 + 34 * (7 - 2)?": Fraction(12 + 34 * (7 - 2)),
    "(1 + 2) * (3 + 4) * (5 + 6) - 7 * 8": Fraction((1 + 2) * (3 + 4) * (5 + 6) - 7 * 8),
    "1,000,000 + 1": Fraction(1_000_000 + 1),
    "0.1 + 0.2": Fraction(1, 10) + Fraction(2, 10),
    "6 / 4": Fraction(6, 4),
    "2^10": Fraction(2**10),
    "-(3+4)": Fraction(-(3 + 4)),
    "What is twelve plus thirty?": Fraction(12 + 30),
    "Add 15 and 27, then double it.": Fraction(2 * (15 + 27)),
    "I had 50 apples and ate 8. How many are left?": Fraction(50 - 8),
}


def pint(text: str) -> Any:
    magnitude, _, unit = text.partition(" ")
    return reference.REGISTRY.Quantity(Fraction(magnitude), unit)


UNITS = {
    "How many cm are in 3.5 ft?": pint("3.5 foot").to("cm"),
    "what's 70F in celsius": pint("70 degF").to("degC"),
    "How many inches are in two feet?": pint("2 foot").to("inch"),
    "How many seconds are there in a day?": pint("1 day").to("s"),
    "How many litres are in 2 m^3?": pint("2 m**3").to("litre"),
    "Can I add 5 kg and 3 lb?": pint("5 kg").check(pint("3 lb").dimensionality),
    "Is 1 N the same kind of thing as 1 J/m?": pint("1 newton").check(pint("1 joule/m").dimensionality),
    "How many km are 5 miles and 300 yards?": (pint("5 mile") + pint("300 yard")).to("km"),
    "Is 3 ft longer than 1 m?": bool(pint("3 foot") > pint("1 m")),
    "What is 2 m times 3 m?": pint("2 m") * pint("3 m"),
}


@pytest.mark.parametrize("row", WRITTEN["arithmetic"], ids=lambda row: row["question"])
def test_the_answers_to_written_questions_of_arithmetic_are_right(row: dict[str, str]) -> None:
    assert Fraction(row["answer"]) == ARITHMETIC[row["question"]]


@pytest.mark.parametrize("row", WRITTEN["units"], ids=lambda row: row["question"])
def test_the_answers_to_written_questions_about_units_are_right(row: dict[str, str]) -> None:
    truth, answer = UNITS[row["question"]], row["answer"]
    if isinstance(truth, bool):
        assert answer == str(truth).lower()
    else:
        said = reference.quantity(answer)
        assert reference.in_pint(said).units == truth.units
        assert f"{float(said.magnitude):.6g}" == f"{float(truth.magnitude):.6g}"


@pytest.mark.parametrize("task", WRITTEN)
def test_half_of_the_questions_are_written_and_their_values_can_be_read(task: str) -> None:
    found = from_people(task, WRITTEN[task])
    assert len(found) == len({each.sample.text for each in found}) == TESTED
    assert all(len(each.values) == row["values"].count(";") + 1 for each, row in zip(found, WRITTEN[task], strict=True))


def test_a_value_that_cannot_be_read_is_named_with_its_file() -> None:
    row = {"question": "1 + x", "answer": "2", "values": "1; x", "tries": "letters"}
    with pytest.raises(InputError, match=r"^config/explain/arithmetic\.tsv: values of '1 \+ x': 'x' is not one number"):
        from_people("arithmetic", [row])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: is not the head; allowed: question, answer, values, tries, with tabs between"),
        ("question\tanswer\n", "line 1: is not the head"),
        ("{head}1 + 1\t2\t1; 1\n", "line 2: has 3 columns; allowed: question"),
        ("{head}1 + 1\t2\t\ta sum\n1 + 2\t\t1; 2\ta sum\n", "line 3: answer is empty; allowed: a text"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_file_of_questions_is_one_clear_line(tmp_path: Path, text: str | None, message: str) -> None:
    file = tmp_path / "x.tsv"
    if text is not None:
        file.write_text(text.format(head="\t".join(COLUMNS) + "\n"))
    with pytest.raises(ConfigError) as caught:
        read_questions(file)
    assert str(caught.value).startswith(f"{file}: {message}") and "\n" not in str(caught.value)


def splits(folder: Path, **right: str) -> Path:
    """Test splits of sums, and the metrics.json that says which were answered right."""
    for split, hits in right.items():
        write_jsonl(
            folder / f"{split}.jsonl", ({"text": f"{at} + 1", "target_text": str(at + 1)} for at in range(len(hits)))
        )
    (folder / "metrics.json").write_text(json.dumps({"right": right}))
    return folder / "metrics.json"


@pytest.mark.parametrize(
    ("right", "chosen"),
    [
        ({"a": "1" * 20, "b": "1" * 20}, ["a 1", "a 2", "a 3", "a 4", "a 5", "b 1", "b 2", "b 3", "b 4", "b 5"]),
        ({"a": "1" * 9 + "0", "b": "1" * 9}, ["a 1", "a 2", "a 3", "a 4", "a 5", "a 10", "b 1", "b 2", "b 3", "b 4"]),
        (
            {"a": "1" * 10 + "0" * 9, "b": "1" * 9 + "0"},
            ["a 1", "a 2", "a 3", "a 11", "a 12", "a 13", "a 14", "b 1", "b 2", "b 10"],
        ),
        ({"a": "0" * 20, "b": "11"}, ["a 1", "a 2", "a 3", "a 4", "a 5", "a 6", "a 7", "a 8", "b 1", "b 2"]),
    ],
)
def test_wrong_answers_come_first_then_the_first_of_each_split(
    tmp_path: Path, right: dict[str, str], chosen: list[str]
) -> None:
    found = from_tests(splits(tmp_path, **right), tmp_path, list(right))
    assert [f"{each.source} {each.about.removeprefix('line ')}" for each in found] == chosen
    assert all(each.sample.text == f"{int(each.about.split()[1]) - 1} + 1" for each in found)
    assert len(found) == TESTED
    wrong = sum(hits.count("0") for hits in right.values())
    assert sum(right[each.source][int(each.about.split()[1]) - 1] == "0" for each in found) >= min(wrong, WRONG)


@pytest.fixture(scope="module")
def explained(trained: Trained) -> list[Explained]:
    model = load_model(trained.runs / "hybrid")
    return explain(model, "arithmetic", from_people("arithmetic", WRITTEN["arithmetic"]))  # type: ignore[arg-type]


def test_what_is_told_is_what_the_model_did(trained: Trained, explained: list[Explained]) -> None:
    texts = [each.question.sample.text for each in explained]
    said = answer_all(load_model(trained.runs / "hybrid"), texts, trace=True)
    for each, answer in zip(explained, said, strict=True):
        assert (each.answer.text, each.answer.reductions) == (answer.text, answer.reductions)
        assert len(each.states) == answer.decisions == len(answer.steps)
        for state, step in zip(each.states, answer.steps, strict=True):
            assert "".join(f"⟦{part.text}⟧" if part.domain else part.text for part in state.pieces) == step.stream
            (chosen,) = (candidate for candidate in state.listed if candidate.chosen)
            assert chosen.choice == step.choice and chosen.probability == pytest.approx(step.probability, rel=1e-4)
    assert any(len(each.states) > 1 for each in explained)


def test_candidates_are_in_order_and_their_probabilities_sum_to_one(explained: list[Explained]) -> None:
    for state in (state for each in explained for state in each.states):
        shares = [candidate.probability for candidate in state.listed]
        assert shares == sorted(shares, reverse=True) and len(shares) <= LISTED
        count, share = state.others
        assert sum(shares) + share == pytest.approx(1, abs=1e-4)
        assert (count > 0) <= (len(shares) == LISTED)


def test_a_result_is_the_value_that_the_next_state_has_in_place_of_two(explained: list[Explained]) -> None:
    reduced = 0
    for each in explained:
        for state, after in zip(each.states, each.states[1:], strict=False):
            assert [part.text for part in after.pieces if part.made] == [state.result]
            assert sum(part.used for part in state.pieces) == 2
            assert sum(bool(p.domain) for p in after.pieces) == sum(bool(p.domain) for p in state.pieces) - 1
            reduced += 1
        assert not each.states[-1].result
    assert reduced == sum(len(each.answer.reductions) for each in explained)


def answered(text: str, *reductions: tuple[int, str, bool], source: str = "vectors") -> Answer:
    return Answer(text, source, decisions=1 + len(reductions), reductions=list(reductions))


ADD, MULTIPLY, CONVERT, CHECK = ((0, name, False) for name in ("add", "multiply", "convert", "same_dimension"))
BACK = (0, "convert", True)


@pytest.mark.parametrize(
    ("task", "question", "target", "answer", "kind"),
    [
        ("arithmetic", "3 + 4", "7", answered("7", ADD), None),
        ("arithmetic", "3 + 4", "7", answered("12", MULTIPLY), "route"),
        ("arithmetic", "3 + 4", "7", answered("7.", source="characters"), "route"),
        ("arithmetic", "3 + 4", "7", answered("undefined", source="executor"), "refused"),
        ("arithmetic", "3 + 4", "7", answered("8", ADD), "execute"),
        ("arithmetic", "3 + 4", "7", answered("07", ADD), "render"),
        ("arithmetic", "3 / 0", "undefined", answered("undefined", source="executor"), None),
        ("arithmetic", "3 / 0", "undefined", answered("0", MULTIPLY), "route"),
        ("arithmetic", "3 plus four", "7", answered("3"), "parse"),
        ("units", "3 m in cm", "300 cm", answered("300 cm", CONVERT), None),
        ("units", "3 m in cm", "300 cm", answered("true", CHECK), "route"),
        ("units", "cm in 3 m", "300 cm", answered("3 m"), "route"),
        ("units", "cm in 3 m", "300 cm", answered("299 cm", BACK), "execute"),
        ("units", "cm in 3 m", "300 cm", answered("300 centimetres", BACK), "render"),
        ("units", "3 m in cm", "300 cm", answered("undefined", source="executor"), "refused"),
        ("units", "3 m in cm", "300 cm", answered("300", source="characters"), "route"),
        ("units", "Is 3 m more than 2 m?", "false", answered("true", CHECK), "route"),
        ("units", "Add 3 m and 2 kg?", "false", answered("true", CHECK), "execute"),
        ("units", "Add 3 m and two or 3 kg?", "false", answered("true", CHECK), "parse"),
    ],
)
def test_a_wrong_answer_has_the_kind_of_the_first_thing_that_went_wrong(
    task: str, question: str, target: str, answer: Answer, kind: str | None
) -> None:
    values = [span.value for span in spans(question)]
    if kind == "parse":
        values.append(4)
    assert kind_of(task, Sample(question, target), values, answer) == kind


SPEC = {"experiment": "tiny", "evaluated": {"seed": 3}}


def test_the_page_holds_everything_without_a_network_or_a_script(explained: list[Explained]) -> None:
    page = render(SPEC, explained)
    assert not re.search(r"(?:src|href)=\"(?!data:|#)|url\(|@import|https?:", page)
    without = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert without.count("<article ") == len(explained)
    assert without.count('<li class="step">') == sum(len(each.states) for each in explained)
    right = sum(each.kind is None for each in explained)
    assert f"Written by people: {right} of {len(explained)} right." in without
    assert without.count("Kind of error: ") == len(explained) - right > 0
    for each in explained:
        assert f"· {each.question.about}</p>" in without


def test_a_question_cannot_break_the_page(trained: Trained) -> None:
    hostile = '<script>alert("x")</script> 1 + 1 &amp; "'
    row = {"question": hostile, "answer": "<b>2</b>", "values": "1; 1", "tries": "<i>tags</i>"}
    model = load_model(trained.runs / "hybrid")
    page = render(SPEC, explain(model, "arithmetic", from_people("arithmetic", [row])))  # type: ignore[arg-type]
    assert page.count("<script>") == 1 and "<b>2" not in page and "<i>tags" not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; 1 + 1 &amp;amp; &quot;</h2>" in page
