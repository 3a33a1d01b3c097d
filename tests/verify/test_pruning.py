"""Which reads of a partitioned table BigQuery can prune, by hand-made statements."""

import pytest
import sqlglot

from onemart.verify.days import EVER, Days, shortest
from onemart.verify.pruning import Catalog, Read, Relation, scan

DDL = """
create table `p`.`s_raw`.`lines` (`sku` string, `amount` numeric, `event_at` timestamp)
    partition by timestamp_trunc(`event_at`, day) cluster by `sku`;
create table `p`.`s_marts`.`sales` partition by order_date cluster by sku
    options(description='one row per sale')
    as (select sku, amount, date(event_at) as order_date from `p`.`s_raw`.`lines`);
create table `p`.`s_marts`.`products` as select 'a' as sku, 'b' as brand;
create or replace view `p`.`s_staging`.`lines` as
    with source as (select * from `p`.`s_raw`.`lines`)
    select *, upper(sku) as code from source;
create view `p`.`s_staging`.`sales` as select s.* from `p`.`s_marts`.`sales` as s;
create view `p`.`s_staging`.`both` as
    select sku, order_date as day from `p`.`s_marts`.`sales`
    union all select sku, order_date from `p`.`s_staging`.`sales`;
alter table `p`.`s_marts`.`sales` add column if not exists city string;
"""
SALES = "`p`.`s_marts`.`sales`"
DAY = "order_date = date '2024-01-01'"


def count(days: Days | None) -> int | None:
    """Count the days; None where they go on for ever."""
    ((first, _),), ((_, end),) = EVER[:1], EVER[-1:]
    assert days is not None
    if any(one == first or other == end for one, other in days):
        return None
    return sum(other - one for one, other in days)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    known = Catalog()
    for statement in sqlglot.parse(DDL, read="bigquery"):
        if statement is not None:
            known.learn(statement)
    return known


def reads(sql: str, catalog: Catalog) -> list[Read]:
    return scan(sqlglot.parse_one(sql, read="bigquery"), catalog).reads


def test_catalog_knows_columns_and_partitions(catalog: Catalog) -> None:
    assert catalog["s_raw.lines"] == Relation(("sku", "amount", "event_at"), "event_at")
    sales = Relation(("sku", "amount", "order_date", "city"), "order_date")
    assert catalog["s_marts.sales"] == sales
    assert catalog["s_marts.products"] == Relation(("sku", "brand"))
    assert catalog["s_staging.lines"].columns == ("sku", "amount", "event_at", "code")
    assert catalog["s_staging.both"].columns == ("sku", "day")


@pytest.mark.parametrize(
    "where",
    [
        DAY,
        "order_date in (date '2024-01-01', date '2024-01-02')",
        "order_date between date '2024-01-01' and date_add(date '2024-01-01', interval 2 day)",
        "(order_date >= date '2024-01-01' and sku = 'a') or order_date < date '2020-01-01'",
        "sku = 'a' and date '2024-01-01' <= sales.order_date",
        "false",
        f"({DAY}) or false",
        "date(order_date) in (date '2024-01-01')",
    ],
)
def test_constants_name_the_days(catalog: Catalog, where: str) -> None:
    (read,) = reads(f"select * from {SALES} where {where}", catalog)
    assert read.partition == "order_date"
    assert not read.is_whole


@pytest.mark.parametrize(
    "where",
    [
        "true",
        "sku = 'a'",
        f"{DAY} or sku = 'a'",
        "order_date != date '2024-01-01'",
        f"not ({DAY})",
        "date_add(order_date, interval 1 day) = date '2024-01-01'",
        "order_date in (select day from `p`.`s_marts`.`products`)",
        "order_date > (select max(day) from `p`.`s_marts`.`products`)",
        "order_date = sale_date",
        "date(order_date, 'Europe/London') = date '2024-01-01'",
        "cast(order_date as string) = '2024-01-01'",
    ],
)
def test_anything_else_reads_all(catalog: Catalog, where: str) -> None:
    (read,) = (
        read
        for read in reads(f"select * from {SALES} where {where}", catalog)
        if read.table == "s_marts.sales"
    )
    assert read.is_whole


