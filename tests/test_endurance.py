"""The long runs find what is wrong: a short one of each, and what they would say of a wrong answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.endurance import fuzz, soak
from tests.endurance.questions import Parts, pool


def test_mutated_questions_get_a_decision_or_a_problem() -> None:
    found = list(fuzz.ask(range(150)))

    assert [(number, fault) for number, _, fault in found if fault] == []
    assert {200, 400, 422} <= {status for _, status, _ in found}


def test_a_number_is_a_question() -> None:
    questions = pool()
    parts = Parts(questions)
    assert fuzz.body_of(7, questions, parts) == fuzz.body_of(7, questions, parts) != fuzz.body_of(8, questions, parts)


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (500, b"{}", "status 500"),
        (422, b'{"status": 422}', "a problem without its code"),
        (200, b'{"outcome": "recommended", "recommendation": null}', "recommended, without a recommendation"),
        (
            200,
            b'{"outcome": "recommended", "recommendation": {"mode": "private"},'
            b' "assessments": [{"mode": "private", "eligible": false}]}',
            "private is recommended and not eligible",
        ),
    ],
)
def test_a_fault_is_told_as_one(status: int, body: bytes, fault: str) -> None:
    assert fuzz.fault_of(status, body) == fault


def test_a_short_soak_finds_nothing_wrong_and_says_its_figures(tmp_path: Path) -> None:
    said: list[str] = []

    ended = soak.run(12, tmp_path, said.append)

    assert ended == 0, "\n".join(said)
    assert "0 of them not in the record; 0 wrong" in said[-1]


def test_a_lost_record_a_wrong_answer_and_growth_each_fail_a_soak() -> None:
    fine = soak.Tally(acknowledged=["a"])
    held, more = {1: (100.0, 20)}, {1: (200.0, 20)}
    wrong = soak.Tally(acknowledged=["a"], wrong=["question 1: not what the engine gives offline"], answers=Counter())

    verdicts = [
        soak._concluded(fine, set(), held, held, str),
        soak._concluded(fine, {"a"}, held, held, str),
        soak._concluded(fine, set(), held, more, str),
        soak._concluded(wrong, set(), held, held, str),
        soak._concluded(soak.Tally(), set(), held, held, str),
    ]

    assert verdicts == [0, 1, 1, 1, 1]
