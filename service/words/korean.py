"""Korean particles: a translation writes both forms (``{name}은(는)``), and the sound before them decides.

1. A syllable of Hangul tells by its final consonant; a digit by how it is read (0 ``영``, 1 ``일``, 3 ``삼``, ...).
2. After anything else, such as a name in Latin letters, both forms stay, as is usual in technical text.
"""

from __future__ import annotations

import re

_BOTH = re.compile(r"([가-힣0-9])(은\(는\)|이\(가\)|을\(를\)|과\(와\)|\(으\)로)")
_FORMS = {"은(는)": "은는", "이(가)": "이가", "을(를)": "을를", "과(와)": "과와"}
_CLOSED_DIGITS, _DIGITS_IN_R = "013678", "178"
_FIRST_SYLLABLE, _FINALS, _R = 0xAC00, 28, 8


def particles(text: str) -> str:
    """The text with each particle in the form that fits what stands before it.

    >>> particles("서브넷은(는) rtb-1을(를) 거쳐 인터넷(으)로, nat-a을(를) 거쳐 주소이(가)")
    '서브넷은 rtb-1을 거쳐 인터넷으로, nat-a을(를) 거쳐 주소가'
    """
    return _BOTH.sub(_fitting, text) if "(" in text else text


def _fitting(match: re.Match[str]) -> str:
    before, both = match[1], match[2]
    final = (ord(before) - _FIRST_SYLLABLE) % _FINALS
    is_closed = before in _CLOSED_DIGITS if before.isascii() else final > 0
    if both == "(으)로":
        ends_in_r = before in _DIGITS_IN_R if before.isascii() else final == _R
        return f"{before}으로" if is_closed and not ends_in_r else f"{before}로"
    return before + _FORMS[both][0 if is_closed else 1]
