"""Templates in a document, their resources and the loops in them.

1. A template is an object with `Resources` of AWS's types; `aws cloudformation get-template` wraps it in
   `TemplateBody`, and several may stand in one document.
2. `Fn::ForEach` is written out first (AWS::LanguageExtensions); a loop over what is not known is left out.
3. A resource whose condition is false is not made. One whose condition is open may be made.
4. The documentation of CloudFormation shows resources without the `Resources` around them, and a single one without
   its logical id as well: both are read as a template that holds nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.intake.cloudformation_texts import scalar, shown
from service.intake.cloudformation_values import Values
from service.intake.documents import read_text
from service.intake.readings import Open, Reading, Section, as_text, escaped, quoted
from service.intake.understanding import Ignored, NotUnderstoodError

MOST_RESOURCES = 1_000
"""CloudFormation takes 500 in one template."""
MOST_WRITTEN_OUT = 100_000
MOST_ID = 200
_MOST_VARIABLES = 20
_LONGEST_ITEM = 200
_UNNAMED = "Resource"
_MEMBERS = frozenset(
    {
        *("Type", "Properties", "DependsOn", "Condition", "Metadata", "DeletionPolicy", "UpdateReplacePolicy"),
        *("UpdatePolicy", "CreationPolicy"),
    }
)
_PUT_IN = "resources that Fn::Transform puts in, which are not fetched or made here"
_NO_RESOURCE = "no resource with a logical id and a type"
_LOOP = "Fn::ForEach::"
_TYPE = re.compile(r"[A-Za-z0-9]{2,64}::[A-Za-z0-9:@_-]{1,200}")
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource; ``holds`` tells whether it is made: true, or open with the condition's name.

    ``rests_on`` are the defaults of parameters by which its condition holds.
    """

    id: str
    type: str
    place: str
    properties: Section
    holds: bool | Open = True
    rests_on: tuple[str, ...] = ()


@dataclass(slots=True)
class Template:
    """A template with its values, and its resources in order."""

    place: str
    values: Values
    resources: tuple[Resource, ...] = ()
    ignored: list[Ignored] = field(default_factory=list)

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of some types."""
        return (resource for resource in self.resources if resource.type in types)

    def named(self, id_: str, *types: str) -> Resource | None:
        """The resource of one of the types with a logical id."""
        return next((resource for resource in self.of(*types) if resource.id == id_), None)

    def told(self, reading: Reading) -> str | None:
        """A text by which two places are known to mean the same thing: an id, or the expression itself."""
        if isinstance(reading.value, Open):
            return quoted(reading.value.text).removeprefix("!Ref ")[:MOST_ID].strip() or None
        text = as_text(reading).value
        return text[:MOST_ID] if isinstance(text, str) else None

    def vpc_of(self, resource: Resource) -> str | None:
        """The VPC that a resource names."""
        return self.told(resource.properties.get("VpcId"))


def is_template(value: Any) -> bool:
    """Whether an object is a template: it has resources, all of them with a type of AWS's shape, or says so."""
    if not isinstance(value, Mapping) or not isinstance(value.get("Resources"), Mapping):
        return False
    if "AWSTemplateFormatVersion" in value:
        return True
    resources = value["Resources"]
    types = [one.get("Type") for one in resources.values() if isinstance(one, Mapping)]
    is_typed = any(isinstance(kind, str) and _TYPE.fullmatch(kind) for kind in types)
    return is_typed or not resources or any(name.startswith(_LOOP) for name in resources)


