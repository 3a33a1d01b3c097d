"""A wrong contract is refused with its file and line, and told how to be right."""

from collections.abc import Callable
from pathlib import Path

import pytest

from onemart.errors import ContractError
from onemart.feeds.contract import Contract, Schedule, load_contract, load_contracts
from onemart.feeds.rules import LINE_RULES, TABLE_RULES

PROJECT = Path(__file__).parents[2]

GOOD = """\
apiVersion: v3.1.0
kind: DataContract
id: shop.orders
name: orders
version: 1.2.0
status: active
team:
  name: store-systems
servers:
  - server: landing
    type: local
    path: landing/*/shop/orders/*.csv
    format: csv
    encoding: ISO-8859-1
    customProperties:
      - property: delimiter
        value: ";"
slaProperties:
  - property: frequency
    value: 1
    unit: d
  - property: latency
    value: 6
    unit: h
schema:
  - name: orders
    description: One row per order.
    properties:
      - name: line_number
        logicalType: integer
        primaryKey: true
        primaryKeyPosition: 2
        description: Place in the order, from 1.
      - name: order_id
        logicalType: integer
        primaryKey: true
        primaryKeyPosition: 1
        description: The order.
      - name: email
        logicalType: string
        classification: pii
        description: >
          Where the customer
          is written to.
      - name: amount
        logicalType: number
        physicalType: decimal(12,2)
        required: true
        unique: true
        description: EUR, tax included.
        quality:
          - name: amount is positive
            type: custom
            engine: greatExpectations
            implementation:
              type: expect_column_values_to_be_between
              kwargs:
                min_value: 0
                strict_min: true
      - name: ordered_at
        logicalType: timestamp
        logicalTypeOptions:
          timezone: true
        partitioned: true
        description: Time of the order.
    quality:
      - type: custom
        engine: greatExpectations
        severity: warning
        implementation:
          type: unexpected_rows_expectation
          kwargs:
            unexpected_rows_query: select * from {batch} where amount > 1000
customProperties:
  - property: deliveries
    value:
      relation: replacePeriod
      fileName: orders_(?P<day>[0-9-]{10})_(?P<run>[0-9]+)\\.csv
      period:
        fileName: day
      order:
        fileName: run
      duplicates: keepLast
      complete:
        when: quiet
        seconds: 5
      maxBadShare: 0.01
      controlTotal: amount
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_contract(text: str) -> Path:
        path = tmp_path / "expectations" / "shop" / "orders.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_contract


@pytest.fixture
def good(write: Write) -> Contract:
    return load_contract(write(GOOD))


def edited(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, f"{old!r} stands {GOOD.count(old)} times in the good contract"
    return GOOD.replace(old, new)


def line_of(text: str, mark: str) -> int:
    """The line (from 1) where `mark` begins."""
    assert text.count(mark) == 1, f"{mark!r} stands {text.count(mark)} times"
    return text[: text.index(mark)].count("\n") + 1


def test_a_good_contract_is_read_whole(good: Contract) -> None:
    assert (good.id, good.table, good.version) == ("shop.orders", "shop__orders", "1.2.0")
    assert (good.owner, good.description) == ("store-systems", "One row per order.")
    assert (good.format, good.encoding, good.delimiter) == ("csv", "ISO-8859-1", ";")
    assert good.schedule == Schedule(every_hours=24, grace_hours=6)
    told = good.deliveries
    assert (told.relation, told.duplicates, told.complete) == ("replacePeriod", "keepLast", "quiet")
    assert (told.period_group, told.order_group, told.quiet_seconds) == ("day", "run", 5)
    assert (told.max_bad_share, told.control_total) == (0.01, "amount")


def test_columns_keep_their_order_and_the_key_has_its_own(good: Contract) -> None:
    names = [column.name for column in good.columns]
    assert names == ["line_number", "order_id", "email", "amount", "ordered_at"]
    assert good.key == ("order_id", "line_number")
    assert good.event_date is good.columns[-1]


def test_what_columns_say(good: Contract) -> None:
    by_name = {column.name: column for column in good.columns}
    assert by_name["email"].hashed
    assert by_name["email"].description == "Where the customer is written to."
    assert not by_name["email"].required
    assert by_name["order_id"].required  # a key always is
    assert by_name["order_id"].classification == "internal"
    assert by_name["amount"].type.kind == "decimal(12,2)"
    assert by_name["ordered_at"].type.with_zone


def test_rules_of_columns_come_before_stated_ones(good: Contract) -> None:
    assert [(rule.name, rule.severity) for rule in good.rules] == [
        ("line_number: values to not be null", "error"),
        ("order_id: values to not be null", "error"),
        ("amount: values to not be null", "error"),
        ("amount: values to be unique", "error"),
        ("amount is positive", "error"),
        ("file: unexpected rows", "warning"),
    ]


def test_a_rule_knows_its_line(good: Contract) -> None:
    rule = next(rule for rule in good.rules if rule.name == "amount is positive")
    assert good.where(rule.line) == (
        f"expectations/shop/orders.yml:{line_of(GOOD, '- name: amount is positive')}"
    )


def test_what_is_left_out_has_its_default(write: Write) -> None:
    text = GOOD
    for part in (
        "    encoding: ISO-8859-1\n",
        '    customProperties:\n      - property: delimiter\n        value: ";"\n',
        "  - property: latency\n    value: 6\n    unit: h\n",
        "      duplicates: keepLast\n",
        "      complete:\n        when: quiet\n        seconds: 5\n",
        "      maxBadShare: 0.01\n",
    ):
        assert part in text
        text = text.replace(part, "")
    contract = load_contract(write(text))
    assert (contract.encoding, contract.delimiter) == ("UTF-8", ",")
    assert contract.schedule == Schedule(every_hours=24, grace_hours=24)
    told = contract.deliveries
    assert (told.duplicates, told.complete, told.max_bad_share) == ("keepFirst", "renamed", 0.05)


BETWEEN = "type: expect_column_values_to_be_between"
KWARGS = "kwargs:\n                min_value: 0\n                strict_min: true\n"
EMPTY_SET = """\
type: expect_column_values_to_be_in_set
              kwargs:
                value_set: []
