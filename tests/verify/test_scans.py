"""What the models of a record may read, and what they may not."""

from pathlib import Path

import pytest
from tests.verify.sent import RAW, SALES, Sent, recorded

from onemart.verify.scans import look, report

CREATE_RAW = (
    f"create table {RAW} (`sku` string, `event_at` timestamp)"
    " partition by timestamp_trunc(`event_at`, day)"
)
STAGING = f"create view `p`.`s_staging`.`stg_lines` as select * from {RAW}"
SELECT = "select sku, event_at, date(event_at) as order_date from `p`.`s_staging`.`stg_lines`"
FIRST = f"create or replace table {SALES} partition by order_date as ({SELECT})"
DAYS = "event_at between timestamp '2024-01-01' and timestamp '2024-01-02'"
LATER = (
    "create or replace table `p`.`s_marts`.`fct_sales__dbt_tmp` partition by order_date"
    f" as ({SELECT} where {DAYS})"
)
MERGE = (
    f"merge into {SALES} as target using (select * from `p`.`s_marts`.`fct_sales__dbt_tmp`) as made"
    " on false when not matched by source and target.order_date in (date '2024-01-01') then delete"
    " when not matched then insert (sku) values (sku)"
)
TABLE = f"create or replace table `p`.`s_marts`.`dim_skus` as (select distinct sku from {SALES})"


@pytest.fixture
def sound() -> Sent:
    """What is sent for two shops by models that read as they should; `s` stands for the shop."""
    return [
        ("", CREATE_RAW),
        ("stg_lines", STAGING),
        ("fct_sales", FIRST),
        ("dim_skus", TABLE),
        ("fct_sales", LATER),
        ("fct_sales", MERGE),
        ("dim_skus", TABLE),
    ]


def test_models_that_name_their_days_or_say_why_not_are_sound(
    tmp_path: Path, sound: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    record = recorded(tmp_path, sound, reads_whole="every SKU that was ever sold")
    found = look(record)
    assert found.problems == []
    assert found.pruned["model.onemart.fct_sales"] == {"raw.lines", "marts.fct_sales"}
    assert found.whole["model.onemart.dim_skus"] == {"marts.fct_sales"}
    assert report(found, record)
    assert "every SKU that was ever sold" in capsys.readouterr().out


def test_second_shop_is_built_for_the_first_time_too(tmp_path: Path, sound: Sent) -> None:
    record = recorded(tmp_path, sound, reads_whole="every SKU that was ever sold")
    log = record.statements.read_text()
    other = log.replace('\\"s\\"', '\\"o\\"').replace("`s_", "`o_")
    record.statements.write_text(f"{log}\n{other}")
    assert look(record).problems == []


PLANTED = {
    "no filter": (
        LATER.replace(f" where {DAYS}", ""),
        "fct_sales reads all of raw.lines: compare event_at with constants",
    ),
    "days by a subquery": (
        LATER.replace(DAYS, "date(event_at) in (select day from `p`.`s_ops`.`days`)"),
        "fct_sales reads all of raw.lines",
    ),
    "a filter on another column": (
        LATER.replace(DAYS, "order_date = date '2024-01-01'"),
        "fct_sales reads all of raw.lines",
    ),
    "the target looked through": (
        MERGE.replace("target.order_date in (date '2024-01-01')", "target.sku = 'a'"),
        "fct_sales reads all of marts.fct_sales: compare order_date with constants",
    ),
    "all rows in order": (
        LATER.replace(DAYS, f"{DAYS} order by sku"),
        "fct_sales sorts all its rows: order by without limit",
    ),
    "what sqlglot cannot read": ("select from from", "sqlglot cannot read"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_offender_is_named(tmp_path: Path, sound: Sent, name: str) -> None:
    sql, told = PLANTED[name]
    record = recorded(tmp_path, [*sound, ("fct_sales", sql)], reads_whole="all SKUs")
    (problem,) = look(record).problems
    assert told in problem
    assert not report(look(record), record)


def test_model_that_is_rebuilt_whole_says_why_it_reads_all(tmp_path: Path, sound: Sent) -> None:
    (problem,) = look(recorded(tmp_path, sound)).problems
    assert "dim_skus reads all of marts.fct_sales" in problem
    assert "reads_whole" in problem


def test_reason_that_is_no_longer_needed_is_taken_out(tmp_path: Path, sound: Sent) -> None:
    pruned = [
        (name, sql.replace(f"from {SALES})", f"from {SALES} where order_date = date '2024-01-01')"))
        for name, sql in sound
    ]
    (problem,) = look(recorded(tmp_path, pruned, reads_whole="all SKUs")).problems
    assert "take the words out" in problem
