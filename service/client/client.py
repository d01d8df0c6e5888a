"""The client: one pool of connections, bounded waiting, and another try where that is safe.

1. Every request may be sent again: a decision is a pure function of its question, so a second try gives the same
   decision (and, where decisions are recorded, perhaps a second record of it).
2. Tried again is what did not connect or broke off, and what was answered 429, 502, 503 or 504; the wait grows from
   one try to the next, with a random part, and `Retry-After` is obeyed up to a bound. A problem that says what is
   wrong with the question is never tried again.
3. Many questions go out in windows, each read whole before it is answered, so that neither side holds more than one
   window and a client that is slow to write and slow to read cannot wait for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util.retry import Retry

from service.client.answers import BatchItem, Card, Decision, Descriptions, RecordSummary
from service.client.errors import RefusedError, UnreachableError

_TRY_AGAIN = (429, 502, 503, 504)
_LONGEST_WAIT_SECONDS = 60
_WINDOW = 50
"""Questions sent at once: answers of 20 to 50 KiB each stay far below what one response may hold."""


class _Bearer(AuthBase):
    """Sends the key; as headers alone, a `.netrc` of the same host would take its place."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["authorization"] = f"Bearer {self._key}"
        return request


class Client:
    """Talks to one service; to be shared by the calls of one thread.

    ``url`` is where it answers, ``key`` an API key or token, sent as a bearer. ``timeout`` is in seconds, for
    connecting and for each wait for more of an answer. ``retries`` is how many times a request is sent again, the
    first time after about ``backoff`` seconds. ``language`` asks for sentences in it (`ko`), where English is usual.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        backoff: float = 0.2,
        language: str | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._session = requests.Session()
        adapter = HTTPAdapter(max_retries=_retry(retries, backoff))
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._session.headers["accept"] = "application/json"
        if key is not None:
            self._session.auth = _Bearer(key)
        if language is not None:
            self._session.headers["accept-language"] = language

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def decide(self, question: Mapping[str, Any], *, include: Sequence[str] | None = None) -> Decision:
        """The decision on a question; ``include`` names sections of advice in place of the question's own.

        Raises `RefusedError` for a question that is not valid and `UnreachableError`.
        """
        asked = dict(question) if include is None else {**question, "include": list(include)}
        return cast(Decision, self._json("POST", "/v1/decisions", json=asked))

    def decide_each(self, questions: Iterable[Mapping[str, Any]], *, window: int = _WINDOW) -> Iterator[BatchItem]:
        """An item for every question, in their order, while ``questions`` goes on; at most ``window`` are held.

        What is wrong with one question is the problem in its item. Raises as `decide`; what was given out until then
        stands.
        """
        waiting, start = iter(questions), 0
        while asked := list(islice(waiting, window)):
            for item in self._json("POST", "/v1/decision-batches", json=asked)["items"]:
                yield cast(BatchItem, {**item, "index": start + item["index"]})
            start += len(asked)

    def report(self, question: Mapping[str, Any]) -> str:
        """The decision as a report in Markdown, to be pasted into a ticket."""
        return self._text("POST", "/v1/decisions", "text/markdown", json=dict(question))

    def diagram(self, question: Mapping[str, Any]) -> str:
        """The decision as a picture (SVG)."""
        return self._text("POST", "/v1/diagrams", "image/svg+xml", json=dict(question))

    def card(self, question: Mapping[str, Any]) -> Card:
        """The decision in short, as portals show it; it is not recorded. Raises as `decide`."""
        return cast(Card, self._json("POST", "/v1/cards", json=dict(question)))

    def describe(self, document: str | bytes, *, document_format: str | None = None) -> Descriptions:
        """The clusters that a document describes, in one of the formats of `/v1/formats`, recognised if not named."""
        raw = document.encode() if isinstance(document, str) else document
        headers = {"content-type": "application/octet-stream"}
        query = {"format": document_format} if document_format else None
        answer = self._json("POST", "/v1/descriptions", data=raw, headers=headers, params=query)
        return cast(Descriptions, answer)

    def decision(self, decision_id: str) -> Decision:
        """A recorded decision. Raises `RefusedError` with status 404 if there is none of that id."""
        return cast(Decision, self._json("GET", f"/v1/decisions/{quote(decision_id, safe='')}"))

    def decision_card(self, decision_id: str) -> Card:
        """A recorded decision in short. Raises as `decision`."""
        return cast(Card, self._json("GET", f"/v1/decisions/{quote(decision_id, safe='')}/card"))

    def decisions(self, **wanted: str) -> Iterator[RecordSummary]:
        """The recorded decisions, the newest first, page by page; ``wanted`` are the filters of `GET /v1/decisions`."""
        query: dict[str, str] = dict(wanted)
        while True:
            page = self._json("GET", "/v1/decisions", params=query)
            yield from page["items"]
            if not page["next"]:
                return
            query["cursor"] = page["next"]

    def is_ready(self) -> bool:
        """Whether it would answer a question now."""
        return self._send("GET", "/readyz").ok

    def _json(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        response = self._answered(method, path, **given)
        try:
            return cast(dict[str, Any], response.json())
        except requests.JSONDecodeError:
            raise UnreachableError(f"{self._url}{path} answered with something else than JSON") from None

    def _text(self, method: str, path: str, form: str, **given: Any) -> str:
        response = self._answered(method, path, headers={"accept": form}, **given)
        response.encoding = "utf-8"
        return response.text

    def _answered(self, method: str, path: str, **given: Any) -> requests.Response:
        response = self._send(method, path, **given)
        if not response.ok:
            raise RefusedError(response.status_code, _problem(response))
        return response

    def _send(self, method: str, path: str, **given: Any) -> requests.Response:
        try:
            return self._session.request(method, self._url + path, timeout=self._timeout, **given)
        except requests.RequestException as error:
            raise UnreachableError(f"{self._url} does not answer: {type(error).__name__}") from error


def _retry(retries: int, backoff: float) -> Retry:
    return Retry(
        total=retries,
        redirect=0,
        status_forcelist=_TRY_AGAIN,
        allowed_methods=None,
        backoff_factor=backoff,
        backoff_max=_LONGEST_WAIT_SECONDS,
        backoff_jitter=backoff,
        retry_after_max=_LONGEST_WAIT_SECONDS,
        raise_on_status=False,
    )


def _problem(response: requests.Response) -> Mapping[str, Any]:
    """The problem that came, or what stands in for it where something between answered."""
    try:
        found = response.json()
    except requests.JSONDecodeError:
        found = None
    return found if isinstance(found, dict) else {"title": response.reason or "", "errors": []}
