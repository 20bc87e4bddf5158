"""One root error: a sentence for people, a hint that says what to type next, and the exit code it means.

RtcstackError            exit 1
├── WorldError           the engine, the network, a service or a check failed
└── RequestError         exit 2: a wrong file, name or option; nothing has been changed
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (dotted path in the file, or "") and what, with what is allowed."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class RtcstackError(Exception):
    """The root of all errors that rtcstack raises on purpose; caught once, in the command line."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.problems = problems


class WorldError(RtcstackError):
    """The world failed: an engine, a network, a service, or a check that found something."""

    exit_code = 1


class RequestError(RtcstackError):
    """The request is wrong: a bad file, name or option, or a question without an answer. Nothing was changed."""

    exit_code = 2
