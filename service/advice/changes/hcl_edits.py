"""Edits of the setting in Terraform's configurations, by the places of python-hcl2's tokens.

A value is replaced only where it stands literally. An expression is named with what it refers to, so that the one who
reads it knows which variable to set; an attribute that is absent is put below the brace of its block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import hcl2
from lark import Token, Tree
from lark.exceptions import LarkError

from service.advice.changes.edits import (
    CannotEditError,
    Edit,
    Entry,
    bracketed_list,
    line_end_of,
    line_start,
    next_line,
)
from service.advice.changes.quoting import hcl_value
from service.intake.terraform_syntax import Node, name_of, subtrees, text_of

_BOOLEANS = frozenset({"true", "false", '"true"', '"false"'})


@dataclass(frozen=True, slots=True)
class Block:
    """A block with its labels, its attributes' expressions, the blocks in it, and where its brace opens."""

    type: str
    labels: tuple[str, ...]
    opens: int
    attributes: Mapping[str, Node]
    blocks: tuple[Block, ...]


def blocks_of(text: str) -> tuple[Block, ...]:
    """The blocks of a file."""
    try:
        tree = hcl2.parses_to_tree(text)
    except LarkError:
        return ()
    return tuple(_blocks(subtrees(tree)[0]))


def _blocks(body: Node) -> Iterator[Block]:
    for child in subtrees(body):
        if child.data == "block":
            *head, inner = subtrees(child)
            words = [name_of(word).strip('"') for word in head]
            brace = next(one for one in child.children if isinstance(one, Token) and one.type == "LBRACE")
            attributes = {name_of(subtrees(it)[0]): subtrees(it)[1] for it in subtrees(inner) if it.data == "attribute"}
            yield Block(words[0], tuple(words[1:]), brace.end_pos or 0, attributes, tuple(_blocks(inner)))


@dataclass(frozen=True, slots=True)
class Expression:
    """An attribute that is no literal: what is to be set in its place."""

    attribute: str
    text: str
    value: bool | tuple[str, ...]


def edits_for(
    text: str, block: Block, values: Mapping[str, bool | tuple[str, ...]], beside: tuple[str, ...] = ()
) -> tuple[list[Edit], list[Expression]]:
    """The edits that give a block these attributes, and the expressions that are to be set elsewhere.

    What is absent is put below what is there of the attributes ``beside`` it.
    """
    edits: list[Edit] = []
    open_ones: list[Expression] = []
    absent: dict[str, bool | tuple[str, ...]] = {}
    for name, value in values.items():
        node = block.attributes.get(name)
        if node is None:
            absent[name] = value
            continue
        found = _replaced(text, node, value)
        if found is None:
            open_ones.append(Expression(name, text_of(node), value))
        else:
            edits += found
    return ([*edits, _added(text, block, absent, beside)] if absent else edits), open_ones


def _span(node: Node) -> tuple[int, int]:
    tokens = list(node.scan_values(lambda value: isinstance(value, Token)))
    return tokens[0].start_pos or 0, tokens[-1].end_pos or 0


def _replaced(text: str, node: Node, value: bool | tuple[str, ...]) -> list[Edit] | None:
    """The edits of a literal; None for an expression."""
    (start, end), written = _span(node), text_of(node)
    if written == "null" or (isinstance(value, bool) and written in _BOOLEANS):
        return [Edit(start, end, hcl_value(value))]
    entries = _entries(node)
    if isinstance(value, bool) or entries is None:
        return None
    return bracketed_list(text, start, end, entries, value)


def _entries(node: Node) -> list[Entry] | None:
    """The entries of a list of plain strings; None for anything else."""
    inner: Node = node
    while inner.data == "expr_term" and len(subtrees(inner)) == 1:
        inner = subtrees(inner)[0]
    if inner.data != "tuple":
        return None
    entries = []
    for item in subtrees(inner):
        written = text_of(item)
        if not (written.startswith('"') and written.endswith('"')) or set("$%{}\\") & set(written):
            return None
        entries.append(Entry(*_span(item), written[1:-1]))
    return entries


def _added(text: str, block: Block, values: Mapping[str, bool | tuple[str, ...]], beside: tuple[str, ...]) -> Edit:
    """Attributes in lines of their own: below the last of some others, in line with it, or else below the brace."""
    rest = text[block.opens : next_line(text, block.opens)].strip()
    if rest and not rest.startswith(("#", "//")):
        raise CannotEditError("its block stands in one line: write it in several")
    ends = [_span(block.attributes[name])[1] for name in beside if name in block.attributes]
    ending, width = line_end_of(text), max(map(len, values))
    if ends:
        place = next_line(text, max(ends))
        sibling = next(block.attributes[name] for name in beside if name in block.attributes)
        before = text[line_start(text, _span(sibling)[0]) : _span(sibling)[0]].rpartition("=")[0]
        indent = before[: len(before) - len(before.lstrip())]
        width = max(width, len(before) - len(indent) - 1)
    else:
        place = next_line(text, block.opens)
        line = text[line_start(text, block.opens) : block.opens]
        indent = line[: len(line) - len(line.lstrip())] + "  "
    lines = (f"{indent}{name.ljust(width)} = {hcl_value(it)}{ending}" for name, it in values.items())
    return Edit(place, place, "".join(lines))


def named(blocks: tuple[Block, ...], type_: str, *labels: str) -> Block | None:
    """The only block of a type with these labels; None if there is none, or more than one."""
    found = [block for block in blocks if (block.type, block.labels) == (type_, labels)]
    return found[0] if len(found) == 1 else None


def literal(block: Block, name: str) -> str:
    """The text of an attribute that is a plain string; empty if it is something else."""
    node = block.attributes.get(name)
    written = text_of(node) if isinstance(node, Tree) else ""
    return written[1:-1] if written.startswith('"') and "${" not in written else ""
