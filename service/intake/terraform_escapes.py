"""The escapes in a quoted text of Terraform's language, both ways.

Source: Terraform's "Strings and Templates", escape sequences.
"""

from __future__ import annotations

import re
import sys

_ESCAPE = re.compile(r"\\(?:u(?P<four>[0-9a-fA-F]{4})|U(?P<eight>[0-9a-fA-F]{8})|(?P<sign>.)?)", re.DOTALL)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_SPECIAL = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029]')


def unescaped(text: str) -> str:
    """What a quoted text says; an escape that Terraform does not know says nothing."""
    return _ESCAPE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    code = found["four"] or found["eight"]
    if code:
        return chr(int(code, 16)) if int(code, 16) <= sys.maxunicode else ""
    return _SIGNS.get(found["sign"], "")


def escaped(text: str) -> str:
    """A text as it stands between quotes; templates in it (`${`, `%{`) remain what they are."""
    return _SPECIAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
