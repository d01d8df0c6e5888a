"""Write the answers that openapi.yaml shows anew, from what the service says today: `make examples`.

The questions stand beside them and are not touched, nor is any line outside of the answers. A test holds the two
together, so this is run whenever an answer changes, and the difference read before it is kept.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from service.app import create_app
from service.settings import Records, Settings

CONTRACT = Path(__file__).parents[1] / "openapi.yaml"
ANSWERED = ("demo", "nodes-cannot-join")
"""Examples of questions; the answer to each is the example with `-decision` behind its name."""
SPREAD = frozenset(
    {
        *("assessments", "traffic_path", "flows", "hops", "objections", "findings", "assumptions", "warnings"),
        *("scores", "cluster", "engine", "policy", "current", "recommendation", "unknowns", "answers"),
        *("change_plan", "steps", "conditions", "ways", "changes", "controls", "sensitivity"),
    }
)
"""Members that take a line for each of their own; all else stands on one line."""


_NEXT = re.compile(r"^ {0,6}\S", re.MULTILINE)
"""What stands further out than an answer, and so after it."""


class _OneLine(dict[str, Any]):
    """An object on one line."""


class _InARow(list[Any]):
    """A list on one line."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(_OneLine, lambda dumper, it: dumper.represent_mapping("tag:yaml.org,2002:map", it, True))
_Dumper.add_representer(_InARow, lambda dumper, it: dumper.represent_sequence("tag:yaml.org,2002:seq", it, True))


def on_one_line(value: Any) -> Any:
    """The value so that it is written on one line."""
    if isinstance(value, dict):
        return _OneLine({name: on_one_line(member) for name, member in value.items()})
    return _InARow(map(on_one_line, value)) if isinstance(value, list) else value


def spread(value: Any) -> Any:
    """The value with the members that take lines of their own."""
    if isinstance(value, dict):
        return {name: spread(member) for name, member in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [_item(item) for item in value]
    return on_one_line(value)


def _item(item: dict[str, Any]) -> Any:
    if not any(name in SPREAD and member for name, member in item.items()):
        return on_one_line(item)
    return {name: spread(member) if name in SPREAD else on_one_line(member) for name, member in item.items()}


def rewritten(text: str) -> str:
    """The contract with its answers as the service gives them; who asked and when stays as it was."""
    examples = yaml.safe_load(text)["components"]["examples"]
    client = create_app(Settings(records=Records.OFF)).test_client()
    for name in ANSWERED:
        before = examples[f"{name}-decision"]["value"]
        answer = client.post("/v1/decisions", json=examples[name]["value"]).get_json()
        answer |= {member: before[member] for member in ("decision_id", "created_at")}
        written = yaml.dump(_item(answer), Dumper=_Dumper, sort_keys=False, width=10**9, allow_unicode=True)
        lines = "".join(f"        {line}\n" for line in written.splitlines())
        start = text.index("      value:\n", text.index(f"\n    {name}-decision:\n")) + len("      value:\n")
        end = _NEXT.search(text, start)
        text = text[:start] + lines + (text[end.start() :] if end else "")
    return text


if __name__ == "__main__":
    CONTRACT.write_text(rewritten(CONTRACT.read_text(encoding="utf-8")), encoding="utf-8")