def templates_in(document: Any, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each template of a document with its place."""
    if is_template(document):
        yield place, document
    elif resources := _fragment(document):
        yield place, {"Resources": resources}
    elif isinstance(document, Mapping) and "TemplateBody" in document:
        body = document["TemplateBody"]
        if isinstance(body, str):
            body = read_text(body)
        if is_template(body):
            yield f"{place}/TemplateBody", body
    elif isinstance(document, list):
        for index, one in enumerate(document):
            if is_template(one):
                yield f"{place}/{index}", one


def _fragment(document: Any) -> Mapping[str, Any] | None:
    """The resources of a document that is nothing but resources, or but one without its logical id."""
    if not isinstance(document, Mapping):
        return None
    if _is_resource(document):
        return {_UNNAMED: document}
    return document if document and all(map(_is_resource, document.values())) else None


def _is_resource(value: Any) -> bool:
    """Whether an object has a type of AWS's shape and nothing beside it that a resource does not have."""
    if not isinstance(value, Mapping) or not isinstance(kind := value.get("Type"), str):
        return False
    return bool(_TYPE.fullmatch(kind)) and isinstance(value.get("Properties", {}), Mapping) and value.keys() <= _MEMBERS


def open_template(document: Mapping[str, Any], place: str) -> Template:
    """A template, ready to be read; raises `NotUnderstoodError` for one of more resources than AWS takes."""
    ignored: list[Ignored] = []
    loops = _Loops(Values(document), ignored)
    sections = {
        name: loops.written_out(document[name], f"{place}/{name}")
        for name in ("Parameters", "Mappings", "Conditions", "Resources")
        if isinstance(document.get(name), Mapping)
    }
    template = Template(place, Values(sections), ignored=ignored)
    template.resources = tuple(_resources(template, sections.get("Resources", {})))
    return template


def _resources(template: Template, resources: Mapping[str, Any]) -> Iterator[Resource]:
    if len(resources) > MOST_RESOURCES:
        raise NotUnderstoodError(f"the template has {len(resources)} resources, expected at most {MOST_RESOURCES}")
    for id_, resource in resources.items():
        place = f"{template.place}/Resources/{escaped(id_)}"
        kind = resource.get("Type") if isinstance(resource, Mapping) else None
        if not isinstance(kind, str) or not _TYPE.fullmatch(kind) or not _LOGICAL_ID.fullmatch(id_):
            why = _PUT_IN if id_ == "Fn::Transform" else _NO_RESOURCE
            template.ignored.append(Ignored(place=place[:200], why=why))
            continue
        holds, rests_on = _held(template.values, resource)
        if holds is False:
            condition, reason = shown(resource["Condition"]), "; ".join(rests_on)
            why = f"not made: its condition `{condition}` is false"
            why = f"not made: its condition `{condition}` is false ({reason})" if reason else why
            template.ignored.append(Ignored(place=place, why=why))
            continue
        properties = template.values.read(resource.get("Properties", {}), f"{place}/Properties")
        section = Section(properties.value, properties.place, template.values.read, within=properties, is_lenient=True)
        yield Resource(id=id_, type=kind, place=place, properties=section, holds=holds, rests_on=rests_on)


def _held(values: Values, resource: Mapping[str, Any]) -> tuple[bool | Open, tuple[str, ...]]:
    """Whether a resource's condition holds, and the defaults of parameters that decide it."""
    name = resource.get("Condition")
    if name is None:
        return True, ()
    before, values.used = values.used, {}
    holds = values.condition(name)
    rests_on, values.used = tuple(values.used.values()), before | values.used
    if isinstance(holds, Open):
        return Open(shown(name), f"{holds.why}: {holds.text}"), ()
    return bool(holds), rests_on


@dataclass(slots=True)
class _Loops:
    """Writes loops out, within bounds."""

    values: Values
    ignored: list[Ignored]
    made: int = 0

    def written_out(self, value: Any, place: str) -> Any:
        """The value with every loop in it written out."""
        self.made += 1
        if self.made > MOST_WRITTEN_OUT:
            raise NotUnderstoodError(f"its loops make more than {MOST_WRITTEN_OUT} values", place)
        if isinstance(value, list):
            return [self.written_out(part, place) for part in value]
        if not isinstance(value, Mapping):
            return value
        found: dict[str, Any] = {}
        for name, part in value.items():
            if name.startswith(_LOOP):
                found |= self._loop(part, f"{place}/{escaped(name)}"[:200])
            else:
                found[name] = self.written_out(part, place)
        return found

    def _loop(self, loop: Any, place: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], Mapping):
            items = self.values.evaluate(loop[1])
            texts = [scalar(item) for item in items] if isinstance(items, list) else [None]
            if None not in texts:
                for text in texts:
                    body = self._with_variable(loop[2], loop[0], str(text))
                    found |= self.written_out(body, place)
                return found
        self.ignored.append(Ignored(place=place, why="a loop over a list that is not known"))
        return found

    def _with_variable(self, value: Any, name: str, text: str) -> Any:
        self.made += 1
        if self.made > MOST_WRITTEN_OUT:
            raise NotUnderstoodError(f"its loops make more than {MOST_WRITTEN_OUT} values")
        if isinstance(value, str):
            if value.count("{") > _MOST_VARIABLES or len(text) > _LONGEST_ITEM:
                raise NotUnderstoodError("a loop makes texts that are longer than names and values are")
            only_letters = re.sub(r"[^A-Za-z0-9]", "", text)
            return value.replace(f"${{{name}}}", text).replace(f"&{{{name}}}", only_letters)
        if isinstance(value, list):
            return [self._with_variable(part, name, text) for part in value]
        if isinstance(value, Mapping):
            if value == {"Ref": name}:
                return text
            return {
                self._with_variable(key, name, text): self._with_variable(part, name, text)
                for key, part in value.items()
            }
        return value
