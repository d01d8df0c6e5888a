"""The policies that this process knows: the one in force, and a few before it that questions may still ask for.

1. The file is looked at before an answer, at most once in `SECONDS_BETWEEN_LOOKS`; so all workers, and replicas that
   share the file, are under the new policy that long after it changed. A SIGHUP makes gunicorn start workers anew,
   which look at once.
2. A file that cannot be read or is no policy replaces nothing: the last good one stays, readiness warns, and the
   log says so once.
3. The workers of one service share what they have loaded (memory, no file), so that one which is started anew while
   the file is broken has the last good policy all the same, and all know the same revisions.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from time import monotonic

from service.domain.errors import InvalidQuestionError, Mistake
from service.domain.question import Question
from service.policy.policy import Policy
from service.records.record import milliseconds, moment_of
from service.settings import SettingsError
from service.web.schemas.policy import MOST_POLICY_BYTES, InvalidPolicyError, load_policy
from service.web.shared_contents import SharedContents

SECONDS_BETWEEN_LOOKS = 2.0
MOST_KEPT = 8
"""How many policies a question may still ask for, the one in force included."""

_log = logging.getLogger("service.policies")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the file is not what is in force, and since when."""

    since: datetime
    reason: str


class Policies:
    """What is in force and what was, for one process.

    Raises `SettingsError` if the file is no policy at the start: nothing is decided under a policy that nobody gave.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._path = path
        self._clock = clock
        self._shared = SharedContents(MOST_POLICY_BYTES, MOST_KEPT)
        self._looked_at = clock()
        self._seen: tuple[int, ...] = ()
        self._known: dict[str, Policy] = {}
        self._current: Policy
        self.trouble: Trouble | None = None
        try:
            self._seen = self._stamp()
            self._take(self._content())
        except (OSError, InvalidPolicyError) as error:
            raise SettingsError(f"POLICY_FILE {path}: {error}") from None

    def current(self) -> Policy:
        """The policy in force."""
        if self._path is not None and self._clock() - self._looked_at >= SECONDS_BETWEEN_LOOKS:
            self.look()
        return self._current

    def look(self) -> None:
        """Takes what the file holds now, if it is a policy; else the last good one of any worker."""
        self._looked_at = self._clock()
        try:
            stamp = self._stamp()
            if stamp == self._seen and self.trouble is None:
                return
            content = self._content()
            self._seen = stamp
            self._take(content)
        except (OSError, InvalidPolicyError) as error:
            self._note(str(error))
            for content in self._shared.read()[-1:]:
                self._take_kept(content)
        else:
            self.trouble = None
            self._shared.failing_since = 0

    def of_revision(self, revision: str) -> Policy | None:
        """A policy that is still known; None for any other."""
        self.current()
        if revision not in self._known:
            for content in self._shared.read():
                policy = load_policy(content)
                self._known.setdefault(policy.revision, policy)
            self._forget()
        return self._known.get(revision)

    def of_question(self, question: Question) -> Policy:
        """The policy that a question is to be decided under; raises `InvalidQuestionError` for one not known."""
        if question.policy_revision is None:
            return self.current()
        policy = self.of_revision(question.policy_revision)
        if policy is None:
            detail = "is no revision that is still known; `GET /v1/policy` lists those that are"
            raise InvalidQuestionError((Mistake("/policy_revision", detail),))
        return policy

    @property
    def revisions(self) -> Sequence[str]:
        """The revisions that a question may ask for, as far as this process has loaded them; the newest last."""
        return [*(it for it in self._known if it != self._current.revision), self._current.revision]

    def _stamp(self) -> tuple[int, ...]:
        """What changes when the file does; a file that is put in its place has another inode."""
        if self._path is None:
            return ()
        found = os.stat(self._path)
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _content(self) -> bytes:
        if self._path is None:
            return files("service.policy").joinpath("default.yaml").read_bytes()
        with self._path.open("rb") as stream:
            return stream.read(MOST_POLICY_BYTES + 1)

    def _take(self, content: bytes) -> None:
        policy = load_policy(content)
        self._shared.add(content)
        self._put_in_force(policy)

    def _take_kept(self, content: bytes) -> None:
        self._put_in_force(load_policy(content))

    def _put_in_force(self, policy: Policy) -> None:
        if self._known and self._current.revision != policy.revision:
            fields = {"policy": policy.name, "revision": policy.revision}
            _log.warning("another policy is in force", extra={"fields": fields})
        self._current = self._known[policy.revision] = policy
        self.loaded_at = datetime.now(UTC)
        self._forget()

    def _forget(self) -> None:
        for revision in [it for it in self._known if it != self._current.revision][
            : max(len(self._known) - MOST_KEPT, 0)
        ]:
            del self._known[revision]

    def _note(self, reason: str) -> None:
        if self.trouble is None:
            _log.error("the policy file is not used", extra={"fields": {"reason": reason}})
            since = self._shared.failing_since or milliseconds(datetime.now(UTC))
            self._shared.failing_since = since
            self.trouble = Trouble(moment_of(since), reason)
