"""`Words` says what the catalogue has, and never more: names stay, what fits nothing stays in English."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from service.words import words_in
from service.words.korean import particles
from service.words.speaking import Words

ENTRIES = {
    "there is no public endpoint": "퍼블릭 엔드포인트가 없습니다",
    "the internet": "인터넷",
    "public access CIDRs": "퍼블릭 액세스 CIDR",
    "{subnet} has no route to {destination}": "{subnet}에서 {destination}(으)로 가는 경로가 없습니다",
    "{names} would {how}: {component}: {detail}": "{names}: {how}: {component}: {detail}",
    "not get in": "들어오지 못합니다",
    "{source} is not on the list": "{source}이(가) 목록에 없습니다",
    "its call to the API server": "API 서버로 향하는 호출이",
    "does not arrive": "도달하지 못합니다",
    "{mode} fits": "{mode:word}이(가) 적합합니다",
    "private": "프라이빗",
    ", {margin} points before {second}": ", {second:word}보다 {margin}점 앞섭니다",
    " (not {out})": " (제외: {out:word})",
    "public and private": "퍼블릭 및 프라이빗",
    "{counted}{awaited} may connect": "{counted}{awaited}이(가) 연결할 수 있습니다",
    ", and those to come,": " 및 앞으로 올 주소",
    "one {what}": "{what} 하나",
}
WORDS = Words("ko", ENTRIES, particles)


def test_a_sentence_of_the_catalogue_is_said_as_it_stands_there() -> None:
    assert WORDS.of("there is no public endpoint") == "퍼블릭 엔드포인트가 없습니다"


def test_names_stay_and_phrases_in_their_places_are_said() -> None:
    assert WORDS.of("subnet-a has no route to the internet") == "subnet-a에서 인터넷으로 가는 경로가 없습니다"
    assert (
        WORDS.of("ci, ops would not get in: public access CIDRs: 10.0.0.1/32 is not on the list")
        == "ci, ops: 들어오지 못합니다: 퍼블릭 액세스 CIDR: 10.0.0.1/32가 목록에 없습니다"
    )


def test_phrases_side_by_side_and_parts_at_their_joints_are_said() -> None:
    assert (
        WORDS.of("nodes: its call to the API server does not arrive: public access CIDRs: a is not on the list")
        == "nodes: API 서버로 향하는 호출이 도달하지 못합니다: 퍼블릭 액세스 CIDR: a이(가) 목록에 없습니다"
    )


def test_a_piece_that_is_put_behind_a_sentence_is_said_behind_it() -> None:
    assert WORDS.of("private fits, 3.20 points before public") == "프라이빗이 적합합니다, public보다 3.20점 앞섭니다"


def test_a_control_that_fails_is_said_with_its_reason() -> None:
    said = "cis-eks-5.4.1 fails: private access is off"

    assert words_in("ko").of(said) == "cis-eks-5.4.1 실패: 프라이빗 액세스가 꺼져 있습니다"


def test_places_without_anything_between_them_are_one() -> None:
    assert WORDS.of("17, and those to come, may connect") == "17 및 앞으로 올 주소가 연결할 수 있습니다"


def test_what_fits_nothing_stays_in_english_whole() -> None:
    for sentence in ("a sentence that nobody has written", "one update; nobody is cut off on the way", "", " ", "word"):
        assert WORDS.of(sentence) == sentence


def test_a_single_word_is_said_only_where_a_translation_asks_for_it() -> None:
    assert WORDS.of("private is not on the list") == "private이(가) 목록에 없습니다"
    assert WORDS.word("private") == "프라이빗"


def test_words_with_codes_behind_them_are_said_and_the_codes_stay() -> None:
    out = "private: private-only-from-internet, no-route-to-internet; public and private: control-cis-eks-5.4.2-fails"

    said = WORDS.of(f"private fits (not {out})")

    assert said == (
        "프라이빗이 적합합니다 (제외: 프라이빗: private-only-from-internet, no-route-to-internet; "
        "퍼블릭 및 프라이빗: control-cis-eks-5.4.2-fails)"
    )


def test_a_name_that_stands_where_a_word_does_is_not_touched() -> None:
    said = WORDS.of("private fits (not private: no-route-to-internet)", names={"private"})

    assert "(제외: private: no-route-to-internet)" in said


def test_a_name_that_reads_like_words_of_ours_is_not_touched() -> None:
    sentence = "the internet has no route to subnet-a"

    assert WORDS.of(sentence, {"the internet"}) == "the internet에서 subnet-a(으)로 가는 경로가 없습니다"
    assert WORDS.of("the internet", {"the internet"}) == "the internet"


def test_what_would_stay_in_english_is_told() -> None:
    assert WORDS.left_of("a sentence that nobody has written") == ("a sentence that nobody has written",)
    assert WORDS.left_of("subnet-a has no route to the internet") == ()


def test_a_particle_takes_the_form_that_fits_what_stands_before_it() -> None:
    assert particles("서브넷은(는) 경로은(는) 10.0.0.0/16을(를) 2을(를) a을(를)") == (
        "서브넷은 경로는 10.0.0.0/16을 2를 a을(를)"
    )
    assert particles("인터넷(으)로 8(으)로 4(으)로 0(으)로 서울(으)로") == "인터넷으로 8로 4로 0으로 서울로"


_PIECES = st.sampled_from(
    [*ENTRIES, "has no route to", "is not on the list", ": ", "; ", ", ", " ", "the internet", "{"]
)


@given(st.lists(_PIECES | st.text(max_size=20), max_size=30).map("".join))
def test_any_sentence_is_said_without_failing_and_the_same_each_time(sentence: str) -> None:
    assert WORDS.of(sentence) == WORDS.of(sentence)


def test_a_hostile_name_costs_little() -> None:
    """The work grows with the sentence, and not with the ways in which its parts could be read."""
    hostile = [" has no route to " * 400, "would " * 1_000, ": ".join(["one one"] * 900), "; ".join(["x fits"] * 1_000)]
    began = time.process_time()

    for name in hostile:
        WORDS.of(f"{name} is not on the list", {"nodes"})

    assert time.process_time() - began < 5
