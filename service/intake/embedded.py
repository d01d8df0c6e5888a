"""Documents that hold other documents as examples: the tests of cfn-guard's rules, and Trivy's check metadata.

1. A test of cfn-guard has its `input` beside `expectations`; the input is a document that was parsed with it.
2. Trivy's checks keep `good` and `bad` examples by dialect (`cloudformation`, `terraform`), each a text.
3. Each example is read on its own by the first of the given formats that recognises it. One that cannot be read
   does not spoil the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.intake.documents import read_text
from service.intake.formats import Documents, Format
from service.intake.readings import escaped
from service.intake.understanding import Ignored, NotUnderstoodError, Understanding

MOST_EXAMPLES = 200
_GUARD = "cfn-guard-test-yaml"
_TRIVY = "trivy-examples-yaml"
_SIDES = ("good", "bad")
_NAMES = {"terraform": "example.tf", "cloudformation": "example.template"}


@dataclass(frozen=True, slots=True)
class _Example:
    place: str
    name: str
    value: Any
    is_text: bool = False


def formats_of_examples(formats: tuple[Format, ...]) -> tuple[Format, ...]:
    """The formats whose examples are documents of the given formats."""

    def of_tests(documents: Documents) -> tuple[Understanding, ...]:
        return _read(documents, _tests, formats)

    def of_checks(documents: Documents) -> tuple[Understanding, ...]:
        return _read(documents, _checks, formats)

    return (
        Format(name=_GUARD, title="tests of cfn-guard rules", recognises=_has_tests, read=of_tests),
        Format(name=_TRIVY, title="examples of a Trivy check", recognises=_has_checks, read=of_checks),
    )


def _has_tests(document: Any, _: str) -> bool:
    return any(True for _ in _tests(document))


def _has_checks(document: Any, _: str) -> bool:
    return any(True for _ in _checks(document))


def _tests(document: Any) -> Iterator[_Example]:
    for index, test in enumerate(document if isinstance(document, list) else ()):
        if isinstance(test, Mapping) and "input" in test and "expectations" in test:
            yield _Example(f"/{index}/input", "", test["input"])


def _checks(document: Any) -> Iterator[_Example]:
    for dialect, sides in document.items() if isinstance(document, Mapping) else ():
        for side in _SIDES if dialect in _NAMES and isinstance(sides, Mapping) else ():
            texts = sides.get(side)
            for index, text in enumerate(texts if isinstance(texts, list) else ()):
                if isinstance(text, str):
                    yield _Example(f"/{escaped(dialect)}/{side}/{index}", _NAMES[dialect], text, is_text=True)


def _read(documents: Documents, examples_in: Any, formats: tuple[Format, ...]) -> tuple[Understanding, ...]:
    found: list[Understanding] = []
    ignored: list[Ignored] = []
    for file, document in documents.items():
        examples = list(examples_in(document))
        if len(examples) > MOST_EXAMPLES:
            raise NotUnderstoodError(f"it holds {len(examples)} examples, expected at most {MOST_EXAMPLES}", file)
        for example in examples:
            place = f"{file}#{example.place}" if len(documents) > 1 else example.place
            try:
                found += [_placed(one, place) for one in _understood(example, formats)]
            except NotUnderstoodError as error:
                ignored.append(Ignored(place=place, why=str(error)))
    if not found:
        raise NotUnderstoodError("none of its examples describes a cluster that can be read")
    return (replace(found[0], ignored=(*found[0].ignored, *ignored)), *found[1:])


def _understood(example: _Example, formats: tuple[Format, ...]) -> tuple[Understanding, ...]:
    """The clusters of an example; an example without any describes none."""
    value = read_text(example.value, example.name) if example.is_text else example.value
    reader = next((one for one in formats if one.recognises(value, example.name)), None)
    if reader is None:
        raise NotUnderstoodError("no format recognises it")
    return tuple(one for one in reader.read({example.name: value}) if one.has_cluster)


def _placed(one: Understanding, place: str) -> Understanding:
    """What was understood of an example, with the places in the document that holds it."""

    def within(inner: str) -> str:
        return inner if not inner else place + inner if inner.startswith("/") else f"{place}/{inner}"

    return replace(
        one,
        place=within(one.place) or place,
        origins=tuple(replace(origin, place=within(origin.place)) for origin in one.origins),
        ignored=tuple(replace(left_out, place=within(left_out.place)) for left_out in one.ignored),
    )