WITH = f"with sales as (select * from {SALES})"
CARRIED = {
    "through a CTE": f"{WITH} select * from sales where {DAY}",
    "through a derived table": (
        f"select * from (select sku, order_date as day from {SALES}) as s"
        " where s.day = date '2024-01-01'"
    ),
    "through a view of a star": (
        "select code from `p`.`s_staging`.`lines` where event_at >= timestamp '2024-01-01'"
    ),
    "through a union": (
        "select * from `p`.`s_staging`.`both` where day in (date '2024-01-01')"
    ),
    "through its group": (
        f"{WITH}, days as (select order_date, sum(amount) as net from sales group by order_date)"
        f" select * from days where {DAY}"
    ),
    "through its group's number": (
        f"select * from (select order_date as day, count(*) as n from {SALES} group by 1) as d"
        " where day = date '2024-01-01'"
    ),
    "through a window over the day": (
        f"select * from (select *, row_number() over (partition by order_date order by sku) as n"
        f" from {SALES}) as s where {DAY}"
    ),
    "in an inner join": (
        f"select * from `p`.`s_marts`.`products` as a join {SALES} as s"
        " on a.sku = s.sku and s.order_date = date '2024-01-01'"
    ),
    "on the looked-up side": (
        f"select * from `p`.`s_marts`.`products` as a left join {SALES} as s"
        " on a.sku = s.sku and s.order_date = date '2024-01-01'"
    ),
    "star but for a column": (
        f"select * from (select * except (amount) from {SALES}) as s where {DAY}"
    ),
    "by what is never true above": f"select * from ({WITH} select * from sales) as s where false",
    "in an insert": (
        f"insert into `p`.`s_marts`.`products` (sku) select sku from {SALES} where {DAY}"
    ),
    "twice": (
        f"{WITH} select * from sales where {DAY}"
        f" union all select * from sales where {DAY}"
    ),
}  # fmt: skip
LOST = {
    "in a cast": (
        f"select * from (select cast(order_date as date) as day from {SALES}) as s"
        " where day = date '2024-01-01'"
    ),
    "under a limit": f"select * from (select * from {SALES} limit 5) as s where {DAY}",
    "under an aggregate": (
        f"select * from (select max(order_date) as order_date from {SALES}) as s where {DAY}"
    ),
    "under a group of something else": (
        f"select * from (select sku, max(order_date) as order_date from {SALES} group by sku) as s"
        f" where {DAY}"
    ),
    "under a window over more days": (
        f"select * from (select *, row_number() over (partition by sku order by order_date) as n"
        f" from {SALES}) as s where {DAY}"
    ),
    "on the kept side of an outer join": (
        f"select * from {SALES} as s left join `p`.`s_marts`.`products` as a"
        " on a.sku = s.sku and s.order_date = date '2024-01-01'"
    ),
    "in one branch of a union": (
        f"select * from (select order_date from {SALES} where {DAY}"
        f" union all select order_date from {SALES}) as s"
    ),
    "in a subquery of a condition": (
        f"select * from `p`.`s_marts`.`products` as a"
        f" where exists (select 1 from {SALES} as s where s.sku = a.sku)"
    ),
    "in a table made whole": f"create table `p`.`s_marts`.`more` as select * from {SALES}",
}  # fmt: skip


@pytest.mark.parametrize("name", CARRIED)
def test_limit_is_carried_down(catalog: Catalog, name: str) -> None:
    found = reads(CARRIED[name], catalog)
    assert found
    assert not any(read.is_whole for read in found)


@pytest.mark.parametrize("name", LOST)
def test_limit_is_lost(catalog: Catalog, name: str) -> None:
    assert any(read.is_whole for read in reads(LOST[name], catalog))


