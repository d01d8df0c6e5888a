"""Gunicorn's entry point: ``service.wsgi:app``."""

from service.app import create_app
from service.real_threads import Readers, in_real_thread
from service.settings import Settings

# What a question may take is bounded by what there is to walk (service/engine/effort.py): nobody should ever meet this.
_SECONDS_TO_DECIDE = 600

_settings = Settings.from_environment()
_readers = Readers(_settings.edge.document_queue, _settings.edge.document_seconds)
_deciders = Readers(_settings.edge.document_queue, _SECONDS_TO_DECIDE)

app = create_app(_settings, run=in_real_thread, read=_readers.read, apart=_deciders.read)
