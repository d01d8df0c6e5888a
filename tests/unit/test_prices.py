"""The price list that ships, and what is refused as one."""

import json
from pathlib import Path

import pytest

from service.catalogue import FACTS
from service.catalogue.prices import PricesError, read_prices
from service.domain.cluster import Cluster
from service.domain.question import Question
from service.engine import decide


def test_every_price_explains_an_efficiency_term_and_cites_a_fact() -> None:
    terms = {
        term.name for term in decide(Question(cluster=Cluster(name="demo"))).assessments[0].scores.efficiency.terms
    }

    prices = read_prices().prices

    assert {price.term for price in prices} <= terms
    assert {price.fact for price in prices} <= FACTS.keys()


def test_a_price_list_of_ones_own_takes_the_place_of_the_one_that_ships(tmp_path: Path) -> None:
    own = {
        "as_of": "2026-11-01",
        "currency": "EUR",
        "region": "eu-central-1",
        "source": "our contract",
        "prices": [{"id": "nat", "term": "no_nat_processing", "amount": "0.05", "unit": "GB", "fact": "F-11.1"}],
    }
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(own))

    prices = read_prices(path)

    assert (prices.currency, [price.amount for price in prices.prices]) == ("EUR", ["0.05"])


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "[]",
        "{}",
        '{"as_of": "", "currency": "", "region": "", "source": "", "prices": [{"id": "x"}]}',
        '{"as_of": "", "currency": "", "region": "", "source": "", "prices":'
        ' [{"id": "x", "term": "t", "amount": "-1", "unit": "", "fact": "F-11.1"}]}',
        '{"as_of": "", "currency": "", "region": "", "source": "", "prices":'
        ' [{"id": "x", "term": "t", "amount": "dear", "unit": "", "fact": "F-11.1"}]}',
    ],
)
def test_a_file_that_is_no_price_list_is_refused_by_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(text)

    with pytest.raises(PricesError, match=r"prices\.json: not a price list"):
        read_prices(path)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PricesError, match="No such file"):
        read_prices(tmp_path / "nothing.json")
