"""The command line: ``python -m service`` with one of its commands, which ``--help`` lists."""

from __future__ import annotations

from service.command_line.commands import main

if __name__ == "__main__":
    main(prog_name="python -m service")
