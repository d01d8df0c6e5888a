"""JSON web tokens: whose are accepted, and what becomes of those that somebody made up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from service.access_settings import AccessSettings, TokenSettings
from service.settings import Settings, SettingsError
from service.web.access import issuer_keys
from service.web.access.callers import Caller, Scope
from service.web.access.issuer_keys import (
    MOST_BYTES,
    MOST_KEYS,
    SECONDS_BETWEEN_FETCHES,
    SECONDS_FRESH,
    SECONDS_KEPT,
    InvalidKeySetError,
    KeysOfAddress,
    KeysOfFile,
    fetched,
    keys_of,
)
from service.web.access.tokens import Tokens, tokens_of
from service.web.policies import SECONDS_BETWEEN_LOOKS
from tests.web.assertions import assert_error
from tests.web.callers import DECIDE, Clock, KeyFile, guarded

ISSUER, AUDIENCE = "https://issuer.example/", "eks-endpoint-decision"
SETTINGS = TokenSettings(issuer=ISSUER, audiences=(AUDIENCE, "other-name"))


@cache
def signing_key(name: str) -> rsa.RSAPrivateKey:
    """A key of the issuer, made once for each name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024 if name == "short" else 2048)


@cache
def curve_key(name: str) -> ec.EllipticCurvePrivateKey:
    """The same on a curve."""
    return ec.generate_private_key(ec.SECP256R1())


def public(name: str, **more: Any) -> dict[str, Any]:
    """The public half of a key as it stands in a set."""
    return {**RSAAlgorithm.to_jwk(signing_key(name).public_key(), as_dict=True), "kid": name, **more}


def key_set(*names: str) -> bytes:
    return json.dumps({"keys": [public(name) for name in names]}).encode()


def claims(**changed: Any) -> dict[str, Any]:
    """What a good token says, but for what is changed; None leaves it out."""
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": now, "exp": now + 300, "scope": "decide openid"}
    return {name: value for name, value in (usual | changed).items() if value is not None}


def token(key: str = "one", head: dict[str, Any] | None = None, **changed: Any) -> str:
    return jwt.encode(claims(**changed), signing_key(key), "RS256", headers={"kid": key} | (head or {}))


def part(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def raw(head: bytes) -> str:
    """A token with a head that is no JSON of ours."""
    return f"{base64.urlsafe_b64encode(head).rstrip(b'=').decode()}.e30."


def forged(head: dict[str, Any], signature: str = "") -> str:
    """A token with whatever head, and whatever stands for its signature."""
    return f"{part(head)}.{part(claims())}.{signature}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_bytes(key_set("one", "two"))
    return path


@pytest.fixture
def tokens(file: Path) -> Tokens:
    return Tokens(SETTINGS, KeysOfFile(file, SETTINGS.algorithms))


ALICE = Caller(name="jwt:alice", scopes=DECIDE)


def test_a_token_of_the_issuer_is_its_subject_with_the_scopes_that_are_meant_for_us(tokens: Tokens) -> None:
    assert tokens.caller_of(token()) == ALICE
    assert tokens.caller_of(token("two", aud=["x", "other-name"])) == ALICE


@pytest.mark.parametrize(
    ("granted", "scopes"),
    [
        ({"scope": "read  decide"}, {Scope.READ, Scope.DECIDE}),
        ({"scope": None, "scp": ["admin", "x", 7]}, {Scope.ADMIN}),
        ({"scope": None, "scp": "read"}, {Scope.READ}),
        ({"scope": "DECIDE decided"}, set()),
        ({"scope": None}, set()),
    ],
)
def test_scopes_are_read_as_issuers_write_them(tokens: Tokens, granted: dict[str, Any], scopes: set[Scope]) -> None:
    assert tokens.caller_of(token(**granted)) == Caller(name="jwt:alice", scopes=frozenset(scopes))


def test_clocks_may_differ_by_the_leeway_and_no_more(tokens: Tokens) -> None:
    now = int(time.time())

    assert tokens.caller_of(token(exp=now - 10)) == ALICE
    assert tokens.caller_of(token(nbf=now + 10, iat=now + 10)) == ALICE
    assert tokens.caller_of(token(exp=now - 60)) == "a token is refused: ExpiredSignatureError"
    assert tokens.caller_of(token(nbf=now + 60)) == "a token is refused: ImmatureSignatureError"


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": None},
        {"iss": None},
        {"aud": None},
        {"sub": None},
        {"iss": "https://issuer.example"},
        {"iss": [ISSUER]},
        {"aud": "another"},
        {"aud": []},
        {"aud": {"a": 1}},
        {"exp": "soon"},
        {"exp": float("inf")},
        {"nbf": float("inf")},
        {"sub": 7},
        {"sub": ""},
        {"sub": "a" * 201},
        {"sub": "a\nb"},
        {"scope": 7},
    ],
)
def test_a_token_that_does_not_say_what_it_must_is_none(tokens: Tokens, changed: dict[str, Any]) -> None:
    try:
        made = token(**changed)
    except TypeError:  # PyJWT writes no such token; others may
        head = part({"alg": "RS256", "kid": "one"})
        signed = f"{head}.{part(claims(**changed))}"
        made = f"{signed}.{_signature(signed)}"

    assert isinstance(tokens.caller_of(made), str)


