"""Text from a question as Markdown that shows it and does nothing else."""

from __future__ import annotations

import re

# What CommonMark or GitHub's tables could take as their own. An underscore inside a word never is.
_ACTIVE = re.compile(r"[\\`*\[\]<>|~&@]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
_BLOCK_MARK = re.compile(r"^(\s*)([#+=-]|\d+(?=[.)]))")
_BARE_LINK = re.compile(r"(?i)(://|\bwww\.)")


def plain(text: str) -> str:
    """The text so that it reads as it is, in a line, a list or a table's cell."""
    return _BLOCK_MARK.sub(_unmarked, _inline(" ".join(text.split())))


def prose(text: str) -> str:
    """A sentence of ours in a line or a list: what stands between its backticks is code, all else reads as it is.

    Code shows every sign as it is, so a name that holds backticks can make more of the line code and nothing else.
    """
    parts = " ".join(text.split()).split("`")
    codes = parts[1::2]
    if len(parts) % 2 == 0 or not all(code.strip() for code in codes):
        return plain(text)
    told = (f"`{part}`" if number % 2 else _inline(part) for number, part in enumerate(parts))
    return _BLOCK_MARK.sub(_unmarked, "".join(told))


def code(text: str) -> str:
    """A field or another text that is written as it stands, as code where it can be."""
    return plain(text) if "`" in text or not text.strip() else f"`{' '.join(text.split())}`"


def _inline(text: str) -> str:
    escaped = _ACTIVE.sub(lambda mark: "\\" + mark[0], text)
    return _BARE_LINK.sub(lambda link: link[0].replace(":", "\\:").replace(".", "\\."), escaped)


def fenced(lines: list[str], language: str = "text") -> list[str]:
    """The lines as a block that shows every sign as it is, whatever backticks stand in it."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *lines, fence]


def _unmarked(mark: re.Match[str]) -> str:
    begins = mark[2]
    return f"{mark[1]}{begins}" if begins.isdigit() else f"{mark[1]}\\{begins}"
