"""What each route needs. A route that is not listed is refused, and a test finds it."""

from __future__ import annotations

from collections.abc import Mapping

from service.web.access.callers import Scope

# One of the scopes is enough; no scope at all means that the route is open to everybody.
_OPEN = frozenset[Scope]()
_DECIDE = frozenset({Scope.DECIDE})
_READ = frozenset({Scope.READ})
_ADMIN = frozenset({Scope.ADMIN})
_EITHER = frozenset({Scope.DECIDE, Scope.READ})

NEEDED: Mapping[tuple[str, str], frozenset[Scope]] = {
    ("POST", "/v1/decisions"): _DECIDE,
    ("POST", "/v1/decision-batches"): _DECIDE,
    ("POST", "/v1/descriptions"): _DECIDE,
    ("POST", "/v1/diagrams"): _DECIDE,
    ("POST", "/v1/cards"): _DECIDE,
    # The record is the organisation's: whoever may read it reads what everybody asked.
    ("GET", "/v1/decisions"): _READ,
    ("GET", "/v1/decisions/<id_>"): _READ,
    ("GET", "/v1/decisions/<id_>/record"): _READ,
    ("GET", "/v1/decisions/<id_>/card"): _READ,
    ("GET", "/v1/decisions/<id_>/diagram.svg"): _READ,
    ("GET", "/v1/decisions/<id_>/diagram.mmd"): _READ,
    ("GET", "/v1/clusters/<name>/history"): _READ,
    # What answers point into and rest on, for whoever has answers.
    ("GET", "/v1/policy"): _EITHER,
    ("GET", "/v1/facts"): _EITHER,
    ("GET", "/v1/facts/<id_>"): _EITHER,
    ("GET", "/v1/causes"): _EITHER,
    ("GET", "/v1/causes/<code>"): _EITHER,
    ("GET", "/v1/controls"): _EITHER,
    ("GET", "/v1/controls/<name>"): _EITHER,
    ("GET", "/v1/formats"): _EITHER,
    ("GET", "/v1/schemas"): _EITHER,
    ("GET", "/v1/schemas/<name>"): _EITHER,
    # Shows no secret, but where files and stores lie.
    ("GET", "/v1/config"): _ADMIN,
    # Names no cluster, but tells how much is asked and under which policy.
    ("GET", "/metrics"): _READ,
    # Probes carry no credentials, and the description of the API says how to get some.
    ("GET", "/livez"): _OPEN,
    ("GET", "/readyz"): _OPEN,
    ("GET", "/openapi.yaml"): _OPEN,
    ("GET", "/docs"): _OPEN,
    # The page's shell asks for a key; what it shows of questions and of the record needs what the API needs.
    ("GET", "/"): _OPEN,
    ("GET", "/page/<name>"): _OPEN,
    ("POST", "/"): _DECIDE,
    ("GET", "/examples/<name>"): _DECIDE,
    ("GET", "/decisions"): _READ,
    ("GET", "/decisions/<id_>"): _READ,
    ("GET", "/compare"): _READ,
    # The element and its frame for questions know nothing of anybody; what they ask for needs what the API needs.
    ("GET", "/embed/card.js"): _OPEN,
    ("GET", "/embed/decide"): _OPEN,
    ("GET", "/embed/decisions/<id_>"): _READ,
}
METRICS = "/metrics"


def needed_by(method: str, route: str | None) -> frozenset[Scope] | None:
    """The scopes of which a request needs one; None if it goes to nothing that is listed.

    What a route takes (`OPTIONS`) is in the description for all to read, and browsers ask it without credentials.
    """
    if method == "OPTIONS" and route is not None:
        return _OPEN
    return NEEDED.get(("GET" if method == "HEAD" else method, route or ""))
