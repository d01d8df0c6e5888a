"""The record of decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the table and an index for each way to search it."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("cluster", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("mode", sa.String(20)),
        sa.Column("current_mode", sa.String(20)),
        sa.Column("input_digest", sa.String(80), nullable=False),
        sa.Column("decision_digest", sa.String(80), nullable=False),
        sa.Column("policy_name", sa.Text, nullable=False),
        sa.Column("policy_revision", sa.String(80), nullable=False),
        sa.Column("engine_version", sa.String(40), nullable=False),
        sa.Column("facts_edition", sa.String(40), nullable=False),
        sa.Column("caller", sa.Text),
        sa.Column("request_id", sa.Text),
        sa.Column("question", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("masked", sa.Text, nullable=False),
    )
    op.create_index("decisions_by_time", "decisions", ["created_ms", "id"])
    for name, column in (("cluster", "cluster"), ("mode", "mode"), ("outcome", "outcome")):
        op.create_index(f"decisions_by_{name}", "decisions", [column, "created_ms", "id"])


def downgrade() -> None:
    """Takes the record away."""
    op.drop_table("decisions")
