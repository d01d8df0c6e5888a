"""Between the edge and the record: what is kept of an answer, and answers that are given a second time.

Calls to the store run where the keeper's `run` says, because they wait for a database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from werkzeug.exceptions import NotFound

from service import __version__
from service.domain import FACTS_EDITION
from service.logs import CALLER, REQUEST_ID
from service.records.history import Turn, turns
from service.records.keeper import Keeper, NotKeptError, Retention, Run, nothing_to_wait_for, run_here
from service.records.masking import Mask, MaskError, masked, masks_of
from service.records.record import Cursor, Record, Summary, Wanted
from service.records.spill import Spill
from service.records.store import Claim, Store, StoreError
from service.settings import Records, Settings, SettingsError
from service.web.answers import Answer
from service.web.spans import part

_NEVER_KEPT = masks_of(["/question/source/document"])
"""Somebody else's document may hold secrets, as Terraform's state does; what was understood of it is in the answer."""
KEY_LIVES = timedelta(hours=24)
"""How long a second request with a key gets the first one's answer."""
KEY_WAITS = timedelta(seconds=60)
"""How long a key is held for a request that may have died on the way."""


class KeyReusedError(Exception):
    """An idempotency key that came before with another question (422)."""


class KeyInUseError(Exception):
    """An idempotency key whose first request is still being answered (409)."""


class NothingKeptError(Exception):
    """Records are off, so there is nothing to find (404) and no key to honour."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """What this process keeps and finds; without a keeper, nothing."""

    keeper: Keeper | None = None
    masks: tuple[Mask, ...] = ()

    @property
    def is_on(self) -> bool:
        """Whether decisions are kept at all."""
        return self.keeper is not None

    def keep(self, answer: Answer, question: bytes) -> None:
        """Keeps an answer; raises `NotKeptError` if records are required and it cannot be kept."""
        with part("record"):
            self.begin(answer, question)()

    def begin(self, answer: Answer, question: bytes) -> Callable[[], None]:
        """Begins to keep an answer; what is given back waits for it, as `Keeper.begin` says."""
        return self.keeper.begin(self._record(answer, question)) if self.keeper is not None else nothing_to_wait_for

    def make_way(self) -> None:
        """Lets the store catch up with a caller who has many questions."""
        if self.keeper is not None:
            self.keeper.make_way()

    @property
    def is_waited_for(self) -> bool:
        """Whether an answer goes out only when its record is kept."""
        return self.keeper is not None and self.keeper.is_required

    def once(self, key: str, digest: str, now: datetime, question: bytes, decide: Callable[[], Answer]) -> bytes:
        """The answer to the first request with this key: decided and kept now, or the one that was given then.

        Raises `KeyReusedError`, `KeyInUseError`, and `NotKeptError` if the store does not answer.
        """
        keeper = self._keeper()
        # A key belongs to who sent it: nobody meets, or learns of, the keys of others.
        hashed = sha256(f"{caller}\n{key}".encode() if (caller := CALLER.get()) else key.encode()).hexdigest()
        try:
            claim, decision_id = keeper.ask(lambda store: store.claim(hashed, digest, now, now + KEY_WAITS))
            if claim is Claim.OTHER_QUESTION:
                raise KeyReusedError
            if claim is Claim.IN_PROGRESS:
                raise KeyInUseError
            if claim is Claim.DONE and decision_id is not None:
                kept = keeper.ask(lambda store: store.find(decision_id))
                if kept is not None:
                    return kept.answer
            return self._first(keeper, hashed, now, question, decide)
        except StoreError as error:
            raise NotKeptError(str(error)) from error

    def _first(self, keeper: Keeper, key: str, now: datetime, question: bytes, decide: Callable[[], Answer]) -> bytes:
        try:
            answer = decide()
        except Exception:
            keeper.ask(lambda store: store.release(key))
            raise
        record = self._record(answer, question)
        with part("record"):
            keeper.ask(lambda store: store.fulfil(key, record, now + KEY_LIVES))
        return answer.json

    def found(self, id_: str) -> Record:
        """The record of a decision. One that waits for the store is not found yet.

        Raises `NotFound` (404), and `NothingKeptError` if nothing is kept.
        """
        try:
            known = str(UUID(id_))
        except ValueError:
            kept = None
        else:
            kept = self._keeper().ask(lambda store: store.find(known))
        if kept is None:
            raise NotFound(f"no decision `{id_[:80]}` is kept; `/v1/decisions` lists those that are")
        return kept

    def page(self, wanted: Wanted, after: Cursor | None, limit: int) -> tuple[list[Summary], Cursor | None]:
        """A page of what is wanted, the newest first."""
        return self._keeper().ask(lambda store: store.page(wanted, after, limit))

    def history(self, cluster: str, after: Cursor | None, limit: int) -> tuple[Sequence[Turn], Cursor | None]:
        """The decisions on a cluster, the newest first, each held against the one before it."""
        summaries, _ = self.page(Wanted(cluster=cluster), after, limit + 1)
        has_more = len(summaries) > limit
        shown = turns(summaries)[:limit]
        last = shown[-1].summary if has_more else None
        return shown, Cursor.of(last) if last else None

    @property
    def place(self) -> str | None:
        """Where decisions are kept, without a password; None if nowhere."""
        return self.keeper.store.place if self.keeper else None

    def _keeper(self) -> Keeper:
        if self.keeper is None:
            raise NothingKeptError
        return self.keeper

    def _record(self, answer: Answer, question: bytes) -> Record:
        said, gist = answer.said, answer.said.gist
        masks = (*self.masks, *_NEVER_KEPT) if b'"source"' in question else self.masks
        kept_question, kept_answer, places = masked(question, answer.json, masks)
        return Record(
            id=str(answer.id),
            created_at=answer.created_at,
            cluster=gist.cluster,
            region=gist.region,
            outcome=gist.outcome,
            mode=gist.mode,
            current_mode=gist.current_mode,
            input_digest=said.input_digest,
            decision_digest=said.decision_digest,
            policy_name=gist.policy.name,
            policy_revision=gist.policy.revision,
            engine_version=__version__,
            facts_edition=FACTS_EDITION,
            caller=CALLER.get(),
            request_id=REQUEST_ID.get(),
            question=kept_question,
            answer=kept_answer,
            masked=places,
        )


def recorder_of(settings: Settings, run: Run = run_here) -> Recorder:
    """The recorder that the settings ask for; raises `SettingsError` for a store or a mask that cannot be."""
    if settings.records is Records.OFF:
        return Recorder()
    try:
        masks = masks_of(settings.store.mask)
        store = Store(settings.store.url)
    except (MaskError, StoreError) as error:
        raise SettingsError(str(error)) from None
    retention = Retention(days=settings.store.keep_days, newest=settings.store.keep_newest)
    keeper = Keeper(
        store,
        Spill(settings.store.spill_folder, settings.store.spill_bytes),
        is_required=settings.records is Records.REQUIRED,
        run=run,
        retention=retention,
    )
    return Recorder(keeper, masks)
