"""Gunicorn's entry point: ``service.wsgi:app``."""

from service.app import create_app
from service.real_threads import Readers, in_real_thread
from service.settings import Settings

_settings = Settings.from_environment()
_readers = Readers(_settings.edge.document_queue, _settings.edge.document_seconds)

app = create_app(_settings, run=in_real_thread, read=_readers.read)
