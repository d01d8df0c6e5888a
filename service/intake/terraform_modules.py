"""Instances of modules: from the blocks of a folder to the resources that it makes.

A resource has as many instances as its `count` or `for_each` says. If that cannot be evaluated the resource is
read as one instance that says so; what refers to it is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from service.intake.readings import Open, quoted
from service.intake.terraform_bodies import META, PENDING, Bodies, Cells, Found, ignored_changes
from service.intake.terraform_eks_module import outputs_before
from service.intake.terraform_eks_versions import argument_names
from service.intake.terraform_evaluator import NO_VALUE, Locals
from service.intake.terraform_expansion import attribute_of, expanded, same, with_own_group
from service.intake.terraform_expressions import evaluator_of
from service.intake.terraform_folders import Folder, local_source, unit_place
from service.intake.terraform_instances import Instances, instances_of, shaped
from service.intake.terraform_known_modules import Call
from service.intake.terraform_resources import CLUSTERS, RELEVANT, Resource
from service.intake.terraform_syntax import Block, text_of
from service.intake.terraform_values import Handle, Value
from service.intake.terraform_variables import Variables
from service.intake.terraform_world import World
from service.intake.terragrunt import INCLUDED, Unit, inputs_of, not_stated, source_and_version
from service.intake.understanding import Ignored, NotUnderstoodError

MOST_MODULES = 200
_MODULE_DEPTH = 10
_NOT_MADE_HERE = Open("", "the module is not part of the document")


class Module:
    """One instance of a folder's configuration; ``arguments`` is None for a root."""

    def __init__(
        self,
        world: World,
        folder: Folder,
        prefix: str = "",
        arguments: Mapping[str, Callable[[], Value]] | None = None,
        region: Callable[[], Value] | None = None,
    ) -> None:
        world.modules += 1
        if world.modules > MOST_MODULES or prefix.count("module.") > _MODULE_DEPTH:
            raise NotUnderstoodError("the configuration calls too many modules")
        self.world = world
        self.folder = folder
        self.prefix = prefix
        self.evaluator = evaluator_of(self, world.budget)
        self.cells = Cells(world)
        self.bodies = Bodies(self.evaluator, self.cells)
        self.children: dict[str, list[str]] = {}
        self.given_region = region
        self.how_many: Open | None = None
        self.rests_on: frozenset[str] = frozenset()
        self.made: dict[tuple[str, ...], tuple[Instances, frozenset[str]]] = {}
        self.variables = Variables(world, folder, self.evaluator, arguments)

    # The names of the module's expressions.

    def named(self, root: str, member: str) -> Value:
        """The value of ``root.member``."""
        if root == "var":
            return self.cells.of(("var", member), lambda: self.variables.value(member))
        if root == "local":
            node = self.folder.locals.get(member)
            if node is None:
                return Open("", "the local value is not declared in the document")
            return self.cells.of(("local", member), lambda: self.evaluator.value(node, {}))
        if root == "module":
            if (member,) not in self.folder.calls:
                return Open("", "the module is not called in the document")
            return self.cells.of(("module", member), lambda: self._called(member))
        if (root, member) in self.folder.resources:
            return self.cells.of((root, member), lambda: self._made(root, member))
        return Open("", NO_VALUE)

    def attribute(self, handle: Handle, name: str) -> Value:
        """An attribute of a described resource or module; one that AWS gives is a handle."""
        described = self.world.described.get(handle.address)
        return described(name) if described else Handle(handle.address, name)

    def region(self) -> Value:
        """The region of the provider without an alias."""
        if self.given_region:
            return self.given_region()
        for provider in self.folder.providers:
            if provider.labels[0] == "aws" and "alias" not in provider.body.attributes:
                node = provider.body.attributes.get("region")
                return self.evaluator.value(node, {}) if node else None
        return None

    def _made(self, type_: str, name: str) -> Value:
        """What a resource's name stands for: an instance, or all of them."""
        block = self.folder.resources[type_, name]
        instances, rests_on = self._instances((type_, name), block)
        self.world.rests_on |= rests_on
        base = f"{self.prefix}{type_}.{name}"
        if instances.how_many:
            return Open("", f"how many there are is open: {instances.how_many.text}")
        for suffix, known in instances.each:
            self.world.described[base + suffix] = self._attributes_of(base + suffix, block, known)
        return shaped(instances, base)

    def _attributes_of(self, address: str, block: Block, known: Locals) -> Callable[[str], Value]:
        def attribute(name: str) -> Value:
            node = block.body.attributes.get(name)
            value = (
                self.cells.of((address, name), lambda: self.evaluator.value(node, known)) if node is not None else None
            )
            if value is None and any(name in (inner.type, *inner.labels) for inner in block.body.blocks):
                value = self.bodies.values(address, block.body, known, Found()).get(name)
                value = with_own_group(address, value) if name == "vpc_config" else value
            return Handle(address, name) if value is None else value

        return attribute

    def _called(self, name: str) -> Value:
        instances, rests_on = self._instances(("module", name), self.folder.calls[name,])
        self.world.rests_on |= rests_on
        if instances.how_many:
            return Open("", f"how many there are is open: {instances.how_many.text}")
        for suffix, known in instances.each:
            self._ensure(name, suffix, known)
        return shaped(instances, f"{self.prefix}module.{name}")

    # What the module makes.

    def _instances(self, key: tuple[str, ...], block: Block) -> tuple[Instances, frozenset[str]]:
        """The instances of a block, and what it takes for granted that there are so many."""
        if key not in self.made:
            self.made[key] = self.cells.resting_on(lambda: instances_of(self.evaluator, block))
            if not self.made[key][0].each and (key[0] == "module" or key[0] in CLUSTERS):
                node = block.body.attributes.get("count") or block.body.attributes["for_each"]
                text, reason = quoted(text_of(node)), "; ".join(sorted(self.made[key][1]))
                why = f"none is made: `{text}` gives none"
                why = f"none is made: `{text}` gives none ({reason})" if reason else why
                self.world.ignored.append(Ignored(place=self.prefix + ".".join(key), why=why))
        return self.made[key]

    def build(self) -> None:
        """All resources that the module makes and that matter here, those of the modules it calls as well."""
        for (name,), call in self.folder.calls.items():
            instances, _ = self._instances(("module", name), call)
            for suffix, known in instances.each:
                self._ensure(name, suffix, known)
        if self.folder.unit is not None:
            self._build_unit(self.folder.unit)
        for (type_, name), block in self.folder.resources.items():
            if type_ not in RELEVANT:
                self.world.skipped[type_] = self.world.skipped.get(type_, 0) + 1
                continue
            instances, rests_on = self._instances((type_, name), block)
            for suffix, known in instances.each:
                address = f"{self.prefix}{type_}.{name}{suffix}"
                self._build_resource(address, block, known, instances.how_many, rests_on)

    def _build_unit(self, unit: Unit) -> None:
        """The module that a unit of Terragrunt names, with what it is given."""
        inputs, rests_on = self.cells.resting_on(lambda: inputs_of(self.evaluator, unit))
        folder = self.world.folders.get(unit_place(self.folder, unit) or "\0")
        if folder is not None and folder is not self.folder:
            more = {name: Open(f"var.{name}", INCLUDED) for (name,) in folder.variables if not inputs.is_whole}
            given = {name: partial(same, value) for name, value in {**more, **inputs.values}.items()}
            Module(self.world, folder, "inputs.", given, lambda: None).build()
            return
        source, version = source_and_version(self.evaluator, unit)
        call = Call(
            address="inputs",
            source=source,
            version=version,
            arguments=inputs.values,
            texts=inputs.texts,
            assumed={"": tuple(sorted(rests_on))} if rests_on else {},
            region=None,
            how_many=None,
        )
        more = not_stated(inputs, argument_names(call) or ())
        self._take(replace(call, arguments={**call.arguments, **more}))

    def _build_resource(
        self, address: str, block: Block, known: Locals, how_many: Open | None, rests_on: frozenset[str]
    ) -> None:
        found = self._found(rests_on | ignored_changes(block))
        values = self.bodies.values(address, block.body, known, found)
        region = values.get("region") or self._provider_region(block)
        self.world.add(
            Resource(
                address=address,
                type=block.labels[0],
                values=values,
                region=region,
                texts=found.texts,
                assumed=found.assumed,
                how_many=how_many or self.how_many,
            )
        )

    def _found(self, rests_on: frozenset[str]) -> Found:
        """What is to be said of a block's values, with what it rests on that there is such a block at all."""
        return Found(assumed={"": tuple(sorted(self.rests_on | rests_on))})

    def _provider_region(self, block: Block) -> Value:
        node = block.body.attributes.get("provider")
        alias = text_of(node).strip('"').partition(".")[2] if node else ""
        if not alias:
            return self.region()
        for provider in self.folder.providers:
            label = provider.body.attributes.get("alias")
            if label is not None and text_of(label).strip('"') == alias and "region" in provider.body.attributes:
                return self.evaluator.value(provider.body.attributes["region"], {})
        return Open(f"provider aws.{alias}", NO_VALUE)

    # Instances and calls.

    def _ensure(self, name: str, suffix: str, known: Locals) -> None:
        """The instance of a called module, made once."""
        address = f"{self.prefix}module.{name}{suffix}"
        if address in self.world.described:
            return
        call = self.folder.calls[name,]
        instances, rests_on = self._instances(("module", name), call)
        how_many = instances.how_many or self.how_many
        self.world.described[address] = lambda _: PENDING
        source = local_source(self.folder, call)
        folder = self.world.folders.get(source) if source is not None else None
        if folder is not None:
            child = self._child(address, folder, call, known)
            child.how_many, child.rests_on = how_many, self.rests_on | rests_on
            self.world.described[address] = child.output
            child.build()
        else:
            self.world.described[address] = lambda output: outputs_before(address, output) or PENDING
            self._ensure_known(address, call, known, how_many, self._found(rests_on))

    def _child(self, address: str, folder: Folder, call: Block, known: Locals) -> Module:
        arguments = {
            argument: partial(self.evaluator.value, node, known)
            for argument, node in call.body.attributes.items()
            if argument not in META
        }
        region = self.region if "providers" not in call.body.attributes else lambda: Open("providers", NO_VALUE)
        return Module(self.world, folder, f"{address}.", arguments, region)

    def output(self, name: str) -> Value:
        """What the module gives to its caller."""
        block = self.folder.outputs.get((name,))
        if block is None or "value" not in block.body.attributes:
            return Open("", "the module has no such output in the document")
        node = block.body.attributes["value"]
        return self.cells.of(("output", name), lambda: self.evaluator.value(node, {}))

    def _ensure_known(self, address: str, call: Block, known: Locals, how_many: Open | None, found: Found) -> None:
        values = self.bodies.values(address, call.body, known, found)
        attributes = call.body.attributes
        source, version = (
            text_of(attributes[name]).strip('"') if name in attributes else "" for name in ("source", "version")
        )
        region = values.get("region") or (Open("providers", NO_VALUE) if "providers" in attributes else self.region())
        made_call = Call(
            address=address,
            source=source,
            version=version,
            arguments=values,
            texts=found.texts,
            assumed=found.assumed,
            region=region,
            how_many=how_many,
        )
        self._take(made_call)

    def _take(self, call: Call) -> None:
        address, made = call.address, expanded(call)
        if made is None:
            self.world.described[address] = lambda _: _NOT_MADE_HERE
            why = f"the module `{quoted(call.source)}` is not known here"
            self.world.ignored.append(Ignored(place=address, why=why))
            self.world.may_make(call)
            return
        if made.why_none:
            self.world.ignored.append(Ignored(place=address, why=made.why_none))
        by_address = {resource.address: resource for resource in made.resources}
        self.world.described[address] = lambda name: made.outputs.get(name, _NOT_MADE_HERE)
        for one, resource in by_address.items():
            self.world.described[one] = partial(attribute_of, resource)
            self.world.add(resource)


def build_roots(world: World, folders: Iterable[Folder]) -> Iterator[tuple[str, World]]:
    """The resources of every root by its folder: each has a state of its own, and the same addresses mean others."""
    for folder in folders:
        Module(world, folder).build()
        yield folder.name, world
        world = world.next()
