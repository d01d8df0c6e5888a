"""Gunicorn's entry point: ``service.wsgi:app``."""

from service.app import create_app
from service.real_threads import in_reading_thread, in_real_thread
from service.settings import Settings

app = create_app(Settings.from_environment(), run=in_real_thread, read=in_reading_thread)
