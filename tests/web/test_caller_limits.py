"""How much a caller may ask for, where it is counted, and what happens at the edge."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.access_settings import AccessSettings
from service.settings import Settings, SettingsError
from service.web.access import limiting
from service.web.access.limiting import Limits, address_of
from service.web.access.rates import Window, rate_of
from service.web.access.redis_counts import SECONDS_BETWEEN_TRIES, RedisCounts
from service.web.access.shared_counts import PLACES, SharedCounts
from tests.e2e.scaled_out import running_redis
from tests.recording import recording_app
from tests.waiting import free_port
from tests.web.assertions import assert_error
from tests.web.callers import DECIDE, READ, Clock, KeyFile, guarded
from tests.web.description import DESCRIPTION

QUESTION: dict[str, Any] = {"cluster": {"name": "payments"}, "include": []}
THREE = rate_of("3/minute")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys")


# Counting


def test_the_limit_is_reached_after_as_many_as_it_says(clock: Clock) -> None:
    counts = SharedCounts(clock)

    found = [counts.take("a", THREE) for _ in range(5)]

    assert [one.is_within for one in found] == [True, True, True, False, False]
    assert [one.remaining for one in found] == [2, 1, 0, 0, 0]
    assert counts.take("b", THREE).is_within
    assert counts.take("a", rate_of("4/minute")).is_within


@pytest.mark.parametrize("begun", [0.0, 17.0, 59.0])
def test_one_more_is_let_through_when_it_was_said_and_not_before(clock: Clock, begun: float) -> None:
    clock.now = 600 + begun
    counts = SharedCounts(clock)
    while (found := counts.take("a", THREE)).is_within:
        pass
    assert 0 < found.seconds <= 120

    clock.now += found.seconds - 1.01
    assert not counts.take("a", THREE).is_within
    clock.now += 1.01

    assert counts.take("a", THREE).is_within


def test_nobody_gets_twice_the_limit_at_the_turn_of_a_window(clock: Clock) -> None:
    """In whatever minute one looks, at most half as much again as the limit passes, and the limit on average."""
    rate, counts = rate_of("60/minute"), SharedCounts(clock)
    passed = []
    for step in range(600):
        clock.now = step * 0.5
        passed += [clock.now for _ in range(3) if counts.take("a", rate).is_within]

    busiest = max(sum(begun <= at < begun + 60 for at in passed) for begun in passed)
    assert busiest <= 1.5 * rate.amount
    assert 230 <= len(passed) <= 330


def test_a_window_says_how_long_to_wait() -> None:
    assert Window(previous=0, current=3, left=10).seconds_until(THREE) == 30
    assert Window(previous=3, current=1, left=60).seconds_until(THREE) == 40
    assert Window(previous=0, current=1, left=10).seconds_until(rate_of("1/minute")) == 70


def test_more_callers_than_there_are_places_are_counted_in_bounded_memory(clock: Clock) -> None:
    counts = SharedCounts(clock)

    for number in range(2 * PLACES):
        assert counts.take(f"address:{number}", THREE).is_within

    assert counts._cells.nbytes == PLACES * 32


def _take(counts: SharedCounts, times: int) -> None:
    for _ in range(times):
        counts.take("a", rate_of("1000000/day"))


def test_workers_count_together() -> None:
    counts = SharedCounts()
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=_take, args=(counts, 50)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    left = counts.take("a", rate_of("1000000/day")).remaining

    assert 1_000_000 - 101 <= left <= 1_000_000 - 52


# Redis


def test_replicas_count_together_in_redis(tmp_path: Path, clock: Clock) -> None:
    with running_redis(tmp_path) as address:
        replicas = [RedisCounts(address, SharedCounts(clock), clock) for _ in range(2)]

        found = [replicas[number % 2].take("a", THREE) for number in range(4)]

        assert [one.is_within for one in found] == [True, True, True, False]
        assert [one.remaining for one in found] == [2, 1, 0, 0]
        assert 1 <= found[-1].seconds <= 120
        assert replicas[0].take("b", THREE).is_within
        for replica in replicas:
            replica._storage.storage.close()


def test_a_redis_that_is_gone_is_no_outage(clock: Clock, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    secret = f"redis://:sesame@127.0.0.1:{free_port()}"
    counts = RedisCounts(secret, SharedCounts(clock), clock)

    found = [counts.take("a", THREE).is_within for _ in range(4)]
    clock.now += SECONDS_BETWEEN_TRIES
    found.append(counts.take("b", THREE).is_within)

    assert found == [True, True, True, False, True]
    assert [record.message for record in caplog.records] == ["Redis does not answer; each replica counts by itself"]
    assert "sesame" not in str([record.__dict__ for record in caplog.records])
    counts._storage.storage.close()


def test_when_redis_answers_again_replicas_count_together_again(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with running_redis(tmp_path) as address:
        counts = RedisCounts(address, SharedCounts(clock), clock)
        counts._failed_at = clock.now

        counts.take("a", THREE)
        assert caplog.records == []
        clock.now += SECONDS_BETWEEN_TRIES
        found = counts.take("a", THREE)

        assert found.remaining == 2
        assert [record.message for record in caplog.records] == ["Redis answers again; replicas count together"]
        counts._storage.storage.close()


def test_a_redis_that_hangs_holds_nobody_up(clock: Clock, tmp_path: Path) -> None:
    with running_redis(tmp_path) as address:
        counts = RedisCounts(address, SharedCounts(clock), clock)
        counts.take("a", THREE)
        counts._storage.storage.execute_command("CLIENT", "PAUSE", "5000", "ALL")
        began = time.monotonic()

        found = [counts.take("a", THREE).is_within for _ in range(3)]

        assert found == [True, True, True]
        assert time.monotonic() - began < 3
        counts._storage.storage.close()


def test_an_address_of_no_redis_stops_the_start_and_is_not_quoted() -> None:
    for address in ("http://:sesame@a", "redis://:sesame@a:port"):
        with pytest.raises(SettingsError, match="RATE_LIMIT_STORE is no address of a Redis") as refused:
            Limits(AccessSettings(rate_limit_store=address))
        assert "sesame" not in str(refused.value)


# Whose address


@pytest.mark.parametrize(
    ("peer", "passed", "trusted", "found"),
    [
        ("10.0.0.9", None, 0, "10.0.0.9"),
        ("10.0.0.9", "1.1.1.1", 0, "10.0.0.9"),
        ("10.0.0.9", "1.1.1.1", 1, "1.1.1.1"),
        ("10.0.0.9", "6.6.6.6, 1.1.1.1", 1, "1.1.1.1"),
        ("10.0.0.9", "6.6.6.6,1.1.1.1,2.2.2.2", 2, "1.1.1.1"),
        ("10.0.0.9", "1.1.1.1", 2, "10.0.0.9"),
        ("10.0.0.9", "made up", 1, "10.0.0.9"),
        ("10.0.0.9", "", 1, "10.0.0.9"),
        ("2001:db8:1:2:3:4:5:6", None, 0, "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.9", None, 0, "10.0.0.9"),
        ("", None, 0, "unknown"),
    ],
)
def test_an_address_is_the_peers_or_what_trusted_proxies_say(
    peer: str, passed: str | None, trusted: int, found: str
) -> None:
    environ = {"REMOTE_ADDR": peer} | ({} if passed is None else {"HTTP_X_FORWARDED_FOR": passed})

    assert address_of(environ, trusted) == found


# Over HTTP


def test_who_asks_too_much_is_told_when_to_come_again(file: KeyFile) -> None:
    portal, other = file.add("portal", DECIDE), file.add("other", DECIDE)
    client = guarded(AccessSettings(keys_file=file.path, rate_limit="2/hour")).test_client()

    first, _, third = (client.post("/v1/decisions", json=QUESTION, headers=portal) for _ in range(3))

    assert first.headers["RateLimit-Policy"] == '"caller";q=2;w=3600'
    assert first.headers["RateLimit"].startswith('"caller";r=1;t=')
    body = assert_error(third, 429, "RATE_LIMITED")
    seconds = int(third.headers["Retry-After"])
    assert 0 < seconds <= 7200
    assert body["detail"] == f"the limit of 2 per hour is reached; ask again in {seconds} seconds"
    assert third.headers["RateLimit"] == f'"caller";r=0;t={seconds}'
    example = DESCRIPTION["components"]["examples"]["rate-limited"]["value"]
    assert set(body) == set(example)
    assert (body["title"], body["code"], body["type"]) == (example["title"], example["code"], example["type"])
    assert client.post("/v1/decisions", json=QUESTION, headers=other).status_code == 200
    assert client.get("/livez").status_code == 200
    assert "RateLimit" not in client.get("/livez").headers


def test_a_key_may_have_a_limit_of_its_own(file: KeyFile) -> None:
    small, usual = file.add("small", DECIDE, limit="1/day"), file.add("usual", DECIDE)
    client = guarded(AccessSettings(keys_file=file.path)).test_client()

    statuses = [client.get("/v1/formats", headers=small).status_code for _ in range(2)]

    assert statuses == [200, 429]
    response = client.get("/v1/formats", headers=usual)
    assert (response.status_code, "RateLimit" in response.headers) == (200, False)


def test_those_whom_nobody_knows_are_counted_by_their_address() -> None:
    client = guarded(AccessSettings(is_open=True, rate_limit="1/day"), host="0.0.0.0").test_client()

    def status(address: str) -> int:
        return client.get("/v1/formats", environ_overrides={"REMOTE_ADDR": address}).status_code

    assert [status("10.0.0.9"), status("10.0.0.9"), status("10.0.0.8")] == [200, 429, 200]


def test_guessing_counts_for_the_address_and_not_for_those_who_are_known(file: KeyFile) -> None:
    portal = file.add("portal", DECIDE)
    client = guarded(AccessSettings(keys_file=file.path, rate_limit="2/day")).test_client()
    wrong = {"Authorization": "Bearer eksd_" + "x" * 43}

    guesses = [client.get("/v1/formats", headers=wrong) for _ in range(3)]

    assert [guess.status_code for guess in guesses] == [401, 401, 429]
    assert client.get("/v1/formats", headers=portal).status_code == 200


class Slept:
    """Sleeps in no time, and says for how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def test_a_batch_counts_its_questions_and_waits_for_its_turn(
    file: KeyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept, clock = Slept(), Clock()

    def sleep(seconds: float) -> None:
        slept(seconds)
        clock.now += seconds

    monkeypatch.setattr(limiting.time, "sleep", sleep)
    monkeypatch.setattr(limiting, "SharedCounts", lambda: SharedCounts(clock))
    portal = file.add("portal", DECIDE | READ)
    access = AccessSettings(keys_file=file.path, rate_limit="2/second")
    client = recording_app(tmp_path, access=access).test_client()

    items = client.post("/v1/decision-batches", json=[QUESTION] * 7, headers=portal).get_json()["items"]

    assert [item["status"] for item in items] == [200] * 7
    assert sum(slept.seconds) >= 2


def test_a_question_that_would_wait_too_long_gets_a_429_in_its_place(file: KeyFile) -> None:
    portal = file.add("portal", DECIDE)
    client = guarded(AccessSettings(keys_file=file.path, rate_limit="3/day")).test_client()

    items = client.post("/v1/decision-batches", json=[QUESTION] * 5, headers=portal).get_json()["items"]

    assert [item["status"] for item in items] == [200, 200, 200, 429, 429]
    assert items[4]["problem"]["code"] == "RATE_LIMITED"


def test_without_a_limit_nothing_is_counted(client: FlaskClient) -> None:
    response = client.get("/v1/formats")

    assert "RateLimit" not in response.headers


def test_the_environment_says_the_limits() -> None:
    environment = {"RATE_LIMIT": "600/minute", "RATE_LIMIT_STORE": "redis://:sesame@redis", "TRUSTED_PROXIES": "1"}

    access = Settings.from_environment(environment).access

    assert access == AccessSettings(
        rate_limit="600/minute", rate_limit_store="redis://:sesame@redis", trusted_proxies=1
    )
    assert "sesame" not in repr(access)
    with pytest.raises(SettingsError, match="RATE_LIMIT: `600` is no limit"):
        Limits(AccessSettings(rate_limit="600"))
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES is `11`"):
        Settings.from_environment({"TRUSTED_PROXIES": "11"})
