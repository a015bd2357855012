"""Spans of a text: offsets, order, overlaps, and time."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxem.domains.base import Domain, Span
from fluxem.domains.number import NUMBER, NumberDomain
from fluxem.errors import InputError
from fluxem.integration import segmenter
from fluxem.integration.normalise import normalise
from fluxem.integration.segmenter import left_out, spans
from fluxem.registry import DOMAINS


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("0123456789.,-+/*^()eE:% x²٣−–😀\n"), max_size=60))
def test_spans_are_sorted_disjoint_and_read_as_their_value(text: str) -> None:
    result = spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in result)
    assert all(one.end <= other.start for one, other in pairwise(result))
    for span in result:
        domain = DOMAINS[span.domain]
        assert domain.parse(text[span.start : span.end]) == span.value
        assert domain.decode(domain.encode([span.value])) == [span.value]


@pytest.mark.parametrize("prefix", ["", "😀 ", "naïve — ", "\u202e\u0301 "])
def test_offsets_count_characters_of_the_text(prefix: str) -> None:
    (span,) = spans(f"{prefix}is 42 😀")
    assert (span.start, span.end, span.value, span.domain) == (len(prefix) + 3, len(prefix) + 5, 42, "number")


HOSTILE = [
    *(part * 50_000 for part in ("11", "1/", "1,", "..", ".5", "1.", "1e", "1e-", "a1", "1:", "__", "--", "- ")),
    *("1/2 " * 25_000, "2024-11-22" * 10_000, "1," + "234," * 25_000 + "5", "1 " + "a" * 100_000 + "_"),
    *("-" * 100_000 + "5", "- " * 50_000 + "1/2", "5 " + " " * 100_000 + "-3", "5" + " " * 100_000),
    *("(" * 50_000 + "1" + ")" * 50_000, "1e" + "9" * 100_000, "0." + "0" * 100_000 + "1"),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_take_no_longer_than_their_length(text: str) -> None:
    """1,600 digits took 52 s, and 26 letters 15.8 s, in the first implementation (commit 0a4e442)."""
    assert all(one.end <= other.start for one, other in pairwise(spans(text)))
    left_out(text)


def test_a_number_no_vector_holds_is_left_out_and_reported() -> None:
    digits = "9" * 5000
    text = f"12 + {digits} is 1e400"
    assert [span.value for span in spans(text)] == [12]
    reports = left_out(text)
    assert [report.split(":")[0] for report in reports] == ["offset 5", "offset 5009"]
    assert "5000 digits" in reports[0] and all("\n" not in report and len(report) < 150 for report in reports)
    assert left_out("12 + 34") == []


def test_where_domains_overlap_the_first_registered_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    class Words(NumberDomain):
        name, tag = "words", 2

        def find(self, text: str):  # type: ignore[no-untyped-def]
            for match in re.finditer(r"5 ft|ft -|go", text):
                yield Span(self.name, match.start(), match.end(), 0)

    domains: dict[str, Domain] = {"words": Words(), "number": NUMBER}
    monkeypatch.setattr(segmenter, "DOMAINS", domains)
    text = "3.5 ft -2 go 7"
    assert [(span.domain, text[span.start : span.end]) for span in spans(text)] == [
        ("words", "5 ft"),
        ("number", "-2"),
        ("words", "go"),
        ("number", "7"),
    ]
    monkeypatch.setattr(segmenter, "DOMAINS", dict(reversed(domains.items())))
    assert [(span.domain, text[span.start : span.end]) for span in spans(text)] == [
        ("number", "3.5"),
        ("number", "-2"),
        ("words", "go"),
        ("number", "7"),
    ]


@pytest.mark.parametrize("text", [None, 5, b"5", ["5"]])
def test_only_text_has_spans(text: object) -> None:
    for function in (spans, left_out):
        with pytest.raises(InputError, match="a text is a str"):
            function(text)  # type: ignore[arg-type]


def test_normalise_keeps_length_and_maps_look_alikes() -> None:
    text = "2 × −3 ÷ 4·5\u00a0–\u202f6 ⋅ 7 ∗ 8 ∕ 9 — ü 😀 "
    assert normalise(text) == "2 * -3 / 4*5 - 6 * 7 * 8 / 9 — ü 😀 "


@given(st.text())
def test_normalise_is_one_to_one_in_length_and_idempotent(text: str) -> None:
    assert len(normalise(text)) == len(text) and normalise(normalise(text)) == normalise(text)
    assert not text.isascii() or normalise(text) == text
