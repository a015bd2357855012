"""What can be wrong with an input. Every message is one line: what was wrong, where, what is allowed."""

import os
import sys


class InputError(ValueError):
    """Base of every error a user can cause; command lines print it to stderr and exit with 2."""


class ParseError(InputError):
    """A text that denotes no value of the domain."""


class RangeError(InputError):
    """A value outside what a vector holds exactly."""


class UndefinedError(InputError):
    """An operation without a result, such as division by zero."""


def reader_left() -> int:
    """What a command line does on BrokenPipeError, when the reader has left as `head` does; the exit status.

    Python would complain again on its way out if there were still somewhere to write to.
    """
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return 128 + 13  # as a shell reports SIGPIPE
