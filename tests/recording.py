"""The service with a record of its own: left to the defaults, it would be that of whoever runs the tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.records.record import Wanted
from service.records.store import Store
from service.settings import Records, Settings, StoreSettings
from service.web.parts import parts_of

QUESTION: dict[str, Any] = {"cluster": {"name": "payments", "labels": {"owner": "kim"}}}


def recording_app(folder: Path, url: str | None = None, mask: tuple[str, ...] = (), **given: Any) -> Flask:
    """An application that keeps everything in a folder, and each answer before it goes out: it is found at once."""
    url = url or f"sqlite:///{folder / 'records.sqlite3'}"
    options: dict[str, Any] = {
        "records": Records.REQUIRED,
        "store": StoreSettings(url=url, spill_folder=folder / "spill", mask=mask),
    }
    return create_app(Settings(**options | given))


def change_desk(app: Flask, **changed: Any) -> None:
    """Lets an application decide otherwise from here on: under other policies, say, or with no prices."""
    known = parts_of(app)
    replace(known, desk=replace(known.desk, **changed)).put_into(app)


def kept_ids(url: str) -> set[str]:
    """The ids of all decisions in a store; raises `StoreError` while it does not answer or has no tables."""
    store = Store(url)
    try:
        return {record.id for record in store.every(Wanted())}
    finally:
        store.close()


def decided(client: FlaskClient, question: dict[str, Any] = QUESTION, **headers: str) -> Any:
    """The answer to a question, which must be a decision."""
    response = client.post("/v1/decisions", json=question, headers=headers)
    assert response.status_code == 200, response.get_json()
    return response
