"""Brings the tables up to date, one process at a time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

# Any number will do as long as nobody else locks by it; on SQLite the write lock of the file does the same.
_ADVISORY_LOCK = 0x454B53


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def migrate(connection: Connection, revision: str = "head") -> None:
    """Runs the missing revisions in the connection's transaction; others that try meanwhile wait.

    A database of a newer version is left alone: its tables have all that this version needs, because revisions
    only add.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    present = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if present is not None and present not in known:
        return
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
