"""The rules of one sample: which keys it has, what each may hold, and which must agree with one another.

`sample_format` describes the format; a `Checker` goes through all its rules and reports every fault.
"""

import difflib
import json
import math
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Protocol, runtime_checkable

from fluxem.domains.base import Domain
from fluxem.errors import InputError

SAMPLE_KEYS: Final = frozenset(("id", "metadata", "spans", "target_text", "target_value", "text"))
SPAN_KEYS: Final = frozenset(("dims", "end", "start", "type", "value"))
#: The SI base dimensions: current, luminous intensity, length, mass, amount of substance, time, temperature.
DIMENSIONS: Final = frozenset(("I", "J", "L", "M", "N", "T", "Theta"))
DEEPEST_METADATA: Final = 64

SAMPLE: Final = "sample"  # the field of a fault that concerns a line as a whole
Fault = tuple[str, str]  # field, message
ReadSpan = tuple[str, int, int, Any]  # domain, start, end, value: a Span, at a third of its cost

_MISSING: Final = object()  # the value of a key that is not there; null reads as None
_SHOWN: Final = 40  # characters of a value in a message
_CONTAINERS: Final = frozenset((dict, list))
_VALUE_TYPES: Final = frozenset((int, Decimal, str))
_OTHER_TYPES: Final = frozenset((bool,))  # of "value", where a domain has values of this type
_FRACTION: Final = re.compile(r"-?[0-9]+/[0-9]+")
_TEXT: Final = "a string that is not empty"
_PLAIN_DIGITS: Final = 18  # integers this long are in every range


@runtime_checkable
class Dimensional(Protocol):
    """A domain whose spans need "dims"; spans of the other domains have none."""

    def with_dims(self, value: int | Decimal | str, dims: dict[str, int]) -> Any:
        """What a "value" with these exponents of the SI base dimensions means; InputError if nothing."""


