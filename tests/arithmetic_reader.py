"""Reads arithmetic questions back: a second opinion on what they ask, which shares nothing with their generator."""

from __future__ import annotations

import ast
import operator
import re
from fractions import Fraction

SYMBOLS = {
    "−": "-",
    "×": "*",
    "÷": "/",
    " plus ": "+",
    " added to ": "+",
    " minus ": "-",
    " less ": "-",
    " times ": "*",
    " multiplied by ": "*",
    " x ": "*",
    " divided by ": "/",
    " over ": "/",
}
FRAMES = (
    r"(?:what is the value of|what is|what's|how much is) (.+)\?",
    r"what does (.+) equal\?",
    r"(?:calculate|evaluate|find|work out) (.+)\.",
    r"(?:compute|solve) (.+)",
    r"(.+) = \?",
    r"(.+) =",
    r"(.+)",
)
SENTENCES = (
    (r"the (?:sum|total) of (\S+) and (\S+)", r"\1 + \2"),
    (r"(?:add|sum) (\S+) (?:and|to) (\S+)", r"\1 + \2"),
    (r"increase (\S+) by (\S+)", r"\1 + \2"),
    (r"(\S+) more than (\S+)", r"\1 + \2"),
    (r"(?:subtract|take) (\S+) (?:away from|from) (\S+)", r"\2 - \1"),
    (r"(\S+) less than (\S+)", r"\2 - \1"),
    (r"the difference (?:of|between) (\S+) and (\S+)", r"\1 - \2"),
    (r"decrease (\S+) by (\S+)", r"\1 - \2"),
    (r"(\S+) take away (\S+)", r"\1 - \2"),
    (r"the product of (\S+) and (\S+)", r"\1 * \2"),
    (r"multiply (\S+) (?:by|and|with) (\S+)", r"\1 * \2"),
    (r"divide (\S+) by (\S+)", r"\1 / \2"),
    (r"the quotient of (\S+) and (\S+)", r"\1 / \2"),
)
LISTS = ((r"(?:the (?:sum|total) of|add up|add|sum) (.+)", " + "), (r"(?:the product of|multiply) (.+)", " * "))
BINARY = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def read(question: str) -> ast.expr:
    """The expression a question asks for, as Python reads it."""
    text = question.lower()
    for pattern, expression in SENTENCES:
        if re.fullmatch(pattern, text):
            return parse(re.sub(pattern, expression, text))
    for pattern, symbol in LISTS:
        if listed := re.fullmatch(pattern, text):
            return parse(symbol.join(re.split(r", and |, | and ", listed[1])))
    frames = (match for frame in FRAMES if (match := re.fullmatch(frame, text)))
    return parse(next(frames)[1])


def parse(expression: str) -> ast.expr:
    for written, symbol in SYMBOLS.items():
        expression = expression.replace(written, symbol)
    return ast.parse(re.sub(r"([0-9)])\(", r"\1*(", expression), mode="eval").body


def evaluate(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=int(value)):
            return Fraction(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluate(operand)
        case ast.BinOp(left=left, op=op, right=right):
            return BINARY[type(op)](evaluate(left), evaluate(right))
    raise AssertionError(f"not arithmetic: {ast.dump(node)}")


def operations(node: ast.expr) -> list[str]:
    """The names of all operations of an expression."""
    return [type(part.op).__name__ for part in ast.walk(node) if isinstance(part, ast.BinOp)]


def numbers(node: ast.expr) -> list[int]:
    return [int(evaluate(part)) for part in _leaves(node)]


def _leaves(node: ast.expr) -> list[ast.expr]:
    return _leaves(node.left) + _leaves(node.right) if isinstance(node, ast.BinOp) else [node]


def without_order(node: ast.expr) -> str:
    """The same for expressions that differ in the order of operands of `+` or `*` alone."""
    if not isinstance(node, ast.BinOp):
        return ast.unparse(node)
    operands = [without_order(node.left), without_order(node.right)]
    if isinstance(node.op, ast.Add | ast.Mult):
        operands.sort()
    return f"{type(node.op).__name__}({', '.join(operands)})"
