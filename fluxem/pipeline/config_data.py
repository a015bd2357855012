"""The `data` section of an experiment, which differs by task, and the splits that its questions come in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from fluxem.pipeline.section import Section, invalid, refuse_repeats

Operator = Literal["+", "-", "*", "/"]
UnitType = Literal["length", "mass", "time", "temperature", "velocity"]
Interval = tuple[int, int]
OperationCounts = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
Magnitudes = tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]

TrainSize = Annotated[int, Field(ge=1, description="rows to train on, at least 1")]
ValidationSize = Annotated[int, Field(ge=1, description="rows to select the best epoch on, at least 1")]
TestSize = Annotated[int, Field(ge=1, description="rows of each test split, at least 1")]


class Data(Section, ABC):
    """The questions of a task; every size is a number of rows."""

    @property
    @abstractmethod
    def test_splits(self) -> tuple[str, ...]:
        """The splits that models are tested on, in the order of the table."""

    @property
    def splits(self) -> tuple[str, ...]:
        """Every split, in the order in which they are drawn."""
        return ("train", "validation", *self.test_splits)

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures of its results, of those that `fluxem.evaluation.figures` draws."""
        return ("learning_curves.svg",)


class ArithmeticData(Data):
    """Questions of the arithmetic task."""

    train_size: TrainSize = 1000
    validation_size: ValidationSize = 200
    test_size: TestSize = 200
    id_range: Interval = Field((0, 99), description="[lowest, highest] operand in training and test_id")
    ood_magnitude_range: Interval = Field(
        (10_000, 99_999),
        description="[lowest, highest] operand in test_ood_magnitude and test_ood_combined, apart from id_range",
    )
    id_ops: OperationCounts = Field((1, 3), description="[fewest, most] operations in training and test_id")
    ood_ops: OperationCounts = Field(
        (4, 5),
        description="[fewest, most] operations in test_ood_length and test_ood_combined, above id_ops; "
        "`ood_max_ops: 5` sets the most, from one more than id_ops on",
    )
    ood_lengths: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (), description="numbers of operations, each with a split test_ood_length_<number>, above id_ops"
    )
    length_test_size: int | None = Field(
        None, ge=1, description="rows of each test_ood_length_<number>, at least 1; null: test_size"
    )
    huge_range: Interval | None = Field(
        None, description="[lowest, highest] operand in test_ood_huge, apart from id_range; null: no such split"
    )
    most_digits: int | None = Field(
        None,
        ge=1,
        description="most digits of an operand in test_digits, whose questions have one operation and whose operands "
        "have every number of digits equally often; null: no such split",
    )
    even_digits: bool = Field(
        False,
        description="draw operands with every number of digits equally often (true), or every integer (false)",
    )
    operations: tuple[Operator, ...] = Field(
        ("+", "-", "*"), min_length=1, description='operators that questions use, of "+", "-", "*", "/"'
    )
    parentheses: float = Field(
        0.3,
        ge=0,
        le=1,
        description="share of questions with brackets, 0 to 1; `id_parentheses` is the same, true for the default",
    )
    phrasings: bool = Field(True, description="ask in varied words (true) or as the bare expression (false)")

    @property
    def test_splits(self) -> tuple[str, ...]:
        return (
            *("test_id", "test_ood_magnitude", "test_ood_length", "test_ood_combined"),
            *(f"test_ood_length_{length}" for length in self.ood_lengths),
            *(("test_ood_huge",) if self.huge_range else ()),
            *(("test_digits",) if self.most_digits else ()),
        )

    @property
    def figures(self) -> tuple[str, ...]:
        digits = ("accuracy_by_digits.svg",) if self.most_digits else ()
        return ("accuracy_by_operations.svg", *digits, "errors.svg", "learning_curves.svg")

    @model_validator(mode="before")
    @classmethod
    def _accept_ood_max_ops(cls, values: Any) -> Any:
        """`ood_max_ops: 5` is `ood_ops: [most id_ops + 1, 5]`."""
        if not isinstance(values, dict) or "ood_max_ops" not in values:
            return values
        most = values["ood_max_ops"]
        rest = {key: value for key, value in values.items() if key != "ood_max_ops"}
        if "ood_ops" in rest:
            raise invalid("ood_max_ops and ood_ops are both given: keep one of the two")
        match rest.get("id_ops", cls.model_fields["id_ops"].default):
            case (_, int(longest)):
                rest["ood_ops"] = (longest + 1, most)
        return rest

    @model_validator(mode="before")
    @classmethod
    def _accept_id_parentheses(cls, values: Any) -> Any:
        """`id_parentheses` is `parentheses`; true is its default, false none."""
        if not isinstance(values, dict) or "id_parentheses" not in values:
            return values
        if "parentheses" in values:
            raise invalid("id_parentheses and parentheses are both given: keep one of the two")
        rest = {key: value for key, value in values.items() if key != "id_parentheses"}
        share = values["id_parentheses"]
        if isinstance(share, bool):
            share = cls.model_fields["parentheses"].default if share else 0.0
        return rest | {"parentheses": share}

    @model_validator(mode="after")
    def _check(self) -> ArithmeticData:
        ranges = ("id_range", "ood_magnitude_range", *(("huge_range",) if self.huge_range else ()))
        for name in (*ranges, "id_ops", "ood_ops"):
            low, high = getattr(self, name)
            if low > high:
                raise invalid(f"{name} = [{low}, {high}]: allowed: [lowest, highest] in this order")
            if name in ranges and self.even_digits and low < 0:
                raise invalid(f"{name} = [{low}, {high}]: allowed with even_digits: from 0")
        low, high = self.id_range
        for name in ranges[1:]:
            ood_low, ood_high = getattr(self, name)
            if ood_low <= high and low <= ood_high:
                raise invalid(
                    f"{name} = [{ood_low}, {ood_high}] overlaps id_range = [{low}, {high}]: "
                    "allowed: ranges apart from each other"
                )
        for name, counts in (("ood_ops", self.ood_ops[:1]), ("ood_lengths", self.ood_lengths)):
            if any(count <= self.id_ops[1] for count in counts):
                raise invalid(
                    f"{name} = {list(getattr(self, name))}: allowed: more than the {self.id_ops[1]} of id_ops"
                )
        refuse_repeats("ood_lengths", self.ood_lengths)
        refuse_repeats("operations", self.operations)
        return self


