"""What BigQuery refuses is told in one sentence that says what to do."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.feeds.feed_project import FeedProject

from onemart.errors import OnemartError, StatementError, UsageError
from onemart.feeds.gate import Gate, land
from onemart.project import Project
from onemart.warehouse.base import Warehouse
from onemart.warehouse.bigquery import BigqueryWarehouse, open_bigquery
from onemart.warehouse.profile import Target, read_target

ROOT = Path(__file__).parents[2]
Answer = tuple[int, dict[str, Any]]


def refusal(status: int, reason: str, message: str) -> Answer:
    error = {"message": message, "domain": "global", "reason": reason}
    return status, {"error": {"code": status, "message": message, "errors": [error]}}


@contextmanager
def service(answer: Callable[[str, str], Answer]) -> Iterator[str]:
    """Serve what `answer` gives for method and path, as the real service would."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = answer(self.command, self.path)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815  (http.server asks by this name)

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def target(endpoint: str = "", **settings: str) -> Target:
    known = {"type": "bigquery", "method": "oauth-secrets", "token": "t", "project": "shopping"}
    place = {"dataset": "trial", "location": "EU", "api_endpoint": endpoint}
    return Target("bigquery", {**known, **place, **settings})


def opened(chosen: Target) -> None:
    shop = Project(ROOT).shop("trial")
    with open_bigquery(chosen, shop) as warehouse:
        warehouse.rows("select 1 as one")


