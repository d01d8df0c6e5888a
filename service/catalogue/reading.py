"""Reads the catalogue's data files, which are shipped beside this module.

A file is a list of objects whose members are exactly the fields of its entry; a list becomes a tuple.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, TypeVar

from service.catalogue.entries import Cause, Control, Fact, Source

Entry = TypeVar("Entry", Fact, Source, Cause, Control)


def entries(file_name: str, entry: type[Entry]) -> tuple[Entry, ...]:
    """Every entry of a data file, in its order."""
    text = files("service.catalogue").joinpath(file_name).read_text(encoding="utf-8")
    return tuple(entry(**{name: _frozen(value) for name, value in row.items()}) for row in json.loads(text))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def broken_requirement(control: Control) -> Cause:
    """The objection of a mode that fails a control which the question requires to pass."""
    passes = control.passes[0].lower() + control.passes[1:].rstrip(".")
    return Cause(
        code=f"control-{control.id}-fails",
        title=f"{control.source} does not pass",
        meaning=f"The question requires the control {control.id} to pass, and this mode does not pass it.",
        origin="this project",
        layer="requirement",
        appears_as=("objection",),
        dispositions=(),
        facts=control.facts,
        mend=f"Meet the control ({passes}), or drop the requirement.",
    )
