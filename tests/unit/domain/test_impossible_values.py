"""What cannot exist cannot be built."""

from dataclasses import replace

import pytest

from service.domain.cluster import Cluster, EndpointAccess
from service.domain.decision import Objection
from service.domain.errors import ImpossibleValueError
from service.domain.question import Question
from service.domain.trace import Disposition
from service.engine import decide

DECISION = decide(Question(cluster=Cluster(name="demo")))


def test_both_endpoints_cannot_be_off() -> None:
    with pytest.raises(ImpossibleValueError, match=r"F-1\.3"):
        EndpointAccess(public=False, private=False)


def test_a_recommended_mode_has_no_objection() -> None:
    assert DECISION.recommendation is not None
    objected = tuple(
        replace(assessment, objections=(Objection(id="made-up", sentence="no"),)) for assessment in DECISION.assessments
    )

    with pytest.raises(ImpossibleValueError, match="law 8"):
        replace(DECISION, assessments=objected)


def test_a_trace_stops_at_its_first_denial_and_its_last_hop_explains_how_it_ends() -> None:
    traces = [trace for assessment in DECISION.assessments for trace in assessment.traces]
    arrived = next(trace for trace in traces if trace.is_accepted)
    stopped = next(trace for trace in traces if not trace.is_accepted)

    with pytest.raises(ImpossibleValueError, match="first denial"):
        replace(stopped, hops=(stopped.hops[-1], *arrived.hops))
    with pytest.raises(ImpossibleValueError, match="explains its disposition"):
        replace(arrived, disposition=Disposition.NO_ROUTE)
    with pytest.raises(ImpossibleValueError, match="has a cause exactly"):
        replace(arrived, cause="no-route-to-internet")