REFUSALS = {
    "wrong project": (
        refusal(404, "notFound", "Not found: Project shopping"),
        ["no such project", "ONEMART_BIGQUERY_PROJECT"],
    ),
    "service not enabled": (
        refusal(403, "accessNotConfigured", "BigQuery API has not been used in project 1"),
        ["does not use BigQuery", "enable the BigQuery API"],
    ),
    "no permission": (
        refusal(403, "accessDenied", "Access Denied: Project shopping: no bigquery.jobs.create"),
        ["permission denied", "BigQuery Job User"],
    ),
    "quota": (
        refusal(403, "quotaExceeded", "Quota exceeded: Your project exceeded quota for reads"),
        ["a quota is used up", "run this again, and it continues"],
    ),
    "two at one moment": (
        refusal(400, "invalidQuery", "Transaction is aborted due to concurrent update against t."),
        ["another gate published", "Let it finish", "run this again"],
    ),
    "too many bytes": (
        refusal(400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed: 10"),
        ["more than is allowed", "ONEMART_BIGQUERY_MAXIMUM_BYTES_BILLED"],
    ),
    "expired token": (
        refusal(401, "authError", "Request had invalid authentication credentials."),
        ["not valid, or no longer", "run this again, and it continues"],
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusal_says_what_to_do(case: str) -> None:
    answer, told = REFUSALS[case]
    with (
        service(lambda *_: answer) as endpoint,
        pytest.raises(OnemartError) as caught,
    ):
        opened(target(endpoint))
    message = str(caught.value)
    assert all(part in message for part in ["project shopping (target bigquery)", *told])
    assert endpoint not in message
    assert len(message.splitlines()) == 1


def test_dataset_in_another_location_is_told_before_anything_is_done() -> None:
    def answer(_: str, path: str) -> Answer:
        if path.partition("?")[0].endswith("/datasets"):
            return 200, {"kind": "bigquery#datasetList"}
        name = {"datasetId": "trial_raw", "projectId": "shopping"}
        return 200, {"id": "shopping:trial_raw", "datasetReference": name, "location": "US"}

    with service(answer) as endpoint, pytest.raises(OnemartError, match="is in US") as caught:
        opened(target(endpoint))
    assert "ONEMART_BIGQUERY_LOCATION=US" in str(caught.value)


def test_query_in_another_location_is_told() -> None:
    def answer(_: str, path: str) -> Answer:
        if "/queries" in path:
            lost = "Not found: Dataset shopping:trial_ops was not found in location EU"
            return refusal(404, "notFound", lost)
        if "/datasets/" in path:
            return refusal(404, "notFound", "Not found: Dataset shopping:trial_raw")
        return 200, {}

    with service(answer) as endpoint, pytest.raises(OnemartError, match="not in location EU"):
        opened(target(endpoint))


def test_without_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody is signed in, and this is no machine of Google's.
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    with pytest.raises(OnemartError, match="there are no credentials") as caught:
        opened(target(method="oauth"))
    assert "gcloud auth application-default login" in str(caught.value)


@pytest.mark.parametrize(
    "settings,told",
    [
        ({"method": "service-account", "keyfile": "/no/such.json"}, "ONEMART_BIGQUERY_KEYFILE"),
        ({"method": "oauth-secrets", "token": ""}, "ONEMART_BIGQUERY_TOKEN"),
        ({"method": "password"}, "Use oauth, service-account or oauth-secrets"),
    ],
)
def test_method_without_what_it_needs(settings: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        opened(target(**settings))


def test_prefix_that_cannot_name_datasets() -> None:
    with service(lambda *_: (200, {})) as endpoint, pytest.raises(UsageError, match="'My-Shop'"):
        opened(target(endpoint, dataset="My-Shop"))


def test_emulator_that_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ONEMART_EMULATOR", f"http://127.0.0.1:{free.getsockname()[1]}")
        chosen = read_target(ROOT, Project(ROOT).shop("trial"), "emulator")
        with pytest.raises(OnemartError, match="No BigQuery emulator answers") as caught:
            opened(chosen)
    assert "ONEMART_EMULATOR" in str(caught.value)


def test_target_that_the_profile_does_not_have() -> None:
    with pytest.raises(UsageError, match=r"no target 'prod'.*dev, bigquery, emulator"):
        read_target(ROOT, Project(ROOT).shop("trial"), "prod")


def test_table_changed_by_hand(emulated: Warehouse) -> None:
    columns = {"id": "varchar", "amount": "decimal(12,2)"}
    emulated.create_table("landing", "kept", columns)
    table = emulated.table("landing", "kept")
    emulated.run(f"create or replace table {table} as select 'a' as id, true as amount")
    with pytest.raises(StatementError, match="not as Onemart made it") as caught:
        emulated.append(table, ["id", "amount"], "select 'b' as id, numeric '1.5' as amount")
    assert "changed by hand" in str(caught.value)
    with pytest.raises(StatementError, match="not as Onemart made it"):
        emulated.append(table, ["id", "colour"], "select 'b' as id, 'red' as colour")
    emulated.run(f"drop table {table}")
    with pytest.raises(OnemartError, match=r"no Table \S+kept.*dropped by hand"):
        emulated.rows(f"select * from {table}")


def test_value_in_a_refusal_is_not_shown(emulated: Warehouse) -> None:
    with pytest.raises(StatementError) as caught:
        emulated.rows("select cast(name as int64) as n from (select 'Jo Secret' as name) as t")
    told = emulated.without_values(str(caught.value))
    assert "Secret" not in told
    assert "not shown" in told


def test_token_that_expires_in_mid_run_and_a_run_that_continues(
    emulated: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from google.auth.exceptions import RefreshError

    shop = FeedProject(tmp_path)
    shop.contract(columns=[{"name": "order_id", "logicalType": "integer"}])
    shop.land_file("a.csv", "order_id\n1\n2\n")
    shop.land_file("b.csv", "order_id\n3\n")
    table = emulated.table("raw", "erp__orders")
    assert isinstance(emulated, BigqueryWarehouse)
    client = emulated.client

    def expire(step: str, file: str) -> None:
        if (step, file) == ("audited", "a.csv"):
            monkeypatch.setattr(client, "query_and_wait", refuse)

    def refuse(*_: Any, **__: Any) -> None:
        raise RefreshError("The credentials do not contain the necessary fields")

    def run(on_step: Callable[[str, str], None]) -> list[str]:
        gate = Gate(shop.project, shop.shop, emulated, on_step)
        report = land(gate, on_start=lambda _: None, on_end=lambda _: None)
        return [outcome.status for outcome in report.outcomes]

    with pytest.raises(OnemartError, match="run this again, and it continues"):
        run(expire)
    monkeypatch.undo()
    assert run(lambda _step, _file: None) == ["accepted", "accepted"]
    assert emulated.rows(f"select order_id from {table} order by 1") == [(1,), (2,), (3,)]
