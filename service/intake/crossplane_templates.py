"""Crossplane's compositions and definitions: templates of objects, and the patches that fill them.

A patch takes its value from the composite resource, so what it sets is open, with the patch as text. Only where
the definition of that composite stands in the same documents and gives the source field a default, the default is
taken, and its origin says so. Compositions of functions other than patch-and-transform hold programs, which are
not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.intake.kubernetes_objects import Manifest, objects_in, with_value
from service.intake.readings import Open, Reading, Section, as_text, plain, quoted

API = "apiextensions.crossplane.io"
_STEP = re.compile(r"\[['\"]?([^\]'\"]+)['\"]?\]|([^.\[\]]+)")
_MOST_STEPS = 20
_FROM = ("FromCompositeFieldPath", "FromEnvironmentFieldPath")
_COMBINED = ("CombineFromComposite", "CombineFromEnvironment")


@dataclass(frozen=True, slots=True)
class Defaulted:
    """A value that a definition gives to the field from which a patch takes it."""

    value: Any
    because: str


def read_default(value: Any, place: str) -> Reading:
    """A value as it stands there, or as the definition's default fills it."""
    if isinstance(value, Defaulted):
        return replace(plain(value.value, place), because=value.because)
    return plain(value, place)


def steps(path: str) -> tuple[str, ...]:
    """A field path such as ``spec.vpcConfig[0].subnetIds`` in steps; too long a path gives none."""
    found = tuple(bracketed or bare for bracketed, bare in _STEP.findall(path[:1000]))
    return found if len(found) <= _MOST_STEPS else ()


def definition_of(api_version: object, kind: object, found: list[Manifest]) -> Section | None:
    """The schema of a composite resource or its claim, if its definition is in the documents."""
    for one in found:
        if one.group != API or one.kind != "CompositeResourceDefinition":
            continue
        spec = one.section("spec")
        kinds = [spec.section(names).get("kind").value for names in ("names", "claimNames")]
        group, _, version = str(api_version).rpartition("/")
        if kind in kinds and spec.get("group").value == group:
            for served in spec.sections("versions"):
                if served.get("name").value == version:
                    return served.section("schema").section("openAPIV3Schema")
    return None


def default_at(schema: Section | None, path: tuple[str, ...]) -> Any:
    """The default of a field in a schema; None if it has none."""
    for step in path:
        if schema is None or not schema.is_there:
            return None
        schema = schema.section("properties").section(step)
    return schema.get("default").value if schema is not None and not schema.get("default").is_missing else None


def composed(found: list[Manifest]) -> Iterator[Manifest]:
    """The objects that the compositions make, with what patches set left open."""
    for one in found:
        if one.group == API and one.kind == "Composition":
            spec = one.section("spec")
            composite = spec.section("compositeTypeRef")
            schema = definition_of(composite.get("apiVersion").value, composite.get("kind").value, found)
            yield from _of_templates(spec, schema)
            for step in spec.sections("pipeline"):
                yield from _of_templates(step.section("input"), schema)


def _of_templates(spec: Section, schema: Section | None) -> Iterator[Manifest]:
    sets = {str(one.get("name").value): list(one.sections("patches")) for one in spec.sections("patchSets")}
    for resource in spec.sections("resources"):
        base = resource.section("base")
        for one in objects_in(base.value, base.place):
            value: Any = one.value
            for path, put in _patched(resource, sets, schema):
                value = with_value(value, path, put)
            if isinstance(value, Mapping):
                yield replace(one, value=value, alias=_alias(resource))


def _alias(resource: Section) -> str:
    name = as_text(resource.get("name")).value
    return name if isinstance(name, str) else ""


def _patched(
    resource: Section, sets: Mapping[str, list[Section]], schema: Section | None
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for patch in resource.sections("patches"):
        if patch.get("type").value == "PatchSet":
            for inner in sets.get(str(patch.get("patchSetName").value), ()):
                yield from _one_patch(inner, schema)
        else:
            yield from _one_patch(patch, schema)


def _one_patch(patch: Section, schema: Section | None) -> Iterator[tuple[tuple[str, ...], Any]]:
    kind = patch.get("type").value if isinstance(patch.get("type").value, str) else _FROM[0]
    source, target = patch.get("fromFieldPath").value, patch.get("toFieldPath").value
    if kind in _COMBINED and isinstance(target, str):
        yield _at(target), Open("combined from several fields", "a patch of the composition sets it")
    elif kind in _FROM and isinstance(source, str):
        target = target if isinstance(target, str) else source
        default = default_at(schema, steps(source)) if kind == _FROM[0] and not _transforms(patch) else None
        opened = Open(quoted(f"patched from {source}"), "a patch of the composition sets it")
        because = f"the definition gives {quoted(source)} this default, and a patch hands it on"
        yield _at(target), opened if default is None else Defaulted(default, because)


def _transforms(patch: Section) -> bool:
    transforms = patch.get("transforms")
    return not transforms.is_missing and transforms.value != []


def _at(path: str) -> tuple[str, ...]:
    """The steps of a path to set; a path that cannot be read sets nothing, so it goes where nobody looks."""
    return steps(path) or ("unreadable",)
