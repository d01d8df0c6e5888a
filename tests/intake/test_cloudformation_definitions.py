"""Real templates: number of clusters, stated and effective settings, as the manifest beside them has them.

Two kinds of differences, for a reason each:

- With the public endpoint off EKS keeps no list, so the manifest's effective list is empty. The description keeps
  the list that the template states, where it is found again; the engine does not look at it in that mode.
- The manifest writes an expression as what is stated. Evaluated, it is no longer stated but computed, and the
  origin quotes the expression.
"""

from __future__ import annotations

from typing import Any

import pytest

from service.intake import cloudformation
from service.intake.understanding import Kind
from tests.intake.definitions import assert_decidable, effective, entries, stated, understood

(CLOUDFORMATION,) = cloudformation.FORMATS


@pytest.mark.parametrize("entry", entries("cloudformation"))
def test_real_templates_are_understood_as_the_manifest_says(entry: dict[str, Any]) -> None:
    found = understood(CLOUDFORMATION, entry["file"])

    assert [one.place.rpartition("/")[2] for one in found] == [cluster["id"] for cluster in entry["clusters"]]
    for one, expected in zip(found, entry["clusters"], strict=True):
        settings = effective(one)
        if settings["endpoint_public_access"] is False:
            settings["public_access_cidrs"] = []
        assert settings == {name: expected["effective"][name] for name in settings}
        texts = {name: value for name, value in expected["stated"].items() if not _is_expression(value)}
        assert {name: stated(one)[name] for name in texts} == texts
        assert_decidable(one)


@pytest.mark.parametrize("entry", entries("cloudformation"))
def test_evaluated_expressions_are_quoted_with_what_they_rest_on(entry: dict[str, Any]) -> None:
    wire = {
        "endpoint_public_access": "/endpoint_access/public",
        "endpoint_private_access": "/endpoint_access/private",
        "public_access_cidrs": "/endpoint_access/public_access_cidrs",
    }
    for one, expected in zip(understood(CLOUDFORMATION, entry["file"]), entry["clusters"], strict=True):
        for name, text in expected["stated"].items():
            if _is_expression(text):
                (origin,) = [origin for origin in one.origins if origin.field == wire[name]]
                assert origin.kind is Kind.COMPUTED
                assert text in origin.because
                assert [assumed for assumed in one.assumed if assumed.field == wire[name]]


def _is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("!")
