"""What is known about the two real data sets holds in the marts, to the line and to the cent."""

import os
import shutil
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import pytest
from tests.mart.conftest import Dbt
from tests.mart.synthetic import FILE_NAME, PROJECT, SyntheticWarehouse

from onemart.feeds.contract import load_contracts
from onemart.feeds.gate import land, open_gate
from onemart.project import Project
from onemart.samples.uci_online_retail import write_uci_online_retail

GROCER = PROJECT / "warehouse/complete_journey.duckdb"
UCI = PROJECT.parent / "shared/data/uci_online_retail/online_retail_2010_2011.parquet"

needs_grocer = pytest.mark.needs("the shop complete_journey, built by `make build`")
needs_uci = pytest.mark.needs("UCI Online Retail in ../shared/data")


class Shop:
    """A built warehouse to ask."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def row(self, sql: str) -> tuple[Any, ...]:
        (row,) = self.rows(sql)
        return row


def lacking(what: str) -> None:
    """Skip; in CI, where nothing may be lacking, fail."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def assert_reconciled(shop: Shop, source: str, feeds: int) -> None:
    """Nothing is unexplained, in any feed, and the feeds of `source` are all told."""
    assert (
        shop.rows(
            "select feed_name, unexplained_record_count, unexplained_amount"
            " from marts.rpt_reconciliation"
            " where unexplained_record_count <> 0 or unexplained_amount <> 0"
        )
        == []
    )
    assert shop.row(
        "select count(distinct feed_name) from marts.rpt_reconciliation"
        f" where source_name = '{source}' and delivered_record_count > 0"
    ) == (feeds,)  # fmt: skip


