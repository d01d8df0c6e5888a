"""The service from Python: questions in, decisions out, over HTTP.

>>> from service.client import Client
>>> with Client("http://127.0.0.1:8080", key=None) as client:  # doctest: +SKIP
...     decision = client.decide({"cluster": {"name": "demo"}})
...     decision["outcome"]
'recommended'

It needs requests and nothing else of the service.
"""

from service.client.answers import BatchItem, Card, Decision, Descriptions, Problem, Recommendation, RecordSummary
from service.client.client import Client
from service.client.errors import ClientError, RefusedError, UnreachableError

__all__ = [
    "BatchItem",
    "Card",
    "Client",
    "ClientError",
    "Decision",
    "Descriptions",
    "Problem",
    "Recommendation",
    "RecordSummary",
    "RefusedError",
    "UnreachableError",
]
