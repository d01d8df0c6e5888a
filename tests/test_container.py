"""The image and the compose file, held to what can be known without a container engine."""

import json
import re
import shlex
import subprocess
from importlib.resources import files
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from service import __version__
from service.settings import Records, Settings
from service.web.routes.batches import MOST_LIST_BYTES
from tests.e2e.scaled_out import NGINX_CONF, REPLICAS, program

ROOT = Path(__file__).parents[1]


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile in order, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def arguments_of(word: str) -> list[str]:
    """What follows each instruction of this name."""
    return [rest for name, rest in instructions() if name == word]


def last_stage() -> list[tuple[str, str]]:
    """The instructions of the stage that becomes the image."""
    every = instructions()
    begins = max(index for index, (word, _) in enumerate(every) if word == "FROM")
    return every[begins:]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, as YAML reads it."""
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    assert isinstance(document, dict)
    return document


def makefile_recipe(target: str) -> list[str]:
    """The commands of a target, with the variables that name the virtual environment filled in."""
    text = (ROOT / "Makefile").read_text("utf-8").replace("$(VENV)", ".venv").replace("$(BIN)", ".venv/bin")
    recipe = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)+)", text, re.MULTILINE)
    assert recipe, f"the Makefile has no target {target}"
    return [line.strip() for line in recipe[1].splitlines()]


def test_the_compose_file_is_one_by_the_schema_of_its_specification(compose: dict[str, Any]) -> None:
    schema_file = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(schema_file.read_text("utf-8"))

    jsonschema.Draft7Validator(schema).validate(compose)


def test_without_a_profile_only_the_single_service_starts(compose: dict[str, Any]) -> None:
    profiles = {name: service.get("profiles", []) for name, service in compose["services"].items()}

    assert {name for name, given in profiles.items() if given == []} == {"service"}
    assert {name for name, given in profiles.items() if given == ["scaled"]} == SCALED


SCALED = {"migration", "replica-a", "replica-b", "nginx", "postgres", "redis", "prometheus", "grafana"}


@pytest.mark.parametrize("name", sorted({"service", *SCALED}))
def test_every_container_is_confined(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] <= 256
    assert int(service["mem_limit"].removesuffix("m")) <= 768
    assert name == "migration" or service["healthcheck"].get("disable") is not True
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(service)
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("name", sorted(SCALED - {"migration", "replica-a", "replica-b"}))
def test_every_other_image_is_of_an_exact_version_and_does_not_run_as_root(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]

    assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+(\.\d+)?-?[a-z0-9.]*", service["image"])
    assert int(service["user"].split(":")[0]) > 0


def test_what_clients_may_hold_fits_into_the_memory_that_there_is(compose: dict[str, Any]) -> None:
    chart = yaml.safe_load((ROOT / "deploy/kubernetes/eks-endpoint-decision/values.yaml").read_text("utf-8"))
    composed = [compose["services"][name] for name in ("service", "replica-a", "replica-b")]
    given = [(service["environment"]["HELD_BYTES"], service["mem_limit"].removesuffix("m")) for service in composed]
    given.append((chart["settings"]["HELD_BYTES"], chart["resources"]["limits"]["memory"].removesuffix("Mi")))

    for held, limit in given:
        assert 2 * (100 + 32 + 2 * held / 2**20) < int(limit)  # two workers, as the comments there count
        assert held >= 8 * MOST_LIST_BYTES  # else the largest list that the service takes would always be refused


def test_no_secret_stands_in_the_compose_file_and_none_is_asked_for_by_the_single_service(
    compose: dict[str, Any],
) -> None:
    given = {
        (name, key): value
        for name, service in compose["services"].items()
        for key, value in service.get("environment", {}).items()
        if "PASSWORD" in key
    }

    assert set(given.values()) == {"${POSTGRES_PASSWORD:-}", "${GRAFANA_PASSWORD:-}"}
    assert all(name != "service" for name, _ in given)
    assert ":@" not in compose["services"]["replica-a"]["environment"]["RECORDS_URL"]
    assert ":?set GRAFANA_PASSWORD}" in compose["services"]["grafana"]["entrypoint"][2]


def test_naming_the_front_and_the_dashboard_starts_all_that_the_profile_has(compose: dict[str, Any]) -> None:
    """Only what is named starts, and what that needs."""
    started, waiting = set(), {"nginx", "grafana"}
    while waiting:
        started |= waiting
        waiting = {name for one in waiting for name in compose["services"][one].get("depends_on", {})} - started

    assert started == SCALED


def test_replicas_start_when_the_tables_are_there_and_the_tables_when_the_database_is(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert services["migration"]["command"] == ["python", "-m", "service", "records", "prepare"]
    assert services["migration"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for replica in ("replica-a", "replica-b"):
        assert services[replica]["depends_on"] == {
            "migration": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }
        assert services["nginx"]["depends_on"][replica] == {"condition": "service_healthy"}


def test_replicas_answer_for_what_they_kept(compose: dict[str, Any]) -> None:
    environments = [compose["services"][name]["environment"] for name in ("replica-a", "replica-b", "migration")]

    assert environments[0] == environments[1] == environments[2]
    settings = Settings.from_environment(
        {key: str(value) for key, value in environments[0].items() if "$" not in str(value)}
    )
    assert settings.records is Records.REQUIRED
    assert settings.store.url == "postgresql://service@postgres/decisions"
    assert settings.access.rate_limit_store == "redis://redis:6379/0"
    assert settings.access.trusted_proxies == 1


def test_nginx_looks_for_the_replicas_where_they_are(compose: dict[str, Any]) -> None:
    addresses = [compose["services"][name]["networks"]["inside"]["ipv4_address"] for name in ("replica-a", "replica-b")]
    (network,) = compose["networks"]["inside"]["ipam"]["config"]

    assert tuple(f"{address}:8080" for address in addresses) == REPLICAS
    assert all(ip_address(address) in ip_network(network["subnet"]) for address in addresses)
    assert compose["networks"]["inside"]["internal"] is True


def test_nginx_takes_its_configuration_as_it_ships(tmp_path: Path) -> None:
    asked = subprocess.run(
        [program("nginx"), "-t", "-c", str(NGINX_CONF), "-p", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.returncode == 0, asked.stderr
    assert "[warn]" not in asked.stderr


def test_every_file_that_a_container_mounts_is_there(compose: dict[str, Any]) -> None:
    mounted = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    }

    assert len(mounted) == 4
    assert all((ROOT / path).exists() for path in mounted)


def test_the_container_can_write_nowhere_but_in_its_temporary_files_and_the_record(compose: dict[str, Any]) -> None:
    service = compose["services"]["service"]

    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["volumes"] == ["records:/data"]
    assert "records" in compose["volumes"]


def test_the_image_keeps_its_records_where_the_volume_is() -> None:
    environment = dict(pair.split("=", 1) for line in arguments_of("ENV") for pair in line.split())

    assert environment["RECORDS_URL"] == "sqlite:////data/records.sqlite3"
    assert environment["RECORDS_SPILL_FOLDER"].startswith("/data/")
    assert arguments_of("VOLUME") == ["/data"]
    assert "--from=build --chown=10001:10001 /data /data" in arguments_of("COPY")


def test_the_container_has_no_privileges_and_can_gain_none(compose: dict[str, Any]) -> None:
    service = compose["services"]["service"]

    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "user", "network_mode", "pid"} & set(service)


def test_the_service_is_offered_on_loopback_only(compose: dict[str, Any]) -> None:
    (port,) = compose["services"]["service"]["ports"]

    assert port == "127.0.0.1:${PORT:-8080}:8080"
    assert arguments_of("EXPOSE") == ["8080"]


def test_the_container_is_given_longer_to_stop_than_the_service_takes(compose: dict[str, Any]) -> None:
    graces = [compose["services"][name]["stop_grace_period"] for name in ("service", "replica-a", "replica-b")]

    assert all(int(grace.removesuffix("s")) > Settings().graceful_seconds for grace in graces)


def test_the_image_bears_the_version_of_the_package(compose: dict[str, Any]) -> None:
    assert compose["services"]["service"]["image"] == f"eks-endpoint-decision:{__version__}"


def test_the_base_is_pinned_to_one_release_of_python() -> None:
    (base,) = arguments_of("ARG")

    assert re.fullmatch(r"BASE=python:3\.11\.\d+-slim-bookworm", base)
    assert {rest.split()[0] for rest in arguments_of("FROM")} == {"${BASE}"}


def test_the_image_is_built_by_the_steps_of_the_makefile() -> None:
    installing = [line.replace("$(PYTHON)", "python3") for line in makefile_recipe(".venv/installed")]
    run = arguments_of("RUN")

    assert run[0] == installing[0]
    assert run[1] == installing[1].replace("requirements-test.txt", "requirements.txt")


def test_the_image_starts_what_make_run_starts() -> None:
    (started,) = arguments_of("CMD")
    (recipe,) = makefile_recipe("run")

    command = json.loads(started)
    assert command == ["python", "-m", "service", "serve"]
    assert shlex.split(recipe)[-3:] == command[-3:]


def test_the_image_does_not_run_as_root() -> None:
    stage = last_stage()

    (user,) = [rest for word, rest in stage if word == "USER"]
    uid, gid = user.split(":")
    assert int(uid) > 0
    assert int(gid) > 0
    after = [word for word, _ in stage[stage.index(("USER", user)) :]]
    assert "RUN" not in after
    assert "COPY" not in after


def test_the_image_says_when_it_is_well() -> None:
    (check,) = arguments_of("HEALTHCHECK")

    command = json.loads(check.partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    assert "/readyz" in command[2]
    compile(command[2], "HEALTHCHECK", "exec")


def test_everything_that_is_copied_exists_and_is_sent_to_the_builder() -> None:
    sent = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }

    copied = {rest.split()[0] for rest in arguments_of("COPY") if not rest.startswith("--from")}

    assert copied == sent
    assert all((ROOT / name).exists() for name in copied)


def test_the_description_of_the_api_stands_where_the_image_puts_it() -> None:
    assert Settings().openapi_file == ROOT / "openapi.yaml"
    assert ("COPY", "openapi.yaml .") in instructions()
    assert ("COPY", "service service") in instructions()


def test_what_is_installed_is_pinned_exactly() -> None:
    for name in ("requirements.txt", "requirements-test.txt"):
        lines = (ROOT / name).read_text("utf-8").split()
        assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines), name


def test_the_tests_run_on_what_the_service_runs_on() -> None:
    running = set((ROOT / "requirements.txt").read_text("utf-8").split())

    assert running <= set((ROOT / "requirements-test.txt").read_text("utf-8").split())