def _signature(text: str) -> str:
    algorithm = RSAAlgorithm(RSAAlgorithm.SHA256)
    signed = algorithm.sign(text.encode(), signing_key("one"))
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def public_pem() -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return signing_key("one").public_key().public_bytes(serialization.Encoding.PEM, form)


def with_public_key_as_secret() -> str:
    """The oldest trick: a signature by HMAC, with the public key that everybody has as its secret."""
    signed = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims())}"
    made = hmac.new(public_pem(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


MADE_UP: dict[str, Callable[[], str]] = {
    "no algorithm": lambda: forged({"alg": "none", "kid": "one"}),
    "no algorithm in capitals": lambda: forged({"alg": "NONE"}),
    "no head": lambda: forged({}),
    "the public key as a secret": with_public_key_as_secret,
    "another algorithm of the same key": lambda: jwt.encode(
        claims(), signing_key("one"), "PS256", headers={"kid": "one"}
    ),
    "an algorithm that the key is not for": lambda: jwt.encode(
        claims(), curve_key("x"), "ES256", headers={"kid": "one"}
    ),
    "a stranger's key under a known id": lambda: jwt.encode(
        claims(), signing_key("stranger"), "RS256", headers={"kid": "one"}
    ),
    "an id that is not known": lambda: token("stranger"),
    "an id that is a path": lambda: token(head={"kid": "../../../../dev/null"}),
    "an id that is an address": lambda: token(head={"kid": "http://127.0.0.1:1/"}),
    "an id that is no text": lambda: forged({"alg": "RS256", "kid": 7}),
    "an id that is a list": lambda: forged({"alg": "RS256", "kid": ["one"]}),
    "no id": lambda: jwt.encode(claims(), signing_key("one"), "RS256"),
    "a key of its own": lambda: jwt.encode(
        claims(), signing_key("stranger"), "RS256", headers={"jwk": public("stranger"), "jku": "http://127.0.0.1:1/"}
    ),
    "an extension that must be understood": lambda: token(head={"crit": ["x"], "x": 1}),
    "a payload that is elsewhere": lambda: token(head={"crit": ["b64"], "b64": False}),
    "a signature cut off": lambda: token()[:-4],
    "a payload exchanged": lambda: ".".join(
        (lambda one: (one[0], part(claims(sub="root")), one[2]))(token().split("."))
    ),
    "five parts": lambda: "a.b.c.d.e",
    "nothing": lambda: "..",
    "a number without an end": lambda: raw(b'{"alg":' + b"9" * 5_000 + b"}"),
    "a deep head": lambda: raw(b"[" * 5_000),
    "letters that are none": lambda: "é.ü.ö",
}


@pytest.mark.parametrize("name", MADE_UP)
def test_a_token_that_somebody_made_up_is_nobodys(tokens: Tokens, name: str) -> None:
    assert isinstance(tokens.caller_of(MADE_UP[name]()), str)


def test_without_an_id_the_only_key_is_meant(file: Path) -> None:
    made = jwt.encode(claims(), signing_key("one"), "RS256")
    file.write_bytes(key_set("one"))

    assert Tokens(SETTINGS, KeysOfFile(file, SETTINGS.algorithms)).caller_of(made) == ALICE


def test_keys_on_curves_serve_as_well(file: Path) -> None:
    listed = ECAlgorithm.to_jwk(curve_key("c").public_key(), as_dict=True) | {"kid": "c"}
    file.write_text(json.dumps({"keys": [listed, public("one")]}))

    made = jwt.encode(claims(), curve_key("c"), "ES256", headers={"kid": "c"})

    assert Tokens(SETTINGS, KeysOfFile(file, SETTINGS.algorithms)).caller_of(made) == ALICE


def test_a_key_that_is_too_short_is_not_trusted(file: Path) -> None:
    file.write_bytes(key_set("short"))
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        made = token("short")

    found = Tokens(SETTINGS, KeysOfFile(file, SETTINGS.algorithms)).caller_of(made)

    assert found == "a token is refused: InvalidKeyError"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b'{"keys": {}}',
        b'{"keys": []}',
        b'{"keys": [1, null, {}]}',
        json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]}).encode(),
        json.dumps({"keys": [public("one", use="enc")]}).encode(),
        json.dumps({"keys": [public("one", alg="PS256")]}).encode(),
        json.dumps({"keys": [{"kty": "RSA", "n": "AQ", "kid": "one"}]}).encode(),
        json.dumps({"keys": [public("one")] * (MOST_KEYS + 1)}).encode(),
    ],
)
def test_a_set_without_a_key_that_serves_or_with_too_many_is_none(content: bytes) -> None:
    with pytest.raises(InvalidKeySetError):
        keys_of(content, SETTINGS.algorithms)


