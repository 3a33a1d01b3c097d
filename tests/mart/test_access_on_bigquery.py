"""Who may read what on BigQuery; the emulator knows neither roles nor tags, so what is sent."""

import json
from typing import Any

import pytest
from tests.mart.conftest import Dbt
from tests.mart.emulated import EmulatedWarehouse

ROWS = [
    ("group", "analysts", "marts", True),
    ("group", "analysts", "fct_orders", False),
    ("serviceAccount", "dashboards", "int_dates_bounded", True),
]


@pytest.fixture
def rendered(dbt: Dbt, emulated: EmulatedWarehouse, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ONEMART_ACCESS_DOMAIN", "example.com")
    monkeypatch.setenv("ONEMART_BIGQUERY_POLICY_TAG", "projects/p/policyTags/7")

    def render(jinja: str) -> str:
        [result] = dbt(emulated, "compile", "--inline", jinja).results
        return str(result.node.compiled_code)

    return render


def test_rows_become_grants_on_schemas_tables_and_views(rendered: Any) -> None:
    names = ("principal_kind", "principal_name", "granted_on", "is_granted")
    rows = [{**dict(zip(names, row, strict=True)), "role_name": "r.x"} for row in ROWS]
    prefix = "`onemart`.`marts_tested"
    analysts = "group:analysts@example.com"
    robot = "serviceAccount:dashboards@onemart.iam.gserviceaccount.com"
    assert rendered(f"{{{{ access_statements({rows}) }}}}").splitlines() == [
        f'grant `roles/r.x` on schema {prefix}_marts` to "{analysts}";',
        f'revoke `roles/r.x` on table {prefix}_marts`.`fct_orders` from "{analysts}";',
        f'grant `roles/r.x` on view {prefix}_intermediate`.`int_dates_bounded` to "{robot}"',
    ]


def test_columns_classed_as_pii_get_the_policy_tag(rendered: Any) -> None:
    columns = {
        "email": {"description": "Where to write.", "meta": {"classification": "pii"}},
        "city": {"description": "Where it is.", "meta": {"classification": "internal"}},
    }
    assert json.loads(rendered(f"{{{{ tojson(policy_tagged({columns})) }}}}")) == {
        "email": {**columns["email"], "policy_tags": ["projects/p/policyTags/7"]}
    }
