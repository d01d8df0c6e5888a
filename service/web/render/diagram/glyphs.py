"""How wide a text is at most, whatever sans-serif font shows it, and how much of it fits.

No font goes with the picture, so every width is that of the widest of the usual ones (DejaVu Sans, Liberation Sans
and Arial, Noto Sans CJK): a label may then end early, and never late.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

FONTS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'Noto Sans', 'Noto Sans CJK KR', sans-serif"

# Thousandths of the font's size, for the printable ASCII characters in their order; measured in Chromium.
_REGULAR = (
    *(318, 401, 474, 838, 636, 950, 780, 278, 390, 390, 500, 838, 318, 361, 318, 392, 636, 636, 636, 636, 636, 636),
    *(636, 636, 636, 636, 337, 337, 838, 838, 838, 556, 1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 535, 667),
    *(557, 863, 748, 787, 667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 392, 390, 838, 559, 606, 613),
    *(635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 284, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818),
    *(592, 592, 525, 636, 337, 636, 838),
)
_BOLD = (
    *(348, 456, 574, 838, 696, 1002, 872, 325, 457, 457, 523, 838, 380, 415, 380, 387, 696, 696, 696, 696, 696, 696),
    *(696, 696, 696, 696, 400, 400, 838, 838, 838, 611, 1007, 774, 762, 734, 830, 683, 683, 821, 837, 372, 568, 775),
    *(637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 387, 457, 838, 567, 626, 675),
    *(716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924),
    *(645, 652, 582, 712, 365, 712, 838),
)
_WIDE = 1_020
_LETTERS = (("\u00c0", "\u017f", 1_170), ("\u0391", "\u03c9", 1_000), ("\u0410", "\u044f", 1_330))
"""Latin, Greek and Cyrillic letters, each kind with the width of its widest."""
_OTHER = 700
"""About what a sign of another script takes; a text with one is held to its width (`is_measured`)."""
_TYPOGRAPHIC = {"…": 1_000, "·": 600, "→": 1_000, "←": 1_000, "×": 840}
_ELLIPSIS = "…"
_MOST_MARKS = 2
"""How many accents a letter may carry: more would climb out of their line."""


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """The text with nothing in it that breaks a line, turns the reading order, or climbs out of its line."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept: list[str] = []
    marks = 0
    for sign in text:
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks > _MOST_MARKS:
            continue
        if kind in ("Zl", "Zp", "Zs"):
            kept.append(" ")
        elif kind in ("Cf", "Cs", "Cn", "Co"):  # directions, joiners, halves of pairs, what no font has
            kept.append("\ufffd")
        elif kind == "Cc":
            kept.append(" " if sign in "\t\n\r" else "\ufffd")
        else:
            kept.append(sign)
    return " ".join("".join(kept).split())


@lru_cache(maxsize=8192)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """The most that a line of text takes, in the units of the size."""
    table = _BOLD if bold else _REGULAR
    return (
        sum(table[ord(sign) - 32] if " " <= sign <= "~" else _beyond_ascii(sign, table) for sign in text) * size / 1000
    )


def _beyond_ascii(sign: str, table: tuple[int, ...]) -> int:
    if sign in _TYPOGRAPHIC:
        return _TYPOGRAPHIC[sign]
    if unicodedata.category(sign) in ("Mn", "Me"):
        return 0
    plain = unicodedata.normalize("NFD", sign)[0]
    if " " <= plain <= "~":
        return table[ord(plain) - 32]
    if unicodedata.east_asian_width(sign) in "WF":
        return _WIDE
    return next((most for first, last, most in _LETTERS if first <= sign <= last), _OTHER)


def is_measured(text: str) -> bool:
    """Whether every sign's width is known; of other scripts some signs are wider than any letter."""
    return text.isascii() or all(
        " " <= sign <= "~"
        or sign in _TYPOGRAPHIC
        or "\uac00" <= sign <= "\ud7a3"
        or "\u4e00" <= sign <= "\u9fff"
        or "\u0300" <= sign <= "\u036f"
        or any(first <= sign <= last for first, last, _ in _LETTERS)
        for sign in text
    )


def fitted(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, or as much of its beginning as the room takes, with an ellipsis; empty where nothing fits."""
    if width(text, size, bold=bold) <= room:
        return text
    room -= width(_ELLIPSIS, size, bold=bold)
    kept, used = 0, 0.0
    for sign in text:
        used += width(sign, size, bold=bold)
        if used > room:
            break
        kept += 1
    shown = text[:kept].rstrip()
    return f"{shown}{_ELLIPSIS}" if shown else ""
