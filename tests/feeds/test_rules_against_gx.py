"""The gate's predicate of each rule selects exactly the lines that Great Expectations counts."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.feeds.feed_project import FeedProject

from onemart.feeds.rules import LINE_RULES, TABLE_RULES, Rule, unexpected_lines
from onemart.warehouse import Warehouse, open_warehouse
from onemart.warehouse.duckdb import DuckdbWarehouse

# Lines by number: numbers with edges and duplicates, text with what quoting and patterns trip over.
KINDS = {
    "_line": "bigint",
    "a": "bigint",
    "b": "bigint",
    "price": "decimal(12,2)",
    "code": "varchar",
    "label": "varchar",
    "day": "date",
    "moment": "timestamp",
}
LINES = [
    (1, 10, 5, "1.00", "a", "red", "2024-01-01", "2024-01-01 00:00:00"),
    (2, 10, 10, "2.50", "b", "it's", "2024-01-31", "2024-01-31 23:59:59.999999"),
    (3, 20, 30, "2.50", "b", "a{2}", "2024-02-01", "2024-02-01 00:00:00"),
    (4, None, 5, "10.00", None, None, None, None),
    (5, 30, None, None, "c", "Straße", "2024-01-15", "2024-01-15 12:00:00"),
    (6, 0, 0, "0.00", "", '%_\\"', "1999-12-31", "1999-12-31 00:00:00"),
    (7, -10, -5, "-1.00", "b", "aa", "2024-01-01", "2024-01-01 00:00:00"),
    (8, 20, 30, "2.51", "d", "{batch}", "2024-02-01", "2024-02-01 00:00:00"),
    (9, None, None, "2.50", None, "it's", None, None),
]


@dataclass(frozen=True)
class Case:
    """A rule's arguments, and the lines that break it, worked out by hand."""

    type: str
    kwargs: dict[str, Any]
    lines: list[int]


def between(column: str, lines: list[int], **bounds: Any) -> Case:
    return Case("expect_column_values_to_be_between", {"column": column, **bounds}, lines)


def column(what: str, name: str, lines: list[int], **kwargs: Any) -> Case:
    return Case(f"expect_column_{what}", {"column": name, **kwargs}, lines)


