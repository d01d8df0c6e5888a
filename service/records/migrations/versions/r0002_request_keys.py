"""Idempotency keys, and the searches by policy and by caller."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the table of keys and the two indexes."""
    op.create_table(
        "request_keys",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("input_digest", sa.String(80), nullable=False),
        sa.Column("decision_id", sa.String(36)),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_request_keys_expires_ms", "request_keys", ["expires_ms"])
    op.create_index("decisions_by_policy", "decisions", ["policy_revision", "created_ms", "id"])
    op.create_index("decisions_by_caller", "decisions", ["caller", "created_ms", "id"])


def downgrade() -> None:
    """Takes both away again; the decisions stay."""
    op.drop_index("decisions_by_caller", "decisions")
    op.drop_index("decisions_by_policy", "decisions")
    op.drop_table("request_keys")
