"""Which clusters a rule is about.

1. All that a selector names must fit: names (with `*` and `?`), regions, accounts, labels; one that names nothing
   fits every cluster.
2. A label that the cluster does not have fits no value; `without_labels` fits clusters that lack one.
3. Every cluster has a region and an account. Where the question does not say which, whether the rule fits is not
   known, and what it demands is demanded (`Fit.PERHAPS`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

from service.domain.cluster import Cluster


class Fit(Enum):
    """Whether a cluster is one that a rule is about."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """A description of clusters."""

    names: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    without_labels: tuple[str, ...] = ()

    def fit(self, cluster: Cluster) -> tuple[Fit, str]:
        """Whether the cluster fits, and because of what."""
        tried = list(self._tried(cluster))
        if any(fit is Fit.NO for fit, _ in tried):
            return Fit.NO, next(why for fit, why in tried if fit is Fit.NO)
        fit = Fit.PERHAPS if any(fit is Fit.PERHAPS for fit, _ in tried) else Fit.YES
        return fit, "; ".join(why for _, why in tried) or "it is about every cluster"

    def _tried(self, cluster: Cluster) -> Iterator[tuple[Fit, str]]:
        if self.names:
            fits = any(fnmatchcase(cluster.name, pattern) for pattern in self.names)
            yield Fit.YES if fits else Fit.NO, f"the name is `{cluster.name}`"
        for what, wanted, given in (
            ("region", self.regions, cluster.region),
            ("account", self.accounts, cluster.account),
        ):
            if wanted and given is None:
                yield Fit.PERHAPS, f"the {what} is not given"
            elif wanted:
                yield Fit.YES if given in wanted else Fit.NO, f"the {what} is `{given}`"
        labels = dict(cluster.labels)
        for key, values in self.labels:
            has = key in labels
            why = f"the label `{key}` is `{labels[key]}`" if has else f"there is no label `{key}`"
            yield Fit.YES if has and labels[key] in values else Fit.NO, why
        for key in self.without_labels:
            yield ((Fit.NO, f"there is a label `{key}`") if key in labels else (Fit.YES, f"there is no label `{key}`"))
