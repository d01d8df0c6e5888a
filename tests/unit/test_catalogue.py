"""The catalogue is whole: what it cites exists, and it says what the knowledge base says."""

import json
import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError

import pytest

from service.catalogue import CAUSES, CONTROLS, FACTS, SOURCES, Cause, Control, Fact, control_named
from service.domain.trace import FAILURES, Disposition
from tests.knowledge_base import knowledge

FACTS_SHEET = "facts/eks_endpoint_facts.md"
LIST_OF_CAUSES = "cases/causes.json"


def kinds() -> dict[str, int]:
    """How many entries of each kind there are."""
    found = [fact.kind for fact in FACTS.values()]
    return {kind: found.count(kind) for kind in dict.fromkeys(found)}


def stated_facts() -> Iterator[tuple[str, str]]:
    """The id and the whole line of each numbered fact of the sheet."""
    for line in knowledge(FACTS_SHEET).splitlines():
        if stated := re.match(r"- (F-\d+\.\d+)\s", line):
            yield stated[1], line


def test_it_holds_every_fact_gate_contradiction_and_mistake() -> None:
    assert kinds() == {"fact": 208, "gate": 10, "contradiction": 14, "mistake": 20}


def test_it_holds_every_fact_of_the_sheet_in_its_order() -> None:
    stated = [id_ for id_, _ in stated_facts()]

    assert [fact.id for fact in FACTS.values() if fact.kind == "fact"] == stated


def test_a_fact_is_as_sure_as_the_sheet_says() -> None:
    said = {id_: re.findall(r"\((high|medium|low|not found)", line)[-1] for id_, line in stated_facts()}

    assert {id_: FACTS[id_].confidence for id_ in said} == {
        id_: confidence.replace("not found", "low") for id_, confidence in said.items()
    }


def test_a_fact_names_every_code_word_and_number_that_the_sheet_names() -> None:
    """The texts are reworded here and there, and what must not be lost in that are names and numbers."""
    lost = {
        id_: missing
        for id_, line in stated_facts()
        if (missing := [word for word in exact_words(line) if word not in FACTS[id_].sentence])
    }

    assert lost == {}


def exact_words(line: str) -> list[str]:
    """The code words and the numbers of a line's statement, which ends where its source begins."""
    statement = re.split(r" \[(?!\.\.\.)| \((?:high|medium|low|not found)", line.split(" ", 2)[2])[0]
    return re.findall(r"`[^`]+`", statement) + re.findall(r"\b\d[\d./:-]*\d\b", statement)


@pytest.mark.parametrize("prefix", ["G", "C-"])
def test_it_holds_every_gate_and_contradiction_of_the_sheet(prefix: str) -> None:
    stated = re.findall(rf"^- ({prefix}\d+) ", knowledge(FACTS_SHEET), flags=re.MULTILINE)

    assert [id_ for id_ in FACTS if re.fullmatch(rf"{prefix}\d+", id_)] == stated


def test_it_holds_every_cause_of_the_list_with_its_meaning() -> None:
    listed = {cause["code"]: cause["meaning"] for cause in json.loads(knowledge(LIST_OF_CAUSES))["causes"]}

    assert {code: cause.meaning for code, cause in CAUSES.items() if cause.origin == "list of causes"} == dict(
        sorted(listed.items())
    )


def test_every_cause_that_is_not_on_the_list_is_marked_as_this_projects_own() -> None:
    assert {cause.origin for cause in CAUSES.values()} == {"list of causes", "this project"}
    assert CAUSES["no-common-address-family"].origin == "this project"


def test_every_control_has_an_objection_for_the_mode_that_does_not_pass_it() -> None:
    assert {f"control-{id_}-fails" for id_ in CONTROLS} <= set(CAUSES)


def test_every_fact_that_an_entry_cites_exists() -> None:
    entries: list[Fact | Cause | Control] = [*FACTS.values(), *CAUSES.values(), *CONTROLS.values()]

    assert {cited for entry in entries for cited in entry.facts} <= set(FACTS)


@pytest.mark.parametrize("cause", CAUSES.values(), ids=lambda cause: cause.code)
def test_a_cause_explains_itself(cause: Cause) -> None:
    assert cause.facts
    assert cause.appears_as
    assert set(cause.appears_as) <= {"flow", "finding", "objection", "refusal"}
    assert bool(cause.dispositions) is ("flow" in cause.appears_as)
    assert {Disposition(name) for name in cause.dispositions} <= FAILURES - {Disposition.INSUFFICIENT_INFO}
    assert re.fullmatch(r"[A-Z][^\n]*\.", cause.mend)
    assert re.fullmatch(r"[^\n]+\.", cause.meaning)


def test_every_source_is_behind_some_entry() -> None:
    used = {key for entry in (*FACTS.values(), *CONTROLS.values()) for key in entry.source_keys}

    assert set(SOURCES) == used


def test_every_title_is_short_and_its_own() -> None:
    titles = [entry.title for entry in (*FACTS.values(), *CAUSES.values())]

    assert [title for title in titles if not 0 < len(title) <= 80 or title.endswith(".")] == []
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("CKV_AWS_39", "checkov-ckv_aws_39"),
        ("ckv_aws_38", "checkov-ckv_aws_38"),
        ("EKS.1", "aws-security-hub-eks.1"),
        ("AVD-AWS-0040", "trivy-avd-aws-0040"),
        ("AWS-0041", "trivy-avd-aws-0041"),
        ("CT.EKS.PR.1", "control-tower-ct.eks.pr.1"),
        ("EKS_ENDPOINT_NO_PUBLIC_ACCESS", "aws-config-eks-endpoint-no-public-access"),
        ("CIS-EKS-5.4.1", "cis-eks-5.4.1"),
    ],
)
def test_a_control_answers_to_the_name_its_tool_gives_it(name: str, id_: str) -> None:
    found = control_named(name)

    assert found is CONTROLS[id_]


def test_an_unknown_control_is_nobody() -> None:
    assert control_named("cis-eks-9.9.9") is None


def test_no_two_controls_share_a_name() -> None:
    names = [
        name.casefold() for control in CONTROLS.values() for name in {control.id, control.source, *control.aliases}
    ]

    assert len(names) == len(set(names))


def test_a_control_shows_where_its_sources_disagree() -> None:
    assert any("C-14" in caveat for caveat in CONTROLS["cis-eks-5.4.2"].caveats)
    assert any("C-11" in caveat for caveat in CONTROLS["trivy-avd-aws-0041"].caveats)


def test_the_catalogue_cannot_be_written_to() -> None:
    with pytest.raises(TypeError):
        FACTS["F-1.1"] = FACTS["F-1.2"]  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        FACTS["F-1.1"].title = "other"  # type: ignore[misc]
