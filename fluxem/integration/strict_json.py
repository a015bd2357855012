"""One line of JSON, read strictly and exactly: what `json.loads` would lose, guess or crash on is an error.

Beyond what is not JSON, it refuses bytes that are not UTF-8, a byte order mark, a blank line, a repeated key,
`NaN` and `Infinity`, NUL and half of a surrogate pair even where escaped (UTF-8 cannot hold the latter),
integers of more digits than Python reads (4300), exponents from about 10^18 on, and nesting too deep for the
parser. Decimals become `decimal.Decimal`, so 0.1 is one tenth.
"""

import json
import re
from decimal import Decimal, DecimalException
from typing import Any, NoReturn

from fluxem.errors import InputError

_WHITESPACE = " \t\r\n"
# Goes over what is fine (escaped backslashes, surrogate pairs, other escapes, text) to the first that is not.
_UNWRITABLE = re.compile(
    r"(?:\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\(?!u(?:[dD][89a-fA-F]|0000))|[^\\]++)*+(\\u....)"
)


class JsonError(InputError):
    """A line that is not one strict JSON value. The message is ASCII and counts characters from 1."""


def decode(line: bytes | str) -> Any:
    """The JSON value of a line, given with or without its line ending (`\\n` or `\\r\\n`).

    Objects are dicts in the order of the line, integers int, other numbers Decimal. Raises JsonError.
    """
    try:
        text = (line if isinstance(line, bytes) else line.encode()).decode().rstrip(_WHITESPACE)
    except UnicodeError:
        raise JsonError("not UTF-8") from None
    start = 0 if text[:1] == "{" else len(text) - len(text.lstrip(_WHITESPACE))
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise JsonError(_why_not_json(text, error)) from None
    except RecursionError:
        raise JsonError("nested too deeply") from None
    except JsonError:
        raise
    except ValueError:  # from int()
        raise JsonError("an integer has too many digits to be read") from None
    if end != len(text):
        raise JsonError(f"more follows the JSON value at character {end + 1}; expected one object a line")
    if "\\u" in text and (found := _UNWRITABLE.match(text)):
        raise JsonError(f"{found[1]} at character {found.start(1) + 1} is NUL or half of a surrogate pair")
    return value


def _why_not_json(text: str, error: json.JSONDecodeError) -> str:
    if not text:
        return "blank line; expected an object"
    if text[0] == "\N{ZERO WIDTH NO-BREAK SPACE}":
        return "begins with a byte order mark; expected UTF-8 without one"
    if text[error.pos : error.pos + 1] == "\0":
        return f"NUL at character {error.pos + 1}"
    return f"not JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"


def _decimal(literal: str) -> Decimal:
    try:
        return Decimal(literal)
    except DecimalException:
        raise JsonError("a number has an exponent too large to be read") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            break
        seen.add(key)
    raise JsonError(f"the key {json.dumps(key[:40])} is repeated in an object")


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"{name} is not a JSON number; expected a finite one")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_decimal, parse_constant=_refuse_constant)
