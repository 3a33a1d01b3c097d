"""The stock, purchase orders, costs, rates and budgets of a simulated shop hold together."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from tests.simulate.telling import project_in

from onemart.simulate.settings import Settings
from onemart.simulate.tell import tell

FEEDS = {
    "commerce.fx_rates": "rate_date, currency_code",
    "erp.product_costs": "sku, valid_from_date",
    "erp.budgets": "budget_month_date, store_id, category",
    "erp.inventory_snapshots": "store_id, sku, stock_date",
    "erp.purchase_orders": "purchase_order_id, line_number",
}
STORY = Settings(
    seed=7, customers=300, first=date(2024, 1, 1), base_end=date(2024, 7, 1), mode="full"
)
END = datetime(2024, 7, 1)  # noqa: DTZ001
Ask = Callable[[str], list[tuple[object, ...]]]


def told(folder: Path, *moments: datetime) -> Path:
    """Tell the story up to each of the moments; return the landing folder."""
    project = project_in(folder)
    shop = project.shop("demo")
    for moment in moments:
        tell(project, shop, STORY, moment)
    return shop.landing


def asker(landing: Path) -> Ask:
    """Return what asks for the rows that count in the end, feeds being tables of their names."""
    connection = duckdb.connect()
    feeds = {
        **FEEDS,
        "commerce.order_lines": "order_id, line_number",
        "commerce.refunds": "refund_line_id",
        "erp.products": "sku",
    }
    for feed, key in feeds.items():
        source, table = feed.split(".")
        order = "changed_at" if table == "products" else "updated_at"
        files = sorted((landing / source / table).iterdir())
        rows = " union all by name ".join(f"select * from '{file}'" for file in files)
        connection.execute(
            f"create table {table} as select * from ({rows})"
            f" qualify row_number() over (partition by {key} order by {order} desc) = 1"
        )
    return lambda query: connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    return asker(told(tmp_path_factory.mktemp("told") / "at_once", END))


def test_each_day_closes_with_what_the_next_one_opens(ask: Ask) -> None:
    assert ask("select count(*) from inventory_snapshots") > [(1000,)]
    broken = ask(
        "select * from (select *, on_hand_unit_count - received_unit_count + sold_unit_count"
        " + written_off_unit_count as opening, lag(on_hand_unit_count, 1, 0) over"
        " (partition by store_id, sku order by stock_date) as closed from inventory_snapshots)"
        " where opening <> closed or on_hand_unit_count < 0"
    )
    assert not broken


def test_stock_leaves_the_shelf_when_it_is_sold(ask: Ask) -> None:
    # Of products whose shelves the stock system knows; the last two days are not counted yet.
    stocked = "(select distinct store_id, sku from inventory_snapshots)"
    sold = ask(
        f"select sum(quantity) from order_lines inner join {stocked} using (store_id, sku)"
        " where status = 'completed' and ordered_at < timestamp '2024-06-29 14:00:00'"
    )
    counted = ask(
        "select sum(greatest(0, sold_unit_count)) from inventory_snapshots"
        " where stock_date < date '2024-06-29'"
    )
    ((sold_units,),), ((counted_units,),) = sold, counted
    # They differ by a trading day's beginning only.
    assert sold_units == pytest.approx(counted_units, rel=0.01)


def test_what_is_as_new_goes_back_on_the_shelf(ask: Ask) -> None:
    # On the day on which it is filled, and only what was sold since the last time.
    ((put_back,),) = ask(
        "select sum(-sold_unit_count) from inventory_snapshots where sold_unit_count < 0"
    )
    ((brought_back,),) = ask(
        "select sum(quantity) from refunds where is_restocked and not is_deleted"
        " and returned_at < timestamp '2024-06-29'"
    )
    assert isinstance(put_back, int)
    assert isinstance(brought_back, int)
    assert 0 < put_back <= brought_back
    assert not ask("from inventory_snapshots where sold_unit_count < 0 and received_unit_count = 0")


def test_what_came_in_was_ordered(ask: Ask) -> None:
    broken = ask(
        "with came as (select store_id, sku, received_date as stock_date,"
        " sum(received_unit_count) as came from purchase_orders where status = 'received'"
        " and received_date < date '2024-06-29' group by all)"
        " select * from came full join (select * from inventory_snapshots where"
        " received_unit_count > 0 and stock_date < date '2024-06-29') using"
        " (store_id, sku, stock_date) where came is distinct from received_unit_count"
    )
    assert not broken


def test_budgets_are_of_the_size_of_the_sales(ask: Ask) -> None:
    months = "between timestamp '2024-02-01' and timestamp '2024-06-01'"
    ((planned,),) = ask(
        f"select sum(net_sales_amount) from budgets where budget_month_date {months}"
    )
    ((sold,),) = ask(
        "select sum(net_amount - case when is_tax_included then tax_amount else 0 end)"
        f" from order_lines where status = 'completed' and ordered_at {months}"
    )
    assert 0.4 < planned / float(sold) < 2.5


def test_told_in_parts_it_ends_the_same(ask: Ask, tmp_path: Path) -> None:
    middle = datetime(2024, 4, 17, 9)  # noqa: DTZ001
    again = asker(told(tmp_path / "in_parts", middle, END))
    for feed in FEEDS:
        table = feed.split(".")[1]
        assert sorted(again(f"from {table}")) == sorted(ask(f"from {table}")), feed
