"""A contract's SQL, written as DuckDB takes it, in the spelling of each warehouse."""

from pathlib import Path

import pytest
from tests.feeds.feed_project import FeedProject, rule

from onemart.feeds.contract import load_contract
from onemart.feeds.contract_sql import spelled
from onemart.feeds.rules import unexpected_lines
from onemart.warehouse.bigquery_dialect import BigqueryDialect
from onemart.warehouse.duckdb_dialect import DuckdbDialect


@pytest.mark.parametrize(
    "sql,on_bigquery",
    [
        ("\"Unit Price\" < 0 and code = 'it''s'", "`Unit Price` < 0 and code = 'it\\'s'"),
        ("regexp_matches(label, '^a{2}$')", "regexp_contains(label, '^a{2}$')"),
        ("REGEXP_MATCHES (label, 'a\\.b')", "regexp_contains (label, 'a\\\\.b')"),
        ("label = 'regexp_matches('", "label = 'regexp_matches('"),
        ('"isnan"(rate)', "`isnan`(rate)"),
        ("regexp_matches > 1", "regexp_matches > 1"),
    ],
)
def test_sql_keeps_its_meaning(sql: str, on_bigquery: str) -> None:
    assert spelled(sql, BigqueryDialect("shopping", "trial")) == on_bigquery
    assert spelled(sql, DuckdbDialect()) == sql


def test_rule_on_a_day_and_a_time_compares_times(tmp_path: Path) -> None:
    pair = "expect_column_pair_values_a_to_be_greater_than_b"
    path = FeedProject(tmp_path).contract(
        quality=[
            rule(pair, column_A="ordered_at", column_B="ordered_on", or_equal=True),
            rule(pair, column_A="units", column_B="order_id"),
        ]
    )
    dialect = BigqueryDialect("shopping", "trial")
    conditions = [
        unexpected_lines(stated, "delivery", dialect)
        for stated in load_contract(path).rules
        if stated.type == pair
    ]
    # BigQuery compares no timestamp with a date.
    assert conditions == [
        "cast(`ordered_at` as timestamp) < cast(`ordered_on` as timestamp)",
        "`units` <= `order_id`",
    ]
