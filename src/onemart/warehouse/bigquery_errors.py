"""What BigQuery says when it refuses, in one sentence for the person who reads it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from google.api_core import exceptions as api
from google.auth import exceptions as auth
from requests import exceptions as http

from onemart.errors import OnemartError, StatementError

__all__ = ["explain_bigquery", "explained"]

_AGAIN = "Nothing that is half written counts: run this again, and it continues."
_LOCATION = re.compile(r"Not found: Dataset (\S+) was not found in location (\S+)")
_MISSING = re.compile(r"Not found: (Table|Dataset) ([^\s,]+)")
_COLUMN = re.compile(
    r"Unrecognized name|is not present in table|cannot be (inserted into|assigned to)"
    r"|Required field|Provided Schema does not match|Inserted row has wrong column count"
)
_UNREACHED = (
    http.ConnectionError,
    http.Timeout,
    api.ServiceUnavailable,
    api.RetryError,
    auth.TransportError,
)
_QUOTA = {"quotaExceeded", "rateLimitExceeded", "billingTierLimitExceeded", "resourcesExceeded"}


@contextmanager
def explain_bigquery(where: str) -> Iterator[None]:
    """Turn what BigQuery refuses in this block into an error that says what to do.

    Parameters
    ----------
    where : str
        The warehouse, at the start of the message: project and target.
    """
    try:
        yield
    except (api.GoogleAPIError, auth.GoogleAuthError, http.RequestException) as error:
        raise explained(where, error) from error


def explained(where: str, error: Exception) -> OnemartError:
    """Return the error that tells a person what BigQuery says."""
    said = _first_line(error)
    reasons = {part.get("reason", "") for part in getattr(error, "errors", ())}
    for holds, what, todo in _CASES:
        if found := holds(error, said, reasons):
            named = found.groups() if isinstance(found, re.Match) else ()
            kind = StatementError if isinstance(error, api.BadRequest) else OnemartError
            return kind(f"{where}: {what.format(*named, said=said)}", todo)
    return StatementError(f"{where} refuses a statement: {said}.")


_Case = tuple[Callable[[Exception, str, set[str]], Any], str, str]
# The first that holds is told. `{0}` is what its pattern found, `{said}` what BigQuery says.
_CASES: tuple[_Case, ...] = (
    (
        lambda error, _, __: isinstance(error, auth.DefaultCredentialsError | auth.MalformedError),
        "there are no credentials ({said}).",
        (
            "Sign in with `gcloud auth application-default login`, or set ONEMART_BIGQUERY_METHOD"
            " and what it needs (README, BigQuery)."
        ),
    ),
    (
        lambda error, _, __: isinstance(error, auth.RefreshError | api.Unauthorized),
        "the credentials are not valid, or no longer ({said}).",
        f"Sign in again, or renew ONEMART_BIGQUERY_TOKEN. {_AGAIN}",
    ),
    (
        lambda error, _, __: isinstance(error, _UNREACHED),
        "it cannot be reached ({said}).",
        f"Is the network up? {_AGAIN}",
    ),
    (
        lambda error, _, reasons: reasons & _QUOTA or isinstance(error, api.TooManyRequests),
        "a quota is used up ({said}).",
        f"Wait until it is granted anew, or have it raised. {_AGAIN}",
    ),
    (
        lambda _, said, __: "due to concurrent update" in said,
        "another gate published into this warehouse at the same moment ({said}).",
        f"Let it finish. {_AGAIN}",
    ),
    (
        lambda _, said, reasons: "bytesBilledLimitExceeded" in reasons or "bytes billed" in said,
        "a statement would read more than is allowed ({said}).",
        "Look at what it reads, or raise ONEMART_BIGQUERY_MAXIMUM_BYTES_BILLED.",
    ),
    (
        lambda _, said, reasons: "accessNotConfigured" in reasons or "Not found: Project" in said,
        "there is no such project, or it does not use BigQuery ({said}).",
        "Name the right one in ONEMART_BIGQUERY_PROJECT, and enable the BigQuery API in it.",
    ),
    (
        lambda error, _, __: isinstance(error, api.Forbidden),
        "permission denied ({said}).",
        (
            "The account needs the role BigQuery Job User on the project, and BigQuery Data Owner"
            " on the shop's datasets or the right to create them."
        ),
    ),
    (
        lambda _, said, __: _LOCATION.search(said),
        "dataset {0} is not in location {1}.",
        (
            "It is missing, or in another location: a shop's datasets are all in one. Set"
            " ONEMART_BIGQUERY_LOCATION to theirs, or ONEMART_BIGQUERY_DATASET to another prefix."
        ),
    ),
    (
        lambda _, said, __: _MISSING.search(said),
        "there is no {0} {1}.",
        (
            "Was it dropped by hand? BigQuery keeps it for seven days: restore it (time travel),"
            " then run this again."
        ),
    ),
    (
        lambda _, said, __: _COLUMN.search(said),
        "a table is not as Onemart made it ({said}).",
        "Was a column changed by hand? Restore the table (time travel), then run this again.",
    ),
)


def _first_line(error: Exception) -> str:
    told: Any = getattr(error, "message", None) or str(error) or type(error).__name__
    line = str(told).strip().splitlines()[0]
    # The client puts the address of the request before what the service says.
    return re.sub(r"^(GET|POST|PUT|PATCH) \S+?: ", "", line).rstrip(".")
