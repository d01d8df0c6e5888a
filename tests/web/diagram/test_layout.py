"""Two hundred networks are drawn and held to what a picture promises, by its own geometry and in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from playwright.sync_api import Page, sync_playwright

from service.advice import advise
from service.catalogue.prices import read_prices
from service.domain.question import Question
from service.web.render.diagram.glyphs import clean
from service.web.render.diagram.picture import picture_of
from service.web.render.diagram.shapes import Area, Label, Picture
from service.web.render.diagram.subject import Excerpt
from service.web.render.diagram.svg import PALETTES, ROOT, written
from service.web.render.document import as_document
from service.web.schemas import load_question
from tests.web.diagram.networks import question

SEEDS = range(200)
MODES = ("public", "public_and_private", "private", "current")
CHROMIUM = "/usr/bin/chromium"
Drawn = dict[int, tuple[Picture, str]]
FREE = ("chip", "station", "interface", "loose", "servers")
"""Boxes in which nothing but their own words stands."""


def decided(seed: int) -> tuple[dict[str, Any], Question]:
    asked = load_question(question(seed))
    answer: dict[str, Any] = orjson.loads(orjson.dumps(as_document(advise(asked), read_prices())))
    return answer, asked


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    """Each network in one of its modes, every seventh beside another."""
    found: Drawn = {}
    for seed in SEEDS:
        answer, asked = decided(seed)
        beside = MODES[(seed + 1) % 4] if seed % 7 == 0 else None
        picture = picture_of(answer, asked, Excerpt(mode=MODES[seed % 4], compare=beside))
        found[seed] = picture, written(picture)
    return found


def test_no_two_labels_meet(drawn: Drawn) -> None:
    met = [(seed, a.text, b.text) for seed, (picture, _) in drawn.items() for a, b in _meeting(picture)]

    assert met == []


def _meeting(picture: Picture) -> Iterator[tuple[Label, Label]]:
    """Pairs of labels that share a place: swept from top to bottom, so that few are held against each other."""
    labels = sorted(picture.drawing.labels, key=lambda label: label.area.y)
    open_ones: list[Label] = []
    for label in labels:
        open_ones = [it for it in open_ones if it.area.bottom > label.area.y]
        yield from ((it, label) for it in open_ones if it.area.meets(label.area))
        open_ones.append(label)


def test_nothing_lies_outside_the_picture(drawn: Drawn) -> None:
    outside = []
    for seed, (picture, _) in drawn.items():
        canvas = Area(x=0, y=0, width=picture.width, height=picture.height)
        drawing = picture.drawing
        outside += [(seed, it.text) for it in drawing.labels if not canvas.holds(it.area)]
        outside += [(seed, it.style) for it in drawing.boxes if not canvas.holds(it.area)]
        outside += [(seed, str(it)) for it in drawing.strokes for x, y in it.points if not _within(canvas, x, y)]
        outside += [(seed, str(it)) for it in drawing.marks if not _within(canvas, it.x, it.y)]

    assert outside == []


def _within(canvas: Area, x: float, y: float) -> bool:
    return 0 < x < canvas.right and 0 < y < canvas.bottom


def test_no_label_stands_on_a_box_that_it_does_not_belong_to(drawn: Drawn) -> None:
    astray = []
    for seed, (picture, _) in drawn.items():
        areas = [(label, label.area) for label in picture.drawing.labels]
        for box in picture.drawing.boxes:
            if box.style in FREE:
                astray += [
                    (seed, label.text, box.style)
                    for label, area in areas
                    if box.area.meets(area) and not box.area.holds(area)
                ]

    assert astray == []


def test_no_line_crosses_a_label(drawn: Drawn) -> None:
    """Lines run between the texts that stand above and below them, and upright where there are none."""
    crossed = []
    for seed, (picture, _) in drawn.items():
        areas = [(label.text, label.area) for label in picture.drawing.labels]
        for start, end, hint in _uprights(picture):
            area = Area(x=start[0] - 0.5, y=min(start[1], end[1]), width=1, height=abs(end[1] - start[1]))
            crossed += [(seed, text, hint) for text, other in areas if other.meets(area)]

    assert crossed == []


def _uprights(picture: Picture) -> Iterator[tuple[tuple[float, float], tuple[float, float], str]]:
    for stroke in picture.drawing.strokes:
        for start, end in pairwise(stroke.points):
            if start[0] == end[0]:
                yield start, end, stroke.hint


@pytest.mark.parametrize("seed", SEEDS[3::25])
def test_words_of_a_wider_language_keep_their_places_too(seed: int) -> None:
    answer, asked = decided(seed)

    picture = picture_of(answer, asked, Excerpt(mode=MODES[seed % 4]), lambda word: f"{word} {'한글 ' * 6}")

    canvas = Area(x=0, y=0, width=picture.width, height=picture.height)
    assert [(a.text, b.text) for a, b in _meeting(picture)] == []
    assert [it.text for it in picture.drawing.labels if not canvas.holds(it.area)] == []


@pytest.mark.parametrize("seed", SEEDS[::25])
def test_every_path_is_told_to_those_who_do_not_see_it(drawn: Drawn, seed: int) -> None:
    answer, _ = decided(seed)
    names = {flow["consumer"] for step in answer["assessments"][0]["traffic_path"] for flow in step["flows"]}

    told = "\n".join(drawn[seed][0].description)

    assert [name for name in names if clean(name) not in told] == []


def test_a_picture_is_xml_that_runs_nothing_and_fetches_nothing(drawn: Drawn) -> None:
    for _, text in drawn.values():
        root = ElementTree.fromstring(text)
        assert root.get("role") == "img"
        assert "<script" not in text
        assert text.count("http") == 1  # the name of the format itself
        assert "url(" not in text
        assert not any(name.startswith("on") for element in root.iter() for name in element.attrib)


def test_the_same_decision_gives_the_same_bytes(drawn: Drawn) -> None:
    answer, asked = decided(5)

    again = written(picture_of(answer, asked, Excerpt(mode=MODES[5 % 4])))

    assert again == drawn[5][1]


def luminance(colour: str) -> float:
    """The relative luminance of a colour, as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_every_text_and_line_stands_out_from_every_ground(palette: dict[str, str]) -> None:
    grounds = [palette[name] for name in ("ground", "card", "tint", "wash", "open")]

    assert min(contrast(palette[name], ground) for name in ("ink", "soft") for ground in grounds) >= 4.5
    assert min(contrast(palette[f"step{step}"], ground) for step in (1, 2, 3) for ground in grounds) >= 3


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a real browser; a person without one skips these tests, CI does not."""
    if not os.path.exists(CHROMIUM) and os.environ.get("CI") != "true":
        pytest.skip(f"{CHROMIUM} is not here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1600, "height": 1000})
        browser.close()


MEASURE = """() => {
    const texts = [...document.querySelectorAll('svg text')].filter(it => !it.closest('g'));
    const boxes = texts.map(it => [it.getBBox(), it.firstChild.nodeValue]).sort((a, b) => a[0].y - b[0].y);
    const svg = document.querySelector('svg').viewBox.baseVal, found = [];
    boxes.forEach(([box, text], at) => {
        if (box.x < 0 || box.y < 0 || box.x + box.width > svg.width || box.y + box.height > svg.height)
            found.push(['outside', text]);
        for (let next = at + 1; next < boxes.length && boxes[next][0].y < box.y + box.height - 2; next++) {
            const other = boxes[next][0];
            if (Math.min(box.x + box.width, other.x + other.width) - Math.max(box.x, other.x) > 0.5)
                found.push([text, boxes[next][1]]);
        }
    });
    return [boxes.length, found];
}"""


@pytest.mark.parametrize("font", ["", "text{font-family:'DejaVu Sans'!important}"], ids=["usual", "widest"])
def test_no_two_labels_meet_in_a_browser(drawn: Drawn, page: Page, font: str) -> None:
    met = {}
    for seed, (_, text) in list(drawn.items())[:: 4 if font else 1]:
        page.set_content(f"<style>.{ROOT} {font}</style>{text}" if font else text)
        count, found = page.evaluate(MEASURE)
        assert count > 10
        if found:
            met[seed] = found[:5]

    assert met == {}
