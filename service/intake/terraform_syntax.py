"""Terraform's language (HCL) as blocks, attributes and expressions; nothing is evaluated here.

python-hcl2 gives the syntax tree. Its size and depth are bounded before anybody walks it, and the text of an
expression is put together from its tokens, so that comments inside it are not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import hcl2
from lark import Token, Tree
from lark.exceptions import LarkError, UnexpectedInput

from service.intake.understanding import NotUnderstoodError

MOST_CHARACTERS = 400_000
"""Of all HCL in one request. The parser takes about a second for 100,000 characters."""
MOST_LEVELS = 250
"""Levels of the syntax tree; a bracket takes two to four."""

_COMMENT = "NL_OR_COMMENT"
_OPERATORS = frozenset(
    {
        *("DOUBLE_EQ", "NEQ", "LT", "GT", "LEQ", "GEQ", "ASTERISK", "SLASH", "PERCENT", "DOUBLE_AMP"),
        *("DOUBLE_PIPE", "PLUS", "QMARK"),
    }
)

Node = Tree[Token]


@dataclass(slots=True)
class Body:
    """What stands between the braces of a block."""

    attributes: dict[str, Node] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def of(self, type_: str) -> list[Block]:
        """The blocks of a type."""
        return [block for block in self.blocks if block.type == type_]


@dataclass(frozen=True, slots=True)
class Block:
    """A block such as ``resource "aws_vpc" "main" { ... }``."""

    type: str
    labels: tuple[str, ...]
    body: Body


def parse(text: str) -> Body:
    """The content of one file; raises `NotUnderstoodError`."""
    try:
        tree = hcl2.parses_to_tree(text.removeprefix("\ufeff"))
    except UnexpectedInput as error:
        raise NotUnderstoodError(f"the HCL cannot be read at line {error.line}, column {error.column}") from None
    except LarkError:
        raise NotUnderstoodError("the HCL cannot be read") from None
    _refuse_the_deep(tree)
    return _body(subtrees(tree)[0])


def subtrees(node: Node) -> list[Node]:
    """The parts of a node that are no tokens and no comments."""
    return [child for child in node.children if isinstance(child, Tree) and child.data != "new_line_or_comment"]


def text_of(node: Node) -> str:
    """The text of an expression on one line, without comments."""
    parts: list[str] = []
    end = None
    for token in _tokens(node):
        if token.type == _COMMENT:
            end = None
            continue
        value = token.split()[-1] if token.type in _OPERATORS else str(token)
        parts.append(value if end == token.start_pos or not parts else f" {value}")
        end = token.end_pos
    return " ".join("".join(parts).split())


def name_of(node: Node) -> str:
    """The identifier, keyword or literal that a node consists of."""
    return "".join(str(token) for token in _tokens(node))


def _tokens(node: Node) -> Iterator[Token]:
    pending: list[Node | Token] = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, Token):
            yield one
        else:
            pending.extend(reversed(one.children))


def _refuse_the_deep(tree: Node) -> None:
    level = [tree]
    for _ in range(MOST_LEVELS):
        level = [child for node in level for child in node.children if isinstance(child, Tree)]
        if not level:
            return
    raise NotUnderstoodError("the HCL is nested too deep")


def is_constant(node: Node) -> bool:
    """Whether an expression is written out, with nothing to evaluate."""
    pending = [node]
    while pending:
        one = pending.pop()
        if one.data in ("identifier", "function_call", "interpolation", "for_tuple_expr", "conditional"):
            return False
        pending += [child for child in one.children if isinstance(child, Tree)]
    return True


def _body(node: Node) -> Body:
    body = Body()
    for child in subtrees(node):
        if child.data == "attribute":
            name, expression = subtrees(child)
            body.attributes[name_of(name)] = expression
        elif child.data == "block":
            *head, inner = subtrees(child)
            words = [name_of(word).strip('"') for word in head]
            body.blocks.append(Block(words[0], tuple(words[1:]), _body(inner)))
    return body
