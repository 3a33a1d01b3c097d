"""Great Expectations as SQL in the warehouse.

Import this module only where a delivery is judged: GX takes seconds.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import great_expectations as gx
from great_expectations.compatibility.pydantic import ValidationError
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.registry import get_expectation_impl

from onemart.feeds.gx_sources import add_source, is_lost_by_gx, typed
from onemart.feeds.quiet_gx import hush
from onemart.feeds.rules import Rule, unexpected_lines
from onemart.warehouse.base import Dialect, Warehouse

__all__ = ["GreatExpectations", "Verdict"]

# Its folders of work are of no interest to those who land files.
hush()

# GX refuses regular expressions for a dialect that it does not know, so these go as SQL.
_SQL = "unexpected_rows_expectation"
_AS_SQL = {
    "expect_column_values_to_match_regex",
    "expect_column_values_to_not_match_regex",
    _SQL,
}
# A rule on two columns skips a line where one is missing, as the gate's predicates do.
_SKIP_MISSING = {
    "expect_compound_columns_to_be_unique": "any_value_is_missing",
    "expect_column_pair_values_to_be_equal": "either_value_is_missing",
    "expect_column_pair_values_a_to_be_greater_than_b": "either_value_is_missing",
}
# Values stay out of the documents: they may be personal.
_VALUES = ("unexpected", "details", "observed_value")


@dataclass(frozen=True)
class Verdict:
    """What Great Expectations says of one rule.

    Attributes
    ----------
    unexpected : int or None
        Lines that break a rule about lines.
    observed : str
        The figure that a rule about the file looks at.
    error : str
        Why the rule could not be executed; empty if it could.
    """

    rule: Rule
    success: bool
    unexpected: int | None
    observed: str
    error: str


class GreatExpectations:
    """Judges deliveries in the shop's schema `landing`.

    Parameters
    ----------
    warehouse : Warehouse
        The gate's own, open.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(
            globally=False, metric_calculations=False
        )
        self._context = context
        self._warehouse = warehouse
        self._source, self._schema = add_source(context, warehouse)

    def close(self) -> None:
        """Let go of the warehouse."""
        self._source.close()

    def judge(self, table: str, rules: Sequence[Rule]) -> tuple[list[Verdict], str]:
        """Validate the table `landing.<table>` against `rules`.

        Returns
        -------
        list of Verdict
            One per rule, in their order.
        str
            The validation's result as JSON, without values from the data.
        """
        kinds = self._warehouse.columns("landing", table)
        verdicts: dict[int, Verdict] = {}
        expectations: dict[int, Expectation] = {}
        for place, rule in enumerate(rules):
            try:
                kwargs = typed(self._warehouse, rule.kwargs, kinds)
                expectations[place] = _expectation(rule, place, kwargs, self._warehouse.dialect)
            except ValidationError as error:
                told = "; ".join(f"{part['loc'][0]}: {part['msg']}" for part in error.errors())
                verdicts[place] = Verdict(rule, False, None, "", told)
        # Nearly always no line breaks any rule, and an expectation costs some hundredths of a
        # second on the smallest delivery. So one asks for all rules about lines first; where a
        # line breaks one, or one cannot be executed, each is asked for itself.
        together = [place for place in expectations if rules[place].is_about_lines]
        asked = [expectations[place] for place in expectations if place not in together]
        outcome = self._validate(table, [*self._no_line_breaks(rules, together), *asked])
        if any(_is_about_all(result) and not result.success for result in outcome.results):
            outcome = self._validate(table, list(expectations.values()))
        for result in outcome.results:
            if _is_about_all(result):
                verdicts |= {place: Verdict(rules[place], True, 0, "", "") for place in together}
            else:
                place = cast(ExpectationConfiguration, result.expectation_config).meta["rule"]
                verdicts[place] = _verdict(rules[place], result)
        return [verdicts[place] for place in sorted(verdicts)], _document(outcome.to_json_dict())

    def _validate(
        self, table: str, expectations: list[Expectation]
    ) -> ExpectationSuiteValidationResult:
        asset = self._source.add_table_asset(name=table, schema_name=self._schema, table_name=table)
        try:
            batch = asset.add_batch_definition_whole_table("all").get_batch()
            # A checkpoint comes to the same, and keeps and compares its parts in stores meanwhile.
            return batch.validate(
                gx.ExpectationSuite(name=table, expectations=expectations),
                result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
            )
        finally:
            self._source.delete_asset(table)

    def _no_line_breaks(self, rules: Sequence[Rule], together: list[int]) -> list[Expectation]:
        if not together:
            return []
        dialect = self._warehouse.dialect
        breaking = (f"({unexpected_lines(rules[place], '{batch}', dialect)})" for place in together)
        meta = {"rules": together, "name": "no line breaks a rule"}
        return [_no_line_where(" or ".join(breaking), meta)]


def _is_about_all(result: ExpectationValidationResult) -> bool:
    return "rules" in cast(ExpectationConfiguration, result.expectation_config).meta


def _expectation(rule: Rule, place: int, kwargs: dict[str, Any], dialect: Dialect) -> Expectation:
    meta = {"rule": place, "name": rule.name, "contract_line": rule.line}
    if rule.type in _AS_SQL or is_lost_by_gx(rule, kwargs):
        return _no_line_where(unexpected_lines(rule, "{batch}", dialect), meta)
    if rule.type in _SKIP_MISSING:
        kwargs["ignore_row_if"] = _SKIP_MISSING[rule.type]
    return get_expectation_impl(rule.type)(**kwargs, meta=meta)


def _no_line_where(condition: str, meta: dict[str, Any]) -> Expectation:
    # GX formats the query, so braces of a pattern are doubled, those of {batch} are not.
    query = condition.replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
    return UnexpectedRowsExpectation(
        unexpected_rows_query=f"select * from {{batch}} where {query}", meta=meta
    )


def _verdict(rule: Rule, result: ExpectationValidationResult) -> Verdict:
    found: dict[str, Any] = result.result or {}
    error = _exception(result.exception_info or {})
    observed = found.get("observed_value")
    unexpected = found.get("unexpected_count")
    if cast(ExpectationConfiguration, result.expectation_config).type == _SQL:
        unexpected = None if observed is None else int(observed)
    return Verdict(
        rule=rule,
        success=bool(result.success) and not error,
        unexpected=unexpected if rule.is_about_lines else None,
        observed="" if observed is None or rule.is_about_lines else str(observed),
        error=error,
    )


def _exception(info: dict[str, Any]) -> str:
    if "raised_exception" in info:
        info = {"expectation": info}
    for part in info.values():
        if part.get("raised_exception"):
            return str(part.get("exception_message") or "unknown").splitlines()[0]
    return ""


def _document(result: dict[str, Any]) -> str:
    for part in result.get("results", []):
        # A message of the database may hold a value, too; the ledger's reason has it without.
        part.pop("exception_info", None)
        found = part.get("result", {})
        for key in list(found):
            if key.startswith(("partial_", *_VALUES)) and key not in {
                "unexpected_count",
                "unexpected_percent",
            }:
                del found[key]
    return json.dumps(result, default=str)
