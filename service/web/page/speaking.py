"""A page as it goes out: in the language of whoever reads it, and allowed to run nothing but our own files."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from service.web.page.rendering import page

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def html(template: str, status: int = 200, **told: Any) -> Response:
    """The page that a template makes, with what every page needs."""
    body = page(template, _as_it_is, language="en", here=request.full_path.rstrip("?"), **told)
    response = Response(body, status=status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _as_it_is(text: str) -> str:
    return text
