"""Policies on the command line, and the example policies of the documentation with their suites."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner, Result

from service.command_line.commands import main
from tests.recording import decided, recording_app

EXAMPLES = Path(__file__).parents[2] / "docs" / "policies"
SUITES = sorted(EXAMPLES.glob("*.suite.yaml"))
QUESTION: dict[str, Any] = {
    "cluster": {"name": "demo"},
    "consumers": [
        {"name": "gitops", "kind": "gitops_controller", "in_cluster": True},
        {"name": "ci", "kind": "pipeline", "location": {"at": "internet", "source_cidrs": ["18.194.0.7"]}},
    ],
}
POLICY: dict[str, Any] = {
    "name": "ours",
    "rules": [{"name": "closed", "internet_exposure": "none"}],
    "guardrails": [{"name": "owned", "expression": "'owner' in cluster.labels", "message": "no owner"}],
    "waivers": [
        {"cluster": "demo", "rule": "guardrail-owned", "reason": "r", "owner": "o", "expires": "2026-12-31"},
    ],
}
EXPECTED: dict[str, Any] = {
    "outcome": "no_mode_fits",
    "objections": {
        "public": ["internet-exposure-none"],
        "public_and_private": ["internet-exposure-none"],
        "private": ["private-only-from-internet"],
    },
    "waived": ["guardrail-owned"],
}


def run(*arguments: str | Path) -> Result:
    """The command with what it prints."""
    return CliRunner().invoke(main, ["policy", *map(str, arguments)])


def write(folder: Path, name: str, content: Any) -> Path:
    """A YAML file."""
    path = folder / name
    path.write_text(yaml.safe_dump(content))
    return path


def a_suite(folder: Path, policy: dict[str, Any] = POLICY, **expected: Any) -> Path:
    """A policy with a suite of one case beside it."""
    write(folder, "ours.yaml", policy)
    cases = [{"name": "demo", "question": QUESTION, "expect": {**EXPECTED, **expected}}]
    return write(folder, "ours.suite.yaml", {"policy": "ours.yaml", "today": "2026-11-26", "cases": cases})


def test_there_are_examples() -> None:
    assert [path.name for path in SUITES] == ["bank.suite.yaml", "laboratory.suite.yaml", "start-up.suite.yaml"]


@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.stem)
def test_the_example_policies_do_what_their_suites_say_and_are_without_fault(suite: Path) -> None:
    tested, checked = run("test", suite), run("check", suite)

    assert (tested.exit_code, checked.exit_code) == (0, 0), tested.output + checked.output
    assert checked.output == "nothing found\n"


def test_the_same_cluster_is_decided_three_ways() -> None:
    first = [yaml.safe_load(path.read_text())["cases"][0] for path in SUITES]

    assert [case["question"] for case in first] == [first[0]["question"]] * 3
    assert [case["expect"]["mode"] for case in first] == ["private", "public", "public_and_private"]


def test_a_suite_that_holds_passes(tmp_path: Path) -> None:
    result = run("test", a_suite(tmp_path))

    assert (result.exit_code, result.output) == (0, "1 cases: 1 as expected, 0 not\n")


def test_what_is_not_listed_fails_with_a_readable_difference_and_as_junit(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"

    result = run("test", a_suite(tmp_path, waived=[], warnings=["guardrail-x"]), "--junit", junit)

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "ours.suite.yaml: demo",
        "  - warnings: guardrail-x",
        "  + waived: guardrail-owned",
        "1 cases: 0 as expected, 1 not",
    ]
    (suite,) = ElementTree.parse(junit).getroot()
    assert suite.attrib == {"name": "ours.suite.yaml", "tests": "1", "failures": "1"}
    assert suite[0][0].text == "- warnings: guardrail-x\n+ waived: guardrail-owned"


def test_the_clock_of_a_suite_stands_on_its_day(tmp_path: Path) -> None:
    path = a_suite(tmp_path)
    path.write_text(path.read_text().replace("2026-11-26", "2027-01-01"))

    assert "+ private: guardrail-owned" in run("test", path).output


def test_a_folder_without_suites_is_no_success(tmp_path: Path) -> None:
    assert (run("test", tmp_path).exit_code, run("test", EXAMPLES).exit_code) == (1, 0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[", "is no suite"),
        ("- a", "is no suite, expected one object"),
        ("policy: a.yaml\ntoday: 2026-11-26\ncases: [{name: a, question: {}, expect: {outcome: great}}]", "/cases/0"),
        (
            "policy: a.yaml\ntoday: 2026-11-26\ncases: [{name: a, question: [], expect: {}}]",
            "is a list, expected a quest",
        ),
        ("policy: none.yaml\ntoday: 2026-11-26", "there is no policy"),
    ],
)
def test_a_suite_that_is_none_is_refused_at_its_place(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "a.suite.yaml"
    path.write_text(content)

    result = run("test", path)

    assert result.exit_code == 1
    assert sentence in result.output


def test_a_policy_that_is_none_is_refused_with_its_mistakes(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", {"name": "a", "rulez": []})

    result = run("check", path)

    assert result.exit_code == 2
    assert "/rulez: is no field here, did you mean `rules`?" in result.output


def rules(*written: dict[str, Any]) -> dict[str, Any]:
    """A policy of rules that are named by letters."""
    return {"name": "a", "rules": [{"name": name, **rule} for name, rule in zip("abc", written, strict=False)]}


PROD, DEV = {"labels": {"env": ["prod"]}}, {"labels": {"env": ["dev"]}}


@pytest.mark.parametrize(
    ("policy", "lines"),
    [
        (rules({"allowed_modes": []}), ["rule a: no mode is allowed"]),
        (
            rules({"allowed_modes": ["private"]}, {"allowed_modes": ["public"]}),
            ["rules a and b together: no mode is allowed"],
        ),
        (rules({"match": PROD, "allowed_modes": ["private"]}, {"match": DEV, "allowed_modes": ["public"]}), []),
        (
            rules(
                {"match": {"regions": ["x"]}, "allowed_modes": ["private"]},
                {"match": {"regions": ["y"]}, "allowed_modes": ["public"]},
            ),
            [],
        ),
        (
            rules(
                {"match": {"names": ["x"]}, "allowed_modes": ["private"]},
                {"match": {"names": ["x*"]}, "allowed_modes": ["public"]},
            ),
            ["rules a and b together: no mode is allowed"],
        ),
        (
            rules(
                {"match": PROD, "allowed_modes": ["private"]},
                {"match": {"without_labels": ["env"]}, "allowed_modes": ["public"]},
            ),
            [],
        ),
        (
            rules({"internet_exposure": "none", "allowed_modes": ["public", "public_and_private"]}),
            ["rule a: no public endpoint is wanted, and private is not allowed"],
        ),
        (
            rules({"node_traffic": "inside_vpc"}, {"allowed_modes": ["public"]}),
            ["rules a and b together: node traffic is to stay inside the VPC, and only public is allowed"],
        ),
        (
            rules(
                {"approved_source_cidrs": ["13.0.0.0/8"]},
                {"approved_source_cidrs": ["52.0.0.0/8"], "allowed_modes": ["public"]},
            ),
            ["rules a and b together: nothing may stand on the list, and private is not allowed"],
        ),
        (
            rules({"match": {"labels": {"env": ["x"]}, "without_labels": ["env"]}}),
            ["rule a: no cluster fits it: it needs the label `env` and lacks it"],
        ),
        (
            rules({"match": {"labels": {"env": []}}}),
            ["rule a: no cluster fits it: the label `env` has no value that fits"],
        ),
        (
            rules({"match": PROD, "weights": {"exposure": 1}}, {"weights": {"exposure": 2}}),
            ["rule a: its weights never count: rule b fits as well and comes later"],
        ),
        (rules({"weights": {"exposure": 1}}, {"match": PROD, "weights": {"exposure": 2}}), []),
        (rules({"weights": {"exposure": 1}}, {"match": {"regions": ["x"]}, "weights": {"exposure": 2}}), []),
        (rules({"weights": {"exposure": 1}}, {"match": {"without_labels": ["x"]}, "weights": {"exposure": 2}}), []),
        (
            rules(
                {"match": {"names": ["x"]}, "assume": {"hosting": "region"}},
                {"match": {"names": ["x", "y"]}, "assume": {"hosting": "region"}},
            ),
            ["rule a: /cluster/hosting is always assumed as rule b says"],
        ),
        (rules({"assume": {"hosting": "region"}}, {"assume": {"ip_family": "ipv4"}}), []),
        (rules({"weights": {"exposure": 1}}, {"internet_exposure": "none"}), []),
        (rules({"allowed_modes": []}, {"internet_exposure": "none"}), ["rule a: no mode is allowed"]),
    ],
)
def test_check_finds_what_contradicts_and_what_can_never_count(
    tmp_path: Path, policy: dict[str, Any], lines: list[str]
) -> None:
    path = write(tmp_path, "a.yaml", policy)

    result = run("check", path)

    assert [line.partition("a.yaml: ")[2] for line in result.output.splitlines()[:-1]] == lines
    assert result.exit_code == bool(lines)


def test_check_names_what_never_shows_in_the_suite(tmp_path: Path) -> None:
    match = {"names": ["other"]}
    more = {
        "name": "ours",
        "rules": [*POLICY["rules"], {"name": "never", "match": match}],
        "guardrails": [*POLICY["guardrails"], {"name": "mute", "expression": "true", "message": "m"}],
        "waivers": [*POLICY["waivers"], {**POLICY["waivers"][0], "cluster": "gone", "reason": "another"}],
    }

    result = run("check", a_suite(tmp_path, more))

    assert [line.rpartition("yaml: ")[2] for line in result.output.splitlines()] == [
        "rule never never applies in the suite",
        "guardrail mute never fires in the suite",
        "the waiver of guardrail-owned for gone touches nothing in the suite",
        "3 found",
    ]


@pytest.fixture
def lax(tmp_path: Path) -> Path:
    return write(tmp_path, "lax.yaml", {"name": "lax"})


@pytest.fixture
def strict(tmp_path: Path) -> Path:
    return write(tmp_path, "strict.yaml", rules({"internet_exposure": "none"}))


def test_diff_lists_whose_decision_flips_and_why(tmp_path: Path, lax: Path, strict: Path) -> None:
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "demo.json").write_text(json.dumps(QUESTION))
    inside = {"cluster": {"name": "inside"}, "consumers": QUESTION["consumers"][:1]}
    (folder / "inside.json").write_text(json.dumps(inside))
    (folder / "notes.txt").write_text("no question")

    result = run("diff", lax, strict, folder, "--today", "2026-11-26")

    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert lines[0].endswith("demo.json: public_and_private -> no_mode_fits")
    assert "  public_and_private: objection internet-exposure-none is new" in lines
    assert lines[-1] == "2 decided under both: 1 flip, 1 say something else without flipping"


def test_diff_of_a_policy_with_itself_flips_nothing(tmp_path: Path, lax: Path) -> None:
    question = tmp_path / "demo.json"
    question.write_text(json.dumps(QUESTION))

    result = run("diff", lax, lax, question)

    assert (result.exit_code, result.output.splitlines()[-1][:30]) == (0, "1 decided under both: 0 flip, ")


def test_diff_decides_the_newest_question_on_every_cluster_of_the_record(
    tmp_path: Path, lax: Path, strict: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = recording_app(tmp_path).test_client()
    for question in ({"cluster": {"name": "demo"}, "consumers": QUESTION["consumers"][:1]}, QUESTION):
        decided(client, question)
    monkeypatch.setenv("RECORDS_URL", f"sqlite:///{tmp_path / 'records.sqlite3'}")

    result = run("diff", lax, strict)

    assert result.output.splitlines()[0] == "demo: public_and_private -> no_mode_fits"
    assert result.output.splitlines()[-1].startswith("1 decided under both: 1 flip")


def test_a_service_does_not_start_under_a_file_that_is_no_policy(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", {"name": "a", "rulez": []})

    result = CliRunner().invoke(main, ["serve"], env={"POLICY_FILE": str(path)})

    assert result.exit_code == 1
    assert "cannot start: POLICY_FILE" in result.output
    assert "did you mean `rules`?" in result.output


def test_a_decision_is_decided_again_under_the_policy_of_then(
    tmp_path: Path, lax: Path, strict: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECORDS_URL", f"sqlite:///{tmp_path / 'records.sqlite3'}")
    decided(recording_app(tmp_path, policy_file=strict).test_client(), QUESTION)

    def replayed(*options: str) -> Result:
        return CliRunner().invoke(main, ["replay", "--all", *options])

    without, with_it = replayed("--policy", str(lax)), replayed("--policy", str(strict))

    assert "  policy: name: a -> default" in without.output
    assert (without.exit_code, with_it.exit_code) == (1, 0)


def test_diff_refuses_what_is_no_question(tmp_path: Path, lax: Path) -> None:
    file = tmp_path / "demo.json"
    file.write_text('{"cluster": {"nmae": "x"}}')
    other = tmp_path / "other.json"
    other.write_text("{}")

    refused = run("diff", lax, lax, file)
    unread = run("diff", lax, lax, other)

    assert (refused.exit_code, unread.exit_code) == (1, 1)
