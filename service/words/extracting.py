"""What there is to translate: Babel's extraction methods for the sentences of the code and of the catalogues.

The core makes its sentences as plain f-strings and knows no language, so they are found by reading the code:

1. A text is for people if it holds two words or more with a space between them, one of them in lower case, if it
   holds a word beside a place, or is a heading (`is_for_people`); all else is a code, a name or a key, and stays.
2. What no answer shows is passed over by where it stands: docstrings, comparisons, subscripts, keys of tables and of
   what is remembered, annotations, lines of the log, patterns, help of the command line, and `NOT_SHOWN`, errors that
   are ours.
3. An f-string is one message with a named placeholder for each of its parts (``{subnet} has no route``); a text
   that `str.format` fills is one as well.
4. What `MARK` is called with is for people in any case.
5. A piece that is put together with others begins or ends with a space or a stop, and keeps it.

Which files are read stands in ``babel.cfg``.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterable, Iterator
from string import Formatter
from typing import IO, Any

Extracted = tuple[int, None, str, list[str]]

_WORD = re.compile(r"(?<![\w/.=$&-])[A-Za-z][A-Za-z0-9']+(?![\w/=(-]*[\w/=(]|[-_.]\{|\.\w)")
_COMMAND = re.compile(
    r"\$\(|\$\{|&&|^--|\{$|^new eks|^(eksctl utils|aws [a-z0-9]+ [a-z-]+ --) |"
    r"^(module|variable|dynamic|python|select|begin) |"
    r"^ *!|^ +\w+: |^[a-z]+-src |^ *<|^@media|:var\(|^fill:| textLength=|"
    r"^(flowchart|subgraph|linkStyle|accTitle:|curl) |^ -H "
)
MARK = "N_"
"""What a text is given to that is for people whatever it looks like."""
NOT_SHOWN = frozenset({"ValueError", "TypeError", "RuntimeError", "AssertionError", "LookupError", "KeyError"})
"""Errors of which no answer tells: raising one is a mistake of the program."""
_LOGGED = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_NO_WORDS = frozenset({"compile", "fullmatch", "match", "search", "sub", "getLogger", "Counter", "Gauge", "Histogram"})
_METRICS = frozenset({"CounterMetricFamily", "GaugeMetricFamily", "HistogramMetricFamily", "option", "argument"})

SHOWN_AS_WORDS = (
    *("public", "private", "yes", "no", "none", "internet", "firewall", "pass", "fail", "undetermined"),
    *("required", "preferred", "unwanted", "status", "objections", "recommended", "eligible", "current"),
    *("holds", "before", "wait", "verify", "below", "above", "exposure", "efficiency", "accessibility"),
    *("on", "off", "run", "attach", "ingress", "egress", "everybody", "nobody", "security groups"),
    *("Public", "Private", "Public and private", "Warnings", "not applicable"),
    *("cluster", "from", "present", "broken"),
    *("ruled out", "no mode fits", "denied out", "denied in", "no route", "not resolved", "insufficient info"),
    *("ENI addresses", "legs off the internet", "addresses that may connect", "short paths", "no nat processing"),
    *("same zone", "no single point of failure", "required admitted", "preferred admitted"),
    *("restricted access", "private only", "private nodes", "no public endpoint", "no open list", "private endpoint"),
)
"""Codes that are shown as words, and single words.

A single word stands for itself only where a translation asks for it (``{mode:word}``)."""


def is_for_people(text: str, fewest: int = 2) -> bool:
    """Whether a text of the code is one that people read (rule 1)."""
    words = _WORD.findall(text)
    if text.startswith("## ") and words:
        return True
    has_small_word = fewest == 1 or any(word.islower() for word in words)
    return len(words) >= fewest and " " in text.strip() and has_small_word and _COMMAND.search(text) is None


def sentences(
    file: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: dict[str, Any]
) -> Iterator[Extracted]:
    """Babel's extraction method for Python: every text for people."""
    for line, text in texts_of(ast.parse(file.read())):
        yield line, None, text, []


