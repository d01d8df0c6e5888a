"""An organisation's policy on the wire: a YAML file, read as strictly as a question.

What it may demand are a question's requirements, what it may take for granted are facts of a cluster, and both are
read by the same fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from marshmallow import ValidationError

from service.catalogue import CONTROLS
from service.catalogue.prices import PriceList, PricesError, price_list
from service.domain.cluster import EndpointMode, Hosting, IpFamily
from service.domain.errors import Mistake, MistakesError
from service.domain.network import BlockPublicAccess
from service.domain.question import UNAPPROVED, InternetExposure, NodeTraffic, Requirements, Severity
from service.engine.ruling import GUARDRAIL
from service.intake.understanding import NotUnderstoodError
from service.intake.yaml_documents import read_yaml
from service.policy.guardrails import Guardrail, compiled
from service.policy.policy import Policy, Presumed, Rule, WrittenWaiver
from service.policy.selecting import Selector
from service.policy.tokens import ExpressionError
from service.web.schemas.elements import Element, Fault, Items, Part, ranges
from service.web.schemas.elements import names as texts
from service.web.schemas.fields import Choice, Flag, Labels, Text, WireField, members_of
from service.web.schemas.hints import did_you_mean, shown
from service.web.schemas.loading import shape_mistakes
from service.web.schemas.question import MOST_CONTROLS, Account, ControlId, WeightsElement

MOST_RULES = 200
MOST_POLICY_BYTES = 256 * 1024
MOST_WAIVERS = 1_000
DEMANDS = (
    "internet-exposure-none",
    "internet-exposure-allow-list",
    "node-traffic-inside-vpc",
    UNAPPROVED,
    "mode-not-allowed",
    *(f"control-{id_}-fails" for id_ in CONTROLS),
)
"""The objections that a policy's demands raise, which a waiver may name beside those of guardrails."""
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class InvalidPolicyError(MistakesError):
    """A file that is no policy."""


class RuleName(Text):
    """The name of a rule, of which ids are made."""

    expected = "a name of lower-case letters, digits and hyphens, such as `no-open-lists`"

    def __init__(self, wire_name: str | None = None, *, required: bool = False) -> None:
        super().__init__(wire_name, longest=64, required=required)

    def read(self, value: Any) -> str:
        """The name as it is."""
        name = super().read(value)
        if not _NAME.fullmatch(name):
            raise ValidationError(f"is {shown(name)}, expected {self.expected}")
        return name


class InOrder(Items):
    """A list whose order means something."""

    def read(self, value: Any) -> tuple[Any, ...]:
        """The items as they come, for the whole file is looked through before anything is read."""
        return tuple([self.read_item(item) for item in value])


class LabelChoices(Labels):
    """Labels with the value, or the values, that fit."""

    expected = "an object of texts or lists of texts"

    def read(self, value: Any) -> Any:
        """The keys with their values, by key."""
        if type(value) is not dict:
            raise self.refusal(value)
        chosen = {key: texts if type(texts) is list else [texts] for key, texts in value.items()}
        for number in range(max(map(len, chosen.values()), default=0)):
            super().read({key: texts[number] for key, texts in chosen.items() if number < len(texts)})
        return tuple((key, tuple(texts)) for key, texts in sorted(chosen.items()))


class Day(WireField):
    """A day."""

    expected = "a day such as `2027-03-31`"

    def read(self, value: Any) -> date:
        """The day."""
        try:
            if type(value) is str and len(value) == len("2027-03-31"):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise self.refusal(value)


class Prices(WireField):
    """A price list."""

    expected = "a price list (docs/operations.md)"

    def read(self, value: Any) -> PriceList:
        """The price list."""
        try:
            return price_list(value)
        except PricesError as error:
            raise ValidationError(f"is {error}") from None


class SelectorElement(Element):
    """Which clusters a rule is about."""

    noun = Selector
    regions = texts()
    accounts = Items(Account(), most=1_000)
    labels = LabelChoices()
    without_labels = texts()
    names = texts()


class PresumedElement(Element):
    """Facts to take for granted where they are not given."""

    noun = Presumed
    hosting = Choice(members_of(Hosting))
    ip_family = Choice(members_of(IpFamily))
    enable_dns_support = Flag()
    enable_dns_hostnames = Flag()
    domain_name_servers = texts()
    block_public_access = Choice(members_of(BlockPublicAccess))

    def build(self, values: dict[str, Any]) -> tuple[Presumed, ...]:
        """Each fact with its field in a question."""
        return tuple(_presumed(name, value) for name, value in sorted(values.items()))


def _presumed(name: str, value: Any) -> Presumed:
    place = name if name in ("hosting", "ip_family") else f"vpc/{name}"
    said = ", ".join(value) if isinstance(value, tuple) else getattr(value, "value", str(value).lower())
    return Presumed(field=f"/cluster/{place}", value=value, words=f"`{name}` is taken to be {said}")


