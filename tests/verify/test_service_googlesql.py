"""What only the real service is sent, and the emulator never: GoogleSQL takes it, too."""

from collections.abc import Iterator
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from tests.mart.synthetic import PROJECT

from onemart.feeds.ledger import take_turn
from onemart.project import Project
from onemart.verify.googlesql import check
from onemart.verify.record import Job
from onemart.warehouse.bigquery import BigqueryWarehouse
from onemart.warehouse.profile import Target

KEY = {"delivery_id": "varchar", "line": "bigint"}
COLUMNS = {"delivery_id": "varchar not null", "line": "bigint", "amount": "decimal(38,6)"}


class Service(bigquery.Client):
    """Writes down what it is asked, and has nothing."""

    def __init__(self) -> None:
        super().__init__("onemart", AnonymousCredentials(), location="EU")
        self.jobs: list[Job] = []

    def query_and_wait(self, query: str, **_: Any) -> Any:
        self.jobs.append(Job(sql=query))
        return []

    def list_jobs(self, *_: Any, **__: Any) -> Iterator[Any]:
        return iter(())


@pytest.fixture
def sent() -> list[Job]:
    """A publication in one script, with parameters, and a type that grew."""
    service = Service()
    settings = {"type": "bigquery", "project": "onemart", "dataset": "shop", "location": "EU"}
    warehouse = BigqueryWarehouse(service, Target("bigquery", settings), "shop")
    warehouse.create_table("raw", "lines", {**COLUMNS, "at": "timestamp"}, day="at")
    warehouse.create_table("ops", "deliveries", COLUMNS)
    warehouse.create_table("ops", "publication_turn", {"published_seq": "bigint not null"})
    raw, ops = warehouse.table("raw", "lines"), warehouse.table("ops", "deliveries")
    with warehouse.publication():
        warehouse.insert(
            raw,
            ["delivery_id", "line", "amount"],
            f"select delivery_id, line, amount from {ops} where line > 0",
            instead_of="delivery_id = 'a'",
            expected=3,
        )
        take_turn(warehouse, 7)
        warehouse.expect(f"select count(*) as n from {raw}", 3, "It's not what was delivered.")
        warehouse.insert_rows(ops, KEY, [{"delivery_id": "a", "line": None}], instead_of="line = 1")
    warehouse.rows(
        f"select delivery_id, line from {ops} where delivery_id = ? and line > ?", ["a", 1]
    )
    warehouse.run(f"select line from {ops} where line is not distinct from ?", [None])
    return service.jobs


def test_publication_of_the_service_is_googlesql(sent: list[Job]) -> None:
    (script,) = (job.sql for job in sent if "begin transaction" in job.sql.lower())
    assert "assert (" in script
    checked = check(sent, Project(PROJECT))
    assert [(one.message, one.job.sql) for one in checked if not one.accepted] == []
    kinds = next(one.kinds for one in checked if one.job.sql == script)
    assert kinds[0] == "begin"
    assert kinds[-1] == "commit"
    assert kinds.count("assert") == 2
    # Without a row that both change, two transactions of one moment would not conflict.
    assert kinds.count("merge") == 1
