"""Values of a template: parameters, pseudo parameters, mappings, conditions and intrinsic functions.

1. A parameter has its default, which is said; without one, or if it is read from the Parameter Store, it is
   open. A parameter that hides its value (`NoEcho`) is always open, for its default is a secret.
2. `AWS::NoValue` takes a property away. The other pseudo parameters are known at deployment only.
3. A condition that depends on an open value is open; `Fn::If` then is open too, unless both branches agree.
4. `Ref` of a resource is its logical id; `Fn::GetAtt` gives a property of the template, or an id, or is open.
5. What is evaluated is counted, and a value that needs itself is open, so every template comes to an end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.intake import cloudformation_functions as functions
from service.intake.cloudformation_texts import (
    MOST_CHARACTERS,
    LogicalId,
    first_open,
    function_of,
    scalar,
    shown,
    without_missing,
)
from service.intake.readings import MISSING, Open, Reading
from service.intake.yaml_documents import is_unknown_tag

MOST_STEPS = 200_000
DEEPEST = 40
"""How many levels of functions, and of conditions that name others, are followed."""
MOST_ITEMS = 200
_TYPED_ID = re.compile(r"AWS::EC2::(?:VPC|Subnet|SecurityGroup|Instance|Volume)(?:::Id|::GroupName)")
_PSEUDO = re.compile(r"AWS::(?:AccountId|NotificationARNs|Partition|Region|StackId|StackName|URLSuffix)")
_ELSEWHERE = {
    "Fn::ImportValue": "an export of another stack",
    "Fn::Transform": "made by a macro",
    "Fn::Base64": "not needed here",
    "Fn::ToJsonString": "not needed here",
    "Fn::GetStackOutput": "an output of another stack",
}
_IDS = {"GroupId", "AllocationId", "Id", "VpcId", "SubnetId", "RouteTableId", "NatGatewayId", "InternetGatewayId"}
_MORE_IDS = {"TransitGatewayId", "VpcPeeringConnectionId", "VPNGatewayId", "NetworkAclId", "ClientVpnEndpointId"}
CLUSTER_GROUP = "ClusterSecurityGroupId"
_FROM_THE_STORE = "a parameter that is read from the Parameter Store"


@dataclass(slots=True)
class Values:
    """Evaluates what a template holds; ``sections`` is the template with its loops written out."""

    sections: Mapping[str, Any]
    used: dict[str, str] = field(default_factory=dict)
    """The parameters whose defaults went into the values that were read, and what to say of each."""
    _known: dict[str, tuple[Any, dict[str, str]]] = field(default_factory=dict)
    _inside: set[str] = field(default_factory=set)
    _steps: int = 0
    _depth: int = 0

    def read(self, value: Any, place: str) -> Reading:
        """What stands in a place, for `readings.Section`."""
        if function_of(value) is None and isinstance(value, Mapping) and not is_unknown_tag(value):
            return Reading(value, place)
        before, self.used = self.used, {}
        try:
            found = self.evaluate(value)
            assumed = tuple(self.used.values())
        finally:
            self.used = before | self.used
        if isinstance(found, str) and "{{resolve:" in found:
            found = Open(found, "a dynamic reference, which is resolved at deployment")
        is_computed = bool(assumed) or function_of(value) is not None
        because = f"evaluated: {shown(value)}" if is_computed else ""
        return Reading(found, place, because, assumed)

    def evaluate(self, value: Any) -> Any:
        """The value with every function in it evaluated; parts may be `Open`."""
        self._steps += 1
        if self._steps > MOST_STEPS or self._depth > DEEPEST:
            return Open(shown(value), f"more than {MOST_STEPS} steps, or {DEEPEST} levels, to evaluate")
        self._depth += 1
        try:
            return self._evaluated(value)
        finally:
            self._depth -= 1

    def _evaluated(self, value: Any) -> Any:
        if is_unknown_tag(value):
            return Open(shown(value), "a tag that is not known")
        name = function_of(value)
        if name is not None:
            return self._call(name, value)
        if isinstance(value, Mapping):
            return without_missing({str(key): self.evaluate(part) for key, part in value.items()})
        if isinstance(value, list):
            return without_missing([self.evaluate(part) for part in value])
        return MISSING if value is None else value

    def condition(self, name: Any) -> Any:
        """Whether a condition holds: true, false, or open."""
        conditions = self.sections.get("Conditions")
        if not isinstance(name, str) or not isinstance(conditions, Mapping) or name not in conditions:
            return Open(shown(name), "a condition that the template does not define")
        found = self._once(f"condition {name}", conditions[name])
        text = (scalar(found) or "").lower()
        if text in ("true", "false"):
            return text == "true"
        return first_open(found) or Open(name, "no condition")

    def _once(self, key: str, value: Any) -> Any:
        """A value under a name, evaluated once, with the parameters that it rests on; open if it needs itself."""
        if key in self._inside:
            return Open(key, "it needs itself")
        if key not in self._known:
            self._inside.add(key)
            before, self.used = self.used, {}
            try:
                self._known[key] = self.evaluate(value), self.used
            finally:
                self.used = before
                self._inside.discard(key)
        found, used = self._known[key]
        self.used.update(used)
        return found

    def _call(self, name: str, call: Mapping[str, Any]) -> Any:
        argument = call[name]
        if name == "Ref":
            return self._ref(argument)
        if name == "Fn::GetAtt":
            return self._attribute(argument)
        if name == "Fn::Sub":
            return self._sub(argument)
        if name == "Condition":
            return self.condition(argument)
        if name == "Fn::If":
            return self._if(argument, call)
        if name in ("Fn::And", "Fn::Or", "Fn::Not"):
            return self._logic(name, argument)
        if name == "Fn::FindInMap":
            return self._find(argument, call)
        if name == "Fn::GetAZs":
            return Open(shown(call), functions.ZONES)
        if name in functions.FUNCTIONS:
            return functions.FUNCTIONS[name](self.evaluate(argument))
        return Open(shown(call), _ELSEWHERE.get(name, "a function that is not known"))

    def _ref(self, name: Any) -> Any:
        text = f"!Ref {name}"[:MOST_CHARACTERS]
        if name == "AWS::NoValue":
            return MISSING
        if not isinstance(name, str):
            return Open(shown({"Ref": name}), "no name")
        if _PSEUDO.fullmatch(name):
            return Open(text, "known at deployment only")
        parameters = self.sections.get("Parameters")
        if isinstance(parameters, Mapping) and name in parameters:
            return self._parameter(name, parameters[name])
        resources = self.sections.get("Resources")
        if isinstance(resources, Mapping) and name in resources:
            return LogicalId(name)
        return Open(text, "the template defines no such parameter or resource")

    def _parameter(self, name: str, parameter: Any) -> Any:
        text, kind = f"!Ref {name}", parameter.get("Type") if isinstance(parameter, Mapping) else None
        if not isinstance(kind, str):
            return Open(text, "a parameter without a type")
        if kind.startswith("AWS::SSM::Parameter::Value"):
            return Open(text, _FROM_THE_STORE)
        if (scalar(parameter.get("NoEcho")) or "").lower() == "true":
            return Open(text, "a parameter that hides its value")
        default = scalar(parameter.get("Default"))
        is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
        if default is None or (default == "" and _TYPED_ID.search(kind)):
            is_id = default is None and not is_list and _TYPED_ID.fullmatch(kind)
            return LogicalId(name) if is_id else Open(text, "a parameter without a default")
        self.used[name] = f"the parameter `{name}` keeps its default, `{default[:80]}`"
        return [part.strip() for part in default.split(",")] if is_list else default

    def _attribute(self, argument: Any) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        text = shown({"Fn::GetAtt": parts})
        if not (isinstance(parts, list) and len(parts) == 2 and all(isinstance(part, str) for part in parts)):
            return Open(text, "an attribute whose name is not known")
        resources = self.sections.get("Resources")
        resource = resources.get(parts[0]) if isinstance(resources, Mapping) else None
        if not isinstance(resource, Mapping):
            return Open(text, "the template defines no such resource")
        attribute = parts[1]
        if attribute in _IDS or attribute in _MORE_IDS:
            own = resource.get("Properties", {}) if attribute == "VpcId" else {}
            if not (isinstance(own, Mapping) and "VpcId" in own):
                return LogicalId(parts[0])
        if attribute in (CLUSTER_GROUP, "DefaultSecurityGroup", "DefaultNetworkAcl"):
            return LogicalId(f"{parts[0]}.{attribute}")
        return self._property(parts[0], attribute, resource, text)

    def _property(self, name: str, attribute: str, resource: Mapping[str, Any], text: str) -> Any:
        if str(resource.get("Type")) == "AWS::CloudFormation::Stack":
            return Open(text, "an output of a nested stack, which is not fetched")
        properties = resource.get("Properties")
        if not isinstance(properties, Mapping) or attribute not in properties:
            return Open(text, "AWS gives it when the resource is made")
        found = self._once(f"{name}.{attribute}", properties[attribute])
        return found if _is_flat(found) else Open(text, "no text and no list of texts")

    def _sub(self, argument: Any) -> Any:
        own: Mapping[str, Any] = {}
        template = argument
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], Mapping):
            template, own = argument
        if not isinstance(template, str):
            return Open(shown({"Fn::Sub": argument}), "no text to put values into")
        return functions.substituted(template, lambda name: self._variable(name, own))

    def _variable(self, name: str, own: Mapping[str, Any]) -> Any:
        if name in own:
            return self.evaluate(own[name])
        self._steps += 1
        found = self._attribute(name) if "." in name else self._ref(name)
        return Open(name, found.why) if isinstance(found, Open) else found

    def _if(self, argument: Any, call: Mapping[str, Any]) -> Any:
        if not (isinstance(argument, list) and len(argument) == 3):
            return Open(shown(call), "no call that CloudFormation takes")
        holds = self.condition(argument[0])
        if isinstance(holds, bool):
            return self.evaluate(argument[1 if holds else 2])
        first, second = self.evaluate(argument[1]), self.evaluate(argument[2])
        return first if first == second else Open(shown(call), f"its condition is open: {holds.text}, {holds.why}")

    def _logic(self, name: str, argument: Any) -> Any:
        parts = [self.evaluate(part) for part in argument] if isinstance(argument, list) else []
        answers: list[Any] = []
        for part in parts:
            text = (scalar(part) or "").lower()
            is_known = text in ("true", "false")
            answers.append(text == "true" if is_known else first_open(part) or Open(shown(part), "no condition"))
        if not answers or (name == "Fn::Not" and len(answers) != 1):
            return Open(shown({name: argument}), "no call that CloudFormation takes")
        if name == "Fn::Not":
            return answers[0] if isinstance(answers[0], Open) else not answers[0]
        return functions.both(answers) if name == "Fn::And" else functions.either(answers)

    def _find(self, argument: Any, call: Mapping[str, Any]) -> Any:
        mappings = self.sections.get("Mappings")
        if not (isinstance(argument, list) and len(argument) in (3, 4)) or not isinstance(mappings, Mapping):
            return Open(shown(call), "no mapping of the template")
        name, first, second = (self.evaluate(part) for part in argument[:3])
        found = functions.row_of(mappings.get(scalar(name) or ""), first, second)
        if found is MISSING and len(argument) == 4 and isinstance(argument[3], Mapping):
            found = self.evaluate(argument[3].get("DefaultValue"))
        if found is MISSING:
            return Open(shown(call), "the mapping has no such row")
        if isinstance(found, Open):
            return Open(shown(call), found.why)
        return found if _is_flat(found) else Open(shown(call), "no text and no list of texts")


def _is_flat(value: Any) -> bool:
    """Whether a value is no larger than what an attribute or a mapping may hold, so that none grows from others."""
    parts = value if isinstance(value, list) else [value]
    return len(parts) <= MOST_ITEMS and all(isinstance(part, Open) or scalar(part) is not None for part in parts)
