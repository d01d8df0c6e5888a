"""The words of a guardrail's expression, which `expressions` reads; what is no word of CEL's is refused."""

from __future__ import annotations

import re

Token = tuple[str, str]
"""Its kind (`double`, `int`, `string`, `name`, `sign`) and its text."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<double>\d+\.\d+)|(?P<int>\d+)|(?P<string>'[^'\\\n]*'|"[^"\\\n]*")"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<sign>&&|\|\||[=!<>]=|[-+*/%!<>?:.,()\[\]]))""",
    re.ASCII,
)


class ExpressionError(ValueError):
    """An expression that is no guardrail; the text says what is wrong with it."""


def tokens_of(text: str) -> list[Token]:
    """The tokens of an expression, in their order; raises `ExpressionError`."""
    tokens, place = [], 0
    end = len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise ExpressionError(f"cannot be read at `{text[place:].strip()[:12]}`")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        place = found.end()
    return tokens
