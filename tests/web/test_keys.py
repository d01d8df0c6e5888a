"""API keys: how they are listed, known, replaced and struck out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from service.settings import SettingsError
from service.web.access import keys as keys_module
from service.web.access.callers import Caller, Scope
from service.web.access.key_ring import MOST_BYTES, KeyRing
from service.web.access.keys import MOST_KEYS, InvalidKeysError, Key, caller_of, is_key, keys_of, new_key
from tests.web.callers import DECIDE, READ, Clock, KeyFile

TODAY = date(2026, 11, 26)
HASH = "0" * 64


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys")


def text_of(header: dict[str, str]) -> str:
    return header["Authorization"].removeprefix("Bearer ")


def ring_of(file: KeyFile, clock: Callable[[], float]) -> KeyRing:
    return KeyRing(path=file.path, clock=clock, today=lambda: TODAY)


def test_a_key_is_known_by_its_hash_and_its_line_holds_nothing_of_it() -> None:
    text, key = new_key("portal", DECIDE | READ, TODAY, None)

    assert is_key(text)
    assert text.removeprefix("eksd_")[:8] not in key.line()
    assert keys_of([key.line()]) == (key,)
    assert caller_of([key], text, TODAY) == Caller(name="key:portal", scopes=DECIDE | READ)


def test_no_two_keys_are_alike() -> None:
    assert len({new_key("a", DECIDE, None, None)[0] for _ in range(100)}) == 100


def test_a_key_is_accepted_up_to_its_last_day() -> None:
    text, key = new_key("portal", DECIDE, TODAY, None)

    assert isinstance(caller_of([key], text, TODAY), Caller)
    assert caller_of([key], text, date(2026, 11, 27)) == "the key `portal` has expired"


def test_every_hash_is_held_against_a_key_whichever_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constant time by construction: each comparison is `compare_digest`, and none ends the loop."""
    made = [new_key(f"k{number}", DECIDE, None, None) for number in range(5)]
    listed = [key for _, key in made]
    compared: list[str] = []

    def counting(known: str, given: str) -> bool:
        compared.append(known)
        return known == given

    monkeypatch.setattr(keys_module, "compare_digest", counting)
    for text, key in (*made, ("eksd_" + "x" * 43, None)):
        compared.clear()
        found = caller_of(listed, text, TODAY)

        assert compared == [it.hash for it in listed]
        assert found == (Caller(name=f"key:{key.name}", scopes=DECIDE) if key else "is no key that is known")


@pytest.mark.parametrize("text", ["", "secret", "eksd_", "eksd_" + "a" * 42, "eksd_" + "a" * 44, "eksd_" + "é" * 43])
def test_what_has_not_the_form_of_a_key_is_none_even_if_its_hash_is_listed(text: str) -> None:
    listed = Key(name="weak", hash=keys_module._hash_of(text), scopes=DECIDE, last_day=None)

    assert caller_of([listed], text, TODAY) == "is no key"


def test_empty_lines_and_comments_list_nothing() -> None:
    assert keys_of(["", "  ", "# portal, until spring", f"a:{HASH}:decide:never"])[0].name == "a"


def test_a_line_may_have_a_limit_of_its_own() -> None:
    (key,) = keys_of([f"a:{HASH}:decide:2027-01-31:600/minute"])

    assert key.rate is not None
    assert (key.rate.amount, key.rate.get_expiry()) == (600, 60)
    assert key.line() == f"a:{HASH}:decide:2027-01-31:600/minute"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("portal", "has 1 parts, expected name:hash:scopes:expiry"),
        (f":{HASH}:decide:never", "no fit name"),
        (f"{'a' * 65}:{HASH}:decide:never", "no fit name"),
        (f"a\x1b:{HASH}:decide:never", "no fit name"),
        ("portal:secret:decide:never", "`portal` has no fit hash"),
        (f"portal:{HASH}:decide,write:never", "`portal` has the scopes `decide,write`, expected some of decide, read"),
        (f"portal:{HASH}::never", "expected some of"),
        (f"portal:{HASH}:decide:soon", "`portal`: Invalid isoformat string: 'soon'"),
        (f"portal:{HASH}:decide:never:fast", "`fast` is no limit, expected a number per second"),
        (f"portal:{HASH}:decide:never:0/minute", "`0/minute` is no limit"),
    ],
)
def test_a_line_that_is_no_key_is_named_with_its_number_and_never_its_hash(line: str, words: str) -> None:
    with pytest.raises(InvalidKeysError) as refused:
        keys_of(["# keys", line])

    assert str(refused.value).startswith("line 2 ")
    assert words in str(refused.value)
    assert "secret" not in str(refused.value)
    assert HASH not in str(refused.value)


