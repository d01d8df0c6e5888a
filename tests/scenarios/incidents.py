"""Hold an answer against the truth of a public incident, as its file in the knowledge base states it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.knowledge_base import KNOWLEDGE_BASE, knowledge

from .comparison import assessment, called, calls
from .story import Story, patched

Json = Any
Answer = Mapping[str, Json]
Ask = Callable[[Json], Answer]

INCIDENTS = KNOWLEDGE_BASE / "cases" / "incidents"


def incident_ids() -> list[str]:
    """List the incidents of the knowledge base; none where it is absent."""
    return sorted(path.stem for path in INCIDENTS.glob("*.json"))


def known_causes() -> set[str]:
    """Read the codes that `causes.json` names; some incidents have a word of their own for what is sound."""
    return {cause["code"] for cause in json.loads(knowledge("cases/causes.json"))["causes"]}


def disagreements(story: Story, ask: Ask) -> dict[str, str]:
    """Find where the answers depart from the incident: by `cause`, consumer, or mode, what was found."""
    truth = json.loads(knowledge(f"cases/incidents/{story.incident}.json"))["expected"]
    found = {} if story.is_refused else dict(_present_disagreements(story, truth, ask(story.request)))
    found |= dict(_mended_disagreements(story, truth, ask))
    return found


def _present_disagreements(story: Story, truth: Json, answer: Answer) -> Iterator[tuple[str, str]]:
    current = answer["current"]
    for consumer, reachable in truth["reachable"].items():
        if _is_reached(story, current, consumer) != reachable:
            yield consumer, f"should be {'reached' if reachable else 'cut off'} at present"
    if truth["cause"] in known_causes() and truth["cause"] not in _named_causes(story, truth, current):
        yield "cause", f"`{truth['cause']}` is named nowhere at present"
    blamed = [finding for finding in current["findings"] if finding["consumer"] in truth["reachable"]]
    if truth["cause"] not in known_causes() and blamed:
        yield "cause", f"nothing is wrong with them, yet found {blamed}"


def _named_causes(story: Story, truth: Json, current: Json) -> set[str]:
    """Collect what the answer blames: the gate that stopped a cut-off consumer, findings, and objections."""
    cut_off = [consumer for consumer, reachable in truth["reachable"].items() if not reachable]
    gates = {flow["cause"] for consumer in cut_off for flow in _flows(story, current, consumer)}
    findings = {finding["cause"] for finding in current["findings"]}
    return gates | findings | {objection["id"] for objection in current["objections"]}


def _mended_disagreements(story: Story, truth: Json, ask: Ask) -> Iterator[tuple[str, str]]:
    expected = truth.get("reachable_after_fix") or dict.fromkeys(truth["reachable"], True)
    for mode in truth["modes_that_would_work"]:
        ways = [way for way in story.content.get("mended", []) if mode in way["modes"]]
        if not ways:
            yield mode, "no way to mend it for this mode is described"
        for way in ways:
            assessed = assessment(ask(patched(story.request, way.get("by", []))), mode)
            reached = {consumer: _is_reached(story, assessed, consumer) for consumer in expected}
            wrong = [consumer for consumer in expected if reached[consumer] != expected[consumer]]
            if wrong:
                yield mode, f"once mended, {wrong} should be {[expected[name] for name in wrong]}"


def _is_reached(story: Story, assessed: Json, consumer: str) -> bool:
    flows = _flows(story, assessed, consumer)
    assert flows, f"{story.name}: no flow stands for `{consumer}` of the incident"
    return all(flow["disposition"] == "accepted" for flow in flows)


def _flows(story: Story, assessed: Json, consumer: str) -> list[Mapping[str, Json]]:
    """Find the flows that stand for a consumer of the incident."""
    named = story.content.get("incident_flows", {}).get(consumer, {"calls": consumer})
    if "called" in named:
        return called(assessed, named["called"], named.get("port"))
    return calls(assessed, named["calls"])
