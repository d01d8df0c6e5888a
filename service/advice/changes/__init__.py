"""The change in the tool that people use: the target and each step as commands, documents and edits.

1. Nothing is written that changes nothing (F-9.5): a plan without steps has no changes.
2. Both switches are always written and never both off (F-1.3); where public access is on a list is written out,
   because EKS reads an empty one as open to all (F-1.11).
3. A cluster that was described by a document gets an edit of that document first (`editing`).
4. Tools that keep the setting in a document get the target; the settings on the way stand in the notes.
5. The repairs of the conditions are written for the AWS command line, Terraform and CloudFormation.

Each tool is a module with a function that yields what it writes; `TOOLS` is their order in the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from service.advice.changes import aws_cli, cloudformation, eksctl, kubernetes, repairs_cli, repairs_declared, terraform
from service.advice.changes.editing import Own, own_changes
from service.advice.changes.wanted import REPAIR, Wanted, wanted_of
from service.domain.change import ChangePlan, Conditions, Mend, Repair, Setting
from service.domain.decision import Decision
from service.domain.written import WrittenChange
from service.engine import Study

__all__ = ["REPAIRS", "TOOLS", "repairs_in", "written_changes"]

Write = Callable[[Wanted], Iterable[WrittenChange]]

TOOLS: tuple[Write, ...] = (
    aws_cli.write,
    terraform.write,
    cloudformation.write,
    cloudformation.write_cdk,
    eksctl.write,
    kubernetes.write,
)

REPAIRS: tuple[Write, ...] = (repairs_cli.write_repairs, repairs_declared.write_repairs)


def written_changes(
    known: Study, decision: Decision, plan: ChangePlan | None, repairs: Iterable[Repair] = ()
) -> tuple[WrittenChange, ...]:
    """What to run or to write for the recommended setting, the plan's preparations and the repairs on offer.

    ``plan`` is the way to the setting, if there is one.
    """
    chosen = decision.recommendation
    target = None
    if chosen is not None and not chosen.awaits:  # a list without entries is open to all (F-1.11)
        target = Setting(mode=chosen.mode, public_access_cidrs=chosen.public_access_cidrs)
    wanted = wanted_of(known, plan, target, repairs)
    prepared = tuple(change for write in REPAIRS for change in write(wanted))
    steps = tuple(change for change in prepared if not change.what.startswith(REPAIR))
    others = tuple(change for change in prepared if change.what.startswith(REPAIR))
    if not wanted.steps:
        return (*steps, *others)
    own = own_changes(wanted)
    return (*steps, *own.changes, *(_with_own(change, own) for write in TOOLS for change in write(wanted)), *others)


def repairs_in(conditions: Iterable[Conditions] | None, mends: Iterable[Mend] | None) -> tuple[Repair, ...]:
    """Every repair on offer."""
    of_modes = (repair for one in conditions or () for way in one.ways for repair in way)
    return (*of_modes, *(repair for one in mends or () for repair in (*one.repairs, *one.together)))


def _with_own(change: WrittenChange, own: Own) -> WrittenChange:
    """A change of the document's tool is marked, and says why the document is not edited itself."""
    is_own = change.tool == own.tool and own.title in ("", change.title)
    if own.changes or not is_own:
        return change
    return replace(change, is_own=True, notes=(*own.notes, *change.notes))
