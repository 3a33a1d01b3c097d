"""Sending a bulletin to a chat by its webhook."""

import json
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from onemart.errors import OnemartError, UsageError

__all__ = ["post"]

_SECONDS = 20


def post(url: str, text: str) -> None:
    """Post `{"text": …}` to a webhook, as Slack, Mattermost, Teams workflows and others take it.

    Parameters
    ----------
    url : str
        The webhook's address. It is a secret and never told in an error.
    text : str
        Markdown.

    Raises
    ------
    UsageError
        If the address is none of http.
    OnemartError
        If nobody answers, or the answer is a refusal.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError("--post wants an http or https address.", "Copy that of the webhook.")
    request = Request(  # noqa: S310  (http only, see above)
        url,
        data=json.dumps({"text": text}).encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
        method="POST",
    )
    try:
        with urlopen(request, timeout=_SECONDS):  # noqa: S310
            pass
    except HTTPError as error:
        with error:
            answer = f"{error.code} {error.reason}"
            raise OnemartError(
                f"The webhook at {parts.hostname} refused the bulletin: {answer}.",
                "Look whether the webhook still exists and takes JSON with a text.",
            ) from error
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise OnemartError(
            f"The webhook at {parts.hostname} could not be reached: {reason}.",
            "Check the address and the network, then send it again.",
        ) from error
