"""A long list of names inside a sentence, cut where people read it."""

from __future__ import annotations

LONGEST = 12
_SHOWN = 6


def shortened(text: str) -> str:
    """The sentence with its long lists cut: the first names, how many more there are, and the last with what follows.

    A list is what stands between commas without blanks in it, as names, addresses and ids do.
    """
    if text.count(", ") <= LONGEST:
        return text
    parts, kept = text.split(", "), []
    at = 0
    while at < len(parts):
        end = at
        while end < len(parts) and " " not in parts[end]:
            end += 1
        if end - at > LONGEST:
            kept += [*parts[at : at + _SHOWN], f"… (+{end - at - _SHOWN})"]
        else:
            kept += parts[at:end]
        if end < len(parts):
            kept.append(parts[end])
        at = end + 1
    return ", ".join(kept)
