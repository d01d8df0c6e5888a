"""Which expressions are guardrails, and what is said of the others."""

import pytest

from service.policy.expressions import DEEPEST, LONGEST, Cost, check
from service.policy.guardrails import compiled
from service.policy.tokens import ExpressionError

RIGHT = (
    "mode.private",
    "!mode.public || public_access.count <= 3",
    "cluster.labels.environment == 'prod' ? mode.private : true",
    "'owner' in cluster.labels && cluster.labels['owner'] != ''",
    "consumers.exists(c, c.kind == 'pipeline' && c.at in ['cluster_vpc', 'connected_network'])",
    "flows.all(f, f.step != 3 || f.accepted)",
    "size(flows) >= 1 && size(cluster.name) > 0 && size(cluster.labels) >= 0",
    "'no-route-to-internet' in objections",
    "public_access.ranges.exists_one(r, r.startsWith('13.') && r.endsWith('/28') && r.contains('209'))",
    "scores.total + 1.5 * 2.0 > 50.0 - 1.0 / 2.0",
    "scores.exposure + 2 * 3 - 4 / 2 % 5 > -1",
    "has(cluster.account) && has(flows[0].accepted)",
    "(mode.name + '!').startsWith(\"private\")",
    "!(!mode.public)",
    "mode.public == mode.private",
    "!!mode.public",
)
WRONG = {
    "": "has `the end` where a name is expected",
    "mode.private mode": "has `mode` where it should end",
    "mode": "is a mode, expected something that is true or false",
    "cluster.labels": "is labels, expected something that is true or false",
    "flows": "is a list of a flow, expected something that is true or false",
    "scores.exposure": "is int, expected something that is true or false",
    "mode.privat": "names `mode.privat`, which there is not, did you mean `private`?",
    "mod.private": "names `mod`, which there is not, did you mean `mode`?",
    "zzz": "names `zzz`, which there is not; there are `cluster`, `consumers`",
    "cluster.name.x == 'a'": "asks for `x` of string, which has no members",
    "cluster.region == null": "has `null`: what is not given is not there",
    "scores.exposure == '3'": "takes string with `==`, expected int",
    "scores.total > 3": "takes int with `>`, expected double",
    "mode.public < mode.private": "orders booleans with `<`",
    "flows == flows": "compares a list of a flow with `==`",
    "mode.public && 1": "takes int with `&&`, expected bool",
    "1 || mode.public": "takes int with `||`, expected bool",
    "'a' ? true : false": "takes string with `?`, expected bool",
    "mode.public ? 1 : true": "takes bool with `? :`, expected int",
    "mode.public ? true": "has `the end` where `:` is expected",
    "!scores.total": "takes double with `!`, expected bool",
    "-cluster.name == 'a'": "takes string with `-`, expected a number",
    "cluster.name - 'a' == ''": "takes string with `-`, expected numbers",
    "mode.public * 2 == 2": "takes bool with `*`, expected numbers",
    "scores.total % 2.0 == 1.0": "takes double with `%`, expected numbers",
    "flows.all(f, flows.exists(g, g.step == f.step))": "has the macro `exists` inside another one",
    "flows.all(f, f.consumer in objections)": "looks a whole list through (`in`) inside a macro",
    "flows.all(mode, true)": "calls the macro's variable `mode`, which is the name of something else",
    "flows.all(f, f.step)": "takes int with `all`, expected bool",
    "flows.filter(f, true) == []": "calls `filter` of a list of a flow",
    "flows.each(f, true)": "calls `each` of a list of a flow",
    "cluster.name.matches('a+')": "calls `matches` of string",
    "mode.is('x')": "calls `is` of a mode, which has none",
    "matches(cluster.name)": "calls `matches`, which there is not",
    "has(cluster)": "asks `has` of what is no member",
    "size(mode) > 1": "asks for the size of a mode",
    "1 in cluster.labels": "takes int with `in`, expected string",
    "'a' in cluster.name": "looks with `in` into string, expected a list or labels",
    "cluster.name[0] == 'a'": "looks with `[]` into string, expected a list or labels",
    "flows['a'].step == 1": "takes string with `[]`, expected int",
    "cluster.labels[1] == 'a'": "takes int with `[]`, expected string",
    "[1, 'a'][0] == 1": "takes string with `[]`, expected int",
    "mode.public & true": "cannot be read at `& true`",
    "cluster.name == 'a\\n'": "cannot be read at `'a\\n'`",
    "(mode.public": "has `the end` where `)` is expected",
    "mode.1": "has `1` where a name is expected",
    "has(1 == scores.exposure)": "asks `has` of what is no member",
}


@pytest.mark.parametrize("expression", RIGHT)
def test_what_is_read_here_cel_takes_as_well(expression: str) -> None:
    program, cost = compiled(expression)

    assert program.source == expression
    assert cost.nodes > 0


@pytest.mark.parametrize(("expression", "sentence"), WRONG.items())
def test_what_is_not_plainly_right_is_refused_with_a_reason(expression: str, sentence: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        check(expression)

    assert sentence in str(refused.value)


def test_what_cel_alone_refuses_is_refused() -> None:
    with pytest.raises(ExpressionError, match="is refused by CEL"):
        compiled("has(cluster.name == cluster.name)")


@pytest.mark.parametrize("expression", ["(" * (DEEPEST + 1), "!" * (DEEPEST + 1) + "mode.public"])
def test_levels_are_bounded_before_anything_walks_them(expression: str) -> None:
    with pytest.raises(ExpressionError, match="nested deeper"):
        check(expression)


def test_the_length_is_bounded() -> None:
    with pytest.raises(ExpressionError, match=f"at most {LONGEST}"):
        check("mode.public || " * 40 + "true")


def test_the_cost_tells_expressions_that_loop() -> None:
    assert check("mode.public") == Cost(nodes=3, loops=False)
    assert check("flows.all(f, f.accepted)").loops
    assert check("'a' in objections").loops
    assert not check("mode.name in ['public', 'private']").loops
