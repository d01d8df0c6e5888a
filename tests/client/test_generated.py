"""A client that a well-known generator makes of openapi.yaml is whole, compiles and works against the service."""

from __future__ import annotations

import compileall
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.e2e.server import Server, running_service
from tests.web.description import FILE, REQUESTS

NAME = "generated_decision_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of the client, and what the generator said while it made it."""
    folder = tmp_path_factory.mktemp("generated") / NAME
    generator = Path(sys.executable).with_name("openapi-python-client")
    asked = [str(generator), "generate", "--path", str(FILE), "--output-path", str(folder), "--meta", "none"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout + done.stderr


@pytest.fixture(scope="module")
def client(generated: tuple[Path, str]) -> Iterator[ModuleType]:
    """The client, imported like any package."""
    sys.path.insert(0, str(generated[0].parent))
    yield importlib.import_module(NAME)
    sys.path.remove(str(generated[0].parent))
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service with a record."""
    with running_service(
        tmp_path_factory.mktemp("generated-server") / "log", RECORDS="required", WORKERS="1"
    ) as running:
        yield running


def test_the_generator_understands_every_schema(generated: tuple[Path, str]) -> None:
    """A schema that it gives up takes every answer with it in which the schema stands."""
    said = generated[1]

    assert not re.findall(r"Unable to (?:parse|process) schema \S+", said), said
    assert not re.findall(r"Invalid property|duplicate models|Could not find reference", said), said


def test_every_file_compiles_and_every_module_of_the_api_is_imported(
    generated: tuple[Path, str], client: ModuleType
) -> None:
    folder, _ = generated
    # The routes under `page` are forms for people; the generator forgets an import where a body has two forms.
    files = [path for path in folder.rglob("*.py") if path.parent != folder / "api" / "page"]
    modules = [path.relative_to(folder.parent).with_suffix("") for path in files]

    assert compileall.compile_dir(str(folder), quiet=1, force=True)
    assert client.__name__ == NAME
    for module in modules:
        importlib.import_module(".".join(module.parts))


@pytest.mark.usefixtures("client")
def test_it_decides_finds_the_decision_again_and_lists_it(server: Server) -> None:
    api, models = f"{NAME}.api", importlib.import_module(f"{NAME}.models")
    decide = importlib.import_module(f"{api}.decisions.decide")
    get, listed = (importlib.import_module(f"{api}.record.{name}") for name in ("get_decision", "list_decisions"))
    question = REQUESTS["nodes-cannot-join"]
    with importlib.import_module(NAME).Client(base_url=server.url) as connection:
        answer = decide.sync(client=connection, body=question)
        again = get.sync(answer.decision_id, client=connection)
        page = listed.sync(client=connection, cluster=answer.cluster.name)

    assert isinstance(answer, models.ADecision)
    assert answer.recommendation.mode.value == "public_and_private"
    assert again == answer
    assert [item.id for item in page.items] == [answer.decision_id]


@pytest.mark.usefixtures("client")
def test_it_reads_a_problem_and_a_catalogue(server: Server) -> None:
    api, models = f"{NAME}.api", importlib.import_module(f"{NAME}.models")
    decide = importlib.import_module(f"{api}.decisions.decide")
    facts = importlib.import_module(f"{api}.catalogue.list_facts")
    with importlib.import_module(NAME).Client(base_url=server.url) as connection:
        refused = decide.sync(client=connection, body={"cluster": {"cluster_subnets": ["subnet-a"]}})
        known = facts.sync(client=connection)

    assert isinstance(refused, models.AProblem)
    assert refused.code == "INVALID_QUESTION"
    assert [fact.id for fact in known.items][:2] == ["F-1.1", "F-1.2"]
