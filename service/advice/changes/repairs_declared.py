"""Repairs as resources of Terraform and CloudFormation, from one list of what is made (`resources`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.advice.changes.made import Made, Reference, Text, camel
from service.advice.changes.quoting import Expression, hcl_attributes, yaml_text
from service.advice.changes.repairs import Id, Job, jobs
from service.advice.changes.resources import MADE
from service.advice.changes.wanted import Wanted
from service.domain.written import Form, WrittenChange

_EXISTING = "lines in a resource that you have already (a VPC, a subnet, the cluster) go into that one"


def write_repairs(wanted: Wanted) -> Iterator[WrittenChange]:
    """The resources of each repair, in both languages."""
    for job in jobs(wanted):
        made = [it for change in job.changes for it in MADE[change.kind](job, change)]
        for tool, title, form, text in (
            ("terraform", "Terraform, resources", Form.HCL, _as_hcl(job, made)),
            ("cloudformation", "CloudFormation, resources", Form.YAML, _as_template(job, made)),
        ):
            yield WrittenChange(
                tool=tool,
                title=title,
                what=job.preparation.what,
                form=form,
                text=text,
                notes=(*job.notes(), _EXISTING),
                facts=job.preparation.facts,
            )


def _as_hcl(job: Job, made: list[Made]) -> str:
    types = {it.name: it.terraform for it in made}

    def value(one: Any) -> object:
        if isinstance(one, list):
            return tuple(map(value, one))
        if isinstance(one, Text):
            parts = (_in_template(part) for part in one.parts)
            return Expression(f'"{"".join(parts)}"')
        if isinstance(one, Reference):
            return Expression(f"{types[one.name]}.{one.name}.id")
        if isinstance(one, Id):
            if one.is_made:
                return Expression(f"{types[one.text]}.{one.text}.id")
            return Expression(f"var.{one.text.lower()}") if one.is_parameter else one.text
        return one

    blocks = [f'variable "{it.text.lower()}" {{\n  description = "{it.meaning}"\n}}' for it in job.parameters.values()]
    for it in made:
        lines = hcl_attributes({name: value(one) for name, one in it.values.items()}, 4 if it.block else 2)
        inner = [f"  {it.block} {{", *lines, "  }"] if it.block else lines
        for name, values in it.blocks:
            within = hcl_attributes({attribute: value(one) for attribute, one in values.items()}, 4)
            inner += [f"  {name} {{", *within, "  }"]
        blocks.append("\n".join((f'resource "{it.terraform}" "{it.name}" {{', *inner, "}")))
    return "\n\n".join(blocks)


def _in_template(part: str | Id) -> str:
    """A part of a text in HCL."""
    if isinstance(part, Id):
        return f"${{var.{part.text.lower()}}}" if part.is_parameter else part.text
    return part


def _as_template(job: Job, made: list[Made]) -> str:
    def value(one: Any) -> object:
        if isinstance(one, list):
            return [value(item) for item in one]
        if isinstance(one, dict):
            return {name: value(item) for name, item in one.items()}
        if isinstance(one, Text):
            return {"Fn::Join": ["", [value(part) for part in one.parts]]}
        if isinstance(one, Reference):
            logical = camel(one.name)
            return {"Fn::GetAtt": [logical, one.attribute]} if one.attribute else {"Ref": logical}
        if isinstance(one, Id):
            return {"Ref": camel(one.text.lower())} if one.is_parameter or one.is_made else one.text
        return one

    resources = {}
    for it in made:
        properties = it.properties or {camel(name): one for name, one in it.values.items()}
        resources[camel(it.name)] = {"Type": it.template, "Properties": value(properties)}
    types = {it: "Number" if it.text.startswith("RULE_NUMBER") else "String" for it in job.parameters.values()}
    parameters = {camel(it.text.lower()): {"Type": kind, "Description": it.meaning} for it, kind in types.items()}
    return yaml_text(({"Parameters": parameters} if parameters else {}) | {"Resources": resources})