def test_a_file_of_keys_is_read_again_and_a_broken_one_replaces_nothing(file: Path) -> None:
    clock = Clock()
    known = Tokens(SETTINGS, KeysOfFile(file, SETTINGS.algorithms, clock))
    file.write_bytes(key_set("two", "three"))
    clock.now += SECONDS_BETWEEN_LOOKS
    assert isinstance(known.caller_of(token("one")), str)
    assert known.caller_of(token("three")) == ALICE

    file.write_text("{")
    clock.now += SECONDS_BETWEEN_LOOKS

    assert known.caller_of(token("three")) == ALICE
    assert known.is_failing


class Issuer:
    """An issuer's address as it may behave."""

    def __init__(self) -> None:
        self.content = key_set("one")
        self.error: Exception | None = None
        self.asked = 0

    def __call__(self, _: str) -> bytes:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.content


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def remote(issuer: Issuer, clock: Clock) -> Tokens:
    return Tokens(SETTINGS, KeysOfAddress("https://issuer.example/keys", SETTINGS.algorithms, issuer, clock))


def test_keys_are_fetched_with_the_first_token_and_kept_while_they_are_fresh(
    remote: Tokens, issuer: Issuer, clock: Clock
) -> None:
    assert issuer.asked == 0
    for _ in range(3):
        assert remote.caller_of(token()) == ALICE
    assert issuer.asked == 1

    clock.now += SECONDS_FRESH + 1

    assert remote.caller_of(token()) == ALICE
    assert issuer.asked == 2


def test_a_new_key_is_fetched_when_a_token_names_it(remote: Tokens, issuer: Issuer, clock: Clock) -> None:
    remote.caller_of(token())
    issuer.content = key_set("one", "two")
    clock.now += SECONDS_BETWEEN_FETCHES

    assert remote.caller_of(token("two")) == ALICE


def test_tokens_with_made_up_ids_do_not_make_us_ask_again_and_again(
    remote: Tokens, issuer: Issuer, clock: Clock
) -> None:
    for number in range(50):
        remote.caller_of(token(head={"kid": f"made-up-{number}"}))
    assert issuer.asked == 1

    clock.now += SECONDS_BETWEEN_FETCHES
    remote.caller_of(token(head={"kid": "made-up"}))

    assert issuer.asked == 2


