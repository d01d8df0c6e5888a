"""Hold an answer against what a story expects, and say every difference in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

Json = Any

MODES = ("public", "public_and_private", "private")
SETTINGS = ("current", *MODES)
# Keys of an expected flow that must equal the answer's as they stand.
EXACT = (
    "disposition",
    "purpose",
    "resolved_to",
    "leaves_vpc",
    "leaves_aws_network",
    "source_seen_by_endpoint",
)


def differences(expect: Mapping[str, Json], answer: Mapping[str, Json]) -> list[str]:
    """Name everything in which an answer departs from the expectation; empty if it meets it."""
    found = []
    for setting in SETTINGS:
        if setting in expect:
            assessed = assessment(answer, setting)
            if assessed is None:
                found.append(f"{setting}: not assessed")
            else:
                found += [f"{setting}: {said}" for said in _setting_differences(expect[setting], assessed)]
    for consumer in expect.get("called_alike", []):
        found += _called_alike(consumer, answer)
    if "exposure_rises" in expect:
        found += _exposure_differences(expect["exposure_rises"], answer)
    for mode, wanted in expect.get("conditions", {}).items():
        found += [f"conditions of {mode}: {said}" for said in _condition_differences(mode, wanted, answer)]
    if "outcome" in expect:
        found += _unequal("outcome", expect["outcome"], answer["outcome"])
    if "recommendation" in expect:
        mode = (answer["recommendation"] or {}).get("mode")
        found += _unequal("recommended mode", expect["recommendation"]["mode"], mode)
    for codes in ("assumptions", "warnings"):
        found += _absent(codes, expect.get(codes, []), [entry["code"] for entry in answer[codes]])
    return found


def assessment(answer: Mapping[str, Json], setting: str) -> Mapping[str, Json] | None:
    """Find the assessment of a mode, or of the present setting, in an answer."""
    if setting == "current":
        return answer["current"]
    return next((entry for entry in answer["assessments"] if entry["mode"] == setting), None)


def calls(assessed: Mapping[str, Json], consumer: str) -> list[Mapping[str, Json]]:
    """Find a consumer's calls to the API server: the flows of steps 1 and 3."""
    return [flow for flow in _flows(assessed, {1, 3}) if flow["consumer"] == consumer]


def called(assessed: Mapping[str, Json], consumer: str, port: int | None = None) -> list[Mapping[str, Json]]:
    """Find the API server's calls to a consumer, on one port or on all: the flows of step 2."""
    flows = [flow for flow in _flows(assessed, {2}) if flow["consumer"] == consumer]
    return [flow for flow in flows if port is None or flow["port"] == port]


def _flows(assessed: Mapping[str, Json], steps: set[int]) -> Iterator[Mapping[str, Json]]:
    for step in assessed["traffic_path"]:
        if step["step"] in steps:
            yield from step["flows"]


def _setting_differences(expected: Mapping[str, Json], assessed: Mapping[str, Json]) -> Iterator[str]:
    for consumer, flow in expected.get("calls", {}).items():
        yield from _flow_differences(f"call of {consumer}", flow, calls(assessed, consumer))
    for consumer, flows in expected.get("called", {}).items():
        for flow in flows if isinstance(flows, list) else [flows]:
            found = called(assessed, consumer, flow.get("port"))
            yield from _flow_differences(f"call to {consumer}", flow, found)
    if "status" in expected:
        yield from _unequal("status", expected["status"], assessed["status"])
    objections = [objection["id"] for objection in assessed["objections"]]
    yield from _absent("objections", expected.get("objections", []), objections)
    if expected.get("no_objections") and objections:
        yield f"no objection expected, found {objections}"
    for unwanted in expected.get("without_objections", []):
        if unwanted in objections:
            yield f"objection `{unwanted}` was not expected"
    yield from _finding_differences(expected, assessed)
    results = {control["id"]: control["result"] for control in assessed.get("controls", [])}
    for control, result in expected.get("controls", {}).items():
        yield from _unequal(f"control {control}", result, results.get(control))


