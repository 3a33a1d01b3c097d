"""What an incremental build on BigQuery leaves equals DuckDB's full refresh."""

from tests.mart.conftest import Dbt
from tests.mart.emulated import EmulatedWarehouse
from tests.mart.synthetic import SyntheticWarehouse
from tests.mart.test_incremental import FACTS, ORDERS_OF_ARRIVAL, TABLES, build, facts


def test_an_incremental_build_equals_a_full_refresh_on_duckdb(
    dbt: Dbt, warehouse: SyntheticWarehouse, emulated: EmulatedWarehouse
) -> None:
    for number, group in enumerate(ORDERS_OF_ARRIVAL["the correction before what it corrects"]):
        warehouse.deliver(*group)
        emulated.copy(warehouse)
        # What the tables are built from, views and seeds, has to be made once.
        wanted = [f"+{table}" for table in TABLES] if number == 0 else TABLES
        dbt(emulated, "build", "--resource-type", "model", "seed", "--select", *wanted)
    build(dbt, warehouse, full_refresh=True)
    assert {name: emulated.rows(name) for name in FACTS} == facts(warehouse)
