"""The 118 elements, from `data/elements.tsv`, which names the source of their weights."""

from decimal import Decimal
from pathlib import Path

_TABLE = Path(__file__).parents[1] / "data" / "elements.tsv"
_ROWS = [line.split("\t") for line in _TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]

SYMBOLS: tuple[str, ...] = tuple(symbol for _, symbol, _, _ in _ROWS)  # of atomic numbers 1, 2, ...
NAMES: tuple[str, ...] = tuple(name for _, _, name, _ in _ROWS)
WEIGHTS: tuple[Decimal | None, ...] = tuple(Decimal(weight) if weight else None for *_, weight in _ROWS)
ATOMIC_NUMBERS: dict[str, int] = {symbol: number for number, symbol in enumerate(SYMBOLS, 1)}