def _finding_differences(expected: Mapping[str, Json], assessed: Mapping[str, Json]) -> Iterator[str]:
    findings = [(finding["consumer"], finding["cause"]) for finding in assessed.get("findings", [])]
    for finding in expected.get("findings", []):
        wanted = [pair for pair in findings if pair[1] == finding["cause"]]
        if "consumer" in finding:
            wanted = [pair for pair in wanted if pair[0] == finding["consumer"]]
        if not wanted:
            yield f"finding {finding} is not among {findings}"
    if expected.get("no_findings") and findings:
        yield f"no finding expected, found {findings}"


def _flow_differences(name: str, expected: Mapping[str, Json], found: list[Mapping[str, Json]]) -> Iterator[str]:
    if len(found) != 1:
        yield f"{name}: expected one flow, found {len(found)}"
        return
    flow = found[0]
    for word in EXACT:
        if word in expected:
            yield from _unequal(f"{name}: {word}", expected[word], flow[word])
    # A flow that is accepted has no cause, and so an expectation without one asks for none.
    yield from _unequal(f"{name}: cause", expected.get("cause"), flow["cause"])
    yield from _absent(f"{name}: also", expected.get("also", []), flow["also"])
    if "partly" in expected:
        yield from _unequal(f"{name}: some of it works", expected["partly"], bool(flow["partial"]))
    for piece in expected.get("missing", []):
        if not any(piece in field for field in flow["missing"]):
            yield f"{name}: `{piece}` is not among the missing fields {flow['missing']}"
    yield from _hop_differences(name, expected, [hop["component"] for hop in flow["hops"]])


def _hop_differences(name: str, expected: Mapping[str, Json], components: list[str]) -> Iterator[str]:
    if "stops_at" in expected:
        yield from _unequal(f"{name}: last hop", expected["stops_at"], components[-1])
    if not _is_passed_in_order(expected.get("hops", []), components):
        yield f"{name}: {expected['hops']} are not passed in this order: {components}"
    for component in expected.get("hops_without", []):
        if component in components:
            yield f"{name}: `{component}` does not belong on the path: {components}"


def _called_alike(consumer: str, answer: Mapping[str, Json]) -> Iterator[str]:
    by_mode = {entry["mode"]: called(entry, consumer) for entry in answer["assessments"]}
    if not by_mode["public"]:
        yield f"the API server never calls {consumer}"
    for mode in MODES[1:]:
        if by_mode[mode] != by_mode["public"]:
            yield f"the API server's calls to {consumer} differ between public and {mode}"


def _exposure_differences(groups: list[list[str]], answer: Mapping[str, Json]) -> Iterator[str]:
    scores = {entry["mode"]: entry["scores"]["exposure"]["score"] for entry in answer["assessments"]}
    for group in groups:
        if len({scores[mode] for mode in group}) != 1:
            yield f"exposure of {group} should be one score: {scores}"
    for more, less in pairwise(groups):
        if not max(scores[mode] for mode in more) < min(scores[mode] for mode in less):
            yield f"{more} should be more exposed than {less}: {scores}"


def _condition_differences(mode: str, expected: Mapping[str, Json], answer: Mapping[str, Json]) -> Iterator[str]:
    said = next((each for each in answer["conditions"] if each["mode"] == mode), None)
    if said is None:
        yield "none are offered, for nothing stands against the mode"
        return
    ways = [sorted(repair["code"] for repair in way) for way in said["ways"]]
    for way in expected.get("ways", []):
        if sorted(way) not in ways:
            yield f"`{way}` is not among the ways {ways}; what stands: {said['stands']}"
    yield from _absent("what stands", expected.get("stands", []), said["stands"])
    if "exhausted" in expected:
        yield from _unequal("exhausted", expected["exhausted"], said["exhausted"])


def _is_passed_in_order(wanted: list[str], components: list[str]) -> bool:
    remaining = iter(components)
    return all(component in remaining for component in wanted)


def _absent(name: str, wanted: list[str], found: list[str]) -> Iterator[str]:
    for code in wanted:
        if code not in found:
            yield f"{name}: `{code}` is not among {found}"


def _unequal(name: str, expected: Json, actual: Json) -> Iterator[str]:
    if expected != actual:
        yield f"{name}: expected `{expected}`, found `{actual}`"
