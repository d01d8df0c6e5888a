"""How tests start: with the same random examples in every run, held to no clock by Hypothesis, and long files first."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")

HERE = Path(__file__).parent
# What takes longest, by measured processor time; a long file at the end would leave the other process without work.
# Files that start services wait for them, so they go beside one that only computes.
LONG_FILES = (
    "web/test_schemathesis.py",
    "e2e/test_scaled_out.py",
    "e2e/test_service.py",
    "e2e/test_records.py",
    "e2e/test_hostile_clients.py",
    "e2e/test_batches.py",
    "e2e/test_access.py",
    "e2e/test_policies.py",
    "words/test_catalogue.py",
    "collector/test_against_moto.py",
    "laws/test_paths.py",
    "test_endurance.py",
    "web/test_definitions.py",
    "laws/test_policies.py",
    "web/test_schemathesis_stateful.py",
    "web/diagram/test_layout.py",
    "unit/advice/test_conditions.py",
    "page/test_browser.py",
    "page/test_embedding.py",
    "scanners/test_written_cdk.py",
    "scanners/test_written_terraform.py",
    "scanners/test_scanners.py",
    "scanners/test_portal.py",
    "intake/test_changes_of_definitions.py",
    "laws/test_derived_lists.py",
    "laws/test_lists.py",
    "laws/test_random_questions.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, in that order; the rest stay as they were."""
    places = {HERE / name: place for place, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
