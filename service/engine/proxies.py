"""Whether a consumer's call takes its proxy, and whether the proxy lets the endpoint's name through.

1. `bypass` matches the name by its suffix; a range never matches a name, only the address of the
   `kubernetes` Service (F-2.20, F-3.21).
2. The endpoint's name ends in `<region>.eks.amazonaws.com`, or in `<region>.api.aws` for a dual-stack
   endpoint (F-5.3, F-5.4); China has suffixes of its own (F-5.5).
3. A pattern that names a Region says where the cluster is, if nothing else does.
4. Without `service_cidr` a range that holds only one of EKS's two defaults is taken to miss the Service.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network

from service.domain.addresses import NOWHERE, Addresses, addresses, of_network, parse_network
from service.domain.consumer import Consumer, Proxy
from service.domain.trace import Assumption
from service.engine.scene import Scene

SERVICE_NAMES = ("kubernetes.default.svc.cluster.local", "kubernetes.default.svc", "kubernetes.default")
_DEFAULT_SERVICE_ADDRESSES = addresses("10.100.0.1", "172.20.0.1")
"""The first address of either range that EKS chooses from; which one, is not known without `service_cidr`."""


def takes_proxy(scene: Scene, consumer: Consumer, proxy: Proxy) -> bool:
    """Whether the call to the API server goes through the consumer's proxy."""
    if consumer.runs_in_pods:
        return bool(_not_bypassed(scene, proxy.bypass))
    return not names_endpoint(scene, proxy.bypass)


def names_endpoint(scene: Scene, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns names the endpoint: `*`, a suffix of its name, or the whole of it."""
    name = endpoint_suffix(scene)
    return any(_matches(name, pattern) for pattern in patterns)


def taken_of_patterns(scene: Scene, consumer: Consumer, proxy: Proxy) -> tuple[Assumption, ...]:
    """What the proxy's patterns were taken to mean where they turn on what was not given."""
    if consumer.runs_in_pods:
        return _range_taken(scene, consumer, proxy)
    return _region_taken(scene, proxy) if scene.cluster.region is None else ()


def _range_taken(scene: Scene, consumer: Consumer, proxy: Proxy) -> tuple[Assumption, ...]:
    left = _not_bypassed(scene, proxy.bypass)
    if scene.cluster.service_cidr is not None or not left or left == _DEFAULT_SERVICE_ADDRESSES:
        return ()
    sentence = f"the `kubernetes` Service is taken to be {left.texts()[0]}, which {consumer.name} does not exempt"
    return (
        Assumption(code="service-not-bypassed", field="/cluster/service_cidr", sentence=sentence, facts=("F-7.12",)),
    )


def _region_taken(scene: Scene, proxy: Proxy) -> tuple[Assumption, ...]:
    ending = f".{endpoint_suffix(scene)}"
    named = sorted(name for name in (*proxy.bypass, *(proxy.allows or ())) if _plain(name).endswith(ending))
    if not named:
        return ()
    sentence = f"the cluster is taken to be in the Region that `{named[0]}` speaks of"
    return (Assumption(code="region-as-proxy-names-it", field="/cluster/region", sentence=sentence, facts=("F-5.3",)),)


def endpoint_suffix(scene: Scene) -> str:
    """What is known of the endpoint's name before the cluster exists."""
    region = scene.cluster.region or ""
    if region.startswith("cn-"):
        return f"{region}.eks.amazonaws.com.cn"
    suffix = f"eks-cluster.{region}.api.aws" if scene.is_dual_stack else f"{region}.eks.amazonaws.com"
    return suffix if region else suffix.replace("eks-cluster..", "").lstrip(".")


def _matches(name: str, pattern: str) -> bool:
    plain = _plain(pattern)
    if pattern.strip() == "*":
        return True
    if not plain or "/" in plain:
        return False
    return name == plain or name.endswith(f".{plain}") or plain.endswith(f".{name}")


def _plain(pattern: str) -> str:
    return pattern.strip().lower().removeprefix("https://").split(":")[0].lstrip("*").strip(".")


def _not_bypassed(scene: Scene, patterns: Iterable[str]) -> Addresses:
    """The addresses that the `kubernetes` Service may have and that no pattern exempts."""
    stated = scene.cluster.service_cidr
    service = of_network(ip_network(stated[1])) if stated else _DEFAULT_SERVICE_ADDRESSES
    for pattern in patterns:
        if any(_matches(name, pattern) for name in SERVICE_NAMES):
            return NOWHERE
        try:
            service -= of_network(parse_network(pattern.strip()))
        except ValueError:
            continue
    return service