class UnitsData(Data):
    """Questions of the units task: conversions, and whether two quantities can be added."""

    train_size: TrainSize = 5000
    validation_size: ValidationSize = 500
    test_size: TestSize = 500
    unit_types: tuple[UnitType, ...] = Field(
        ("length", "mass", "time", "temperature", "velocity"),
        min_length=1,
        description="types of units, of length, mass, time, temperature, velocity; with include_can_add at least two",
    )
    include_can_add: bool = Field(
        True,
        description="ask also whether two quantities can be added, half of the questions, half of those with the "
        "answer true (true), or not, and have no test_ood_compound (false)",
    )
    id_range: Magnitudes = Field(
        (0.001, 1000.0), description="[lowest, highest] magnitude in training, as written in its unit, above 0"
    )
    ood_magnitude_range: Magnitudes = Field(
        (1e-6, 1e9),
        description="[lowest, highest] magnitude out of distribution, below and above those of id_range, above 0; half "
        "of test_ood_magnitude is below id_range, half above",
    )
    held_out_pairs: float = Field(
        0.2,
        ge=0,
        lt=1,
        description="share of unit pairs, at least one of each type, that training never has together, for "
        "test_ood_types, 0 to below 1",
    )

    @property
    def test_splits(self) -> tuple[str, ...]:
        compound = ("test_ood_compound",) if self.include_can_add else ()
        return ("test_id", "test_ood_magnitude", "test_ood_types", "test_ood_phrasing", *compound, "test_ood_units")

    @property
    def figures(self) -> tuple[str, ...]:
        return ("accuracy_by_magnitude.svg", "conversions.svg")

    @model_validator(mode="after")
    def _check(self) -> UnitsData:
        refuse_repeats("unit_types", self.unit_types)
        for name in ("id_range", "ood_magnitude_range"):
            low, high = getattr(self, name)
            if low >= high:
                raise invalid(f"{name} = {[low, high]}: allowed: [lowest, highest], the lowest below the highest")
        (low, high), (ood_low, ood_high) = self.id_range, self.ood_magnitude_range
        if not (ood_low < low and high < ood_high):
            raise invalid(
                f"ood_magnitude_range = {[ood_low, ood_high]}: allowed: from below to above id_range = {[low, high]}"
            )
        if self.include_can_add and len(self.unit_types) == 1:
            raise invalid(
                f"unit_types = {list(self.unit_types)}: "
                "allowed: two or more with include_can_add, else no question is answered with false"
            )
        return self


#: By task, the class of its `data`: what is listed here is a task.
OF_TASK: dict[str, type[Data]] = {"arithmetic": ArithmeticData, "units": UnitsData}
