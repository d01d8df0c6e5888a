"""A page as a test reads it: its text, its links, its fields, and the fields that are wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass(slots=True)
class Element:
    """A tag with its attributes and the text inside."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """What stands in a page; a tag that is not closed where it should be fails the test that reads it."""

    html: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.html)
        assert not self._open, [it.tag for it in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert [it.tag for it in self._open[-1:]] == [tag]
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def __hash__(self) -> int:
        return id(self)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every element of that tag with these attributes."""
        return [
            it
            for it in self.elements
            if it.tag == tag and all(it.attributes.get(name) == value for name, value in attributes.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only one of them."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, (tag, attributes, len(found))
        return found[0]

    @property
    def text(self) -> str:
        """All words of the page, with single blanks."""
        return " ".join(self.one("body").text.split())

    def form(self, id_: str = "ask") -> dict[str, Any]:
        """The fields of a form as a browser would send them without pressing any button; lists for repeated names."""
        sent: dict[str, Any] = {}
        for it in self.elements:
            name = it.attributes.get("name")
            if not name or it.tag not in ("input", "textarea", "select") or "disabled" in it.attributes:
                continue
            kind = it.attributes.get("type", "text")
            if kind in ("checkbox", "radio", "file", "range") and "checked" not in it.attributes and kind != "range":
                continue
            value = it.text.removeprefix("\n") if it.tag == "textarea" else it.attributes.get("value", "")
            sent.setdefault(name, []).append(value)
        for name, chosen in _chosen(self.html).items():
            sent[name] = [chosen]
        return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


def _chosen(html: str) -> dict[str, str]:
    """The chosen option of every select."""
    found: dict[str, str] = {}

    class Options(HTMLParser):
        name = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            if tag == "select":
                self.name = given.get("name") or ""
            elif tag == "option" and self.name and (self.name not in found or "selected" in given):
                found[self.name] = given.get("value") or ""

    Options().feed(html)
    return found
