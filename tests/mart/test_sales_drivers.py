"""The decomposition in the very SQL of its models, and a shop in which one thing happens a week."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mart.conftest import Dbt
from tests.mart.synthetic import FILE_NAME, PROJECT, SyntheticWarehouse
from tests.simulate.telling import project_in

from onemart.feeds.gate import land, open_gate
from onemart.portal.bulletin.figures import Figures
from onemart.portal.bulletin.rules import load_rules
from onemart.portal.bulletin.story import Bulletin
from onemart.portal.bulletin.writing import write_figures
from onemart.simulate.settings import Settings
from onemart.simulate.tell import tell

EFFECTS = ("customers", "frequency", "basket", "price", "promotion", "mix", "returns")
THIS, BASE = date(2024, 1, 8), date(2024, 1, 1)
FIRST, END = date(2024, 1, 1), datetime(2024, 10, 1)  # noqa: DTZ001  (UTC, as everywhere)
NO_PARCELS = {"count": 0, "late": 0, "count_before": 0, "late_before": 0}
INCIDENTS = {
    date(2024, 7, 29): "Empty shelves explain",
    date(2024, 8, 26): "Prices changed",
    date(2024, 9, 23): "Figures are missing",
}

Week = tuple[int, int, dict[str, tuple[int, int, int, int]]]


def model(name: str) -> str:
    """Return a model's SQL for DuckDB; its inputs are tables of their names."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701  (SQL)
    macro = (PROJECT / "macros/bulletin/log_mean.sql").read_text()
    environment.globals.update(
        ref=lambda name: name,
        dbt={"type_float": lambda: "double"},
        log_mean=environment.from_string(macro).module.log_mean,  # type: ignore[attr-defined]
    )
    path = PROJECT / f"models/science/bulletin/{name}.sql"
    return environment.from_string(path.read_text()).render()


