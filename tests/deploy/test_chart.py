"""The Helm chart: linted and rendered by Helm's own engine, and held to Kubernetes' own schemas.

No cluster is asked, so nothing here says that a cluster would take it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import jsonschema
import kubernetes_validate
import pytest
import yaml

from service import __version__
from service.settings import Settings
from tests.deploy.chart_values import BARE, EVERY, EVERYTHING, LEAST, OPEN, TOKENS, Values

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/kubernetes/eks-endpoint-decision"
SECRET = ("RECORDS_URL", "RATE_LIMIT_STORE")
VERSIONS = ("1.30", "1.33", "1.37")
Manifest = dict[str, Any]

# What is no part of Kubernetes has no schema there; these hold what the chart uses of it, and nothing else.
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_METADATA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "labels"],
    "properties": {"name": {"type": "string"}, "labels": _TEXTS, "annotations": _TEXTS},
}


def _strict(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


_RULE = _strict(
    matches={
        "type": "array",
        "items": _strict(path=_strict(type={"enum": ["Exact", "PathPrefix"]}, value={"pattern": "^/"})),
    },
    timeouts=_strict(request={"pattern": r"^\d+s$"}),
    backendRefs={"type": "array", "items": _strict(name={"type": "string"}, port={"type": "integer"}), "minItems": 1},
)
OF_OTHERS = {
    ("monitoring.coreos.com/v1", "ServiceMonitor"): _strict(
        jobLabel={"type": "string"},
        selector=_strict(matchLabels=_TEXTS),
        endpoints={
            "type": "array",
            "items": _strict(
                port={"type": "string"},
                path={"pattern": "^/"},
                interval={"pattern": r"^\d+(s|m)$"},
                authorization=_strict(
                    type={"const": "Bearer"}, credentials=_strict(name={"type": "string"}, key={"type": "string"})
                ),
            ),
        },
    ),
    ("monitoring.coreos.com/v1", "PrometheusRule"): _strict(
        groups={
            "type": "array",
            "items": _strict(
                name={"type": "string"},
                rules={
                    "type": "array",
                    "items": _strict(
                        alert={"pattern": r"^[A-Za-z]\w*$"},
                        expr={"type": "string"},
                        labels=_TEXTS,
                        annotations=_TEXTS,
                        **{"for": {"pattern": r"^\d+(m|h)$"}},
                    ),
                },
            ),
        }
    ),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): _strict(
        parentRefs={"type": "array", "minItems": 1, "items": {"type": "object", "required": ["name"]}},
        hostnames={"type": "array", "items": {"type": "string"}},
        rules={"type": "array", "items": _RULE},
    ),
}


@pytest.fixture(scope="module")
def chart() -> Iterator[helm_python.Chart]:
    """The chart as Helm reads it."""
    with helm_python.Chart.load(CHART) as loaded:
        yield loaded


def rendered(chart: helm_python.Chart, values: Values) -> list[Manifest]:
    """Every object that an install with these values would make; raises as an install would refuse."""
    chart.validate_schema(values)
    files = chart.render(values, name="ours", namespace="decisions")
    texts = [text for name, text in files.items() if not name.endswith("NOTES.txt")]
    return [document for text in texts for document in yaml.safe_load_all(text) if document]


def one(manifests: list[Manifest], kind: str, component: str = "") -> Manifest:
    """The only object of a kind, of those whose name ends so."""
    (found,) = [it for it in manifests if it["kind"] == kind and it["metadata"]["name"].endswith(component)]
    return found


def pods(manifests: list[Manifest]) -> list[Manifest]:
    """Every pod that would run."""
    return [it["spec"]["template"] for it in manifests if it["kind"] in ("Deployment", "Job")]


def environment(pod: Manifest) -> dict[str, Any]:
    """The variables of a pod's container: their values, or where they come from."""
    (container,) = pod["spec"]["containers"]
    return {it["name"]: it.get("value", it.get("valueFrom")) for it in container["env"]}


def test_the_chart_bears_the_version_of_the_service(chart: helm_python.Chart) -> None:
    assert chart.metadata["appVersion"] == chart.version == __version__


@pytest.mark.parametrize("name", EVERY)
def test_helm_finds_nothing_to_mend(name: str) -> None:
    report = helm_python.lint(CHART, EVERY[name], strict=True)

    assert report["errors"] == []
    assert {message["error"] for message in report["messages"]} <= {"icon is recommended"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", EVERY)
def test_every_object_is_one_by_its_schema(chart: helm_python.Chart, name: str, version: str) -> None:
    for manifest in rendered(chart, EVERY[name]):
        of_others = OF_OTHERS.get((manifest["apiVersion"], manifest["kind"]))
        if of_others is None:
            kubernetes_validate.validate(manifest, version, strict=True)
        else:
            jsonschema.Draft202012Validator(of_others).validate(manifest["spec"])
            jsonschema.Draft202012Validator(_METADATA).validate(manifest["metadata"])


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        (
            LEAST,
            "Deployment Job NetworkPolicy NetworkPolicy PodDisruptionBudget Service ServiceAccount",
        ),
        (OPEN, "Deployment NetworkPolicy PodDisruptionBudget Service ServiceAccount"),
        (BARE, "Deployment Service ServiceAccount"),
        (TOKENS, "Deployment NetworkPolicy PodDisruptionBudget Service ServiceAccount"),
        (
            EVERYTHING,
            "ConfigMap ConfigMap ConfigMap Deployment HTTPRoute HorizontalPodAutoscaler Ingress Ingress Job "
            "NetworkPolicy NetworkPolicy PodDisruptionBudget PrometheusRule Service ServiceAccount ServiceMonitor",
        ),
    ],
)
def test_only_what_is_asked_for_is_made(chart: helm_python.Chart, values: Values, kinds: str) -> None:
    assert sorted(it["kind"] for it in rendered(chart, values)) == kinds.split()