MERGE = f"merge into {SALES} as target using (select 'a' as sku) as source on "
UPDATE = "when matched then update set sku = 'b'"
INSERT = " when not matched by target then insert (sku) values (source.sku)"


@pytest.mark.parametrize(
    "sql, pruned",
    [
        (f"{MERGE} false{INSERT}", []),
        (
            f"{MERGE} false when not matched by source and target.{DAY} then delete{INSERT}",
            [True],
        ),
        (f"{MERGE} false when not matched by source and false then delete{INSERT}", [True]),
        (f"{MERGE} false when not matched by source then delete{INSERT}", [False]),
        (f"{MERGE} target.sku = source.sku {UPDATE}", [False]),
        (f"{MERGE} target.sku = source.sku and target.{DAY} {UPDATE}", [True]),
        (f"{MERGE} target.sku = source.sku{INSERT}", [False]),
        (f"delete from {SALES} where {DAY}", [True]),
        (f"delete from {SALES} where true", [False]),
    ],
)
def test_targets_are_read_too(catalog: Catalog, sql: str, pruned: list[bool]) -> None:
    assert [not read.is_whole for read in reads(sql, catalog)] == pruned


def test_view_reads_nothing_by_itself(catalog: Catalog) -> None:
    assert reads(f"create view `p`.`s_staging`.`v` as select * from {SALES}", catalog) == []


@pytest.mark.parametrize(
    "sql, sorts",
    [
        (f"select * from {SALES} where {DAY} order by sku", 1),
        (f"create view `p`.`s_staging`.`v` as select * from {SALES} order by sku", 1),
        (f"select * from {SALES} where {DAY} order by sku limit 5", 0),
        (f"select * from (select * from {SALES} union all select * from {SALES}) order by 1", 1),
        (f"select array_agg(sku order by amount) from {SALES}", 0),
        (f"select row_number() over (order by sku) as n from {SALES}", 1),
        (f"select row_number() over (partition by sku order by amount) as n from {SALES}", 0),
        (f"select sum(count(*)) over (order by sku) as n from {SALES} group by sku", 0),
        ("select row_number() over (order by sku) as n from `p`.`s_marts`.`products`", 0),
        ("select n from unnest([2, 1]) as n order by n", 0),
        (f"with a as (select * from {SALES}) select row_number() over (order by sku) from a", 1),
    ],
)
def test_sorts_of_all_rows_are_found(catalog: Catalog, sql: str, sorts: int) -> None:
    assert len(scan(sqlglot.parse_one(sql, read="bigquery"), catalog).sorts) == sorts


def test_views_upon_views_are_followed_in_no_time() -> None:
    known = Catalog()
    ddl = ["create table `p`.`d`.`v0` partition by day as select date '2024-01-01' as day, 1 as a"]
    ddl += [f"create view `p`.`d`.`v{i}` as with s as (select * from `p`.`d`.`v{i - 1}`)"
            " select s.*, s.a as b from s" for i in range(1, 30)]  # fmt: skip
    for sql in ddl:
        known.learn(sqlglot.parse_one(sql, read="bigquery"))
    asked = "select * from `p`.`d`.`v29` where day = date '2024-01-01'"
    (read,) = reads(asked, known)
    assert (read.table, read.is_whole) == ("d.v0", False)


def test_drop_forgets(catalog: Catalog) -> None:
    known = Catalog(catalog)
    known.learn(sqlglot.parse_one(f"drop table {SALES}", read="bigquery"))
    assert "s_marts.sales" not in known


OVERLAPPING = (
    "(order_date >= date '2024-01-01' and order_date < date '2024-01-03')"
    " or (order_date >= date '2024-01-02' and order_date < date '2024-01-05')"
)


