"""The emulator that every BigQuery test talks to, and its log of what it was sent."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
from pathlib import Path
from typing import Any

import pytest

from onemart.errors import OnemartError, UsageError
from onemart.project import Project
from onemart.verify.emulator_server import EmulatorServer, read_statements

ROOT = Path(__file__).parents[2]


def connected(emulator: EmulatorServer) -> Any:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    return bigquery.Client(
        project="onemart",
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": emulator.endpoint},
    )


def test_log_holds_queries_and_loads_in_order(emulator: EmulatorServer) -> None:
    from google.api_core.exceptions import BadRequest
    from google.cloud import bigquery

    client = connected(emulator)
    before = len(list(read_statements(emulator.statements)))
    client.query("create schema if not exists `onemart`.`log_trial`").result()
    schema = [bigquery.SchemaField("word", "STRING")]
    client.load_table_from_file(
        io.BytesIO(b"bread\nmilk\n"),
        "onemart.log_trial.words",
        job_config=bigquery.LoadJobConfig(schema=schema, source_format="CSV"),
    ).result()
    labelled = bigquery.QueryJobConfig(
        labels={"onemart_step": "trial"}, default_dataset="onemart.log_trial"
    )
    rows = client.query("select count(*) from words", job_config=labelled).result()
    assert [tuple(row) for row in rows] == [(2,)]
    with pytest.raises(BadRequest):
        client.query("select no_such_column from `onemart`.`log_trial`.`words`").result()

    create, load, count, wrong = list(read_statements(emulator.statements))[before:]
    assert create["sql"].startswith("create schema")
    assert load["load"]["table"] == "onemart.log_trial.words"
    assert [(column["name"], column["type"]) for column in load["load"]["schema"]] == [
        ("word", "STRING")
    ]
    assert count["labels"] == {"onemart_step": "trial"}
    assert count["default_dataset"] == "log_trial"
    assert [job["error"] is None for job in (create, load, count, wrong)] == [True] * 3 + [False]
    assert "no_such_column" in wrong["error"]


def test_a_table_is_known_as_it_was_last_defined(emulator: EmulatorServer) -> None:
    from google.api_core.exceptions import BadRequest, NotFound

    client = connected(emulator)

    def columns(sql: str) -> list[str]:
        """Run `sql`, then return the columns that a star gives."""
        client.query(sql).result()
        return [field.name for field in client.query(f"select * from {t}").result().schema]

    t = "`onemart`.`known_trial`.`t`"
    with pytest.raises(NotFound):
        columns(f"drop table {t}")
    client.query("create schema `onemart`.`known_trial`").result()
    assert columns(f"create table {t} (a int64)") == ["a"]
    assert columns(f"alter table {t} add column b string") == ["a", "b"]
    assert columns(f"create or replace table {t} as select 1 as c") == ["c"]
    assert [column.name for column in client.get_table("onemart.known_trial.t").schema] == ["c"]
    client.query(f"drop table {t}").result()
    assert columns(f"create view {t} as select 1 as d") == ["d"]
    assert [table.table_type for table in client.list_tables("known_trial")] == ["VIEW"]
    with pytest.raises((BadRequest, NotFound)):
        columns(f"drop view {t}")
    client.delete_dataset("known_trial")
    with pytest.raises(NotFound):
        client.query(f"create table {t} (a int64)").result()


def test_server_stops_on_leaving_and_keeps_the_log_it_was_given(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "jobs.jsonl"
    with EmulatorServer(log, project=Project(ROOT)) as server:
        assert server.ask("/_crucible/health")["dialect"] == "bigquery"
        assert server.statements == log
    with pytest.raises(urllib.error.URLError):
        server.ask("/_crucible/health")
    assert log.read_text() == ""


def test_server_goes_when_the_one_who_started_it_is_killed() -> None:
    script = (
        "from onemart.verify.emulator_server import EmulatorServer\n"
        "with EmulatorServer() as server:\n"
        "    print(server.endpoint, flush=True)\n"
        "    input()\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with starter:
        assert starter.stdout is not None
        endpoint = starter.stdout.readline().strip()
        assert endpoint.startswith("http://127.0.0.1:")
        os.kill(starter.pid, signal.SIGKILL)
    address = endpoint.removeprefix("http://").split(":")
    deadline = time.monotonic() + 10
    with pytest.raises(OSError, match=r"refused|reset"):  # noqa: PT012 - it may take a moment
        while time.monotonic() < deadline:
            socket.create_connection((address[0], int(address[1])), timeout=5).close()
            time.sleep(0.05)


def test_missing_installation_names_the_target_that_makes_it(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="make setup-emulator"),
        EmulatorServer(project=Project(tmp_path)),
    ):
        pass


def test_server_that_cannot_start_says_what_it_printed(tmp_path: Path) -> None:
    python = tmp_path / ".venv-emulator" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho 'no module named crucible' >&2\nexit 1\n")
    python.chmod(0o755)
    with (
        pytest.raises(OnemartError, match="no module named crucible"),
        EmulatorServer(project=Project(tmp_path)),
    ):
        pass
