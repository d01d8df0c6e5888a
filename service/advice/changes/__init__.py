"""The change in the tool that people use: the target and each step as commands, documents and edits.

1. Nothing is written that changes nothing (F-9.5): a plan without steps has no changes.
2. Both switches are always written and never both off (F-1.3); where public access is on a list is written out,
   because EKS reads an empty one as open to all (F-1.11).
3. A cluster that was described by a document gets an edit of that document first (`editing`).
4. Tools that keep the setting in a document get the target; the settings on the way stand in the notes.

Each tool is a module with a function that yields what it writes; `TOOLS` is their order in the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from service.advice.changes import aws_cli, cloudformation, eksctl, kubernetes, terraform
from service.advice.changes.editing import Own, own_changes
from service.advice.changes.wanted import Wanted, wanted_of
from service.domain.change import ChangePlan, Setting
from service.domain.decision import Decision
from service.domain.written import WrittenChange
from service.engine import Study

__all__ = ["TOOLS", "written_changes"]

Write = Callable[[Wanted], Iterable[WrittenChange]]

TOOLS: tuple[Write, ...] = (
    aws_cli.write,
    terraform.write,
    cloudformation.write,
    cloudformation.write_cdk,
    eksctl.write,
    kubernetes.write,
)


def written_changes(known: Study, decision: Decision, plan: ChangePlan | None) -> tuple[WrittenChange, ...]:
    """What to run or to write for the recommended setting; ``plan`` is the way there, if there is one."""
    chosen = decision.recommendation
    if chosen is None or (plan is not None and not plan.updates) or (plan is None and chosen.awaits):
        return ()  # a list that awaits entries is not written: EKS reads one without any as open to all (F-1.11)
    wanted = wanted_of(known, plan, Setting(mode=chosen.mode, public_access_cidrs=chosen.public_access_cidrs))
    own = own_changes(wanted)
    return (*own.changes, *(_with_own(change, own) for write in TOOLS for change in write(wanted)))


def _with_own(change: WrittenChange, own: Own) -> WrittenChange:
    """A change of the document's tool is marked, and says why the document is not edited itself."""
    is_own = change.tool == own.tool and (not own.argument or f"\n  {own.argument} " in change.text)
    if own.changes or not is_own:
        return change
    return replace(change, is_own=True, notes=(*own.notes, *change.notes))
