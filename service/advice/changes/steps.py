"""What every tool says that keeps a setting in a document: the end, and the settings on the way to it."""

from __future__ import annotations

from service.advice.changes.aws_cli import UNPLANNED
from service.advice.changes.wanted import Wanted
from service.domain.written import Form, WrittenChange


def target(
    wanted: Wanted,
    *,
    tool: str,
    title: str,
    form: Form,
    text: str,
    notes: tuple[str, ...] = (),
    facts: tuple[str, ...] = (),
) -> WrittenChange:
    """The target in one tool's words."""
    return WrittenChange(
        tool=tool,
        title=title,
        what="target",
        form=form,
        text=text,
        notes=(*wanted.basis, *on_the_way(wanted), *notes),
        facts=("F-9.7", *facts),
    )


def on_the_way(wanted: Wanted) -> tuple[str, ...]:
    """What to apply before it, where the plan has more than one step."""
    if wanted.is_unplanned:
        return (UNPLANNED,)
    if len(wanted.steps) < 2:
        return ()
    return tuple(
        f"first, as step {number} of the change plan, apply this with {access}"
        for number, access in list(zip(wanted.numbers, wanted.steps, strict=True))[:-1]
    )