@pytest.mark.parametrize("name", EVERY)
def test_every_pod_is_restricted(chart: helm_python.Chart, name: str) -> None:
    """The restricted level of the Pod Security Standards, rule by rule, and what goes beyond it."""
    for pod in pods(rendered(chart, EVERY[name])):
        spec = pod["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == 10001
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert all({"emptyDir", "secret", "configMap"} & set(volume) for volume in spec["volumes"])
        for container in spec["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert context["readOnlyRootFilesystem"] is True
            assert "memory" in container["resources"]["limits"]
            assert not any("hostPort" in port for port in container.get("ports", ()))


def test_a_pod_runs_as_whom_the_image_is_made_for(chart: helm_python.Chart) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")

    for pod in pods(rendered(chart, LEAST)):
        context = pod["spec"]["securityContext"]
        assert f"\nUSER {context['runAsUser']}:{context['runAsGroup']}\n" in dockerfile


@pytest.mark.parametrize("values", [LEAST, EVERYTHING])
def test_a_pod_has_time_to_leave_the_rotation_and_then_to_finish(chart: helm_python.Chart, values: Values) -> None:
    pod = one(rendered(chart, values), "Deployment")["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]

    graceful = int(environment(pod)["GRACEFUL_SECONDS"])
    assert pause >= 10
    assert pod["spec"]["terminationGracePeriodSeconds"] > pause + graceful
    assert container["livenessProbe"]["httpGet"]["path"] == container["startupProbe"]["httpGet"]["path"] == "/livez"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


@pytest.mark.parametrize("values", [LEAST, OPEN, TOKENS])
def test_the_service_understands_what_it_is_given(chart: helm_python.Chart, values: Values) -> None:
    given = environment(one(rendered(chart, values), "Deployment")["spec"]["template"])
    clear = {name: value for name, value in given.items() if isinstance(value, str)}

    settings = Settings.from_environment(clear)

    assert settings.records.value == values["record"].get("mode", "required")
    assert settings.access.is_open is values.get("access", {}).get("none", False)
    assert settings.max_body_bytes == values.get("settings", {}).get("MAX_BODY_BYTES", Settings().max_body_bytes)


@pytest.mark.parametrize("name", EVERY)
def test_secrets_are_referred_to_and_never_made(chart: helm_python.Chart, name: str) -> None:
    manifests = rendered(chart, EVERY[name])
    given = [environment(pod) for pod in pods(manifests)]

    assert all(it["kind"] != "Secret" for it in manifests)
    assert all("secretKeyRef" in one_of.get(name, {"secretKeyRef": {}}) for one_of in given for name in SECRET)


def test_the_tables_are_made_before_pods_and_by_a_role_of_its_own(chart: helm_python.Chart) -> None:
    manifests = rendered(chart, EVERYTHING)
    job = one(manifests, "Job")
    hooks = [it["metadata"]["annotations"] for it in (job, one(manifests, "NetworkPolicy", "-migration"))]

    assert [hook["helm.sh/hook"] for hook in hooks] == ["pre-install,pre-upgrade"] * 2
    assert int(hooks[1]["helm.sh/hook-weight"]) < int(hooks[0]["helm.sh/hook-weight"])
    assert job["spec"]["template"]["spec"]["containers"][0]["command"][-3:] == ["service", "records", "prepare"]
    assert "serviceAccountName" not in job["spec"]["template"]["spec"]  # the release's own is made later
    assert environment(job["spec"]["template"])["RECORDS_URL"]["secretKeyRef"]["key"] == "owner-url"


def test_questions_go_to_the_pods_that_serve_and_to_no_other(chart: helm_python.Chart) -> None:
    manifests = rendered(chart, EVERYTHING)
    serving = one(manifests, "Deployment")["spec"]["template"]["metadata"]["labels"].items()
    migrating = one(manifests, "Job")["spec"]["template"]["metadata"]["labels"].items()
    selectors = [
        one(manifests, "Service")["spec"]["selector"],
        one(manifests, "Deployment")["spec"]["selector"]["matchLabels"],
        one(manifests, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        one(manifests, "NetworkPolicy", "decision")["spec"]["podSelector"]["matchLabels"],
    ]

    assert all(selector.items() <= serving for selector in selectors)
    assert not any(selector.items() <= migrating for selector in selectors)
    of_service = one(manifests, "Service")["metadata"]["labels"].items()
    assert one(manifests, "ServiceMonitor")["spec"]["selector"]["matchLabels"].items() <= of_service


def test_a_folder_of_each_file_that_may_change_is_mounted(chart: helm_python.Chart) -> None:
    pod = one(rendered(chart, EVERYTHING), "Deployment")["spec"]["template"]
    mounts = {mount["mountPath"]: mount["name"] for mount in pod["spec"]["containers"][0]["volumeMounts"]}

    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    assert set(mounts.values()) == set(volumes)
    for setting in ("API_KEYS_FILE", "POLICY_FILE", "PRICES_FILE"):
        folder, _, file = environment(pod)[setting].rpartition("/")
        volume = volumes[mounts[folder]]
        assert (volume.get("secret") or volume["configMap"])["items"][0]["path"] == file


def test_a_text_of_several_lines_arrives_as_it_was_given(chart: helm_python.Chart) -> None:
    manifests = rendered(chart, EVERYTHING)

    assert one(manifests, "ConfigMap", "-policy")["data"] == {"policy.yaml": EVERYTHING["policy"]["text"]}
    assert json.loads(one(manifests, "ConfigMap", "-prices")["data"]["prices.json"]) == {"prices": []}


def test_the_alarms_and_the_dashboard_are_those_of_compose(chart: helm_python.Chart) -> None:
    manifests = rendered(chart, EVERYTHING)
    alarms = one(manifests, "PrometheusRule")
    dashboard = one(manifests, "ConfigMap", "-dashboard")

    assert alarms["spec"] == yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8"))
    (source,) = (ROOT / "deploy/grafana/dashboards").glob("*.json")
    assert dashboard["data"] == {source.name: source.read_text("utf-8")}
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_the_alarms_ask_for_the_job_that_the_monitor_names(chart: helm_python.Chart) -> None:
    manifests = rendered(chart, EVERYTHING)
    label = one(manifests, "ServiceMonitor")["spec"]["jobLabel"]
    asked = set(re.findall(r'job="([^"]+)"', json.dumps(one(manifests, "PrometheusRule")["spec"]).replace('\\"', '"')))

    assert asked == {one(manifests, "Service")["metadata"]["labels"][label]}


def test_streams_have_a_route_that_gathers_nothing(chart: helm_python.Chart) -> None:
    manifests = rendered(chart, EVERYTHING)
    streams, others = one(manifests, "Ingress", "-streams"), one(manifests, "Ingress", "decision")

    path = streams["spec"]["rules"][0]["http"]["paths"][0]
    assert (path["path"], path["pathType"]) == ("/v1/decision-batches", "Exact")
    assert streams["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-request-buffering"] == "off"
    assert others["metadata"]["annotations"] == {"example/team": "platform"}
    assert one(manifests, "HTTPRoute")["spec"]["rules"][0]["timeouts"] == {"request": "0s"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"access": {}}, "nothing says who may call"),
        ({"access": {"keysSecret": "keys", "none": True}}, "choose one of them"),
        ({"record": {}}, "nothing says where decisions are kept"),
        ({"serviceMonitor": {"enabled": True}}, "Prometheus needs a key"),
        ({"replicas": 0}, "replicas"),
        ({"settings": {"RECORDS_URL": "postgresql://u:secret@host/d"}}, "RECORDS_URL"),
        ({"settings": {"RATE_LIMIT_STORE": "redis://:secret@host"}}, "RATE_LIMIT_STORE"),
        ({"settings": {"lower": "case"}}, "lower"),
        ({"record": {"urlSecret": "database", "mode": "sometimes"}}, "mode"),
        ({"image": {"digest": "latest"}}, "digest"),
        ({"ingress": {"enabled": True}}, "host"),
        ({"gateway": {"enabled": True}}, "parents"),
        ({"podDisruptionBudget": {"maxUnavailable": 0}}, "maxUnavailable"),
        ({"misspelt": True}, "misspelt"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_word_on_it(chart: helm_python.Chart, change: Values, said: str) -> None:
    with pytest.raises(helm_python.HelmError, match=re.escape(said)):
        rendered(chart, {**LEAST, **change})


def test_every_value_has_a_schema_and_the_other_way_round() -> None:
    """At the top and one level below; what is deeper is Kubernetes' own."""
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))["properties"]

    assert set(values) == set(schema) - {"global"}
    for name, inner in values.items():
        if schema[name].get("additionalProperties") is False:
            assert set(inner) <= set(schema[name]["properties"]), name
            assert set(schema[name]["properties"]) - set(inner) <= {"claims"}, name


@pytest.mark.parametrize(
    ("name", "said"), [("least", "authorization: Bearer"), ("open", "Everybody who reaches the pods")]
)
def test_the_notes_say_what_to_try_and_what_to_look_after(chart: helm_python.Chart, name: str, said: str) -> None:
    files = chart.render(EVERY[name], name="ours", namespace="decisions")
    (notes,) = [text for file, text in files.items() if file.endswith("NOTES.txt")]

    assert said in notes
    assert "service/ours-eks-endpoint-decision 8080:80" in notes
