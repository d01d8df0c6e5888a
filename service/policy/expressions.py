"""Reads a guardrail's expression before CEL does, and refuses what is not plainly right.

CEL's own compiler finds no misspelt member, lets text be compared with a number (and says no), and sets no bound on
what an expression costs. So the part of CEL that guardrails use is read here as well, with types:

1. Names are those of `VARIABLES` and of a macro's own variable, members those of their types; a near one is named.
2. `&&`, `||`, `!`, `?:` take booleans; `==` and `<` two of one kind; the whole is a boolean.
3. A macro over a list (`all`, `exists`, `exists_one`) stands in no other, and what looks a whole list through (`in`)
   stands in none either, so that the steps are at most the nodes times the longest list. `filter` and `map` are left
   out: CEL copies the list that they build at every item (1 600 items in ten filters took a minute and a half).
4. An expression has at most 512 characters and 24 levels.

What is left out of CEL (null, maps, durations, conversions, regular expressions) is refused with a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from service.policy.tokens import ExpressionError, Token, tokens_of
from service.policy.types import BOOL, DOUBLE, INT, STRING, VARIABLES, ListOf, Members, Texts, Type

LONGEST, DEEPEST = 512, 24
MACROS = ("all", "exists", "exists_one")
TEXT_FUNCTIONS = ("contains", "startsWith", "endsWith")

_NUMBERS = (INT, DOUBLE)


@dataclass(frozen=True, slots=True)
class Cost:
    """How large an expression is: its nodes bound the steps that it takes for each item of the longest list."""

    nodes: int
    loops: bool


def check(text: str) -> Cost:
    """The cost of an expression that is right; raises `ExpressionError` for any other."""
    if len(text) > LONGEST:
        raise ExpressionError(f"has {len(text)} characters, expected at most {LONGEST}")
    reader = _Reader(tokens_of(text))
    found = reader.choice()
    if reader.kind:
        raise ExpressionError(f"has `{reader.text}` where it should end")
    if found != BOOL:
        raise ExpressionError(f"is {named(found)}, expected something that is true or false")
    return Cost(nodes=len(reader.tokens), loops=reader.loops)


def named(type_: Type) -> str:
    """A type in words."""
    if isinstance(type_, ListOf):
        return f"a list of {named(type_.item)}"
    if isinstance(type_, Texts):
        return "labels"
    return f"a {type_.name}" if isinstance(type_, Members) else type_.name


def hint(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """Which known word was probably meant, or which there are."""
    close = get_close_matches(word, list(known), n=1)
    return f", did you mean `{close[0]}`?" if close else f"; there are {', '.join(f'`{it}`' for it in sorted(known))}"


@dataclass(slots=True)
class _Reader:
    """One pass over the tokens; each method reads a level of precedence and gives its type."""

    tokens: list[Token]
    place: int = 0
    depth: int = 0
    own: dict[str, Type] = field(default_factory=dict)
    loops: bool = False

    @property
    def kind(self) -> str:
        return self.tokens[self.place][0] if self.place < len(self.tokens) else ""

    @property
    def text(self) -> str:
        return self.tokens[self.place][1] if self.place < len(self.tokens) else "the end"

    def take(self, *texts: str) -> str:
        """The next token if it is one of these, or else nothing."""
        if self.kind in ("sign", "name") and self.text in texts:
            self.place += 1
            return texts[texts.index(self.tokens[self.place - 1][1])]
        return ""

    def need(self, text: str) -> None:
        if not self.take(text):
            raise ExpressionError(f"has `{self.text}` where `{text}` is expected")

    def name(self) -> str:
        if self.kind != "name":
            raise ExpressionError(f"has `{self.text}` where a name is expected")
        self.place += 1
        return self.tokens[self.place - 1][1]

    def choice(self) -> Type:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(f"is nested deeper than {DEEPEST} levels")
        found = self.either()
        if self.take("?"):
            _same(found, BOOL, "?")
            one = self.choice()
            self.need(":")
            _same(self.choice(), one, "? :")
            found = one
        self.depth -= 1
        return found

    def either(self) -> Type:
        found = self.both()
        while self.take("||"):
            _same(found, BOOL, "||")
            _same(self.both(), BOOL, "||")
        return found

    def both(self) -> Type:
        found = self.relation()
        while self.take("&&"):
            _same(found, BOOL, "&&")
            _same(self.relation(), BOOL, "&&")
        return found

    def relation(self) -> Type:
        left = self.sum()
        sign = self.take("==", "!=", "<=", ">=", "<", ">", "in")
        if not sign:
            return left
        right = self.sum()
        if sign == "in":
            self.contained(left, right)
        elif isinstance(left, ListOf | Members | Texts):
            raise ExpressionError(f"compares {named(left)} with `{sign}`, expected a text, a number or a boolean")
        else:
            _same(right, left, sign)
            if left == BOOL and sign not in ("==", "!="):
                raise ExpressionError(f"orders booleans with `{sign}`")
        return BOOL

    def contained(self, left: Type, right: Type) -> None:
        if isinstance(right, Texts):
            _same(left, STRING, "in")
        elif isinstance(right, ListOf):
            _same(left, right.item, "in")
            if right.is_long and self.own:
                raise ExpressionError("looks a whole list through (`in`) inside a macro; bound is one level")
            self.loops = self.loops or right.is_long
        else:
            raise ExpressionError(f"looks with `in` into {named(right)}, expected a list or labels")

    def sum(self) -> Type:
        found = self.product()
        while sign := self.take("+", "-"):
            if found not in (*_NUMBERS, *((STRING,) if sign == "+" else ())):
                raise ExpressionError(f"takes {named(found)} with `{sign}`, expected numbers")
            _same(self.product(), found, sign)
        return found

    def product(self) -> Type:
        found = self.signed()
        while sign := self.take("*", "/", "%"):
            if found not in _NUMBERS or (sign == "%" and found != INT):
                raise ExpressionError(f"takes {named(found)} with `{sign}`, expected numbers")
            _same(self.signed(), found, sign)
        return found

    def signed(self) -> Type:
        if self.take("!"):
            return _same(self.signed_within(), BOOL, "!")
        if self.take("-"):
            found = self.signed_within()
            if found not in _NUMBERS:
                raise ExpressionError(f"takes {named(found)} with `-`, expected a number")
            return found
        return self.member()

    def signed_within(self) -> Type:
        """What stands behind a sign, which counts as a level because signs may follow each other."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(f"is nested deeper than {DEEPEST} levels")
        found = self.signed()
        self.depth -= 1
        return found

    def member(self) -> Type:
        found = self.primary()
        while sign := self.take(".", "["):
            if sign == "[":
                found = self.indexed(found)
            else:
                word = self.name()
                found = self.called(found, word) if self.take("(") else _part(found, word)
        return found

    def indexed(self, found: Type) -> Type:
        key = self.choice()
        self.need("]")
        if isinstance(found, Texts):
            return _same(key, STRING, "[]") and STRING
        if isinstance(found, ListOf):
            return _same(key, INT, "[]") and found.item
        raise ExpressionError(f"looks with `[]` into {named(found)}, expected a list or labels")

    def called(self, found: Type, word: str) -> Type:
        if word in MACROS and isinstance(found, ListOf):
            return self.macro(found, word)
        if word in TEXT_FUNCTIONS and found == STRING:
            _same(self.choice(), STRING, word)
            self.need(")")
            return BOOL
        known = MACROS if isinstance(found, ListOf) else TEXT_FUNCTIONS if found == STRING else ()
        raise ExpressionError(f"calls `{word}` of {named(found)}{hint(word, known) if known else ', which has none'}")

    def macro(self, found: ListOf, word: str) -> Type:
        if self.own:
            raise ExpressionError(f"has the macro `{word}` inside another one; bound is one level")
        variable = self.name()
        if variable in VARIABLES:
            raise ExpressionError(f"calls the macro's variable `{variable}`, which is the name of something else")
        self.need(",")
        self.loops = True
        self.own = {variable: found.item}
        body = self.choice()
        self.own = {}
        self.need(")")
        return _same(body, BOOL, word)

    def primary(self) -> Type:
        literal = {"int": INT, "double": DOUBLE, "string": STRING}.get(self.kind)
        if literal:
            self.place += 1
            return literal
        if self.take("("):
            found = self.choice()
            self.need(")")
            return found
        if self.take("["):
            return self.written_list()
        return self.named_value()

    def written_list(self) -> Type:
        item = self.choice()
        while self.take(","):
            _same(self.choice(), item, "[]")
        self.need("]")
        return ListOf(item, is_long=False)

    def named_value(self) -> Type:
        word = self.name()
        if word in ("true", "false"):
            return BOOL
        if word == "null":
            raise ExpressionError("has `null`: what is not given is not there, ask with `has(...)`")
        if self.take("("):
            return self.function(word)
        names = {**VARIABLES, **self.own}
        if word not in names:
            raise ExpressionError(f"names `{word}`, which there is not{hint(word, names)}")
        return names[word]

    def function(self, word: str) -> Type:
        if word not in ("has", "size"):
            raise ExpressionError(f"calls `{word}`, which there is not{hint(word, ('has', 'size'))}")
        start = self.place
        argument = self.choice()
        if word == "has" and not (self.tokens[start][0] == "name" and self.tokens[self.place - 2][1] == "."):
            raise ExpressionError("asks `has` of what is no member, expected `has(cluster.account)`")
        if word == "size" and not (argument == STRING or isinstance(argument, ListOf | Texts)):
            raise ExpressionError(f"asks for the size of {named(argument)}, expected a text, a list or labels")
        self.need(")")
        return BOOL if word == "has" else INT


def _same(found: Type, wanted: Type, sign: str) -> Type:
    if found != wanted:
        raise ExpressionError(f"takes {named(found)} with `{sign}`, expected {named(wanted)}")
    return found


def _part(found: Type, word: str) -> Type:
    if isinstance(found, Texts):
        return STRING
    if not isinstance(found, Members):
        raise ExpressionError(f"asks for `{word}` of {named(found)}, which has no members")
    if word not in found.members:
        raise ExpressionError(f"names `{found.name}.{word}`, which there is not{hint(word, found.members)}")
    return found.members[word]
