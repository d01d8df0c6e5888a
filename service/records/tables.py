"""The tables of the record, the same on SQLite and on PostgreSQL; `migrations` makes them.

Times are whole milliseconds since 1970, so that both databases sort them alike and give them back exactly.
Question and answer are kept compressed: they are JSON and shrink to about a tenth.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("cluster", Text, nullable=False),
    Column("region", Text),
    Column("outcome", String(20), nullable=False),
    Column("mode", String(20)),
    Column("current_mode", String(20)),
    Column("input_digest", String(80), nullable=False),
    Column("decision_digest", String(80), nullable=False),
    Column("policy_name", Text, nullable=False),
    Column("policy_revision", String(80), nullable=False),
    Column("engine_version", String(40), nullable=False),
    Column("facts_edition", String(40), nullable=False),
    Column("caller", Text),
    Column("request_id", Text),
    Column("question", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("masked", Text, nullable=False),
    # Each filter of a list has its index, which ends in what a page is sorted by.
    Index("decisions_by_time", "created_ms", "id"),
    Index("decisions_by_cluster", "cluster", "created_ms", "id"),
    Index("decisions_by_mode", "mode", "created_ms", "id"),
    Index("decisions_by_outcome", "outcome", "created_ms", "id"),
    Index("decisions_by_policy", "policy_revision", "created_ms", "id"),
    Index("decisions_by_caller", "caller", "created_ms", "id"),
)

REQUEST_KEYS = Table(
    "request_keys",
    METADATA,
    Column("key", String(80), primary_key=True),
    Column("input_digest", String(80), nullable=False),
    Column("decision_id", String(36)),
    Column("expires_ms", BigInteger, nullable=False, index=True),
)
