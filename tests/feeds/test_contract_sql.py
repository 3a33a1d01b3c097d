"""A contract's SQL, written as DuckDB takes it, in the spelling of each warehouse."""

import pytest

from onemart.feeds.contract_sql import spelled
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