def entries(
    file: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: dict[str, Any]
) -> Iterator[Extracted]:
    """Babel's extraction method for a catalogue in JSON: the members that the option ``members`` names.

    The entries are the list that the file holds, or its member that the option ``list`` names.
    """
    members, held = options["members"].split(), json.load(file)
    for entry in held[options["list"]] if "list" in options else held:
        for member in members:
            value = entry.get(member)
            for text in value if isinstance(value, list) else [value] if value else []:
                yield 0, None, escaped(text), []


def words(
    file: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: dict[str, Any]
) -> Iterator[Extracted]:
    """Babel's extraction method for this very module: codes that are shown as words."""
    for word in SHOWN_AS_WORDS:
        yield 0, None, word, []


def escaped(text: str) -> str:
    """A text as a message without placeholders."""
    return text.replace("{", "{{").replace("}", "}}")


def texts_of(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The messages under a node of the code, each with its line."""
    if isinstance(node, ast.JoinedStr):
        text = _joined(node)
        if is_for_people(_bare(text), 1 if "{" in text else 2):
            yield node.lineno, text
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from texts_of(part.value)
    elif isinstance(node, ast.Call) and _name(node.func) == MARK:
        yield from ((it.lineno, escaped(str(it.value))) for it in node.args if isinstance(it, ast.Constant))
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and is_for_people(node.value):
            yield node.lineno, _template(node.value)
    else:
        for child in _shown(node):
            yield from texts_of(child)


def _shown(node: ast.AST) -> Iterable[ast.AST]:
    """The children of a node in which an answer's words may stand (rule 2)."""
    if isinstance(node, ast.Compare) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return ()
    if isinstance(node, ast.Subscript):
        return (node.value,)
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, ast.Assign) and any(_name(target) == "key" for target in node.targets):
        return ()  # of what is remembered
    if isinstance(node, ast.AnnAssign):
        return (node.value,) if node.value else ()
    if isinstance(node, ast.FunctionDef):
        return (*node.body, *node.decorator_list, *node.args.defaults, *(it for it in node.args.kw_defaults if it))
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _name(node.exc.func) in NOT_SHOWN:
        return ()
    if isinstance(node, ast.Call):
        name, is_method = _name(node.func), isinstance(node.func, ast.Attribute)
        if name in _NO_WORDS or name in _METRICS or (is_method and name in _LOGGED):
            return ()
    return ast.iter_child_nodes(node)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _joined(node: ast.JoinedStr) -> str:
    """An f-string as a message; one expression has one name in it, and two have two."""
    names: dict[str, str] = {}
    pieces = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            key = ast.unparse(part.value)
            if key not in names:
                names[key] = _distinct(_core(part.value), names.values())
            pieces.append(f"{{{names[key]}}}")
        elif isinstance(part, ast.Constant):
            pieces.append(escaped(str(part.value)))
    return "".join(pieces)


def _distinct(name: str, taken: Collection[str]) -> str:
    return next(it for it in (name, *(f"{name}_{number}" for number in range(2, 50))) if it not in taken)


def _core(node: ast.AST) -> str:
    """The name of a placeholder: the word in its expression that says most."""
    match node:
        case ast.Attribute(attr="value", value=inner):
            return _core(inner)
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name.strip("_").lower() if name.strip("_").isidentifier() else "it"
        case ast.Call(args=[first, *_]) | ast.Call(func=ast.Attribute(value=first)):
            return _core(first)
        case (
            ast.Subscript(value=inner)
            | ast.GeneratorExp(elt=inner)
            | ast.ListComp(elt=inner)
            | ast.BinOp(left=inner)
            | ast.Starred(value=inner)
        ):
            return _core(inner)
        case _:
            return "it"


def _bare(message: str) -> str:
    return "".join(literal if name is None else f"{literal}{{}}" for literal, name, _, _ in Formatter().parse(message))


_PLAIN_FIELD = re.compile(r"\{([a-z_]*)(?::[^{}]*)?\}")


def _template(text: str) -> str:
    """A constant as a message: what `str.format` would fill is a placeholder, other braces are themselves."""
    names: list[str] = []

    def named(match: re.Match[str]) -> str:
        names.append(match[1] or _distinct("it", names))
        return f"{{{names[-1]}}}"

    if "{" not in text and "}" not in text:
        return text
    rest = _PLAIN_FIELD.sub("", text)
    return _PLAIN_FIELD.sub(named, text) if "{" not in rest and "}" not in rest else escaped(text)
