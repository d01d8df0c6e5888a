"""What is masked, and what stays."""

from __future__ import annotations

import orjson
import pytest

from service.records.masking import MaskError, masked, masks_of

QUESTION = (
    b'{"cluster":{"name":"payments","labels":{"owner":"kim","a/b":"x"}},"consumers":[{"name":"ci"},{"kind":"node"}]}'
)
ANSWER = b'{"cluster":{"name":"payments"}}\n'


def test_without_masks_both_documents_stay_the_same_bytes() -> None:
    assert masked(QUESTION, ANSWER, ()) == (QUESTION, ANSWER, ())


def test_a_mask_that_meets_nothing_changes_no_byte() -> None:
    odd = b'{ "cluster" : {"name": "a"} }'

    assert masked(odd, ANSWER, masks_of(["/question/cluster/labels/owner"])) == (odd, ANSWER, ())


def test_a_value_an_object_and_every_item_can_be_masked() -> None:
    masks = masks_of(["/question/cluster/labels", "/question/consumers/*/name", "/answer/cluster/name"])

    question, answer, places = masked(QUESTION, ANSWER, masks)

    assert orjson.loads(question) == {
        "cluster": {"name": "payments", "labels": {"owner": "masked", "a/b": "masked"}},
        "consumers": [{"name": "masked"}, {"kind": "node"}],
    }
    assert answer == b'{"cluster":{"name":"masked"}}\n'
    assert places == ("/answer/cluster/name", "/question/cluster/labels", "/question/consumers/0/name")


def test_what_is_masked_keeps_its_shape() -> None:
    question, _, _ = masked(b'{"a":{"b":["x",1,true,null,{"c":"y"}]}}', b"{}", masks_of(["/question/a"]))

    assert question == b'{"a":{"b":["masked",null,null,null,{"c":"masked"}]}}'


def test_places_are_written_as_json_pointers() -> None:
    _, _, places = masked(QUESTION, ANSWER, masks_of(["/question/cluster/labels/a~1b", "/question/consumers/1/kind"]))

    assert places == ("/question/cluster/labels/a~1b", "/question/consumers/1/kind")


@pytest.mark.parametrize("text", ["", "question", "/question", "/cluster/name", "/question//name", "question/cluster"])
def test_a_mask_that_points_nowhere_is_refused(text: str) -> None:
    with pytest.raises(MaskError, match="expected a JSON Pointer"):
        masks_of([text])


@pytest.mark.parametrize("pointer", ["/question/consumers/9", "/question/consumers/x", "/question/cluster/name/deeper"])
def test_a_mask_that_leads_past_the_document_masks_nothing(pointer: str) -> None:
    assert masked(QUESTION, ANSWER, masks_of([pointer])) == (QUESTION, ANSWER, ())
