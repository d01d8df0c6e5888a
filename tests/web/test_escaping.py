"""Sentences in a report: what they mark as code is code, and what a name holds does nothing."""

from __future__ import annotations

import pytest

from service.web.render.escaping import code, prose


@pytest.mark.parametrize(
    ("sentence", "written"),
    [
        ("until the update is `Successful`", "until the update is `Successful`"),
        ("`kubectl get nodes` works from *ci*", "`kubectl get nodes` works from \\*ci\\*"),
        ("# of `a_b` | `<b>`", "\\# of `a_b` \\| `<b>`"),
        ("a single ` of a name", "a single \\` of a name"),
        ("a name with two `` of them", "a name with two \\`\\` of them"),
        ("`code` and a name with one `", "\\`code\\` and a name with one \\`"),
    ],
)
def test_a_sentence_keeps_its_code_and_escapes_the_rest(sentence: str, written: str) -> None:
    assert prose(sentence) == written


def test_a_field_is_code_unless_a_name_in_it_holds_a_backtick() -> None:
    assert code("/cluster/connections[tgw-1]/returns") == "`/cluster/connections[tgw-1]/returns`"
    assert code("/consumers[a`b]") == "/consumers\\[a\\`b\\]"
    assert code(" ") == ""
