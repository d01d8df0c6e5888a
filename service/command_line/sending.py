"""Sends a collected bundle to a service, and takes the line of the table out of its answer."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import requests

from service.command_line.verdicts import INSISTED, MODES, NOT_KNOWN, Line, Verdict
from service.intake.readings import quoted

_TIMEOUT = (5, 60)
"""Seconds to connect, and to wait for a part of the answer; a service decides within one."""
_ARRIVED, _NOT_KNOWN = "accepted", "insufficient_info"
_STEP_TO_NODES = "api_server_to_kubelet"
_MODES = {mode.value: words for mode, words in MODES.items()}

Document = dict[str, Any]


class SendError(Exception):
    """The service did not decide; the sentence says why."""


def send(url: str, folder: Path, place: str) -> Verdict:
    """The service's verdict on the bundle in a folder; raises `SendError`."""
    source = {"document": base64.b64encode(_zipped(folder)).decode(), "encoding": "base64", "name": "bundle.zip"}
    try:
        answer = requests.post(f"{url.rstrip('/')}/v1/decisions", json={"source": source}, timeout=_TIMEOUT)
        document = orjson.loads(answer.content)
    except requests.RequestException as error:
        raise SendError(f"the service at `{quoted(url)}` does not answer ({type(error).__name__})") from None
    except orjson.JSONDecodeError:
        raise SendError(
            f"the service at `{quoted(url)}` does not answer in JSON (status {answer.status_code})"
        ) from None
    if answer.status_code != requests.codes.ok:
        raise SendError(f"the service refuses it with {answer.status_code}: {_refusal(document)}")
    return Verdict(line=line_of(document, place), json=answer.content)


def _zipped(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return packed.getvalue()


def _refusal(problem: Any) -> str:
    """What the error body says, the first mistake if it names any."""
    mistakes = problem.get("errors") if isinstance(problem, dict) else None
    first = mistakes[0] if isinstance(mistakes, list) and mistakes and isinstance(mistakes[0], dict) else problem
    return quoted(str(first.get("detail", "")) if isinstance(first, dict) else "")[:500]


def line_of(answer: Document, place: str) -> Line:
    """The line of an answer as it came over HTTP, which `verdicts.decide` makes of a decision in this process."""
    current, chosen, unknowns = answer["current"], answer["recommendation"], answer.get("unknowns")
    steps = current["traffic_path"] if current else ()
    calls = [flow for step in steps if step["name"] != _STEP_TO_NODES for flow in step["flows"]]
    stopped = [flow for flow in calls if flow["disposition"] != _ARRIVED]
    return Line(
        place=place,
        cluster=answer["cluster"]["name"],
        present=_MODES[current["mode"]] if current else NOT_KNOWN,
        locked_out=_names(flow["consumer"] for flow in stopped if flow["disposition"] != _NOT_KNOWN),
        may_be_locked_out=_names(flow["consumer"] for flow in stopped if flow["disposition"] == _NOT_KNOWN),
        broken=_broken(answer),
        recommended=_MODES[chosen["mode"]] if chosen else answer["outcome"].replace("_", " "),
        to_settle=unknowns[0]["question"] if unknowns and not chosen else "",
    )


def _broken(answer: Document) -> tuple[str, ...]:
    """What stands against the present setting; else what somebody insists on and some mode breaks."""
    if answer["current"]:
        return _names(it["id"] for it in answer["current"]["objections"] if it["certain"] or _is_insisted_on(it))
    of_all = [objection for assessment in answer["assessments"] for objection in assessment["objections"]]
    return _names(it["id"] for it in of_all if _is_insisted_on(it))


def _is_insisted_on(objection: Document) -> bool:
    return objection["source"] in INSISTED


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
