"""The catalogue has words for all that the service says, and they say it in the same places."""

from __future__ import annotations

import re
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from service.catalogue import CAUSES, CONTROLS, FACTS
from service.words import LANGUAGES, entries_of, words_in
from service.words.documents import in_words, names_in, sentences_in
from service.words.extracting import is_for_people
from service.words.messages import messages_of, places_of
from service.words.speaking import LONGEST, Memory
from tests.scenarios.story import stories

ROOT = Path(__file__).parents[2]
PLACE_OF_A_TEMPLATE = re.compile(r"%\((\w+)\)")
OTHERS = [language for language in LANGUAGES if language != "en"]


@cache
def extracted() -> set[str]:
    """What ``make words`` finds."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT / "service", methods, options)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def catalogue_of(language: str) -> Catalog:
    with (ROOT / f"service/catalogue/words/{language}/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_has_words(language: str) -> None:
    """What is missing is named: run ``make words`` and fill in what is empty (docs/words.md)."""
    assert sorted(extracted() - set(entries_of(language))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_words_are_kept_for_what_is_not_said_any_more(language: str) -> None:
    held = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue_of(language)}

    assert sorted(held - extracted() - {""}) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_places_of_its_message(language: str) -> None:
    for msgid, msgstr in entries_of(language).items():
        assert places_of(msgid) == places_of(msgstr), msgid
        assert set(PLACE_OF_A_TEMPLATE.findall(msgid)) == set(PLACE_OF_A_TEMPLATE.findall(msgstr)), msgid
        assert all(message.fits for message in messages_of(msgid, msgstr)), msgid


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_that_the_stories_answer_stays_in_english(language: str, client: Any) -> None:
    """Every sentence of every decision that the scenarios make, and of every problem.

    In one story callers are named like sentences of ours; what speaks of two of them at once stays in English whole.
    """
    words, left = words_in(language), set()
    for story in stories():
        answer = client.post("/v1/decisions", json=story.request).get_json()
        names, memory = names_in(answer), Memory()
        left |= {part for sentence in set(sentences_in(answer)) for part in words.left_of(sentence, names, memory)}

    assert sorted(part for part in left if "nothing is listed, own range is listed" not in part) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_line_of_a_report_stays_in_english(language: str, client: Any) -> None:
    """Outside of code, of which only the paths are said."""
    left = set()
    for story in list(stories())[::10]:
        headers = {"Accept": "text/markdown", "Accept-Language": language}
        report = client.post("/v1/decisions", json=story.request, headers=headers).get_data(as_text=True)
        for line in re.sub(r"(?ms)^```.*?^```$", "", report).split("\n"):
            if line.isascii() and is_for_people(re.sub("`[^`]*`", "", line)):
                left.add(line)

    assert sorted(line for line in left if not line.startswith("```")) == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_in_the_examples_of_the_contract_stays_in_english(language: str) -> None:
    words = words_in(language)
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
    examples = [*contract["components"].get("examples", {}).values(), *_examples(contract["paths"])]

    for example in examples:
        value = example.get("value")
        if isinstance(value, dict) and not {"cluster", "source"} & set(value):
            names = names_in(value)
            assert {part for sentence in sentences_in(value) for part in words.left_of(sentence, names)} == set()


def _examples(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in _examples(item)]
    if not isinstance(node, dict):
        return []
    examples = node.get("examples")
    here = list(examples.values()) if isinstance(examples, dict) else []
    return here + [found for value in node.values() for found in _examples(value)]


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogues_of_answers_are_said_whole(language: str) -> None:
    words = words_in(language)

    for entry in (*FACTS.values(), *CAUSES.values(), *CONTROLS.values()):
        assert words.left_of(entry.title) == (), entry
    for fact in FACTS.values():
        assert words.of(fact.sentence) != fact.sentence, fact.id


def test_a_hostile_sentence_costs_little_with_every_message_there_is() -> None:
    """What callers put into their names is text like any other, up to the longest that a name may be."""
    words = words_in("ko")
    hostile = [
        ": ".join(["its call to the API server does not arrive"] * 150),
        " to ".join(["in of on and to"] * 400),
        "; ".join(["the list is open to all addresses and"] * 200),
        ", ".join(["one in a"] * 800),
        " is not on the list" * 400,
        "(`" * 3_000,
    ]
    began = time.process_time()

    for name in hostile:
        words.of(f"{name} would not get in: public access CIDRs: {name} is not on the list"[-LONGEST:])

    assert time.process_time() - began < 20


def test_a_document_in_english_words_is_the_same_document() -> None:
    document = {"sentence": "there is no public endpoint", "facts": ["F-1.1"], "items": [{"title": "the internet"}]}

    assert in_words(document, words_in("en")) == document


def test_what_a_caller_wrote_is_not_looked_into() -> None:
    """A label, a value or a name that reads like a sentence of ours stays as it was given."""
    phrase = "there is no public endpoint"
    document = {
        "cluster": {"name": phrase, "labels": {"sentence": phrase}},
        "consumer": phrase,
        "answer": phrase,
        "changes": [{"values": {"sentence": phrase}}],
        "sentence": f"{phrase} is not on the list",
        "why": phrase,
    }

    said = in_words(document, words_in("ko"))

    assert said["cluster"] == document["cluster"]
    assert (said["consumer"], said["answer"], said["changes"]) == (phrase, phrase, document["changes"])
    assert said["sentence"] == f"{phrase}이(가) 목록에 없습니다"
    assert said["why"] == phrase, "it is a name here"
