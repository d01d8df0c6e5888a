"""docs/decision.md says what the code does: its tables equal the tables in the engine."""

from pathlib import Path

from service.domain.cluster import Cluster
from service.domain.question import Question, Weights
from service.engine import decide
from service.engine.gates import Stage
from service.engine.objections import OBJECTIONS
from service.engine.resolve import MODES, RESOLVES_TO

DOCUMENT = (Path(__file__).parents[1] / "docs" / "decision.md").read_text()


def _rows(heading: str) -> list[list[str]]:
    """The cells of the table whose first header cell is ``heading``, without header and rule."""
    lines = DOCUMENT.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_the_table_of_names_is_the_engines() -> None:
    expected = [[asker.value, *(answer.value for answer in answers)] for asker, answers in RESOLVES_TO.items()]

    assert _rows("Asker") == expected
    assert f"| Asker | {' | '.join(mode.value for mode in MODES)} |" in DOCUMENT


def test_the_stages_are_the_engines_in_order() -> None:
    assert [row[0] for row in _rows("Stage")] == [stage.name.lower() for stage in Stage]


def test_the_objections_are_the_engines_in_order() -> None:
    assert [row[1] for row in _rows("Objection")] == [raising.__name__ for raising in OBJECTIONS]


def test_the_terms_and_their_sizes_are_the_engines() -> None:
    scores = decide(Question(cluster=Cluster(name="demo"))).assessments[0].scores
    expected = [
        [criterion, term.name, str(term.of)]
        for criterion in ("exposure", "efficiency", "accessibility")
        for term in getattr(scores, criterion).terms
    ]

    assert [row[:3] for row in _rows("Score")] == expected


def test_the_weights_are_the_engines() -> None:
    weights = Weights()

    said = f"weighted {weights.exposure} for exposure, {weights.efficiency} for efficiency and"

    assert f"{said} {weights.accessibility} for accessibility" in DOCUMENT
