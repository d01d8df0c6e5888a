"""An answer as its page: all of it as far as a page holds it, or what it says of one caller.

What a large answer is made into may take a second, so it is made beside the others who ask the same worker
(`beside_others`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from service.catalogue import CONTROLS, control_named
from service.domain.cluster import EndpointMode
from service.domain.consumer import ConsumerKind, Importance, Vantage
from service.domain.question import Question
from service.web import diagrams
from service.web.answers import report_of
from service.web.language import spoken
from service.web.page.editing import CRITERIA, MOST_SHOWN, REQUIRED, addresses_of, callers_of
from service.web.page.gathering import gathered, of_caller
from service.web.page.speaking import html
from service.web.page.telling import (
    PRESENT,
    callers,
    curl_line,
    deciding_terms,
    in_doubt,
    is_long,
    locked_out,
    verdict_counts,
    written,
)
from service.web.parts import parts
from service.web.render.diagram.subject import Excerpt
from service.web.schemas import described_source, with_cluster
from service.words.documents import in_words

Document = dict[str, Any]

MOST_REPORT = 100_000
"""A longer report is not put into the page, which says how to get it."""
MODES = tuple(mode.value for mode in EndpointMode)
_KINDS = tuple(kind.value for kind in ConsumerKind)
_PLACES = tuple(vantage.value for vantage in Vantage if vantage is not Vantage.CONNECTED_NETWORK)
_IMPORTANCE = tuple(each.value for each in Importance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A decision that is shown: the ``body`` of its answer and what that says, and what was asked.

    ``network`` is the question as it is drawn, None if it is not known; ``more`` what else its page says of it, its
    own ``address`` among that if it has one.
    """

    question: Document
    body: bytes
    answer: Document
    network: Question | None
    masked: Sequence[str] = ()
    more: Document


def result_page(shown: Shown, caller: str | None = None) -> Response:
    """The page of a decision, or of one caller in it; raises NotFound if it tells of no such caller."""
    if caller is not None:
        return parts().desk.beside_others(len(shown.body), lambda: _caller_page(shown, caller))
    understood = None
    if not shown.masked:
        understood = parts().desk.read(lambda: described_source(shown.question))
    return parts().desk.beside_others(len(shown.body), lambda: _whole_page(shown, understood))


def _whole_page(shown: Shown, understood: Any) -> Response:
    answer, question = shown.answer, shown.question
    described = question if understood is None else with_cluster(question, understood)
    told = callers(answer)
    said = in_words(gathered(answer, told), spoken(), (caller.name for caller in told))
    after = answer["recommendation"]["mode"] if answer["recommendation"] else None
    report = report_of(shown.body, spoken()).decode()
    return html(
        "result.html",
        answer=said,
        masked=shown.masked,
        understood=understood,
        callers=told,
        locked_out_today=locked_out(told, PRESENT),
        in_doubt_today=in_doubt(told, PRESENT),
        locked_out_after=locked_out(told, after) if after else [],
        in_doubt_after=in_doubt(told, after) if after else [],
        after=after,
        terms=deciding_terms(said),
        counts={setting: verdict_counts(answer, setting) for setting in ("present", "recommended")},
        report=report if len(report) <= MOST_REPORT else None,
        picture=drawn(answer, shown.network),
        **editor(question, described),
        **shown.more,
    )


def _caller_page(shown: Shown, name: str) -> Response:
    told = callers(shown.answer)
    if name not in {caller.name for caller in told}:
        raise NotFound(f"the decision tells of no caller `{name[:80]}`")
    chosen = shown.answer["recommendation"]
    return html(
        "caller.html",
        answer=in_words(of_caller(shown.answer, told, name), spoken(), (caller.name for caller in told)),
        name=name,
        after=chosen["mode"] if chosen else None,
        picture=drawn(shown.answer, shown.network, caller=name),
        question_text=written(shown.question),
        **shown.more,
    )


def drawn(answer: Document, question: Question | None, name: str = "drawing", caller: str | None = None) -> Markup:
    """The picture of an answer, to stand inside a page; ``name`` tells several apart. It escapes what it shows."""
    return Markup(diagrams.drawn(answer, question, Excerpt(consumer=caller), name))  # noqa: S704


def editor(question: Document, described: Document) -> Document:
    """What the form shows of a question."""
    cluster = described.get("cluster")
    links = cluster.get("connections") if isinstance(cluster, dict) else None
    given = question.get("requirements")
    required = given if isinstance(given, dict) else {}
    named = callers_of(question, described)
    return {
        "question": question,
        "question_text": written(question),
        "is_long": is_long(question),
        "curl": curl_line(question, address_of_service(), needs_key=parts().settings.access.asks_who_calls),
        "rows": [_row(each) for each in named[:MOST_SHOWN]],
        "rows_left": len(named[MOST_SHOWN:]),
        "links": [each["id"] for each in links or () if isinstance(each, dict) and isinstance(each.get("id"), str)],
        "required": {name: required.get(name) for name in REQUIRED},
        "controls": controls_of(required.get("controls")),
        "kinds": _KINDS,
        "places": _PLACES,
        "importances": _IMPORTANCE,
        "criteria": CRITERIA,
    }


def controls_of(demanded: object) -> list[tuple[str, str, bool]]:
    """Every control: its id, the name by which it is demanded or would be, and whether it is."""
    names = [name for name in demanded if isinstance(name, str)] if isinstance(demanded, list) else []
    by_id = {known.id if (known := control_named(name)) else name: name for name in names}
    return [(id_, by_id.get(id_, id_), id_ in by_id) for id_ in dict.fromkeys((*CONTROLS, *by_id))]


def _row(caller: Document) -> Document:
    found = caller.get("location")
    location = found if isinstance(found, dict) else {}
    at, link = location.get("at") or "", location.get("connection")
    return {
        "name": caller["name"],
        "kind": caller.get("kind"),
        "importance": caller.get("importance") or "required",
        "at": f"{at}:{link}" if link else at,
        "addresses": addresses_of(location),
        "subnets": caller.get("subnets") or [],
    }


_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)


def address_of_service() -> str:
    """Under which address the browser reached this service, as far as that is a plain name or address.

    Whoever sends another `Host` than that has nobody's command changed; what is no host gives that of this process.
    """
    if _HOST.fullmatch(request.host):
        return request.host_url
    return f"http://127.0.0.1:{parts().settings.port}/"