CASES = {
    "not null": column("values_to_not_be_null", "a", [4, 9]),
    "null": column("values_to_be_null", "b", [1, 2, 3, 4, 6, 7, 8]),
    "between": between("a", [5, 7], min_value=0, max_value=20),
    "above, strict": between("a", [6, 7], min_value=0, strict_min=True),
    "below, strict": between("a", [3, 5, 8], max_value=20, strict_max=True),
    "decimals between": between("price", [4, 7, 8], min_value=0, max_value=2.5),
    "days between": between("day", [3, 6, 8], min_value="2024-01-01", max_value="2024-01-31"),
    "days from, strict": between("day", [1, 6, 7], min_value="2024-01-01", strict_min=True),
    "moments until": between("moment", [3, 8], max_value="2024-01-31 23:59:59.999999"),
    "in a set": column("values_to_be_in_set", "a", [5, 6, 7], value_set=[10, 20]),
    "in a set of text with quotes": column(
        "values_to_be_in_set", "label", [1, 5, 7], value_set=["it's", "a{2}", '%_\\"', "{batch}"]
    ),
    "in a set of decimals": column(
        "values_to_be_in_set", "price", [4, 6, 7, 8], value_set=[1, 2.5]
    ),
    "in a set of days": column(
        "values_to_be_in_set", "day", [2, 3, 5, 6, 8], value_set=["2024-01-01"]
    ),
    "not in a set": column("values_to_not_be_in_set", "a", [1, 2, 6], value_set=[10, 0]),
    "not in a set of text with quotes": column(
        "values_to_not_be_in_set", "label", [2, 5, 9], value_set=["it's", "Straße"]
    ),
    "unique": column("values_to_be_unique", "a", [1, 2, 3, 8]),
    "unique text": column("values_to_be_unique", "label", [2, 9]),
    "unique days": column("values_to_be_unique", "day", [1, 3, 7, 8]),
    "unique together": Case(
        "expect_compound_columns_to_be_unique", {"column_list": ["a", "b"]}, [3, 8]
    ),
    "unique together, three columns": Case(
        "expect_compound_columns_to_be_unique", {"column_list": ["a", "b", "price"]}, []
    ),
    "length between": column(
        "value_lengths_to_be_between", "label", [5, 7, 8], min_value=3, max_value=5
    ),
    "length at least": column("value_lengths_to_be_between", "code", [6], min_value=1),
    "length, strict": column(
        "value_lengths_to_be_between", "label", [7], min_value=2, strict_min=True
    ),
    "matches": column("values_to_match_regex", "label", [1, 5, 6, 8], regex=r"^(a|it)"),
    "matches with braces and quotes": column(
        "values_to_match_regex", "label", [1, 2, 5, 6, 7, 8, 9], regex=r"^a\{[0-9]{1,2}\}$"
    ),
    "matches a quote": column("values_to_match_regex", "label", [1, 3, 5, 6, 7, 8], regex="t's$"),
    "matches not": column("values_to_not_match_regex", "label", [3, 7, 8], regex="^a|[{]"),
    "matches not, classes": column("values_to_not_match_regex", "code", [1, 2, 3, 7], regex="[ab]"),
    "pair equal": Case(
        "expect_column_pair_values_to_be_equal", {"column_A": "a", "column_B": "b"}, [1, 3, 7, 8]
    ),
    "pair greater": Case(
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "a", "column_B": "b"},
        [2, 3, 6, 7, 8],
    ),
    "pair greater or equal": Case(
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "a", "column_B": "b", "or_equal": True},
        [3, 7, 8],
    ),
    "pair of days": Case(
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "moment", "column_B": "day", "or_equal": True, "compared_as": "timestamp"},
        [],
    ),
    "rows": Case(
        "unexpected_rows_expectation",
        {"unexpected_rows_query": "select * from {batch} where a < b and price > 2.5"},
        [8],
    ),
    "rows with a pattern": Case(
        "unexpected_rows_expectation",
        {
            "unexpected_rows_query": "SELECT *\nFROM {batch}\nWHERE"
            " regexp_matches(label, '^a{2}$') -- two letters\n or label = 'it''s'\n"
        },
        [2, 7, 9],
    ),
    "rows against the others": Case(
        "unexpected_rows_expectation",
        {
            "unexpected_rows_query": "select * from {batch}"
            " where price = (select max(price) from {batch})"
        },
        [4],
    ),
}

Judged = dict[str, tuple[int | None, str]]


