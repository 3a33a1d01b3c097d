"""What the small shop sent to the emulator: taken by GoogleSQL, pruned, within the budget."""

from collections.abc import Callable, Mapping
from functools import cache

import pytest
from tests.mart.synthetic import PROJECT

from onemart.cost.budget import read_budget, write_budget
from onemart.cost.estimate import widths
from onemart.project import Project
from onemart.verify.budget import measured, over_budget
from onemart.verify.googlesql import Checked, check, missing, report
from onemart.verify.parity import Parity
from onemart.verify.record import Record, open_record
from onemart.verify.scans import look
from onemart.warehouse import open_warehouse

# The first of them waits for the shop to be built, unless another file's tests did.
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def record(parity: Parity) -> Record:
    return open_record(parity.statements.parent)


@pytest.fixture(scope="module")
def checked(record: Record) -> list[Checked]:
    return check(record.jobs(), Project(PROJECT))


def test_googlesql_takes_all_that_was_sent(checked: list[Checked], record: Record) -> None:
    assert [f"{one.name}: {one.message}" for one in checked if not one.accepted] == []
    assert report(checked, record.manifest)


def test_every_model_test_and_metric_was_sent_in_every_form(
    checked: list[Checked], record: Record
) -> None:
    assert list(missing(checked, record.manifest)) == []
    forms = {one.form(record.manifest) for one in checked}
    assert forms >= {"gate", "model, first run", "model, incremental", "seed", "test"}


def test_models_name_the_days_they_read(record: Record) -> None:
    found = look(record)
    assert found.problems == []
    # The facts and their raw tables are among them: an empty record would have no problems, too.
    assert found.pruned["model.onemart.fct_order_lines"] >= {
        "raw.complete_journey__transactions",
        "marts.fct_order_lines",
    }


@pytest.fixture(scope="module")
def width(parity: Parity) -> Callable[[str, str], Mapping[str, float]]:
    """Return the widths of a table in the small shop."""
    on_duckdb, _ = parity.shops

    @cache
    def of_table(schema: str, table: str) -> Mapping[str, float]:
        with on_duckdb.environment(), open_warehouse(on_duckdb.shop) as warehouse:
            there = table in warehouse.tables(schema)
            return widths(warehouse, schema, table) if there else {}

    return of_table


def test_models_keep_within_the_budget(
    record: Record,
    width: Callable[[str, str], Mapping[str, float]],
    pytestconfig: pytest.Config,
) -> None:
    project = Project(PROJECT)
    shares = measured(record, width)
    if pytestconfig.getoption("update_golden"):
        write_budget(project, shares)
    problems = list(over_budget(shares, read_budget(project)))
    assert problems == [], "Read less, or declare it: 'make budget' measures anew."
