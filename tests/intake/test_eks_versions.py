"""Which Kubernetes versions tell that a cluster is older than dual-stack endpoints."""

from __future__ import annotations

import pytest

from service.intake.eks_settings import is_older_than_dual_stack


@pytest.mark.parametrize("version", ["1.14", "1.21", "v1.23", 1.21, "1.23.17", 1.2, "1.2"])
def test_a_version_that_left_support_before_was_created_before(version: object) -> None:
    assert is_older_than_dual_stack(version)


@pytest.mark.parametrize("version", ["1.24", 1.24, 1.3, "1.30", "1.31", "2.10", "", None, "latest", "1.", "1.x"])
def test_any_other_version_tells_nothing(version: object) -> None:
    assert not is_older_than_dual_stack(version)
