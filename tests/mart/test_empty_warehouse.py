"""No delivery is no error: marts are empty, and every test passes."""

from tests.mart.synthetic import PROJECT, SyntheticWarehouse

UNKNOWN_MEMBER = {
    "dim_campaigns", "dim_customers", "dim_offers", "dim_product_versions", "dim_products",
    "dim_store_comparability", "dim_stores",
}  # fmt: skip


def test_everything_builds_and_passes(empty_warehouse: SyntheticWarehouse) -> None:
    statuses = {str(result.status) for result in empty_warehouse.results}
    # About an exposure dbt does nothing.
    assert statuses <= {"success", "pass", "no-op"}
    kinds = {result.node.resource_type.value for result in empty_warehouse.results}
    assert {"model", "seed", "test", "unit_test"} <= kinds


def test_marts_hold_nothing_but_the_unknown_member(empty_warehouse: SyntheticWarehouse) -> None:
    tables = empty_warehouse.run(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
    )
    counts = {
        name: empty_warehouse.run(f"select count(*) from marts.{name}")[0][0] for (name,) in tables
    }
    # The report names every feed also when nothing came.
    feeds = list((PROJECT / "expectations").glob("*/*.yml"))
    assert counts.pop("rpt_reconciliation") == len(feeds)
    assert {name for name, count in counts.items() if count} == UNKNOWN_MEMBER
    assert {counts[name] for name in UNKNOWN_MEMBER} == {1}
