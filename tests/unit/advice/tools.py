"""The tools that carry written changes out, as far as their own parameters go.

`ran` gives a text to a real shell, in which `aws` and `eksctl` are programs that write down how they were called
and answer with a file; `validated` holds such a call of `aws` to botocore's models, as the AWS command line does.
"""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.validate import ParamValidator

_FAKE = """#!/bin/sh
for word; do printf '%s\\037' "$word"; done >> {calls}
printf '\\036' >> {calls}
case "$2" in
  update-cluster-config) echo update-1 ;;
  describe-update) echo {status} ;;
  create-resolver-endpoint) echo rslvr-in-0ddddddddddddddd0 ;;
  get-resolver-endpoint) echo OPERATIONAL ;;
  create-security-group) echo sg-0ccccccccccccccc0 ;;
esac
"""


def ran(text: str, folder: Path, *, status: str = "Successful", **environment: str) -> tuple[int, list[list[str]]]:
    """The exit status of a text in a POSIX shell, and every call of `aws` and `eksctl` in it.

    ``status`` is how the update of the cluster ends.
    """
    calls = folder / "calls"
    calls.write_text("")
    for name in ("aws", "eksctl"):
        program = folder / name
        program.write_text(_FAKE.format(calls=calls, status=status))
        program.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", text],
        env={"PATH": f"{folder}:{os.environ['PATH']}", **environment},
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode, [call.split("\037")[:-1] for call in calls.read_text().split("\036")[:-1]]


def options(call: list[str]) -> dict[str, list[str]]:
    """The options of a call, each with its words."""
    found: dict[str, list[str]] = {}
    for word in call:
        if word.startswith("--"):
            name, _, value = word.removeprefix("--").partition("=")
            found[name] = [value] if value else []
        elif found:
            found[list(found)[-1]].append(word)
    return found


@cache
def _service(name: str) -> Any:
    return botocore.session.get_session().get_service_model(name)


def validated(call: list[str]) -> dict[str, Any]:
    """The parameters of a call of `aws`; fails if botocore's model does not take them."""
    service, operation, *rest = call
    given = options(rest)
    for name in ("region", "query", "output"):
        given.pop(name, None)
    model = _service(service)
    if operation == "wait":
        return {name: words[0] for name, words in given.items()}
    names = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(names[operation]).input_shape
    members = {xform_name(name, "-"): name for name in shape.members}
    parameters = {}
    for option, words in given.items():
        option = {"ingress": "no-egress"}.get(option, option)  # the command line's own name for it
        flag = option.removeprefix("no-")
        name = members.get(option) or members[flag]
        parameters[name] = _value(shape.members[name], words, is_on=name == members.get(option))
    report = ParamValidator().validate(parameters, shape)
    assert not report.has_errors(), report.generate_report()
    return parameters


def _value(shape: Any, words: list[str], *, is_on: bool) -> Any:
    """A value as the AWS command line reads it: JSON, its shorthand, or words."""
    if shape.type_name == "boolean":
        return json.loads(words[0]) if words else is_on
    if shape.type_name == "integer":
        return int(words[0])
    if shape.type_name == "list" and not words[0].startswith("["):
        return words
    return json.loads(words[0]) if shape.type_name in ("structure", "list", "map") else words[0]