@pytest.fixture(scope="module")
def sql() -> Iterator[duckdb.DuckDBPyConnection]:
    """The two models that decompose, as views on tables that a test fills."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table int_sales_weeks_compared as select"
            f" date '{THIS}' as week_start_date, date '{THIS}' + 6 as week_end_date,"
            f" 'last week' as compared_with, date '{BASE}' as base_start_date;"
            "create table int_sales_weekly_products (week_start_date date, dimension_name text,"
            " member_name text, product_id text, counted_unit_count bigint,"
            " gross_sales_amount decimal(28, 6), discount_amount decimal(28, 6),"
            " sold_amount decimal(28, 6), taken_back_amount decimal(28, 6));"
            "create table int_sales_weekly_traffic (week_start_date date, dimension_name text,"
            " member_name text, customer_count bigint, order_count bigint);"
        )
        for name in ("int_sales_products_compared", "int_sales_effects"):
            connection.execute(f"create view {name} as {model(name)}")
        yield connection


def decompose(sql: duckdb.DuckDBPyConnection, this: Week, base: Week) -> dict[str, Any]:
    """Return the effects between two weeks: customers, orders, and cents of each product."""
    sql.execute("delete from int_sales_weekly_products; delete from int_sales_weekly_traffic")
    for monday, (customers, orders, products) in ((THIS, this), (BASE, base)):
        place = [monday, "shop", "shop"]
        if orders:
            sql.execute(
                "insert into int_sales_weekly_traffic values (?, ?, ?, ?, ?)",
                [*place, customers, orders],
            )
        for product, (units, gross, discount, back) in products.items():
            sql.execute(
                "insert into int_sales_weekly_products"
                " values (?, ?, ?, ?, ?, ? / 100, ? / 100, ? / 100, ? / 100)",
                [*place, product, units, gross, discount, gross - discount, -back],
            )
    found = sql.execute("select * from int_sales_effects")
    names = [column[0] for column in found.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return rows[0] if rows else {}


cents = st.integers(0, 500_000)
lines = st.tuples(st.integers(0, 300), cents, cents, st.integers(0, 9_999)).map(
    lambda line: (line[0], line[1], min(line[2], line[1]), line[3])
)
weeks = st.tuples(
    st.integers(1, 400), st.integers(0, 900), st.dictionaries(st.sampled_from("abcde"), lines)
).map(lambda week: (min(week[0], week[1]), week[1], week[2]))


@settings(max_examples=25, deadline=None)
@given(this=weeks, base=weeks)
def test_effects_add_up_and_do_not_hang_on_which_week_is_first(
    sql: duckdb.DuckDBPyConnection, this: Week, base: Week
) -> None:
    there, back = decompose(sql, this, base), decompose(sql, base, this)
    if not there:
        return
    change = float(there["net_sales_amount"] - there["base_net_sales_amount"])
    assert sum(there[name] for name in EFFECTS) == pytest.approx(change, abs=1e-6)
    for name in EFFECTS:
        assert there[name] == pytest.approx(-back[name], abs=1e-6), name


def test_by_hand(sql: duckdb.DuckDBPyConnection) -> None:
    """Twice the customers at 10 % more: 100 becomes 220, and ln 2.2 is ln 2 and ln 1.1."""
    base: Week = (10, 20, {"a": (40, 10_000, 0, 0)})
    this: Week = (20, 40, {"a": (80, 22_000, 0, 0)})
    found = decompose(sql, this, base)
    weight = 120 / math.log(2.2)
    assert found["customers"] == pytest.approx(weight * math.log(2))
    assert found["price"] == pytest.approx(weight * math.log(1.1))
    others = [found[name] for name in EFFECTS if name not in {"customers", "price"}]
    assert others == pytest.approx([0] * 5, abs=1e-9)


def test_discounts_and_returns_are_effects_of_their_own(sql: duckdb.DuckDBPyConnection) -> None:
    base: Week = (10, 20, {"a": (40, 10_000, 0, 500)})
    this: Week = (10, 20, {"a": (40, 10_000, 2_000, 1_500)})
    found = decompose(sql, this, base)
    assert found["promotion"] == pytest.approx(-20)
    assert found["returns"] == pytest.approx(-10)


def test_what_is_new_or_gone_is_mix_and_a_new_slice_is_customers(
    sql: duckdb.DuckDBPyConnection,
) -> None:
    kept = {"a": (40, 10_000, 0, 0)}
    base: Week = (10, 20, kept | {"b": (10, 3_000, 0, 0)})
    found = decompose(sql, (10, 20, kept | {"c": (10, 7_000, 0, 0)}), base)
    assert found["mix"] == pytest.approx(40)
    assert found["customers"] == pytest.approx(0)
    found = decompose(sql, (10, 20, kept), (0, 0, {}))
    assert found["customers"] == pytest.approx(100)
    assert found["mix"] == 0


@pytest.fixture(scope="module")
def bulletins(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> dict[date, Bulletin]:
    """The told weeks of a shop with three incidents, from its files to its sentences."""
    project = project_in(tmp_path_factory.mktemp("incidents") / "project")
    # dbt's manifest, parsed once for all shops, knows the file by its name.
    shop = replace(project.shop("demo_incidents"), warehouse=project.root / "warehouse" / FILE_NAME)
    begun = Settings(seed=1, customers=2000, first=FIRST, base_end=END.date(), mode="incidents")
    tell(project, shop, begun, END)
    with open_gate(
        project, shop, "onemart land", on_step=lambda _step, _file: None, timeout=60
    ) as gate:
        report = land(gate, on_start=lambda _files: None, on_end=lambda _outcome: None)
        assert report.exit_status == 0
    dbt(
        SyntheticWarehouse(shop.warehouse),
        *("build", "--select", "+rpt_sales_causes"),
        *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
        shop=shop.name,
    )
    # The build has left its own connection open, which is no read-only one.
    with duckdb.connect(str(shop.warehouse)) as connection:

        def rows(mart: str, order: str) -> list[dict[str, Any]]:
            found = connection.execute(f"select * from marts.{mart} order by {order}")
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

        moves, causes = rows("rpt_sales_surprises", "all"), rows("rpt_sales_causes", "1, 2, 3")
    rules = load_rules(PROJECT)
    told = {}
    for week in {row["week_start_date"] for row in moves}:
        now, why = (
            [row for row in table if row["week_start_date"] == week] for table in (moves, causes)
        )
        told[week] = write_figures("demo", rules, Figures(week, now, why, NO_PARCELS, []), [])
    return told


@pytest.mark.parametrize("week", INCIDENTS)
def test_the_planted_cause_is_named_first(bulletins: dict[date, Bulletin], week: date) -> None:
    first = bulletins[week].chapters[0].items[0]
    assert first.details[0].startswith(INCIDENTS[week])
    assert INCIDENTS[week] in bulletins[week].headline


def test_quiet_weeks_are_silent(bulletins: dict[date, Bulletin]) -> None:
    """In the week after an incident all comes back, which is no quiet week either."""
    stirred = {week + timedelta(weeks=late) for week in INCIDENTS for late in (0, 1)}
    quiet = {week: one for week, one in bulletins.items() if week not in stirred}
    assert len(quiet) == 8
    assert [one.headline for one in quiet.values() if one.chapters or not one.is_quiet] == []