class RuleElement(Element):
    """What holds for some clusters."""

    noun = Rule
    name = RuleName(required=True)
    selector = Part(SelectorElement(), "match")
    internet_exposure = Choice(members_of(InternetExposure))
    node_traffic = Choice(members_of(NodeTraffic))
    approved_source_cidrs = ranges()
    controls = Items(ControlId(), most=MOST_CONTROLS)
    modes = Items(Choice(members_of(EndpointMode)), "allowed_modes", most=len(EndpointMode))
    weights = Part(WeightsElement())
    prices = Prices()
    presumed = Part(PresumedElement(), "assume")

    def build(self, values: dict[str, Any]) -> Rule:
        """The rule with its demands as requirements."""
        demanded = ("internet_exposure", "node_traffic", "approved_source_cidrs", "controls", "modes")
        demands = {name: values.pop(name) for name in demanded if name in values}
        if "modes" in demands:
            demands["modes"] = frozenset(demands["modes"])
        return Rule(demands=Requirements(**demands), **values)


class Expression(Text):
    """A guardrail's expression."""

    expected = "a CEL expression that is true where all is well"

    def read(self, value: Any) -> Any:
        """The compiled program with its cost."""
        try:
            return compiled(super().read(value))
        except ExpressionError as error:
            raise ValidationError(str(error)) from None


class GuardrailElement(Element):
    """A rule of the organisation's own."""

    noun = Guardrail
    name = RuleName(required=True)
    selector = Part(SelectorElement(), "match")
    expression = Expression(required=True, longest=10_000)
    message = Text(required=True)
    severity = Choice(members_of(Severity))
    source = Text()

    def build(self, values: dict[str, Any]) -> Guardrail:
        """The guardrail, compiled."""
        program, cost = values.pop("expression")
        return Guardrail(program=program, cost=cost, **values)


class WaiverElement(Element):
    """An exception."""

    noun = WrittenWaiver
    cluster = Text(required=True)
    rule = Text(required=True)
    reason = Text(required=True)
    owner = Text(required=True)
    expires = Day(required=True)


class PolicyElement(Element):
    """A policy."""

    noun = Policy
    name = RuleName(required=True)
    description = Text(longest=2_000)
    lets_questions_weigh = Flag()
    written = InOrder(RuleElement(), "rules", most=MOST_RULES)
    guardrails = InOrder(GuardrailElement(), most=MOST_RULES)
    waivers = InOrder(WaiverElement(), most=MOST_WAIVERS)

    def build(self, values: dict[str, Any]) -> dict[str, Any]:
        """The policy's members, to which only its revision is missing."""
        return values | {"rules": values.pop("written", ())}

    def rules(self, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Names are told apart, and a waiver takes back something that the policy can raise."""
        for member in ("rules", "guardrails"):
            named = list(_named(given.get(member)))
            for name in sorted({name for name in named if named.count(name) > 1}):
                yield member, f"has more than one by the name of `{name}`"
        known = (*DEMANDS, *(GUARDRAIL + name for name in _named(given.get("guardrails"))))
        for waiver in _objects(given.get("waivers")):
            rule = waiver.get("rule")
            if type(rule) is str and rule not in known:
                meant = did_you_mean(rule, known) or "; expected `guardrail-NAME`, or the id of a demand's objection"
                yield "waivers", f"names {shown(rule)}, which this policy does not raise{meant}"


def _objects(items: object) -> list[dict[str, Any]]:
    return [item for item in items if type(item) is dict] if type(items) is list else []


def _named(items: object) -> Iterable[str]:
    return (item["name"] for item in _objects(items) if type(item.get("name")) is str)


_POLICY = PolicyElement()


def load_policy(content: bytes) -> Policy:
    """The policy that a file holds; raises `InvalidPolicyError` with every mistake in it."""
    document = _document(content)
    mistakes = tuple(shape_mistakes(_POLICY, document))
    if mistakes:
        raise InvalidPolicyError(mistakes)
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Policy(
        revision=f"sha256:{sha256(canonical.encode()).hexdigest()}", content=document, **_POLICY.read(document)
    )


def _document(content: bytes) -> dict[str, Any]:
    try:
        documents = read_yaml(content.decode("utf-8-sig")) if len(content) <= MOST_POLICY_BYTES else []
    except (NotUnderstoodError, UnicodeDecodeError) as error:
        raise InvalidPolicyError((Mistake("", str(error)),)) from None
    if len(documents) != 1 or type(documents[0]) is not dict:
        raise InvalidPolicyError(
            (Mistake("", f"is no policy, expected one YAML object of at most {MOST_POLICY_BYTES} bytes"),)
        )
    return documents[0]