def assert_rfm_scores_are_those_of_pandas(shop: Shop) -> None:
    """Recompute measures and scores from the order lines, each score by the middle rank."""
    lines = shop.connection.execute(
        "select customer_id, order_id, order_date, line_type, net_sales_amount"
        " from marts.fct_order_lines"
        " where customer_id <> 'unknown' and line_type in ('sale', 'return')"
    ).df()
    sales = lines[lines["line_type"] == "sale"].groupby("customer_id")
    last_day = pd.Timestamp(shop.row("select max(order_date) from marts.fct_order_lines")[0])
    expected = pd.DataFrame(
        {
            "recency": (last_day - pd.to_datetime(sales["order_date"].max())).dt.days,
            "frequency": sales["order_id"].nunique(),
            "monetary": lines.groupby("customer_id")["net_sales_amount"].sum().round(6),
        }
    ).dropna()
    found = (
        shop.connection.execute(
            "select customer_id, recency_day_count as recency, frequency_order_count as frequency,"
            " cast(monetary_amount as double) as monetary,"
            " columns('.*_score') from marts.fct_customer_rfm"
        )
        .df()
        .set_index("customer_id")
        .sort_index()
    )
    measures = ["recency", "frequency", "monetary"]
    pd.testing.assert_frame_equal(
        found[measures], expected, check_dtype=False, check_index_type=False
    )
    middle_ranks = expected.rank() - 0.5
    scores = (5 * middle_ranks // len(expected)).astype(int) + 1
    scores["recency"] = 6 - scores["recency"]
    for measure in ("recency", "frequency"):
        assert (found[f"{measure}_score"] == scores[measure]).all()
    # Money is cut to three digits, so a few customers beside a cut point go with their step.
    differing = found["monetary_score"] != scores["monetary"]
    assert differing.mean() < 0.01
    assert (found["monetary_score"] - scores["monetary"]).abs().max() <= 1


# Complete Journey


@pytest.fixture(scope="module")
def grocer() -> Iterator[Shop]:
    """The shop as `make build` left it, read only; one that is out of date is an error."""
    if not GROCER.is_file():
        lacking(f"There is no {GROCER.relative_to(PROJECT)}; `make build` makes it.")
    with duckdb.connect(str(GROCER), read_only=True) as connection:
        shop = Shop(connection)
        assert_up_to_date(shop)
        yield shop


def assert_up_to_date(shop: Shop) -> None:
    todo = f"Run `make build` again, or move {GROCER.name} away first."
    contracts, errors = load_contracts(PROJECT / "expectations")
    assert not errors
    loaded = dict(
        shop.rows(
            "select source || '.' || feed, max_by(contract_version, published_seq)"
            " from ops.deliveries where kind = 'file' and status = 'accepted' group by all"
        )
    )
    wanted = {told.id: told.version for told in contracts if told.source == "complete_journey"}
    assert loaded == wanted, f"It was landed under other contracts. {todo}"
    assert shop.row(
        "select max(published_seq) from ops.deliveries"
    ) == shop.row(
        "select max(published_seq) from ops.model_builds where model_name = 'rpt_reconciliation'"
    ), f"Its marts are older than its deliveries. {todo}"  # fmt: skip


@needs_grocer
def test_grocer_lines_and_money(grocer: Shop) -> None:
    assert grocer.row(
        """
        select
            count(*), count(distinct order_line_id), sum(net_sales_amount),
            sum(loyalty_discount_amount), sum(coupon_match_discount_amount),
            sum(manufacturer_coupon_amount)
        from marts.fct_order_lines
        """
    ) == (
        1_469_307,
        1_469_307,
        Decimal("4596039.58"),
        Decimal("791650.64"),
        Decimal("4542.65"),
        Decimal("26359.90"),
    )


@needs_grocer
def test_grocer_orders(grocer: Shop) -> None:
    assert grocer.row(
        "select count(*), sum(order_line_count), sum(net_sales_amount) from marts.fct_orders"
    ) == (155_848, 1_469_307, Decimal("4596039.58"))
    assert grocer.row("select sum(net_sales_amount) from marts.fct_sales_daily") == (
        Decimal("4596039.58"),
    )


@needs_grocer
def test_grocer_households(grocer: Shop) -> None:
    assert grocer.row(
        "select count(*) from marts.dim_customers"
        " where customer_id <> 'unknown' and not is_inferred"
    ) == (2_469,)
    assert grocer.row("select count(distinct customer_id) from marts.fct_orders") == (2_469,)


@needs_grocer
def test_grocer_lines_without_a_product_stay_on_the_unknown_one(grocer: Shop) -> None:
    assert grocer.row(
        "select count(*), count(distinct sku) > 1 from marts.fct_order_lines"
        " where product_id = 'unknown'"
    ) == (4_836, True)


@needs_grocer
def test_grocer_promotions_have_all_five_columns_as_their_key(grocer: Shop) -> None:
    assert grocer.row("select count(*) from marts.fct_promotion_placements") == (20_940_529,)


@needs_grocer
def test_grocer_repeated_coupons_wait_in_quarantine(grocer: Shop) -> None:
    assert grocer.row(
        "select count(*), count(*) filter (where state = 'open')"
        " from quarantine.complete_journey__coupons"
    ) == (4_872, 4_872)
    assert grocer.row(
        "select delivered_record_count, quarantined_record_count, open_record_count,"
        " mart_record_count from marts.rpt_reconciliation where feed_name = 'coupons'"
    ) == (116_204, 4_872, 4_872, 111_332)


@needs_grocer
def test_grocer_weeks_turn_at_midnight_in_new_york(grocer: Shop) -> None:
    """Week 1 has one day, Sunday 2017-01-01; each further one begins on a Monday."""
    assert grocer.row(
        """
        select
            count(*),
            count(*) filter (
                where week <> (order_date - date '2017-01-01' + 6) // 7 + 1
            ),
            count(*) filter (
                where week <> (cast(ordered_at as date) - date '2017-01-01' + 6) // 7 + 1
            ) > 0
        from marts.fct_order_lines as lines
        inner join (
            select distinct cast(basket_id as varchar) as order_id, week
            from raw.complete_journey__transactions__current
        ) as weeks on lines.order_id = weeks.order_id
        """
    ) == (1_469_307, 0, True)  # By the day in UTC, some are of another week.


@needs_grocer
def test_grocer_is_reconciled(grocer: Shop) -> None:
    assert_reconciled(grocer, "complete_journey", 9)
    assert grocer.row(
        "select delivered_amount, mart_amount from marts.rpt_reconciliation"
        " where feed_name = 'transactions'"
    ) == (Decimal("4596039.58"), Decimal("4596039.58"))


@needs_grocer
def test_grocer_rfm(grocer: Shop) -> None:
    assert grocer.row("select count(*) from marts.fct_customer_rfm") == (2_469,)
    assert_rfm_scores_are_those_of_pandas(grocer)


# UCI Online Retail


@pytest.fixture(scope="module")
def gifts(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The data set through sample, gate and models."""
    if not UCI.is_file():
        lacking(f"UCI Online Retail is not at {UCI}.")
    project = Project(tmp_path_factory.mktemp("gifts"))
    shutil.copytree(PROJECT / "expectations", project.contracts)
    warehouse = SyntheticWarehouse(project.root / "warehouse" / FILE_NAME)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONEMART_WAREHOUSE", str(warehouse.path))
        shop = project.shop("uci_online_retail")
    write_uci_online_retail(shop, UCI)
    with open_gate(project, shop, "land", on_step=lambda _step, _file: None, timeout=5) as gate:
        report = land(gate, on_start=lambda _files: None, on_end=lambda _outcome: None)
    assert {outcome.status for outcome in report.outcomes} == {"accepted"}
    models = ["--select", "+rpt_reconciliation", "+fct_returns", "+fct_customer_rfm"]
    kinds = ["--resource-type", "seed", "--resource-type", "model"]
    dbt(warehouse, "build", *models, *kinds, shop=shop.name)
    with warehouse.connect() as connection:
        yield Shop(connection)


@needs_uci
def test_gifts_lines_and_money(gifts: Shop) -> None:
    assert gifts.row(
        "select count(*), count(distinct order_line_id), sum(gross_sales_amount),"
        " sum(net_sales_amount), count(*) filter (where customer_id = 'unknown')"
        " from marts.fct_order_lines"
    ) == (541_909, 541_909, Decimal("9747747.934"), Decimal("9747747.934"), 135_080)


@needs_uci
def test_gifts_orders_and_customers(gifts: Shop) -> None:
    assert gifts.row("select count(*), sum(order_line_count) from marts.fct_orders") == (
        25_900,
        541_909,
    )
    assert gifts.row("select count(*) from marts.dim_customers where customer_id <> 'unknown'") == (
        4_372,
    )


@needs_uci
def test_gifts_cancelled_lines_are_returns(gifts: Shop) -> None:
    assert gifts.row(
        "select count(*), min(returned_unit_count) > 0,"
        " count(*) filter (where sale_date > return_date),"
        " count(*) filter (where sale_date is not null) > 0 from marts.fct_returns"
    ) == (9_288, True, 0, True)


@needs_uci
def test_gifts_exact_duplicates_are_kept(gifts: Shop) -> None:
    columns = '"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice"'
    assert gifts.row(
        f"""
        select count(*), count(*) - (
            select count(*) from (
                select distinct {columns}, "CustomerID", "Country"
                from raw.uci_online_retail__invoice_lines__current
            )
        )
        from raw.uci_online_retail__invoice_lines__current
        """
    ) == (541_909, 5_268)


@needs_uci
def test_gifts_are_reconciled(gifts: Shop) -> None:
    assert_reconciled(gifts, "uci_online_retail", 1)
    assert gifts.row(
        "select delivered_record_count, mart_record_count, delivered_amount, mart_amount"
        " from marts.rpt_reconciliation where feed_name = 'invoice_lines'"
    ) == (541_909, 541_909, Decimal("9747747.934"), Decimal("9747747.934"))


@needs_uci
def test_gifts_rfm(gifts: Shop) -> None:
    """Those who only ever brought back have no purchase to score; 22 brought back all."""
    assert gifts.row(
        "select count(*), count(*) filter (where monetary_amount <= 0) from marts.fct_customer_rfm"
    ) == (4_339, 22)
    assert_rfm_scores_are_those_of_pandas(gifts)
