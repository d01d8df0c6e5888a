"""Clusters of accounts and Regions, one bundle each; what cannot be read is told and passed over.

1. A bundle that an earlier run completed is kept.
2. Regions are read side by side; in one Region a cluster comes after the other.
3. Credentials that no longer hold end their Region: the same command goes on where it stopped.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from service.collector import calls
from service.collector.asking import Asking, Caller, Region, listed
from service.collector.bundles import Bundle, Folder
from service.collector.errors import CallError, UnusableError
from service.collector.reading import read_cluster

_CLUSTER_NAME = re.compile("[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
_NO_SUCH = "ResourceNotFoundException"


class OfAccount(Caller, Protocol):
    """An account that can be asked."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What could not be read, and why."""

    place: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A Region of an account, and the clusters that are meant; all if none is named."""

    account: OfAccount
    region: str
    clusters: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """How it is called."""
        return f"{self.account.id}/{self.region}"


@dataclass(slots=True, kw_only=True)
class Watch:
    """Who is told how far it is; called from several threads."""

    expect: Callable[[int], None] = lambda _: None
    done: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """Where bundles go and which are taken anew."""

    output: Folder
    is_refreshing: bool = False
    watch: Watch = field(default_factory=Watch)
    side_by_side: int = 4
    stopping: threading.Event = field(default_factory=threading.Event)

    def collect(self, targets: Sequence[Target]) -> Iterator[Bundle | Trouble]:
        """What became of each cluster, in the order of the targets."""
        self.watch.expect(len(targets))
        pool = ThreadPoolExecutor(max_workers=self.side_by_side)
        try:
            for found in pool.map(self._region, targets):
                yield from found
        finally:
            self.stopping.set()  # whoever stops it waits for the clusters at hand, not for those that would follow
            pool.shutdown(wait=True, cancel_futures=True)

    def _region(self, target: Target) -> list[Bundle | Trouble]:
        """The Region's clusters; one trouble if it cannot be read at all."""
        region = Region(target.account, target.region)
        found: list[Bundle | Trouble] = []
        try:
            names = target.clusters or self._names(region)
            self.watch.expect(len(names))
            for name in names:
                if self.stopping.is_set():
                    break
                found += self._cluster(target, region, name)
                self.watch.done(f"{target.place}/{name}")
        except UnusableError as error:
            why = f"the credentials do not hold here, or no longer ({error}): renew them and run the same command again"
            found.append(Trouble(place=target.place, sentence=why))
        except CallError as error:
            found.append(Trouble(place=target.place, sentence=f"{calls.CLUSTERS.action} was refused: {error}"))
        self.watch.done(target.place)
        return found

    def _names(self, region: Region) -> tuple[str, ...]:
        """The names of the Region's clusters; raises a `CallError`."""
        return tuple(listed(region.caller.call(calls.CLUSTERS, region.name), calls.CLUSTERS))

    def _cluster(self, target: Target, region: Region, name: str) -> Iterator[Bundle | Trouble]:
        place = f"{target.place}/{name}"
        if not _CLUSTER_NAME.fullmatch(name):
            yield Trouble(place=target.place, sentence="a cluster whose name is none that EKS allows")
            return
        earlier = self.output.kept(target.account.id, target.region, name)
        if earlier and earlier.is_complete and not self.is_refreshing:
            yield earlier
            return
        asking = Asking(region)
        if read_cluster(asking, name, target.account.id):
            yield self.output.write(target.account.id, target.region, name, asking)
        elif asking.log[-1].code == _NO_SUCH and target.clusters:
            return
        else:
            why = asking.log[-1].code or "an answer without a cluster"
            yield Trouble(place=place, sentence=f"{calls.CLUSTER.action} was refused: {why}")