@pytest.mark.parametrize("error", [requests.ConnectionError(), TimeoutError(), InvalidKeySetError("is larger")])
def test_while_the_address_does_not_answer_old_keys_serve_for_a_day_and_then_none(
    remote: Tokens, issuer: Issuer, clock: Clock, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    remote.caller_of(token())
    issuer.error = error
    clock.now += SECONDS_FRESH + 1
    assert remote.caller_of(token()) == ALICE
    assert remote.is_failing
    clock.now += SECONDS_KEPT - SECONDS_FRESH - 2
    assert remote.caller_of(token()) == ALICE

    clock.now += 2

    assert remote.caller_of(token()) == "a token is signed with a key that is not known"
    assert [record.message for record in caplog.records] == ["the issuer's keys cannot be fetched"]
    issuer.error = None
    clock.now += SECONDS_BETWEEN_FETCHES
    assert remote.caller_of(token()) == ALICE
    assert not remote.is_failing


def test_no_token_is_accepted_before_the_keys_are_there(remote: Tokens, issuer: Issuer) -> None:
    issuer.error = requests.ConnectionError()

    assert isinstance(remote.caller_of(token()), str)


def test_who_comes_while_keys_are_fetched_waits_for_them_and_asks_no_second_time(clock: Clock) -> None:
    asked, may_answer = threading.Event(), threading.Event()
    count = 0

    def slowly(_: str) -> bytes:
        nonlocal count
        count += 1
        asked.set()
        may_answer.wait(10)
        return key_set("one")

    known = Tokens(SETTINGS, KeysOfAddress("https://issuer.example/", SETTINGS.algorithms, slowly, clock))
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(known.caller_of(token()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    asked.wait(10)
    may_answer.set()
    for thread in threads:
        thread.join()

    assert (found, count) == ([ALICE] * 3, 1)


class Answering(BaseHTTPRequestHandler):
    """An issuer that answers by the path."""

    def do_GET(self) -> None:
        content = key_set("one") if self.path == "/keys" else b"x" * (MOST_BYTES + 1)
        self.send_response({"/moved": 302, "/missing": 404}.get(self.path, 200))
        self.send_header("Location", "/keys")
        self.end_headers()
        self.wfile.write(content)
        if self.path == "/slow":
            self.wfile.flush()
            time.sleep(0.3)
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_an_address_is_read_but_not_followed_and_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}"
            assert fetched(f"{url}/keys") == key_set("one")
            for path, words in (("/moved", "302"), ("/missing", "404"), ("/huge", "larger")):
                with pytest.raises(InvalidKeySetError, match=words):
                    fetched(url + path)
            monkeypatch.setattr(issuer_keys, "SECONDS_TO_ANSWER", 0.1)
            with pytest.raises((InvalidKeySetError, requests.RequestException)):
                fetched(f"{url}/slow")
        finally:
            server.shutdown()
            thread.join()


# As the service is set up


GOOD = {"JWT_ISSUER": ISSUER, "JWT_AUDIENCE": f"{AUDIENCE}, b", "JWT_JWKS_FILE": "/keys.json"}


def test_the_environment_says_whose_tokens_are_accepted() -> None:
    settings = Settings.from_environment(GOOD | {"JWT_ALGORITHMS": "ES256, EdDSA", "JWT_LEEWAY_SECONDS": "5"})

    assert settings.access.token == TokenSettings(
        issuer=ISSUER,
        audiences=(AUDIENCE, "b"),
        algorithms=("ES256", "EdDSA"),
        leeway_seconds=5,
        jwks_file=Path("/keys.json"),
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"JWT_ISSUER": ""}, "half configured: set JWT_ISSUER, or"),
        ({"JWT_AUDIENCE": "", "JWT_JWKS_FILE": ""}, "set JWT_AUDIENCE and JWT_JWKS_FILE or JWT_JWKS_URL, or"),
        ({"JWT_JWKS_URL": "https://a.example"}, "both set"),
        ({"JWT_JWKS_FILE": "", "JWT_JWKS_URL": "http://a.example"}, "begins with https://"),
        ({"JWT_JWKS_FILE": "", "JWT_JWKS_URL": "file:///etc/passwd"}, "begins with https://"),
        ({"JWT_JWKS_FILE": "", "JWT_JWKS_URL": "https://[a"}, "begins with https://"),
        ({"JWT_ALGORITHMS": "none"}, "names `none`"),
        ({"JWT_ALGORITHMS": "RS256,HS256"}, "names `HS256`"),
        ({"JWT_LEEWAY_SECONDS": "301"}, "JWT_LEEWAY_SECONDS is `301`"),
    ],
)
def test_what_is_half_configured_does_not_start(changed: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings.from_environment(GOOD | changed)


def test_a_lone_leeway_is_half_a_configuration() -> None:
    with pytest.raises(SettingsError, match="set JWT_ISSUER and JWT_AUDIENCE and JWT_JWKS_FILE or JWT_JWKS_URL"):
        Settings.from_environment({"JWT_LEEWAY_SECONDS": "5"})


def test_a_file_without_keys_stops_the_start(file: Path) -> None:
    file.write_text("{}")

    with pytest.raises(SettingsError, match=r"JWT_JWKS_FILE .* is no JSON Web Key Set"):
        tokens_of(TokenSettings(issuer=ISSUER, audiences=("a",), jwks_file=file))


def test_keys_and_tokens_are_accepted_side_by_side(file: Path, tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys")
    portal = keys.add("portal", DECIDE)
    settings = TokenSettings(issuer=ISSUER, audiences=(AUDIENCE,), jwks_file=file)
    both = guarded(AccessSettings(keys_file=keys.path, token=settings), host="0.0.0.0").test_client()
    alone = guarded(AccessSettings(token=settings), host="0.0.0.0").test_client()
    alice = {"Authorization": f"Bearer {token()}"}

    for client, headers in ((both, portal), (both, alice), (alone, alice)):
        assert client.get("/v1/facts", headers=headers).status_code == 200
    assert_error(alone.get("/v1/facts", headers=portal), 401, "UNAUTHENTICATED")
    body = assert_error(both.get("/v1/decisions", headers=alice), 403, "MISSING_SCOPE")
    assert body["detail"] == "`jwt:alice` lacks the scope `read`, which this needs"


def test_keys_at_an_address_are_not_fetched_at_the_start() -> None:
    """The issuer may start after us."""
    settings = TokenSettings(issuer=ISSUER, audiences=("a",), jwks_url="http://127.0.0.1:1/keys")
    client = guarded(AccessSettings(token=settings)).test_client()

    assert client.get("/readyz").get_json()["status"] == "pass"
    headers = {"Authorization": f"Bearer {token()}"}
    assert_error(client.get("/v1/facts", headers=headers), 401, "UNAUTHENTICATED")
    assert client.get("/readyz").get_json()["status"] == "warn"
