"""What people call things, answered with the word that this service has for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.web.schemas.elements import Element, Items, Part
from service.web.schemas.fields import Choice
from service.web.schemas.question import QuestionElement
from service.web.schemas.synonyms import MEANINGS
from tests.web.assertions import assert_error

OPERATOR = {"name": "someone", "kind": "operator"}


def words_of(element: Element) -> Iterator[str]:
    """Every member and every choice below an element; members of a member also with the member before them."""
    for attribute, field in element.load_fields.items():
        name = field.data_key or attribute
        yield name
        inner = field.item if isinstance(field, Items) else field
        if isinstance(inner, Choice):
            yield from inner.members
        if isinstance(inner, Part):
            yield from words_of(inner.element)
            yield from (f"{name}/{member}" for member in inner.element.readers)


def test_every_meaning_is_a_word_of_a_question() -> None:
    known = set(words_of(QuestionElement()))

    assert {meaning for meanings in MEANINGS.values() for meaning in meanings} <= known


@pytest.mark.parametrize(
    ("cluster", "consumer", "pointer", "meant"),
    [
        ({}, {"kind": "lambda"}, "/consumers/0/kind", "function"),
        ({}, {"kind": "GitHub-Actions"}, "/consumers/0/kind", "pipeline"),
        ({}, {"kind": "managed node group"}, "/consumers/0/kind", "node"),
        ({}, {"location": {"at": "peered_vpc"}}, "/consumers/0/location/at", "connected_network"),
        ({}, {"location": {"at": "other_vpc"}}, "/consumers/0/location/at", "other_network"),
        ({}, {"location": {"at": "internet", "resolver": "8.8.8.8"}}, "/consumers/0/location/resolver", "own"),
        ({}, {"bastion": "jump"}, "/consumers/0/bastion", "tunnel"),
        ({}, {"source_cidrs": []}, "/consumers/0/source_cidrs", "location/source_cidrs"),
        ({}, {"no_proxy": []}, "/consumers/0/no_proxy", "proxy/bypass"),
        ({"connections": [{"id": "c", "kind": "tgw"}]}, {}, "/cluster/connections/0/kind", "transit_gateway"),
        ({"subnets": [{"id": "s", "routing": "no_internet"}]}, {}, "/cluster/subnets/0/routing", "isolated"),
        ({"subnets": [{"id": "s", "routing": "private_without_nat"}]}, {}, "/cluster/subnets/0/routing", "isolated"),
        ({"vpc_cidr": "10.0.0.0/16"}, {}, "/cluster/vpc_cidr", "vpc/cidrs"),
        ({"enable_dns_hostnames": False}, {}, "/cluster/enable_dns_hostnames", "vpc/enable_dns_hostnames"),
        ({"publicAccessCidrs": []}, {}, "/cluster/publicAccessCidrs", "endpoint_access/public_access_cidrs"),
    ],
)
def test_another_word_is_answered_with_ours(
    client: FlaskClient, cluster: dict[str, Any], consumer: dict[str, Any], pointer: str, meant: str
) -> None:
    question = {"cluster": {"name": "demo", **cluster}, "consumers": [{**OPERATOR, **consumer}]}

    body = assert_error(client.post("/v1/decisions", json=question), 422, "INVALID_QUESTION")

    said = {error["pointer"]: error["detail"] for error in body["errors"]}
    assert said[pointer].endswith(f"did you mean `{meant}`?")


def test_a_word_that_means_nothing_here_is_answered_with_what_is_known(client: FlaskClient) -> None:
    question = {"cluster": {"name": "demo", "flavour": "sweet"}}

    body = assert_error(client.post("/v1/decisions", json=question), 422, "INVALID_QUESTION")

    assert "known are `account`" in body["errors"][0]["detail"]
