"""What was decided is found again: Schemathesis follows the links of the description, with a key, records on."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from service.access_settings import AccessSettings
from service.web.access.callers import Scope
from service.web.access.keys import new_key
from tests.recording import recording_app
from tests.web.test_schemathesis import CONFIG

_RECORDED = frozenset({"getDecision", "getRecord", "getDiagram", "getFlowchart", "getClusterHistory"})


@pytest.mark.parametrize("seed", [20260618])
def test_what_the_links_lead_to_is_there_and_as_described(seed: int) -> None:
    text, key = new_key("schemathesis", frozenset(Scope), None, None)
    headers = {"Authorization": f"Bearer {text}"}
    reached: dict[str, set[int]] = {}
    with TemporaryDirectory() as folder:
        application = recording_app(Path(folder), access=AccessSettings(keys=key.line()))
        # NUL in the name of a foreign document's member is a 400, which a JSON Schema cannot say of any object.
        generation = {**CONFIG["generation"], "allow-x00": False}
        config = SchemathesisConfig.from_dict({**CONFIG, "seed": seed, "generation": generation})
        api = schemathesis.openapi.from_wsgi("/openapi.yaml", application, config=config)
        wanted = api.include(operation_id=["decide", *sorted(_RECORDED)])

        class Following(wanted.as_state_machine()):  # type: ignore[misc]
            def get_call_kwargs(self, case: Any) -> dict[str, Any]:
                return {"headers": headers}

            def validate_response(self, response: Any, case: Any, **_: Any) -> None:
                case.validate_response(response, headers=headers, recorder=self.recorder)

            def after_call(self, response: Any, case: Any) -> None:
                operation = case.operation.definition.raw["operationId"]
                reached.setdefault(operation, set()).add(response.status_code)

        Following.run(
            settings=settings(
                max_examples=25,
                stateful_step_count=10,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            )
        )

    assert 200 in reached["decide"]
    # Which links are followed is drawn; that some are is not.
    assert len({name for name in _RECORDED if 200 in reached.get(name, ())}) >= 3
