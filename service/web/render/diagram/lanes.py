"""What is written along a path, and how much room a path takes.

Each path, or all that are alike, has a lane of its own: a line with at most one text above and one below.
Nothing else is ever put into a lane, which is why no two labels can meet.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.web.render.diagram import words
from service.web.render.diagram.glyphs import clean, width
from service.web.render.diagram.paths import Ending, Path, Reach, Vantage
from service.web.render.diagram.places import Group
from service.web.render.diagram.subject import Subject
from service.web.render.diagram.words import Say

SMALL = 11.0
"""The size of what is written along a path."""
ABOVE, BELOW = 17.0, 18.0
"""Room for a text above and below a line."""
BARE = 9.0
"""Room on a side of a line without a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A path with what is written above and below it; ``hint`` says all of it."""

    path: Path
    above: str
    below: str
    hint: str

    @property
    def rise(self) -> float:
        """How much room it takes above its line."""
        return ABOVE if self.above else BARE

    @property
    def height(self) -> float:
        """How much room it takes."""
        return self.rise + (BELOW if self.below else BARE)

    @property
    def needs(self) -> float:
        """How wide its texts are."""
        return max(width(self.above, SMALL), width(self.below, SMALL))


def lane_of(path: Path, group: Group, say: Say, sources: tuple[str, ...] | None = None) -> Lane:
    """The lane of a path; ``sources`` are the addresses of all that take it, as the endpoint sees them."""
    if path.ending is Ending.ARRIVES:
        above, below = _arriving(path, say, path.source if sources is None else sources), ""
    else:
        above, below = _place(path, say), _reason(path, say)
    return Lane(path=path, above=clean(above), below=clean(below), hint=clean(sentence(path, group, say)))


def _arriving(path: Path, say: Say, sources: tuple[str, ...] | None) -> str:
    if path.joins is not None:
        return say(words.JOINS.format(name=path.joins))
    parts = [say(words.THROUGH.format(names=", ".join(path.through)))] if path.through else []
    if path.is_public:
        if sources:
            parts.append(say(words.SEEN_AS.format(ranges=", ".join(sources))))
        return ", ".join(parts)
    if path.step == 2 and path.standing.vantage in (Vantage.INTERNET, Vantage.OTHER):
        parts.insert(0, say(words.BY_PATHS_OF_AWS))
    return ", ".join((f"TCP {path.port}", *parts))


def _place(path: Path, say: Say) -> str:
    """What stops the path and how, in the words of its last hop."""
    place, detail = _named(path.last.kind, path.last.component, say), say(path.last.detail)
    if path.ending is Ending.OPEN and detail:
        return detail
    return f"{place}: {detail}" if detail else place


def _reason(path: Path, say: Say) -> str:
    if path.ending is Ending.OPEN:
        return say(words.MISSING.format(fields=", ".join(path.missing)))
    also = f", {say(words.ALSO.format(causes=', '.join(path.also)))}" if path.also else ""
    partial = f", {', '.join(path.partial)}" if path.partial else ""
    return f"{path.cause}{partial}{also}"


def sentence(path: Path, group: Group, say: Say) -> str:
    """The path in one sentence, as a screen reader tells it."""
    names = ", ".join(group.names)
    places = [_named(hop.kind, hop.component, say) for hop in path.hops]
    end = say(words.ENDINGS[path.ending.value])
    if path.ending is not Ending.ARRIVES:
        told = f"{say(path.last.detail)} " if path.last.detail else ""
        end = f"{end}: {told}({_reason(path, say)})"
    reach = say(words.REACHES[path.reach.value])
    if path.step != 2:
        places[0] = names
    elif path.ending is Ending.ARRIVES:
        places[-1] = names
    whom = f" {names}" if path.step == 2 and path.ending is not Ending.ARRIVES else ""
    return f"{path.step}. TCP {path.port}{whom}: {' → '.join(places)}; {end}; {reach}"


def _named(kind: str, component: str, say: Say) -> str:
    known = words.COMPONENTS.get(kind)
    says_it = known is None or component.startswith(known) or component == words.SOME_LINK
    return component if says_it else f"{say(str(known))} {component}"


def lies_beyond(path: Path) -> bool:
    """Whether its lane lies in what is beyond Amazon's network, or may be."""
    return path.reach in (Reach.INTERNET, Reach.UNKNOWN)


def said_of_list(subject: Subject, say: Say) -> str:
    """The public access CIDRs in one line."""
    if not subject.has_public:
        return say(words.NO_PUBLIC_ENDPOINT)
    if subject.ranges is None:
        return say(words.ALLOW_LIST.format(ranges=say(words.NOT_KNOWN)))
    parts = list(subject.ranges)
    if subject.awaits:
        parts.append(say(words.AWAITED.format(names=", ".join(subject.awaits))))
    ranges = ", ".join(parts) or say(words.NOBODY)
    if {"0.0.0.0/0", "::/0"} & set(subject.ranges):
        ranges = say(words.OPEN_TO_ALL.format(ranges=ranges))
    return clean(say(words.ALLOW_LIST.format(ranges=ranges)))