"""
QUALITY = GOOD[GOOD.index("type: custom\n            eng") : GOOD.index("      - name: ordered_at")]
QUERY = "unexpected_rows_query: select * from {batch} where amount > 1000"
DELIVERIES = GOOD[GOOD.index("  - property: deliveries") :]

# What to change, into what, at which text the message points, and what it says.
WRONG = {
    "not YAML": ("name: orders\nversion", "name: [orders\nversion", "version: 1.2.0", "YAML"),
    "no version": ("version: 1.2.0\n", "", "apiVersion", "'version' is a required property"),
    "another kind": ("kind: DataContract", "kind: Contract", "kind:", "'DataContract'"),
    "an id of another feed": (
        "id: shop.orders", "id: shop.lines", "id: shop.lines", "asks for shop.orders",
    ),
    "two schemas": (
        "customProperties:\n  - property: deliveries",
        "  - name: lines\ncustomProperties:\n  - property: deliveries",
        "schema:", "exactly one schema object",
    ),
    "no team": ("team:\n  name: store-systems\n", "", "apiVersion", "Name the owner"),
    "a team without a name": (
        "team:\n  name: store-systems", "team:\n  description: x", "team:", "Name the owner",
    ),
    "no servers": (
        GOOD[GOOD.index("servers:") : GOOD.index("slaProperties:")], "",
        "apiVersion", "Say how files look",
    ),
    "a delimiter of two characters": (
        'value: ";"', 'value: "||"', "- server: landing", "it is one character",
    ),
    "a quote for a delimiter": (
        'value: ";"', "value: '\"'", "- server: landing", "it is one character",
    ),
    "an encoding that the gate does not read": (
        "encoding: ISO-8859-1", "encoding: UTF-16", "encoding: UTF-16", "Use UTF-8, ISO-8859-1",
    ),
    "a format that the gate does not read": (
        "format: csv", "format: xlsx", "format: xlsx", "Use csv, jsonl, parquet",
    ),
    "no columns": (
        GOOD[GOOD.index("    properties:\n") : GOOD.index("    quality:\n      - type")], "",
        "- name: orders\n    description", "List the columns",
    ),
    "a column twice": ("- name: email", "- name: Order_ID", "- name: Order_ID", "there twice"),
    "a column of the gate's own": (
        "- name: email", "- name: _line", "- name: _line", "cannot name a column",
    ),
    "a quote in a column": (
        "- name: email", "- name: 'e\"mail'", "- name: 'e\"mail'", "cannot name a column",
    ),
    "a number without decimals told": (
        "        physicalType: decimal(12,2)\n", "", "- name: amount\n", "decimal(digits,decimals)",
    ),
    "a type that there is not": (
        "logicalType: string", "logicalType: text", "logicalType: text", "'text' is not one of",
    ),
    "a type that the gate has not": (
        "logicalType: string", "logicalType: array", "- name: email", "'array' is not one of",
    ),
    "a column that says nothing": (
        "        description: EUR, tax included.\n", "", "- name: amount\n", "Say what it holds",
    ),
    "a rule in SQL": (
        QUALITY, "type: sql\n            query: select 1\n            mustBe: 0\n",
        "- name: amount is positive", "engine: greatExpectations",
    ),
    "a rule of another engine": (
        "engine: greatExpectations\n            implementation",
        "engine: soda\n            implementation",
        "- name: amount is positive", "engine: greatExpectations",
    ),
    "a rule without arguments' names": (
        f"implementation:\n              {BETWEEN}\n              {KWARGS}",
        "implementation: amount > 0\n", "- name: amount is positive", "type and kwargs",
    ),
    "arguments in a list": (
        KWARGS, "kwargs:\n                - 0\n", "kwargs:\n                - 0",
        "kwargs is a mapping",
    ),
    "a rule that the gate has not": (
        BETWEEN, "type: expect_column_kl_divergence_to_be_less_than",
        "type: expect_column_kl", "Use one of expect_column_values_to_not_be_null",
    ),
    "a rule about another feed's column": (
        "min_value: 0", "min_value: 0\n                column: price",
        "implementation:\n              type: expect", "'price', which is not a column",
    ),
    "a share of lines that may be bad": (
        "strict_min: true", "mostly: 0.9",
        "implementation:\n              type: expect", "Set the feed's maxBadShare",
    ),
    "a severity that there is not": (
        "severity: warning", "severity: fatal", "severity: fatal", "Use error, warning",
    ),
    "a rule without bounds": (
        "min_value: 0\n                strict_min", "strict_min",
        "implementation:\n              type: expect", "needs min_value or max_value",
    ),
    "an empty set": (
        f"{BETWEEN}\n              {KWARGS}",
        EMPTY_SET,
        "implementation:\n              type: expect", "needs value_set, a list",
    ),
    "a rule without its argument": (
        f"{BETWEEN}\n              {KWARGS}",
        "type: expect_column_values_to_match_regex\n",
        "implementation:\n              type: expect", "needs the argument 'regex'",
    ),
    "a query of another form": (
        QUERY, "unexpected_rows_query: select order_id from {batch}",
        "implementation:\n          type: unexpected", "of the form 'select * from {batch} where",
    ),
    "no deliveries": (
        DELIVERIES, "  - property: x\n    value: 1\n",
        "customProperties:\n  - property: x", "deliveries is missing",
    ),
    "deliveries without a relation": (
        "      relation: replacePeriod\n", "", "value:\n      fileName", "Use append, upsert",
    ),
    "a relation that there is not": (
        "relation: replacePeriod", "relation: replace", "relation: replace", "Use append, upsert",
    ),
    "a misspelt key": (
        "maxBadShare: 0.01", "maxBadShares: 0.01", "maxBadShares", "deliveries has no key",
    ),
    "a file name that is no pattern": (
        "fileName: orders_(", "fileName: orders_((", "fileName: orders_", "regular expression",
    ),
    "a period that is no mapping": (
        "period:\n        fileName: day", "period: day",
        "period: day", "period is a mapping, not 'day'",
    ),
    "a period in a column that there is not": (
        "period:\n        fileName: day", "period:\n        column: day",
        "period:", "names 'day', which is not a column",
    ),
    "a period in no group": (
        "fileName: day", "fileName: week", "period:", "'week', not a group of fileName",
    ),
    "an order in no group": (
        "fileName: run", "fileName: version", "order:\n", "'version', not a group of fileName",
    ),
    "a share as a percentage": (
        "maxBadShare: 0.01", "maxBadShare: 5", "maxBadShare: 5", "it is from 0 to 1",
    ),
    "a share in words": (
        "maxBadShare: 0.01", "maxBadShare: 1 %", "maxBadShare: 1 %", "it is from 0 to 1",
    ),
    "duplicates that nobody can choose": (
        "duplicates: keepLast", "duplicates: last", "duplicates: last", "Use keepFirst, keepLast",
    ),
    "files that are whole by magic": (
        "when: quiet", "when: always", "complete:", "Use renamed, marker, quiet",
    ),
    "complete that is no mapping": (
        "complete:\n        when: quiet\n        seconds: 5", "complete: quiet",
        "complete: quiet", "complete is a mapping, not 'quiet'",
    ),
    "a wait that is no number": (
        "seconds: 5", "seconds: a minute", "complete:", "seconds is 'a minute'; it is a number",
    ),
    "a schedule in months": (
        "value: 1\n    unit: d", "value: 1\n    unit: months",
        "- property: frequency", "a number and unit h or d",
    ),
    "a schedule in words": (
        "value: 1\n    unit: d", "value: daily",
        "- property: frequency", "a number and unit h or d",
    ),
    "no schedule": (
        "property: frequency", "property: retention", "slaProperties:", "Add frequency",
    ),
    "a control total of another feed's column": (
        "controlTotal: amount", "controlTotal: price", "controlTotal: price", "is no amount",
    ),
    "a control total in words": (
        "controlTotal: amount", "controlTotal: email || '!'", "controlTotal: email", "is no amount",
    ),
    "replacePeriod without a period": (
        "      period:\n        fileName: day\n", "", "customProperties:\n  - property: deliveries",
        "A column or fileName",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_contract_is_told_at_its_line(write: Write, case: str) -> None:
    old, new, mark, message = WRONG[case]
    text = edited(old, new)
    with pytest.raises(ContractError) as caught:
        load_contract(write(text))
    told = str(caught.value)
    assert told.startswith(f"expectations/shop/orders.yml:{line_of(text, mark)}: "), told
    assert message in told


def test_upsert_needs_a_key(write: Write) -> None:
    text = GOOD.replace("relation: replacePeriod", "relation: upsert")
    text = text.replace("        primaryKey: true\n", "")
    with pytest.raises(ContractError, match=r"orders\.yml:\d+: relation upsert needs a primary"):
        load_contract(write(text))


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "- a list\n", "a word\n"])
def test_a_file_that_is_no_mapping(write: Write, text: str) -> None:
    with pytest.raises(ContractError, match=r"orders\.yml:1: the file is empty or no mapping"):
        load_contract(write(text))


def test_a_file_in_latin_1(write: Write) -> None:
    path = write(GOOD)
    path.write_bytes(GOOD.replace("Place in", "Stück in").encode("latin-1"))
    with pytest.raises(ContractError, match=r"orders\.yml:1: not readable as YAML"):
        load_contract(path)


@pytest.mark.parametrize("name", ["Orders", "order-lines", "order__lines", "1orders"])
def test_a_file_name_that_cannot_name_a_feed(write: Write, name: str) -> None:
    path = write(GOOD)
    path = path.rename(path.with_name(f"{name}.yml"))
    with pytest.raises(ContractError, match=f"'{name}' cannot name a source or feed"):
        load_contract(path)


def test_one_wrong_contract_does_not_hide_the_others(write: Write) -> None:
    folder = write(GOOD).parents[1]
    (folder / "shop" / "lines.yml").write_text(GOOD)
    (folder / "shop" / "_notes.yml").write_text("not a contract")
    contracts, errors = load_contracts(folder)
    assert [contract.id for contract in contracts] == ["shop.orders"]
    assert [str(error)[:29] for error in errors] == ["expectations/shop/lines.yml:3"]


def test_each_contract_of_the_project_is_a_feed() -> None:
    contracts, errors = load_contracts(PROJECT / "expectations")
    assert errors == []
    files = (PROJECT / "expectations").glob("*/*.yml")
    assert [contract.id for contract in contracts] == sorted(
        f"{file.parent.name}.{file.stem}" for file in files
    )
    assert len(contracts) >= 40
    assert {contract.format for contract in contracts} == {"csv", "jsonl", "parquet"}
    assert {contract.deliveries.relation for contract in contracts} == {
        "append", "upsert", "replacePeriod", "fullSnapshot",
    }  # fmt: skip


def test_no_rule_is_both_about_lines_and_about_the_file() -> None:
    assert TABLE_RULES.isdisjoint(LINE_RULES)
