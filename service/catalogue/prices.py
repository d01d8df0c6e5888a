"""Prices beside the efficiency terms: dated, second-hand, replaceable, and never part of a score (F-11.1 to F-11.5).

The file that ships can be replaced by one's own (`PRICES_FILE`) with the same members, so that an answer
names the prices that its reader pays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from pathlib import Path
from typing import Any


class PricesError(Exception):
    """The price file cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one unit costs; ``amount`` is a decimal number as text, ``term`` the efficiency term that it explains."""

    id: str
    term: str
    amount: str
    unit: str
    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Prices of one Region in one currency as of a day, and where they were read."""

    as_of: str
    currency: str
    region: str
    source: str
    prices: tuple[Price, ...]


def read_prices(path: Path | None = None) -> PriceList:
    """The price list of a file, or the one that ships; raises `PricesError`."""
    shipped = files("service.catalogue").joinpath("prices.json")
    try:
        text = path.read_text(encoding="utf-8") if path else shipped.read_text(encoding="utf-8")
        return price_list(json.loads(text))
    except OSError as error:
        raise PricesError(f"{path}: {error.strerror}") from error
    except PricesError as error:
        raise PricesError(f"{path}: {error}") from error
    except ValueError as error:
        raise PricesError(f"{path}: not a price list: {error}") from error


def price_list(document: Any) -> PriceList:
    """The price list that a document holds; raises `PricesError`."""
    try:
        return _price_list(document)
    except (TypeError, ValueError, KeyError, InvalidOperation) as error:
        raise PricesError(f"not a price list: {error}") from error


def _price_list(document: dict[str, Any]) -> PriceList:
    prices = tuple(Price(**price) for price in document["prices"])
    for price in prices:
        if Decimal(price.amount) < 0:
            raise ValueError(f"`{price.id}` costs less than nothing")
    heads = {name: document[name] for name in ("as_of", "currency", "region", "source")}
    return PriceList(**heads, prices=prices)