@pytest.fixture(scope="module", params=["duckdb", "emulator"])
def warehouse(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    emulator = request.getfixturevalue("emulator") if request.param == "emulator" else None
    project = FeedProject(tmp_path_factory.mktemp("rules"), emulator=emulator)
    with project.in_environment(), open_warehouse(project.shop, timeout=1) as opened:
        opened.create_schema("landing")
        opened.create_table("landing", "delivery", KINDS)
        rows = [dict(zip(KINDS, line, strict=True)) for line in LINES]
        opened.insert_rows(
            opened.table("landing", "delivery"), KINDS, rows, instead_of="_line is not null"
        )
        yield opened


def as_rule(name: str, kind: str, kwargs: dict[str, Any]) -> Rule:
    return Rule(name=name, type=kind, kwargs=kwargs, severity="error", line=1, history={})


def spoken(rule: Rule, warehouse: Warehouse) -> Rule:
    """Let a condition that a contract states call the warehouse's own function."""
    if isinstance(warehouse, DuckdbWarehouse):
        return rule
    spoken = str(rule.kwargs).replace("regexp_matches", "regexp_contains")
    return replace(rule, kwargs=ast.literal_eval(spoken))


@pytest.fixture(scope="module")
def judged(warehouse: Warehouse, great_expectations: None) -> Judged:  # noqa: ARG001
    from onemart.feeds.gx import GreatExpectations

    rules = [
        spoken(as_rule(name, case.type, case.kwargs), warehouse) for name, case in CASES.items()
    ]
    verdicts, _ = GreatExpectations(warehouse).judge("delivery", rules)
    return {verdict.rule.name: (verdict.unexpected, verdict.error) for verdict in verdicts}


@pytest.mark.parametrize("name", CASES)
def test_predicate_selects_the_lines_that_gx_counts(
    warehouse: Warehouse, judged: Judged, name: str
) -> None:
    case = CASES[name]
    delivery = warehouse.table("landing", "delivery")
    rule = spoken(as_rule(name, case.type, case.kwargs), warehouse)
    condition = unexpected_lines(rule, delivery, warehouse.dialect)
    selected = warehouse.rows(f"select _line from {delivery} where {condition} order by _line")
    assert [line for (line,) in selected] == case.lines
    assert judged[name] == (len(case.lines), "")


def test_every_rule_about_lines_has_a_case() -> None:
    assert {case.type for case in CASES.values()} == set(LINE_RULES)


def table_case(what: str, passes: dict[str, Any], fails: dict[str, Any]) -> tuple[Case, Case]:
    kind = f"expect_{what}"
    return Case(kind, passes, []), Case(kind, fails, [])


TABLE_CASES = {
    "rows": table_case(
        "table_row_count_to_be_between",
        {"min_value": 9, "max_value": 9},
        {"min_value": 10, "max_value": 20},
    ),
    "sum": table_case(
        "column_sum_to_be_between",
        {"column": "price", "min_value": 20, "max_value": 20.1},
        {"column": "price", "max_value": 20},
    ),
    "mean": table_case(
        "column_mean_to_be_between",
        {"column": "a", "min_value": 11, "max_value": 12},
        {"column": "a", "min_value": 12},
    ),
    "min": table_case(
        "column_min_to_be_between",
        {"column": "day", "min_value": "1999-12-31"},
        {"column": "day", "min_value": "2000-01-01"},
    ),
    "max": table_case(
        "column_max_to_be_between",
        {"column": "moment", "min_value": "2024-02-01 00:00:00"},
        {"column": "moment", "min_value": "2024-02-01 00:00:01"},
    ),
    "distinct values": table_case(
        "column_unique_value_count_to_be_between",
        {"column": "a", "min_value": 5, "max_value": 5},
        {"column": "a", "min_value": 6},
    ),
    "contains": table_case(
        "column_distinct_values_to_contain_set",
        {"column": "label", "value_set": ["it's", "red"]},
        {"column": "label", "value_set": ["it's", "blue"]},
    ),
}


@pytest.mark.parametrize("place", [0, 1], ids=["passes", "fails"])
def test_rules_about_the_file_pass_and_fail(
    warehouse: Warehouse,
    great_expectations: None,  # noqa: ARG001
    place: int,
) -> None:
    from onemart.feeds.gx import GreatExpectations

    rules = [
        as_rule(name, pair[place].type, pair[place].kwargs) for name, pair in TABLE_CASES.items()
    ]
    verdicts, _ = GreatExpectations(warehouse).judge("delivery", rules)
    found = {verdict.rule.name: (verdict.success, verdict.error) for verdict in verdicts}
    assert found == dict.fromkeys(TABLE_CASES, (place == 0, ""))


def test_every_rule_about_the_file_has_a_case() -> None:
    assert {passes.type for passes, _ in TABLE_CASES.values()} == set(TABLE_RULES)


def test_delivery_without_rows_breaks_no_rule_about_lines(
    warehouse: Warehouse,
    great_expectations: None,  # noqa: ARG001
) -> None:
    from onemart.feeds.gx import GreatExpectations

    warehouse.create_table("landing", "none", KINDS)
    rules = [
        spoken(as_rule(name, case.type, case.kwargs), warehouse) for name, case in CASES.items()
    ]
    verdicts, _ = GreatExpectations(warehouse).judge("none", rules)
    found = {verdict.rule.name: (verdict.success, verdict.error) for verdict in verdicts}
    assert found == dict.fromkeys(CASES, (True, ""))


def test_rule_with_arguments_that_gx_refuses_has_an_error(
    warehouse: Warehouse,
    great_expectations: None,  # noqa: ARG001
) -> None:
    from onemart.feeds.gx import GreatExpectations

    rules = [
        as_rule("text", "expect_column_values_to_be_between", {"column": "code", "min_value": "a"}),
        as_rule("unbounded", "expect_column_sum_to_be_between", {"min_value": 1}),
        as_rule("good", "expect_column_values_to_not_be_null", {"column": "a"}),
        as_rule("misspelt", "expect_table_row_count_to_be_between", {"min_valeu": 1}),
    ]
    verdicts, _ = GreatExpectations(warehouse).judge("delivery", rules)
    assert [(verdict.rule.name, bool(verdict.error)) for verdict in verdicts] == [
        ("text", True),
        ("unbounded", True),
        ("good", False),
        ("misspelt", True),
    ]
    assert "min_value" in verdicts[0].error
