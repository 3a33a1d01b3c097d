"""Errors for the person who reads them: what was wrong, where, and what to do."""

__all__ = [
    "ContractError",
    "OnemartError",
    "StatementError",
    "UsageError",
    "WarehouseLockedError",
]


class OnemartError(Exception):
    """A problem that ends a command.

    Parameters
    ----------
    what : str
        What was wrong and where, one sentence.
    todo : str, optional
        What the reader can do about it, one sentence.
    """

    exit_status = 1

    def __init__(self, what: str, todo: str = "") -> None:
        super().__init__(f"{what} {todo}".strip())
        self.what = what
        self.todo = todo


class UsageError(OnemartError):
    """The command was called in a way that cannot work."""

    exit_status = 2


class ContractError(OnemartError):
    """A data contract is wrong; the message starts with its file and line."""

    exit_status = 2


class WarehouseLockedError(OnemartError):
    """Another process holds the shop's warehouse; the message says who."""


class StatementError(OnemartError):
    """The warehouse cannot execute a statement: its SQL or a value in it is wrong."""
