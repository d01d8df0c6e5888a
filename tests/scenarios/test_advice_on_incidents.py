"""For every incident with a fix: the thread's fix is among the conditions offered, and has the effect that it had."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from service.advice import advise
from service.advice.changing import changed
from service.domain.question import Section
from service.web.render.document import as_document
from service.web.schemas import load_question
from tests.knowledge_base import KNOWLEDGE_BASE, knowledge

from .comparison import assessment
from .incidents import _is_reached
from .story import Story, stories

RETOLD = [story for story in stories() if story.incident and not story.is_refused]

# What the thread did, by the mode in which it is a condition; other modes are eligible as they stand, which
# is the thread's fix where it says "use that mode".
FIXES = {
    "001": ("public", "listed:node"),
    "003": ("public", "listed:node"),
    "011": ("public_and_private", "listed:hosted-ci"),
    "012": ("public_and_private", "smallest-list"),
    "013": ("public", "listed:terraform-runner"),
    "015": ("private", "tunnel-carries:vpn-alpha"),
    "020": ("private", "tunnelled:terraform-external:bastion"),
    "023": ("private", "moved-inside:"),
    "024": ("public_and_private", "smallest-list"),
    "036": ("private", "admit-443:bastion"),
    "037": ("public_and_private", "admit-443:bastion"),
    "038": ("private", "admit-443:vpn-client"),
    "041": ("private", "admit-443:terraform-on-prem"),
    "050": ("public_and_private", "listed:argocd-hub"),
    "054": ("public", "fixed-egress:hybrid-node-no-internet"),
    "066": ("public", "public-addresses:public-a+public-b"),
    "068": ("public", "public-address:efa-node"),
    "072": ("private", "routed-back:"),
    "073": ("private", "acl-opened:acl-restricted:"),
    "079": ("private", "joined:ci-vpc-runner"),
    "081": ("private", "private-link:link-1"),
    "092": ("private", "proxy-bypassed:node"),
    "095": ("public", "nat-added:rtb-private"),
}

# Faults that are the same in every mode, so that no mode is ruled out by them: what the thread did is what takes the
# finding away. In 083 the thread's fix (a public issuer) changes who is called; the other way is younger than it.
MENDS = {
    "029": "regional-sts:kubectl-lambda",
    "052": "private-dns-off:eks",
    "055": "firewall-passes:dx-1",
    "058": "amazon-domain",
    "060": "endpoints:ec2+ecr.api+ecr.dkr+s3",
    "062": "endpoint-admits:node",
    "064": "endpoints:eks",
    "071": "ipv6-let-out:node",
    "076": "endpoints:s3",
    "083": "egress-routed",
    "087": "admit-control-plane:nodes",
}
# The fix is to choose another mode, or nothing is wrong: eligible as it stands. In 030 a checker was wrong.
ELIGIBLE_AS_IT_STANDS = {"005", "008", "030", "031"}


def number_of(story: Story) -> str:
    assert story.incident
    return story.incident[:3]


def advised(story: Story) -> Any:
    question = replace(load_question(story.request), include=frozenset({Section.CONDITIONS}))
    return question, advise(question)


@pytest.mark.parametrize("story", RETOLD, ids=lambda story: story.incident)
def test_the_threads_fix_is_offered(story: Story) -> None:
    number = number_of(story)
    _, advice = advised(story)
    offered = {each.mode.value: {repair.code for way in each.ways for repair in way} for each in advice.conditions}

    if number in FIXES:
        mode, code = FIXES[number]
        assert any(found.startswith(code) for found in offered[mode]), offered
    elif number in MENDS:
        assert MENDS[number] in {repair.code for mend in advice.mends for repair in mend.repairs}
    else:
        assert number in ELIGIBLE_AS_IT_STANDS


@pytest.mark.parametrize("story", RETOLD, ids=lambda story: story.incident)
def test_every_way_that_is_offered_lets_them_in(story: Story) -> None:
    truth = json.loads(knowledge(f"cases/incidents/{story.incident}.json"))["expected"]
    expected = truth.get("reachable_after_fix") or dict.fromkeys(truth["reachable"], True)
    question, advice = advised(story)

    for each in advice.conditions:
        for way in each.ways:
            mended = changed(question, (change for repair in way for change in repair.changes))
            assessed = assessment(as_document(advise(mended)), each.mode.value)
            assert assessed is not None
            assert assessed["eligible"]
            assert {name: _is_reached(story, assessed, name) for name in expected} == expected


@pytest.mark.parametrize("story", RETOLD, ids=lambda story: story.incident)
def test_every_mend_takes_the_finding_away_and_lets_them_in(story: Story) -> None:
    truth = json.loads(knowledge(f"cases/incidents/{story.incident}.json"))["expected"]
    expected = truth.get("reachable_after_fix") or dict.fromkeys(truth["reachable"], True)
    question, advice = advised(story)

    for mend in advice.mends:
        for repair in mend.repairs:
            current = as_document(advise(changed(question, repair.changes)))["current"]
            assert (mend.consumer, mend.cause) not in {(it["consumer"], it["cause"]) for it in current["findings"]}
            if number_of(story) in MENDS:
                assert {name: _is_reached(story, current, name) for name in expected} == expected


def test_every_incident_is_spoken_of() -> None:
    known = {path.stem[:3] for path in (KNOWLEDGE_BASE / "cases" / "incidents").glob("*.json")}

    assert known <= FIXES.keys() | MENDS.keys() | ELIGIBLE_AS_IT_STANDS | {"093"}  # 093 is no question
