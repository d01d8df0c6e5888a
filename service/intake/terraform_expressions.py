"""How each kind of Terraform expression is evaluated; operators and conditions stand in `terraform_operators`."""

from __future__ import annotations

from lark import Token, Tree

from service.intake.readings import Open
from service.intake.terraform_escapes import unescaped
from service.intake.terraform_evaluator import NO_SUCH_PART, Budget, Evaluator, Locals, Names, Rule
from service.intake.terraform_functions import MOST_ITEMS, UndecidedError, as_string, call
from service.intake.terraform_operators import binary, conditional, unary
from service.intake.terraform_syntax import Node, name_of, subtrees
from service.intake.terraform_values import Value, boolean


def _inner(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    """A term: what it consists of, or what stands in its parentheses."""
    (inner,) = subtrees(node)
    return evaluator.value(inner, known)


def _identifier(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    name = name_of(node)
    return known[name] if name in known or name not in _CAPITALS else _CAPITALS[name]


_CAPITALS = {"True": True, "False": False, "TRUE": True, "FALSE": False}
"""What Terraform refuses, and what its author plainly meant."""


def _literal(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    return {"true": True, "false": False, "null": None}[name_of(node)]


def _number(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    text = name_of(node)
    if len(text) > 20:
        raise ValueError("too long")
    return int(text) if node.data == "int_lit" else float(text)


def _string(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    parts = subtrees(node)
    if len(parts) == 1 and isinstance(parts[0].children[0], Tree) and parts[0].children[0].data == "interpolation":
        return _inner(evaluator, parts[0].children[0], known)
    text = ""
    for part in parts:
        child = part.children[0]
        if isinstance(child, Token):
            text += child[1:] if child.type == "ESCAPED_INTERPOLATION" else unescaped(child)
        elif child.data == "interpolation":
            text += as_string(_inner(evaluator, child, known))
        else:
            raise UndecidedError("a template directive")
    return text


def _heredoc(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    text = name_of(node)
    if "${" in text or "%{" in text:
        raise UndecidedError("a template")
    return text.split("\n", 1)[1].rpartition("\n")[0].rpartition("\n")[0] + "\n"


def _tuple(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    return [evaluator.value(item, known) for item in subtrees(node)]


def _object(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    found: dict[str, Value] = {}
    for element in subtrees(node):
        key, expression = subtrees(element)
        found[_key(evaluator, key, known)] = evaluator.value(expression, known)
    return found


def _key(evaluator: Evaluator, node: Node, known: Locals) -> str:
    (inner,) = subtrees(node)
    if inner.data == "expr_term" and len(inner.children) == 1:
        inner = subtrees(inner)[0]
    if inner.data in ("identifier", "keyword", "literal_value", "int_lit"):
        return name_of(inner)
    return as_string(evaluator.value(inner, known))


def _call(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    name, *rest = subtrees(node)
    function = name_of(name)
    nodes = subtrees(rest[-1]) if rest else []
    if function in ("try", "can"):
        return _attempt(evaluator, function, nodes, known)
    values = [evaluator.value(argument, known) for argument in nodes]
    if rest and any(isinstance(child, Token) and child.type == "ELLIPSIS" for child in rest[-1].children):
        *values, spread = values
        if not isinstance(spread, list) or len(spread) > MOST_ITEMS:
            raise UndecidedError("open")
        values += spread
    return call(function, values)


def _attempt(evaluator: Evaluator, function: str, nodes: list[Node], known: Locals) -> Value:
    """`try` passes over what cannot be; what is merely open might have a value, so it decides nothing."""
    for node in nodes:
        value = evaluator.value(node, known)
        if isinstance(value, Open) and value.why == NO_SUCH_PART:
            continue
        if isinstance(value, Open):
            raise UndecidedError("open")
        return True if function == "can" else value
    if function == "can":
        return False
    raise UndecidedError("nothing has a value")


def _access(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    """``a.b``: a name of the module, or an attribute of a value."""
    base, step = subtrees(node)
    root = _root(base)
    member = name_of(subtrees(step)[0])
    if root is not None and root not in known:
        value = evaluator.names.named(root, member)
    else:
        value = evaluator.value(base, known)
        if isinstance(value, Open):
            return evaluator.open(node, value)
        value = evaluator.member(value, member)
    return evaluator.open(node, value) if isinstance(value, Open) and not value.text else value


def _root(node: Node) -> str | None:
    if node.data == "expr_term" and len(node.children) == 1:
        (inner,) = subtrees(node)
        if inner.data == "identifier":
            return name_of(inner)
    return None


def _index(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    base, step = subtrees(node)
    value = evaluator.value(base, known)
    if isinstance(value, Open):
        return evaluator.open(node, value)
    return _indexed(evaluator, value, step, known)


def _indexed(evaluator: Evaluator, value: Value, step: Node, known: Locals) -> Value:
    if step.data == "short_index":
        return evaluator.item(value, int(name_of(step).lstrip(".")))
    return evaluator.item(value, evaluator.value(subtrees(step)[0], known))


def _splat(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    base, splat = subtrees(node)
    value = evaluator.value(base, known)
    if isinstance(value, Open):
        return evaluator.open(node, value)
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [_stepped(evaluator, item, subtrees(splat), known) for item in items]


def _stepped(evaluator: Evaluator, value: Value, steps: list[Node], known: Locals) -> Value:
    for step in steps:
        if step.data == "get_attr":
            value = evaluator.member(value, name_of(subtrees(step)[0]))
        else:
            value = _indexed(evaluator, value, step, known)
    return value


def _for(evaluator: Evaluator, node: Node, known: Locals) -> Value:
    intro, *rest = subtrees(node)
    *names, source = subtrees(intro)
    condition = next((part for part in rest if part.data == "for_cond"), None)
    results = [part for part in rest if part is not condition]
    collected: list[tuple[Value, Value]] = []
    for key, item in _iterated(evaluator.value(source, known)):
        inner = {**known, **dict(zip(map(name_of, names), (key, item)[-len(names) :], strict=True))}
        if condition is not None:
            kept = boolean(evaluator.value(subtrees(condition)[-1], inner))
            if kept is None:
                raise UndecidedError("an open condition")
            if not kept:
                continue
        values = [evaluator.value(result, inner) for result in results]
        collected.append((values[0], values[-1]))
    if node.data == "for_tuple_expr":
        return [value for _, value in collected]
    if any(isinstance(child, Token) and child.type == "ELLIPSIS" for child in node.children):
        raise UndecidedError("grouping")
    return {as_string(key): value for key, value in collected}


def _iterated(value: Value) -> list[tuple[Value, Value]]:
    if isinstance(value, dict):
        return [(key, value[key]) for key in sorted(value)]
    if isinstance(value, list):
        return list(enumerate(value))
    raise UndecidedError("open")


_RULES: dict[str, Rule] = {
    "expr_term": _inner,
    "identifier": _identifier,
    "literal_value": _literal,
    "int_lit": _number,
    "float_lit": _number,
    "string": _string,
    "heredoc_template": _heredoc,
    "heredoc_template_trim": _heredoc,
    "tuple": _tuple,
    "object": _object,
    "conditional": conditional,
    "binary_op": binary,
    "unary_op": unary,
    "function_call": _call,
    "get_attr_expr_term": _access,
    "index_expr_term": _index,
    "attr_splat_expr_term": _splat,
    "full_splat_expr_term": _splat,
    "for_tuple_expr": _for,
    "for_object_expr": _for,
}


def evaluator_of(names: Names, budget: Budget) -> Evaluator:
    """The evaluator of one module."""
    return Evaluator(names, budget, _RULES)
