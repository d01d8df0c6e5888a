"""What can be wrong with a question, as values that carry facts and write their own sentence.

They are not frozen: Python itself writes to an exception that passes through a context manager (`__traceback__`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with a question: where (a JSON Pointer, RFC 6901) and what to do about it."""

    pointer: str
    detail: str


@dataclass(eq=False)
class UnreadableDocumentError(Exception):
    """The document is not the JSON that intake accepts (400): ``detail`` says what stands in the way."""

    detail: str

    def __str__(self) -> str:
        return self.detail


@dataclass(eq=False)
class TooLargeError(Exception):
    """A question is larger than a question may be (413), one of many or one in a page's form."""

    limit: int

    def __str__(self) -> str:
        return f"the question is larger than {self.limit} bytes"


class TooBusyError(Exception):
    """What may be held or waited for at once is taken (503): the same request may be answered in a moment."""


@dataclass(eq=False)
class TooCostlyError(Exception):
    """Reading a document takes more processor time than it may (422): it would again."""

    seconds: float


@dataclass(eq=False)
class MistakesError(Exception):
    """Something that was read, but is not what was expected (422): every mistake at its place."""

    mistakes: tuple[Mistake, ...]

    def __str__(self) -> str:
        return "; ".join(f"{mistake.pointer or '/'}: {mistake.detail}" for mistake in self.mistakes)


class InvalidQuestionError(MistakesError):
    """A document that is no question."""


class InvalidBatchError(MistakesError):
    """A document that is no list of questions, or too long a one."""


class InvalidDocumentError(MistakesError):
    """A document that no format understands."""


class InvalidQueryError(MistakesError):
    """An address that asks for what there is not; a pointer is a parameter's or a header's name."""


class ImpossibleValueError(ValueError):
    """A domain object that cannot exist, such as a cluster with both endpoints off (F-1.3)."""
