"""The reader of bodies, at each of its edges and one step beyond."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.domain.errors import InvalidQuestionError, Mistake, UnreadableDocumentError
from service.web.strict_json import DEPTH_LIMIT, read_document, read_object


def refusal_of(raw: bytes) -> str:
    """The sentence with which the reader refuses these bytes."""
    with pytest.raises(UnreadableDocumentError) as refused:
        read_document(raw)
    return refused.value.detail


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "the body is empty, expected JSON"),
        (b" \n\t", "the body is empty, expected JSON"),
        (
            '{"a": 1}'.encode("utf-16"),
            "the body is not UTF-8 (it looks like UTF-16 or UTF-32), expected UTF-8",
        ),
        (
            '{"a": 1}'.encode("utf-16-be"),
            "the body is not UTF-8 (it looks like UTF-16 or UTF-32), expected UTF-8",
        ),
        (
            '{"a": 1}'.encode("utf-32-le"),
            "the body is not UTF-8 (it looks like UTF-16 or UTF-32), expected UTF-8",
        ),
        (b'\xef\xbb\xbf{"a": 1}', "the body begins with a byte order mark, expected UTF-8 without one"),
        (b'{"a": "\xff"}', "the body is not UTF-8: byte 7 is `0xff`"),
        (b'{"a": "\xed\xa0\x80"}', "the body is not UTF-8: byte 7 is `0xed`"),
    ],
)
def test_bytes_that_are_no_utf_8_text_are_refused_with_what_they_look_like(raw: bytes, reason: str) -> None:
    assert refusal_of(raw) == reason


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 01}',
        b'{"a": 1,}',
        b'{"a": 1} {"a": 1}',
        b"{'a': 1}",
        b'{"a": "\x00"}',
        b'{"a": "\x1f"}',
        b'{"a": 1',
        b"// a comment\n{}",
        rb'{"a": "\ud800"}',
        rb'{"a": "\udc00\ud800"}',
        rb'{"\ud800": 1}',
    ],
)
def test_what_is_almost_json_is_refused_with_the_place(raw: bytes) -> None:
    assert refusal_of(raw).startswith("the body is not JSON: ")
    assert " at line " in refusal_of(raw)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5_000])
def test_a_number_past_what_a_double_holds_is_refused(number: str) -> None:
    assert "infinity" in refusal_of(b'{"a": %s}' % number.encode())


@pytest.mark.parametrize("number", ["1.7e308", "-0.0", "9007199254740993", "18446744073709551615"])
def test_a_number_that_a_double_or_64_bits_hold_is_read(number: str) -> None:
    assert read_document(number.encode()) == json.loads(number)


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_up_to_the_limit_is_read(opening: bytes, closing: bytes) -> None:
    document = opening * (DEPTH_LIMIT - 1) + b"[]" + closing * (DEPTH_LIMIT - 1)

    assert read_document(document) == json.loads(document)


@pytest.mark.parametrize("depth", [DEPTH_LIMIT + 1, 1_024, 1_025, 100_000])
@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_nesting_beyond_the_limit_is_refused(opening: bytes, depth: int) -> None:
    closing = b"]" if opening == b"[" else b"}"

    reason = refusal_of(opening * (depth - 1) + b"[]" + closing * (depth - 1))

    assert reason == f"the document is nested deeper than {DEPTH_LIMIT} levels"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"a": 1, "a": 1}', "the name `a` stands more than once in the object at `/`"),
        (b'{"a" :1,"a"\n:2}', "the name `a` stands more than once in the object at `/`"),
        (rb'{"a": 1, "\u0061": 2}', "the name `a` stands more than once in the object at `/`"),
        (
            rb'{"a": 1, "a": 2, "b": "\u003a"}',
            "the name `a` stands more than once in the object at `/`",
        ),
        (
            b'{"x": [{"a/b": {"c": 1, "c": 2, "c": 3}}]}',
            "the name `c` stands more than once in the object at `/x/0/a~1b`",
        ),
        (
            b'{"a": {"b": 1, "b": 2}, "c": {"d": 1, "d": 2}}',
            "the name `b` stands more than once in the object at `/a`; "
            "the name `d` stands more than once in the object at `/c`",
        ),
    ],
)
def test_a_name_that_comes_twice_is_refused_with_its_place(raw: bytes, reason: str) -> None:
    assert refusal_of(raw) == reason


def test_of_many_faults_the_first_are_named_and_the_others_counted() -> None:
    objects = ", ".join('{"a": 1, "a": 2}' for _ in range(7))

    reason = refusal_of(f"[{objects}]".encode())

    assert reason.count("stands more than once") == 5
    assert reason.endswith("; and 2 more")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (rb'{"a": ["b", "c\u0000"]}', "the string at `/a/1` holds NUL"),
        (rb'{"a\u0000": 1}', "a name in the object at `/` holds NUL"),
    ],
)
def test_nul_in_a_string_is_refused_with_its_place(raw: bytes, reason: str) -> None:
    assert refusal_of(raw) == reason


def test_escapes_that_harm_nothing_are_read() -> None:
    assert read_document(rb'{"a": "\u00e9 \ud83d\ude00 \" \\ \n:"}') == {"a": 'é 😀 " \\ \n:'}


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"[]", "a list"),
        (b'"x"', "a string"),
        (b"null", "null"),
        (b"true", "`true`"),
        (b"3", "`3`"),
    ],
)
def test_a_document_that_is_no_object_is_not_valid(raw: bytes, found: str) -> None:
    with pytest.raises(InvalidQuestionError) as refused:
        read_object(raw)

    assert refused.value.mistakes == (Mistake("", f"is {found}, expected an object"),)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON_VALUES, indent=st.sampled_from([None, 1]), is_ascii=st.booleans())
def test_whatever_json_can_say_once_is_read_as_it_was_written(
    value: object, indent: int | None, is_ascii: bool
) -> None:
    raw = json.dumps(value, indent=indent, ensure_ascii=is_ascii).encode()

    if rb"\u0000" in raw:
        assert "NUL" in refusal_of(raw)
    else:
        assert read_document(raw) == value


@given(value=JSON_VALUES, names=st.lists(st.sampled_from("ab:"), min_size=1, max_size=4))
def test_a_repeated_name_is_never_missed_whatever_stands_around_it(value: object, names: list[str]) -> None:
    written = json.dumps(value)
    assume(r"\u0000" not in written)  # refused as such, which the test above looks at
    members = ", ".join(f'"{name}" : {written}' for name in names)
    raw = f'{{"outer": [{{{members}}}]}}'.encode()

    if len(set(names)) == len(names):
        assert read_document(raw) == {"outer": [dict.fromkeys(names, json.loads(written))]}
    else:
        assert "stands more than once in the object at `/outer/0`" in refusal_of(raw)