def test_a_hash_stands_once_and_there_are_not_too_many() -> None:
    with pytest.raises(InvalidKeysError, match="`b` stands there twice"):
        keys_of([f"a:{HASH}:decide:never", f"b:{HASH}:read:never"])
    with pytest.raises(InvalidKeysError, match=f"more than {MOST_KEYS}"):
        keys_of(f"a:{number:064x}:decide:never" for number in range(MOST_KEYS + 1))


def test_two_keys_of_one_name_are_one_caller_while_one_replaces_the_other(file: KeyFile, clock: Clock) -> None:
    old, new = file.add("portal", DECIDE), file.add("portal", DECIDE)
    ring = ring_of(file, clock)

    assert ring.caller_of(text_of(old)) == ring.caller_of(text_of(new)) == Caller(name="key:portal", scopes=DECIDE)


def test_keys_come_from_the_environment_as_well(file: KeyFile) -> None:
    text, key = new_key("robot", READ, None, None)
    of_file = file.add("portal", DECIDE)

    ring = KeyRing(f" {key.line()}\n", file.path)

    assert ring.caller_of(text) == Caller(name="key:robot", scopes=READ)
    assert ring.caller_of(text_of(of_file)) == Caller(name="key:portal", scopes=DECIDE)


def test_a_start_without_any_key_is_refused(file: KeyFile) -> None:
    for text, path, words in (
        ("", file.path, "hold no key"),
        ("a:b", None, "API_KEYS: entry 1"),
        ("", file.path.with_name("missing"), "API_KEYS_FILE"),
    ):
        with pytest.raises(SettingsError, match=words):
            KeyRing(text, path)


def test_a_key_that_is_struck_out_or_added_counts_at_the_next_look(file: KeyFile, clock: Clock) -> None:
    old = text_of(file.add("portal", DECIDE))
    ring = ring_of(file, clock)
    file.path.write_text("")
    new = text_of(file.add("portal", DECIDE))
    assert isinstance(ring.caller_of(old), Caller)

    clock.pass_a_look()

    assert ring.caller_of(old) == "is no key that is known"
    assert isinstance(ring.caller_of(new), Caller)


def test_an_empty_file_strikes_out_all_keys(file: KeyFile, clock: Clock) -> None:
    header = file.add("portal", DECIDE)
    ring = ring_of(file, clock)

    file.path.write_text("")
    clock.pass_a_look()

    assert ring.caller_of(text_of(header)) == "is no key that is known"
    assert not ring.is_failing


@pytest.mark.parametrize("content", [b"portal", b"\xff\xfe", b"#" * (MOST_BYTES + 1), None])
def test_a_broken_file_replaces_nothing_and_a_mended_one_counts(
    file: KeyFile, clock: Clock, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    header = file.add("portal", DECIDE)
    ring, good = ring_of(file, clock), file.path.read_bytes()
    if content is None:
        file.path.unlink()
    else:
        file.path.write_bytes(content)

    for _ in range(2):
        clock.pass_a_look()
        assert isinstance(ring.caller_of(text_of(header)), Caller)

    assert ring.is_failing
    assert [record.message for record in caplog.records] == ["a file is not used; what it held before stays in force"]
    caplog.clear()
    file.path.write_bytes(good)
    other = file.add("robot", READ)
    clock.pass_a_look()
    assert isinstance(ring.caller_of(text_of(other)), Caller)
    assert not ring.is_failing


def test_a_worker_that_meets_a_broken_file_has_the_keys_that_the_others_had_last(file: KeyFile, clock: Clock) -> None:
    struck_out = text_of(file.add("portal", DECIDE))
    ring = ring_of(file, clock)
    started_anew = ring_of(file, clock)
    assert started_anew._file is not None
    assert ring._file is not None
    started_anew._file._shared = ring._file._shared
    file.path.write_text("")
    kept = text_of(file.add("robot", DECIDE))
    clock.pass_a_look()
    ring.caller_of(kept)
    file.path.write_text("broken")

    assert started_anew.caller_of(struck_out) == "is no key that is known"
    assert started_anew.caller_of(kept) == Caller(name="key:robot", scopes=frozenset({Scope.DECIDE}))
