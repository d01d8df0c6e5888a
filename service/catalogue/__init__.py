"""What answers point into, as data: facts with their sources, causes, and controls.

The files beside this module are the single place where these texts stand; they are read once, when the
package is first imported, into read-only mappings by id. Nothing here decides anything: the logic of the
controls is `service.engine.controls`, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from service.catalogue.entries import Cause, Control, Fact, Source
from service.catalogue.reading import broken_requirement, entries
from service.domain import FACTS_EDITION

__all__ = [
    "CAUSES",
    "CONTROLS",
    "FACTS",
    "FACTS_EDITION",
    "SOURCES",
    "Cause",
    "Control",
    "Fact",
    "Source",
    "control_named",
]

SOURCES: Mapping[str, Source] = MappingProxyType({source.key: source for source in entries("sources.json", Source)})
FACTS: Mapping[str, Fact] = MappingProxyType({fact.id: fact for fact in entries("facts.json", Fact)})
CONTROLS: Mapping[str, Control] = MappingProxyType(
    {control.id: control for control in entries("controls.json", Control)}
)
CAUSES: Mapping[str, Cause] = MappingProxyType(
    {cause.code: cause for cause in (*entries("causes.json", Cause), *map(broken_requirement, CONTROLS.values()))}
)

_BY_NAME = {
    name.casefold(): control for control in CONTROLS.values() for name in (control.id, control.source, *control.aliases)
}


def control_named(name: str) -> Control | None:
    """The control of that id or alias (``CKV_AWS_39``, ``EKS.1``), whatever the case; None if unknown."""
    return _BY_NAME.get(name.casefold())
