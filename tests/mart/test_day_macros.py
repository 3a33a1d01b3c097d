"""The constants by which incremental builds name the days that they read and replace."""

from typing import Any

import pytest
from tests.mart.conftest import Dbt
from tests.mart.synthetic import SyntheticWarehouse

THE_2ND = "d >= date '2017-01-02' and d < date '2017-01-03'"
THE_4TH = "d >= date '2017-01-04' and d < date '2017-01-05'"


@pytest.fixture(scope="module")
def rendered(dbt: Dbt, empty_warehouse: SyntheticWarehouse) -> Any:
    def render(jinja: str) -> str:
        [result] = dbt(empty_warehouse, "compile", "--inline", jinja).results
        return str(result.node.compiled_code)

    return render


@pytest.mark.parametrize(
    "jinja, sql",
    [
        (
            "in_days('d', ['2017-01-04', '2017-01-02'])",
            f"({THE_2ND} or {THE_4TH})",
        ),
        # The day after one and the day before the other meet.
        (
            "in_days('d', ['2017-01-01', '2017-01-04'], before=1, after=1)",
            "(d >= date '2016-12-31' and d < date '2017-01-06')",
        ),
        (
            "in_days('t', ['2016-02-28'], after=1, kind='timestamp')",
            "(t >= timestamp '2016-02-28' and t < timestamp '2016-03-01')",
        ),
        ("in_days('d', [])", "(d >= date '0001-01-02' and d < date '0001-01-02')"),
        (
            "dates_of(['2017-01-01', '2017-01-02'], before=1)",
            "date '2016-12-31', date '2017-01-01', date '2017-01-02'",
        ),
        ("dates_of([])", "cast(null as date)"),
    ],
)
def test_days_become_constants(rendered: Any, jinja: str, sql: str) -> None:
    assert rendered(f"{{{{ {jinja} }}}}") == sql
