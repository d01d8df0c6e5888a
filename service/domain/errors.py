"""What can be wrong with a question, as values that carry facts and write their own sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with a question: where (a JSON Pointer, RFC 6901) and what to do about it."""

    pointer: str
    detail: str


@dataclass(frozen=True)
class UnreadableDocumentError(Exception):
    """The document is not the JSON that intake accepts (400): ``detail`` says what stands in the way."""

    detail: str

    def __str__(self) -> str:
        return self.detail


@dataclass(frozen=True)
class InvalidQuestionError(Exception):
    """The document was read, but is no question (422): every mistake at its place."""

    mistakes: tuple[Mistake, ...]

    def __str__(self) -> str:
        return "; ".join(f"{mistake.pointer or '/'}: {mistake.detail}" for mistake in self.mistakes)


@dataclass(frozen=True)
class InvalidDocumentError(Exception):
    """The document was read, but no format understands it (422): every mistake at its place in the body."""

    mistakes: tuple[Mistake, ...]

    def __str__(self) -> str:
        return "; ".join(f"{mistake.pointer or '/'}: {mistake.detail}" for mistake in self.mistakes)


class ImpossibleValueError(ValueError):
    """A domain object that cannot exist, such as a cluster with both endpoints off (F-1.3)."""