class Checker:
    """Checks decoded lines, one after another.

    After `check`, `faults`, `spans` and `target_value` are those of that line; `spans` is complete where
    there are no faults, and values are as their domain reads them from the text.
    """

    def __init__(self, domains: Mapping[str, Domain]) -> None:
        self.domains = domains
        self.number = domains["number"]
        self.dimensional = {name: d for name, d in domains.items() if isinstance(d, Dimensional)}

    def check(self, row: Any) -> list[Fault]:
        """All faults of a line, none for a valid sample."""
        self.faults: list[Fault] = []
        self.spans: list[ReadSpan] = []
        self.target_value: Any = None
        if type(row) is not dict:
            self._expected(SAMPLE, "an object", row)
            return self.faults
        if not row.keys() <= SAMPLE_KEYS:
            self._unknown_keys(SAMPLE, row, SAMPLE_KEYS)
        text, target = row.get("text", _MISSING), row.get("target_text", _MISSING)
        if type(text) is not str or not text:
            self._expected("text", _TEXT, text)
        if type(target) is not str or not target:
            self._expected("target_text", _TEXT, target)
        elif "target_value" in row:
            self._check_target(row["target_value"], target)
        if "spans" in row:
            self._check_spans(row["spans"], text if type(text) is str else None)
        if "id" in row and type(row["id"]) not in (str, int):
            self._expected("id", "a string or an integer", row["id"])
        if "metadata" in row:
            self._check_metadata(row["metadata"])
        return self.faults

    def _fault(self, field: str, message: str) -> None:
        self.faults.append((field, message))

    def _expected(self, field: str, allowed: str, found: Any) -> None:
        if found is _MISSING:
            self._fault(field, f"missing; expected {allowed}")
        else:
            self._fault(field, f"expected {allowed}, got {_show(found)}")

    def _unknown_keys(self, field: str, found: Mapping[str, Any], allowed: Collection[str]) -> None:
        for key in sorted(found.keys() - allowed):
            close = difflib.get_close_matches(key[:_SHOWN], sorted(allowed), 1)
            hint = f'did you mean "{close[0]}"? ' if close else ""
            self._fault(field, f"unknown key {_show(key)}; {hint}allowed: {_list(allowed)}")

    def _check_spans(self, spans: Any, text: str | None) -> None:
        if type(spans) is not list:
            self._expected("spans", "a list of objects", spans)
            return
        faults, domains, dimensional = self.faults, self.domains, self.dimensional
        length = math.inf if text is None else len(text)
        placed: list[tuple[int, int, int]] = []  # start, end, index
        reached, tangled = 0, False
        for index, span in enumerate(spans):
            before = len(faults)
            if type(span) is not dict:
                self._expected(f"spans[{index}]", "an object", span)
                continue
            name, start = span.get("type", _MISSING), span.get("start", _MISSING)
            end, value = span.get("end", _MISSING), span.get("value", _MISSING)
            domain = domains.get(name) if type(name) is str else None
            if domain is None:
                self._expected(f"spans[{index}].type", f"one of: {_list(domains)}", name)
            if type(start) is int and type(end) is int and 0 <= start < end <= length:
                placed.append((start, end, index))
                tangled |= start < reached
                reached = end
            else:
                self._bad_bounds(index, start, end, length)
            if type(value) not in _VALUE_TYPES and not (domain and type(value) in _OTHER_TYPES & {*domain.value_types}):
                self._expected(f"spans[{index}].value", "a number or a string", value)
            plain = len(span) == 4 and len(faults) == before  # the four keys above, and no others
            if not plain or name in dimensional:
                self._check_other_keys(f"spans[{index}]", span)
            if domain is None or text is None or len(faults) > before:
                continue
            written = text[start:end]
            if plain and domain is self.number and _is_plain_integer(value, written):
                self.spans.append((name, start, end, value))
            else:
                self._read_value(index, domain, span, written)
        if tangled:
            self._tangled(placed)

    def _bad_bounds(self, index: int, start: Any, end: Any, length: float) -> None:
        for key, bound in (("start", start), ("end", end)):
            if type(bound) is not int:
                self._expected(f"spans[{index}].{key}", "an integer", bound)
            elif bound < 0:
                self._expected(f"spans[{index}].{key}", "0 or more", bound)
            elif bound > length:
                self._expected(f"spans[{index}].{key}", f"at most {length}, the length of the text", bound)
        if type(start) is int and type(end) is int and start >= end:
            self._expected(f"spans[{index}].end", f"more than start, which is {_show(start)}", end)

    def _check_other_keys(self, field: str, span: dict[str, Any]) -> None:
        self._unknown_keys(field, span, SPAN_KEYS)
        name, dims = span.get("type"), span.get("dims", _MISSING)
        if type(name) is not str or name not in self.domains:
            return
        field += ".dims"
        if name not in self.dimensional:
            if dims is not _MISSING:
                self._fault(field, f"a span of type {name} has no dims")
        elif type(dims) is not dict:
            self._expected(field, 'an object of integer exponents such as {"Theta": 1}', dims)
        else:
            self._unknown_keys(field, dims, DIMENSIONS)
            for symbol in sorted(dims.keys() & DIMENSIONS):
                if type(dims[symbol]) is not int:
                    self._expected(f"{field}.{symbol}", "an integer exponent", dims[symbol])

    def _read_value(self, index: int, domain: Domain, span: dict[str, Any], written: str) -> None:
        field, given = f"spans[{index}]", span["value"]
        if written != written.strip():  # `parse` would overlook it
            self._fault(field, f"begins or ends with white space: {_show(written)}")
            return
        try:
            value = domain.parse(written)
        except InputError as error:
            self._fault(field, str(error))
            return
        self.spans.append((domain.name, span["start"], span["end"], value))
        try:
            agrees = self._meaning(domain, given, span.get("dims")) == value
        except InputError as error:
            self._fault(f"{field}.value", str(error))
            return
        if not agrees:
            self._fault(f"{field}.value", f"value {_show(given)} disagrees with text {_show(written)}")

    def _meaning(self, domain: Domain, given: int | Decimal | str | bool, dims: dict[str, int] | None = None) -> Any:
        """What "value" and "dims" mean; InputError if nothing. A Decimal equals the int or Fraction it is."""
        if dims is not None:
            return self.dimensional[domain.name].with_dims(given, dims)
        if type(given) is bool:
            return given
        if domain is self.number:
            if type(given) is not str:
                return given
            if not _FRACTION.fullmatch(given):
                raise InputError(f'expected a number, or a fraction such as "1/3", got {_show(given)}')
        elif type(given) is not str:
            raise InputError(f"expected a string such as {_show(domain.example)}, got {_show(given)}")
        return domain.parse(given)

    def _tangled(self, placed: list[tuple[int, int, int]]) -> None:
        """Report spans that begin before the one listed before them, and spans that share characters."""
        for (earliest, _, before), (start, _, index) in pairwise(placed):
            if start < earliest:
                allowed = f"at least {earliest}, the start of spans[{before}]"
                self._expected(f"spans[{index}].start", allowed, start)
        in_order = sorted(placed)
        widest = in_order[0]
        for span in in_order[1:]:
            start, end, index = span
            if start < widest[1]:
                relation = "repeats" if (start, end) == widest[:2] else "overlaps"
                self._fault(f"spans[{index}]", f"{relation} spans[{widest[2]}], [{widest[0]}, {widest[1]})")
            if end > widest[1]:
                widest = span

    def _check_target(self, given: Any, target: str) -> None:
        if type(given) is bool:
            self.target_value = given
            agrees = target == ("true" if given else "false")
        elif _is_plain_integer(given, target):
            self.target_value = given
            agrees = True
        elif type(given) in _VALUE_TYPES:
            try:
                self.target_value = self.number.parse(target)
                agrees = self._meaning(self.number, given) == self.target_value
            except InputError as error:
                self._fault("target_value", str(error))
                return
        else:
            self._expected("target_value", 'a number, a fraction such as "1/3", true or false', given)
            return
        if not agrees:
            self._fault("target_value", f"value {_show(given)} disagrees with target_text {_show(target)}")

    def _check_metadata(self, metadata: Any) -> None:
        if type(metadata) is not dict:
            self._expected("metadata", "an object", metadata)
            return
        if _CONTAINERS.isdisjoint(map(type, metadata.values())):
            return
        level: list[Any] = [metadata]
        for _ in range(DEEPEST_METADATA):
            inside = (item.values() if type(item) is dict else item for item in level)
            level = [value for values in inside for value in values if type(value) in _CONTAINERS]
            if not level:
                return
        self._fault("metadata", f"nested more than {DEEPEST_METADATA} levels deep")


def _is_plain_integer(value: Any, written: str) -> bool:
    """Whether a text is an integer's digits: the number domain reads it so, at many times the cost."""
    return type(value) is int and len(written) <= _PLAIN_DIGITS and written == str(value)


def _show(value: Any) -> str:
    """A value as JSON writes it, in at most 40 ASCII characters."""
    if type(value) in _CONTAINERS:
        return "an object" if type(value) is dict else "a list"
    if type(value) is str:
        value = value[:_SHOWN]  # the quotes make it too long, so the cut shows
    shown = str(value) if type(value) is Decimal else json.dumps(value)
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + "..."


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
