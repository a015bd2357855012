"""What can be wrong with an input. Every message is one line: what was wrong, where, what is allowed."""


class InputError(ValueError):
    """Base of every error a user can cause; command lines print it to stderr and exit with 2."""


class ParseError(InputError):
    """A text that denotes no value of the domain."""


class RangeError(InputError):
    """A value outside what a vector holds exactly."""


class UndefinedError(InputError):
    """An operation without a result, such as division by zero."""