@pytest.mark.parametrize(
    "where, days",
    [
        (DAY, 1),
        ("order_date in (date '2024-01-01', date '2024-01-03', date '2024-01-01')", 2),
        ("order_date between date '2024-01-01' and date '2024-01-31'", 31),
        ("order_date >= date '2024-01-01' and order_date < date '2024-01-08'", 7),
        ("order_date > date '2024-01-01' and order_date <= date '2024-01-08'", 7),
        ("date '2024-01-08' > order_date and date '2024-01-01' <= order_date", 7),
        (OVERLAPPING, 4),
        ("order_date >= date '0001-01-02' and order_date < date '0001-01-02'", 0),
        ("order_date in (cast(null as date))", 0),
        ("false", 0),
        ("order_date >= date '2024-01-01'", None),
        ("order_date = current_date()", None),
    ],
)
def test_days_are_those_that_the_constants_leave(
    catalog: Catalog, where: str, days: int | None
) -> None:
    (read,) = reads(f"select * from {SALES} where {where}", catalog)
    assert count(read.days) == days


def test_conditions_above_and_below_are_both_held(catalog: Catalog) -> None:
    sql = (
        f"with sales as (select * from {SALES} where order_date < date '2024-01-08')"
        " select * from sales where order_date >= date '2024-01-05'"
    )
    (read,) = reads(sql, catalog)
    assert count(read.days) == 3


def test_timestamps_take_in_the_day_that_they_fall_on(catalog: Catalog) -> None:
    lines = "select sku from `p`.`s_raw`.`lines` where event_at >= timestamp '2024-01-01 05:00:00'"
    (read,) = reads(f"{lines} and event_at < timestamp '2024-01-03 05:00:00'", catalog)
    assert count(read.days) == 3
    (read,) = reads(f"{lines} and event_at < timestamp '2024-01-03'", catalog)
    assert count(read.days) == 2


@pytest.mark.parametrize(
    "sql, columns",
    [
        (f"select count(*) from {SALES}", set()),
        (f"select sku as s from {SALES} where amount > 1", {"sku", "amount"}),
        (f"select sku as s from {SALES} order by city limit 1", {"sku", "city"}),
        (f"with s as (select * from {SALES}) select sku from s", {"sku"}),
        (f"with s as (select *, amount + 1 as more from {SALES}) select sku from s", {"sku"}),
        (f"with s as (select *, amount + 1 as more from {SALES}) select more from s", {"amount"}),
        (f"select distinct sku from (select sku, amount from {SALES}) as s", {"sku"}),
        (f"select sku from (select distinct sku, amount from {SALES}) as s", {"sku", "amount"}),
        (f"select sku from (select sku, sum(amount) as a from {SALES} group by sku) as s", {"sku"}),
        (f"select x from (select sku as x, amount from {SALES}) as s", {"sku"}),
        ("select sku from `p`.`s_staging`.`sales`", {"sku"}),
        (f"select s.* except (city, amount) from {SALES} as s", {"sku", "order_date"}),
    ],
)  # fmt: skip
def test_only_columns_that_somebody_looks_at_are_read(
    catalog: Catalog, sql: str, columns: set[str]
) -> None:
    (read,) = reads(sql, catalog)
    assert read.columns == columns


def test_columns_of_a_union_go_by_their_place(catalog: Catalog) -> None:
    found = reads("select day from `p`.`s_staging`.`both`", catalog)
    assert [read.columns for read in found] == [{"order_date"}, {"order_date"}]


def test_what_a_merge_changes_is_read_whole(catalog: Catalog) -> None:
    sql = f"{MERGE} false when not matched by source and target.{DAY} then delete{INSERT}"
    (read,) = reads(sql, catalog)
    assert read.columns == {"sku", "amount", "order_date", "city"}


@pytest.mark.parametrize(
    "days, length", [(((1000, 1004), (2000, 2002)), 2), ((), None), (EVER, None), (((1, 5),), None)]
)
def test_shortest_range(days: Days, length: int | None) -> None:
    assert shortest(days) == length
