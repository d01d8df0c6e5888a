"""The AWS command line: one command for each update of the plan, and the same as input in JSON.

1. A call changes endpoint access and nothing else (F-9.7); booleans and list travel together.
2. `UpdateClusterConfig` returns an update that is polled until it is no longer in progress, and then the cluster is
   waited for (F-9.1, F-9.6); a failed update ends the command with an error.
3. What is not known is a parameter of the shell that stops the command and says what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.advice.changes.quoting import json_text, shell_json, shell_parameter, shell_word
from service.advice.changes.wanted import Access, Wanted
from service.domain.written import Form, WrittenChange

TOOL = "aws_cli"
_UPDATE_FACTS = ("F-9.1", "F-9.5", "F-9.6", "F-9.7")
UNPLANNED = "the present setting is not known, so this is one update without the steps that keep everybody in"
NO_NAME = "the cluster's name is not known, or none that EKS takes: set CLUSTER_NAME"
NO_REGION = "the Region is that of your configuration: add --region if the cluster stands in another one"
_JSON_NAME = "the cluster's name is not known, or none that EKS takes: put it in as `name`"


def write(wanted: Wanted) -> Iterator[WrittenChange]:
    """The commands, step by step."""
    if wanted.is_new:
        yield _creation(wanted)
        return
    for number, access in zip(wanted.numbers, wanted.steps, strict=True):
        what = "target" if wanted.is_unplanned else f"step {number}"
        notes = (*wanted.basis, *((UNPLANNED,) if wanted.is_unplanned else ()))
        yield WrittenChange(
            tool=TOOL,
            title="AWS command line",
            what=what,
            form=Form.SHELL,
            text=update_command(wanted, access),
            notes=(*notes, *name_notes(wanted)),
            facts=_UPDATE_FACTS,
        )
        yield WrittenChange(
            tool=TOOL,
            title="input of `aws eks update-cluster-config --cli-input-json`",
            what=what,
            form=Form.JSON,
            text=json_text(({"name": wanted.name} if wanted.name else {}) | {"resourcesVpcConfig": api_access(access)}),
            notes=(*notes, *(() if wanted.name else (_JSON_NAME,))),
            facts=_UPDATE_FACTS,
        )


def api_access(access: Access) -> dict[str, Any]:
    """The setting under the EKS API's names."""
    switches = {"endpointPublicAccess": access.public, "endpointPrivateAccess": access.private}
    return switches | ({"publicAccessCidrs": list(access.cidrs)} if access.public else {})


def name_notes(wanted: Wanted) -> tuple[str, ...]:
    """What is to be said of a name or a Region that is not known."""
    return (*(() if wanted.name else (NO_NAME,)), *(() if wanted.region else (NO_REGION,)))


def command(wanted: Wanted, service: str, operation: str, *words: str) -> str:
    """One command of the AWS command line in the cluster's Region; the words are quoted already."""
    region = ("--region", shell_word(wanted.region)) if wanted.region else ()
    return " ".join(("aws", service, operation, *words, *region))


def update_command(wanted: Wanted, access: Access) -> str:
    """The update, the wait for it, and the wait for the cluster."""
    name = ("--name", cluster_name(wanted))
    update = command(
        wanted,
        "eks",
        "update-cluster-config",
        *name,
        "--resources-vpc-config",
        shell_json(api_access(access)),
        "--query update.id --output text",
    )
    status = command(
        wanted, "eks", "describe-update", *name, '--update-id "$update" --query update.status --output text'
    )
    return "\n".join(
        (
            f"update=$({update}) &&",
            f'while status=$({status}) && [ "$status" = InProgress ]; do sleep 15; done &&',
            f'[ "$status" = Successful ] && {command(wanted, "eks", "wait cluster-active", *name)}',
        )
    )


def cluster_name(wanted: Wanted) -> str:
    """The cluster's name as a word of the shell."""
    return shell_word(wanted.name) if wanted.name else shell_parameter("CLUSTER_NAME", "the name of the cluster")


def _creation(wanted: Wanted) -> WrittenChange:
    vpc: Iterable[str]
    notes = ["the role and the version of Kubernetes are yours to choose", *wanted.basis, *name_notes(wanted)]
    if wanted.subnets:
        vpc = (shell_json({"subnetIds": list(wanted.subnets)} | api_access(wanted.target)),)
    else:
        subnets = shell_parameter("SUBNET_IDS", "the ids of the cluster subnets, quoted and with commas between them")
        rest = shell_json(api_access(wanted.target)).replace("'{", "'],", 1)
        vpc = ("'{\"subnetIds\":['" + subnets + rest,)  # three quoted parts that the shell takes as one word
        notes.append('the cluster subnets are not known: SUBNET_IDS is a list such as "subnet-1","subnet-2"')
    text = command(
        wanted,
        "eks",
        "create-cluster",
        "--name",
        cluster_name(wanted),
        "--role-arn",
        shell_parameter("CLUSTER_ROLE_ARN", "the ARN of the role of the cluster"),
        "--resources-vpc-config",
        *vpc,
    )
    return WrittenChange(
        tool=TOOL,
        title="AWS command line",
        what=f"step {wanted.numbers[0]}",
        form=Form.SHELL,
        text=f"{text} &&\n{command(wanted, 'eks', 'wait cluster-active', '--name', cluster_name(wanted))}",
        notes=tuple(notes),
        facts=("F-1.1", "F-3.4"),
    )
