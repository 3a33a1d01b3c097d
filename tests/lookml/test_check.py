"""What does not hold together is told with file, view and field; PII asks for a grant."""

from pathlib import Path

import pytest

from onemart.errors import UsageError
from onemart.lookml.check import check_lookml
from onemart.lookml.definitions import Definitions
from onemart.lookml.files import files_of, write_files
from onemart.lookml.project import Project
from onemart.lookml.read import read_lookml

SALES = "views/sales.view.lkml"


def told(folder: Path, definitions: Definitions) -> list[str]:
    return [str(one) for one in check_lookml(read_lookml(folder), definitions, "duckdb")]


def test_what_is_written_passes(folder: Path, definitions: Definitions) -> None:
    assert told(folder, definitions) == []


@pytest.mark.parametrize(
    "file, old, new, says",
    [
        (SALES, "type: max", "type: maximum", "sales.most_metric: type 'maximum' is none"),
        (SALES, "${TABLE}.store_id", "${TABLE}.shop_id",
         f"{SALES}: sales.store_id: its table has no column 'shop_id'."),
        (SALES, "${lines_metric}", "${line_metric}",
         f"{SALES}: sales.per_line: there is no field ${{line_metric}}."),
        (SALES, "sql: ${TABLE}.store_id", "sql: ${lines_metric}",
         f"{SALES}: sales.store_id: ${{lines_metric}} is a measure;"),
        (SALES, "primary_key: yes", "primary_key: no", f"{SALES}: sales: has 0 primary keys"),
        (SALES, "dimension: is_web", "dimension: store_id",
         f"{SALES}: sales.store_id: stands more than once."),
        (SALES, "convert_tz: no", "convert_time: no",
         f"{SALES}: sales.sale_raw: 'convert_time' is nothing that a dimension_group says here."),
        (SALES, "marts.fct_sales", "marts.fct_sale", "there is no mart marts.fct_sale."),
        (SALES, "view: sales {", "view: sales", f"{SALES}: cannot be read"),
        (SALES, "view: sales {", "view: visits {",
         "views/visits.view.lkml: view 'visits' is in views/sales.view.lkml, too."),
        ("views/sales_2_days.view.lkml", "source.amount", "source.money",
         "views/sales_2_days.view.lkml: sales_2_days: its SQL cannot be read"),
        ("views/sales_by_period.view.lkml", "parameter: period_grain", "parameter: grain",
         "asks for a parameter 'period_grain', which the view has not."),
        ("explores/sales.explore.lkml", "${stores.store_id}", "${stores.shop_id}",
         "explores/sales.explore.lkml: sales.stores: its sql_on asks for ${stores.shop_id}"),
        ("explores/sales.explore.lkml", "join: stores {", "join: shops {",
         "explores/sales.explore.lkml: sales.shops: there is no view 'shops'."),
        ("explores/sales.explore.lkml", "many_to_one", "many_to_some",
         "sales.calendar: relationship 'many_to_some' is none of"),
        ("onemart.model.lkml", "access_grant: personal_data", "access_grant: personal",
         "email: access grant 'personal_data' is in no model file."),
        ("views/customer_contacts.view.lkml", "required_access_grants: [personal_data]", "",
         "customer_contacts.email: column 'email' is PII, and asks for no access grant."),
        ("views/customer_contacts.view.lkml", "required_access_grants: [personal_data]", "",
         "customer_contacts.phone: column 'phone' is PII, and asks for no access grant."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    folder: Path, definitions: Definitions, file: str, old: str, new: str, says: str
) -> None:
    path = folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    found = told(folder, definitions)
    assert any(says in one for one in found), found


def test_every_field_with_pii_asks_for_the_grant(made: Project, definitions: Definitions) -> None:
    personal = {
        (view["name"], field["name"])
        for view in made.views.values()
        for field in (*view["dimensions"], *view["dimension_groups"])
        if "required_access_grants" in field
    }
    # One is classed by the mart itself, one named like a column that a feed's contract classes.
    assert personal == {("customer_contacts", "email"), ("customer_contacts", "phone")}
    assert any("dim_customer_contacts" in one.relation for one in definitions.tables.values())
    assert {one["name"] for one in made.explores["sales"]["joins"]} >= {"customer_contacts"}


def test_files_of_others_stay_and_own_ones_that_are_no_more_go(folder: Path, made: Project) -> None:
    own, other = folder / "views/gone.view.lkml", folder / "views/theirs.view.lkml"
    own.write_text((folder / SALES).read_text())
    other.write_text("view: theirs {}\n")
    files = files_of(made, connection="shop", closed="select 1")
    write_files(folder, files)
    assert (own.exists(), other.exists()) == (False, True)
    (folder / SALES).write_text("view: sales {}\n")
    with pytest.raises(UsageError, match=r"sales.view.lkml was not written by"):
        write_files(folder, files)
