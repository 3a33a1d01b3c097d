"""A client for BigQuery, signed in as the profile says."""

from collections.abc import Mapping
from typing import Any

import google.auth
from google.cloud import bigquery
from google.oauth2 import credentials as oauth2
from google.oauth2 import service_account

from onemart.errors import UsageError
from onemart.warehouse.bigquery_errors import explain_bigquery
from onemart.warehouse.profile import Target

__all__ = ["connect", "told"]

# Of the warehouse, and of the bucket that deliveries may arrive in.
_SCOPES = (
    "https://www.googleapis.com/auth/bigquery",
    "https://www.googleapis.com/auth/devstorage.read_write",
)
# google-auth has no types here.
_key_file: Any = service_account.Credentials.from_service_account_file
_token: Any = oauth2.Credentials


def connect(target: Target) -> bigquery.Client:
    """Return a client for the target, signed in as dbt would sign in.

    Raises
    ------
    OnemartError
        If there are no credentials.
    """
    settings = target.settings
    client, endpoint = bigquery.Client, str(settings.get("api_endpoint") or "")
    if target.name == "emulator":
        from onemart.warehouse.emulator import InliningClient, check_emulator  # noqa: PLC0415

        check_emulator(endpoint)
        client = InliningClient
    with explain_bigquery(told(target)):
        return client(
            project=settings["project"],
            credentials=_credentials(settings),
            location=settings.get("location"),
            client_options={"api_endpoint": endpoint} if endpoint else None,
        )


def told(target: Target) -> str:
    """Name the warehouse in a message."""
    return f"BigQuery project {target.settings['project']} (target {target.name})"


def _credentials(settings: Mapping[str, Any]) -> Any:
    """Return the credentials of the profile's method, of those that dbt knows."""
    method = settings.get("method", "oauth")
    if method == "oauth":
        # A workload identity federation comes this way, too: GOOGLE_APPLICATION_CREDENTIALS names
        # its file.
        return google.auth.default(scopes=_SCOPES)[0]
    if method == "service-account":
        path = settings.get("keyfile") or ""
        try:
            return _key_file(path, scopes=_SCOPES)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"The key file '{path}' of the service account cannot be read: {error}.",
                "Name a service account's JSON key in ONEMART_BIGQUERY_KEYFILE.",
            ) from error
    if method == "oauth-secrets":
        if not settings.get("token"):
            raise UsageError("Method oauth-secrets needs a token.", "Set ONEMART_BIGQUERY_TOKEN.")
        return _token(token=settings["token"])
    raise UsageError(
        f"ONEMART_BIGQUERY_METHOD is '{method}'.",
        "Use oauth, service-account or oauth-secrets.",
    )
