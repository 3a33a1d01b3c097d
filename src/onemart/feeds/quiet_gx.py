"""Great Expectations without what it says of its own work."""

import logging

__all__ = ["hush"]


def hush() -> None:
    """Let its loggers tell only warnings; to be called after it was imported.

    One of them sets its own level, whatever those above it are told.
    """
    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.WARNING)
