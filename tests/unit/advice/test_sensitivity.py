"""How sure a recommendation is, against dense sampling and against deciding again with other weights."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

from service.advice.sensitivity import CRITERIA, is_robust, sensitivity
from service.domain.cluster import EndpointMode
from service.domain.consumer import Importance
from service.domain.decision import Assessment, Decision, Objection, Score, Scores, Term
from service.domain.question import Weights
from service.domain.sensitivity import Sensitivity
from service.engine.recommend import recommend
from tests.unit.builders import BOTH, PRIVATE, PUBLIC, a_cluster, an_operator, nodes, the_decision

Points = tuple[int, int, int]
OBJECTION = Objection(id="hosting-forbids-mode", sentence="it is not offered")
GIVEN = Weights()


def a_score(points: int) -> Score:
    """A score of one term."""
    return Score(terms=(Term(name="all", points=points, of=100, because="it is so"),))


def a_decision(weights: Weights, *modes: Points | None) -> Decision:
    """A decision on three modes with these points; a mode without points is ruled out."""
    assessments = []
    for mode, points in zip(EndpointMode, modes, strict=True):
        exposure, efficiency, accessibility = points or (0, 0, 0)
        weighted = weights.exposure * exposure + weights.efficiency * efficiency + weights.accessibility * accessibility
        assessments.append(
            Assessment(
                mode=mode,
                public_access_cidrs=None,
                objections=() if points else (OBJECTION,),
                scores=Scores(
                    exposure=a_score(exposure),
                    efficiency=a_score(efficiency),
                    accessibility=a_score(accessibility),
                    total=Fraction(weighted, weights.sum),
                ),
                traces=(),
                controls=(),
                findings=(),
            )
        )
    return Decision(
        cluster="demo",
        region=None,
        labels=(),
        assessments=tuple(assessments),
        current=None,
        recommendation=recommend(assessments),
        assumptions=(),
        warnings=(),
    )


def the_winner(weights: Weights, *modes: Points | None) -> EndpointMode:
    """Who wins with these weights."""
    chosen = a_decision(weights, *modes).recommendation
    assert chosen is not None
    return chosen.mode


def found(weights: Weights, *modes: Points | None) -> Sensitivity:
    """How sure that is."""
    told = sensitivity(a_decision(weights, *modes), weights)
    assert told is not None
    return told


def shares(told: Sensitivity) -> dict[EndpointMode, Fraction]:
    """The shares by mode."""
    return {each.mode: each.share for each in told.shares}


def random_points(random: Random) -> tuple[Points | None, ...]:
    """Three modes, coarse enough for ties, at least one of them eligible."""
    modes: list[Points | None] = [
        (random.choice((0, 30, 60, 65, 100)), random.randrange(0, 101, 20), random.choice((40, 80, 100)))
        if random.random() < 0.8
        else None
        for _ in EndpointMode
    ]
    if not any(modes):
        modes[random.randrange(3)] = (50, 50, 50)
    return tuple(modes)


def random_weights(random: Random) -> Weights:
    """Weights of which some may be nothing, but not all."""
    while not any(given := [random.choice((0, 1, 2, 3, 5, Fraction(7, 3))) for _ in CRITERIA]):
        continue
    return Weights(**dict(zip(CRITERIA, given, strict=True)))


CASES = [(random_weights(Random(seed)), random_points(Random(seed + 10_000))) for seed in range(150)]


def test_a_winner_changes_exactly_where_it_was_announced() -> None:
    """Just before each announced value the winner still wins; there and behind it the announced modes do."""
    epsilon = Fraction(1, 10**9)
    turns = 0
    for weights, modes in CASES:
        told = found(weights, *modes)
        for reach in told.weights:
            assert reach.given == getattr(weights, reach.criterion)
            for turn, outward in ((reach.below, -epsilon), (reach.above, epsilon)):
                if turn is None:
                    continue
                turns += 1
                at = {"value": turn.value, "before": turn.value - outward, "behind": turn.value + outward}
                winner = {
                    where: the_winner(replace(weights, **{reach.criterion: value}), *modes)
                    for where, value in at.items()
                    if value >= 0
                }
                assert winner["value"] is turn.at_value
                assert winner.get("behind", winner["value"]) is turn.beyond
                assert turn.beyond is not told.mode
                if turn.value != reach.given:
                    assert winner["before"] is told.mode
    assert turns > 50


def test_no_winner_changes_between_the_announced_values() -> None:
    """Sampled densely, one weight at a time, up to a hundred times the given one."""
    for weights, modes in CASES[:40]:
        told = found(weights, *modes)
        for reach in told.weights:
            low = reach.below.value if reach.below else Fraction(-1)
            high = reach.above.value if reach.above else Fraction(10**6)
            for step in (*range(0, 24), 60, 500):
                moved = replace(weights, **{reach.criterion: Fraction(step, 4)})
                if moved.sum and low < Fraction(step, 4) < high:
                    assert the_winner(moved, *modes) is told.mode


def test_shares_add_up_to_all_ways_to_weigh() -> None:
    for weights, modes in CASES:
        told = found(weights, *modes)
        assert sum(shares(told).values()) == 1
        assert set(shares(told)) == {mode for mode, points in zip(EndpointMode, modes, strict=True) if points}


def test_shares_are_what_sampling_finds() -> None:
    """A grid of 1 830 points in the triangle, none of them on a corner or an edge of it."""
    fine = 60
    for weights, modes in CASES[:12]:
        told = found(weights, *modes)
        won: Counter[EndpointMode] = Counter()
        for first, second in product(range(fine), repeat=2):
            if first + second < fine:
                shift = 1 / 3
                grid = (first + shift, second + shift, fine - first - second - 2 * shift)
                won[_quick_winner(grid, modes)] += 1
        for mode, share in shares(told).items():
            assert abs(won[mode] / won.total() - float(share)) < 0.03


def _quick_winner(weights: tuple[float, float, float], modes: tuple[Points | None, ...]) -> EndpointMode:
    """Who has the highest total; ties, which a grid off the edges seldom meets, go to whoever comes last."""
    totals = {
        mode: sum(weight * each for weight, each in zip(weights, points, strict=True))
        for mode, points in zip(EndpointMode, modes, strict=True)
        if points
    }
    return max(totals, key=lambda mode: (totals[mode], list(EndpointMode).index(mode)))


def test_robust_means_every_weight_a_quarter_off_all_at_once() -> None:
    quarters = (Fraction(3, 4), Fraction(1), Fraction(5, 4))
    seen = Counter[bool]()
    for weights, modes in CASES[:90]:
        winner = the_winner(weights, *modes)
        given = [getattr(weights, criterion) for criterion in CRITERIA]
        holds = all(
            the_winner(
                Weights(**{name: weight * off for name, weight, off in zip(CRITERIA, given, offs, strict=True)}), *modes
            )
            is winner
            for offs in product(quarters, repeat=3)
        )
        assert is_robust(a_decision(weights, *modes), weights) is holds
        seen[holds] += 1
    assert seen[True] > 20
    assert seen[False] > 5


def test_a_mode_that_is_nowhere_worse_dominates() -> None:
    told = found(GIVEN, (60, 40, 100), (60, 80, 100), (100, 100, 80))

    assert told.mode is PRIVATE
    assert told.dominates == ()
    assert found(GIVEN, (60, 40, 100), (60, 80, 100), None).dominates == (PUBLIC,)


def test_of_two_equal_modes_the_safer_one_dominates_and_takes_the_whole_share() -> None:
    told = found(GIVEN, (60, 40, 100), None, (60, 40, 100))

    assert (told.mode, told.dominates) == (PRIVATE, (PUBLIC,))
    assert shares(told) == {PUBLIC: 0, PRIVATE: 1}
    assert all(reach.below is None and reach.above is None for reach in told.weights)


def test_a_dominated_mode_may_still_win_a_tie_at_an_edge_of_nothing() -> None:
    """Efficiency alone counts, and both have the same of it: the tie goes to the one that is less exposed."""
    told = found(Weights(exposure=0, efficiency=1, accessibility=0), (60, 40, 100), None, (100, 40, 80))

    assert told.mode is PRIVATE
    exposure, efficiency, accessibility = told.weights
    assert exposure.below is exposure.above is None
    assert efficiency.below is efficiency.above is None
    assert accessibility.above is not None
    assert (accessibility.above.value, accessibility.above.beyond) == (0, PUBLIC)


def test_a_weight_of_nothing_may_be_where_the_tie_turns() -> None:
    """Without weight on accessibility the two draw level, and the tie goes to the one that is less exposed."""
    weights = Weights(exposure=1, efficiency=2, accessibility=1)
    told = found(weights, (60, 60, 100), None, (100, 40, 80))
    below = told.weights[2].below

    assert told.mode is PUBLIC
    assert below is not None
    assert (below.value, below.at_value, below.beyond) == (0, PRIVATE, PRIVATE)


def test_nothing_is_said_of_a_decision_that_recommends_nothing() -> None:
    decision = a_decision(GIVEN, None, None, None)

    assert sensitivity(decision, GIVEN) is None
    assert is_robust(decision, GIVEN) is None


def test_a_mode_without_rivals_wins_whatever_the_weights() -> None:
    told = found(GIVEN, None, (60, 40, 100), None)

    assert shares(told) == {BOTH: 1}
    assert is_robust(a_decision(GIVEN, None, (60, 40, 100), None), GIVEN) is True


def test_a_real_decision_turns_where_it_was_announced() -> None:
    """The engine itself, asked again with a weight on either side of each announced value."""
    callers = (nodes(), an_operator(importance=Importance.PREFERRED))
    told = sensitivity(the_decision(a_cluster(), *callers), GIVEN)
    assert told is not None
    turns = 0
    for reach in told.weights:
        for turn, outward in ((reach.below, -1), (reach.above, 1)):
            if turn is not None:
                turns += 1
                for value, winner in (
                    (turn.value - outward * Fraction(1, 1000), told.mode),
                    (turn.value + outward * Fraction(1, 1000), turn.beyond),
                ):
                    moved = replace(GIVEN, **{reach.criterion: value})
                    again = the_decision(a_cluster(), *callers, weights=moved).recommendation
                    assert again is not None
                    assert again.mode is winner
    assert turns
