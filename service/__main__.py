"""The command line: ``python -m service serve`` starts the service as the environment says."""

from __future__ import annotations

import argparse
import os
import sys

from service.settings import Settings, SettingsError


def main(arguments: list[str] | None = None) -> None:
    """Reads the command and becomes gunicorn; ends with status 2 if the environment makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m service", description="the EKS endpoint decision service")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer HTTP; settings come from the environment (docs/operations.md)")
    parser.parse_args(arguments)
    try:
        Settings.from_environment()
    except SettingsError as error:
        sys.exit(f"cannot start: {error}")
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_conf", "service.wsgi:app"]
    # Gunicorn takes this process's place, so that it is the one that a SIGTERM from outside reaches.
    os.execv(sys.executable, gunicorn)  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main()
