"""A shop of three sales, two customers and their contacts, with a metric of each kind."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from onemart.lookml.definitions import Definitions, read_definitions
from onemart.lookml.files import files_of, write_files
from onemart.lookml.project import Project, make_project

Told = dict[str, Any]


def column(name: str, kind: str = "string", *, is_personal: bool = False) -> Told:
    meta = {"classification": "pii"} if is_personal else {}
    return {"name": name, "data_type": kind, "description": f"The {name}.", "meta": meta}


def mart(name: str, key: list[str], *columns: Told) -> Told:
    return {
        "unique_id": f"model.shop.{name}", "name": name, "alias": name, "schema": "marts",
        "resource_type": "model", "description": f"One row per {name}.", "group": "sales",
        "access": "public", "primary_key": key, "columns": {one["name"]: one for one in columns},
    }  # fmt: skip


def related(model: str, name: str, to: str) -> Told:
    return {
        "resource_type": "test", "attached_node": f"model.shop.{model}",
        "unique_id": f"{model}.{name}",
        "test_metadata": {
            "name": "relationships",
            "kwargs": {"column_name": name, "to": f"ref('{to}')", "field": name},
        },
    }  # fmt: skip


def manifest() -> Told:
    nodes = [
        mart("fct_sales", ["sale_id"], column("sale_id"), column("sale_date", "date"),
             column("store_id"), column("customer_id"), column("is_web", "boolean"),
             column("amount", "decimal(10,2)")),
        mart("fct_visits", ["visit_id"], column("visit_id"), column("visit_date", "date"),
             column("store_id"), column("count_of_people", "int")),
        mart("dim_stores", ["store_id"], column("store_id"), column("city"), column("state")),
        mart("dim_customer_contacts", ["customer_id"], column("customer_id"),
             column("email", is_personal=True), column("phone")),
        mart("dim_dates", ["date_day"], column("date_day", "date"),
             column("retail_week_start_date", "date"), column("is_closed", "boolean")),
        mart("dim_periods", ["period_id"], *map(column, (
             "period_id", "grain", "period_name", "previous_period_id", "last_year_period_id")),
             column("start_date", "date"), column("end_date", "date"), *(
             column(name, "boolean")
             for name in ("is_closed", "is_traded", "has_previous", "has_last_year"))),
        related("fct_sales", "customer_id", "dim_customer_contacts"),
    ]  # fmt: skip
    group = {"name": "sales", "owner": {"name": "Sales Team", "email": None}}
    raw = {"columns": {"phone": column("phone", is_personal=True)}}
    return {
        "nodes": {one["unique_id"]: one for one in nodes},
        "groups": {"group.sales": group},
        "sources": {"source.raw": raw},
    }


def time(name: str) -> Told:
    params = {"time_granularity": "day", "validity_params": None}
    return {"name": name, "type": "time", "expr": None, "description": "", "type_params": params}


def categorical(name: str) -> Told:
    return {
        "name": name,
        "type": "categorical",
        "expr": None,
        "description": "",
        "type_params": None,
    }


def measure(name: str, agg: str, expr: str, percentile: float | None = None) -> Told:
    return {
        "name": name, "agg": agg, "expr": expr, "agg_params": {"percentile": percentile},
        "agg_time_dimension": None, "non_additive_dimension": None,
    }  # fmt: skip


def model(name: str, table: str, default: str, entities: Told, *parts: Told) -> Told:
    return {
        "name": name, "description": f"One row per {name}.", "node_relation": {"alias": table},
        "defaults": {"agg_time_dimension": default} if default else None, "primary_entity": None,
        "entities": [{"name": entity, "type": kind, "expr": expr}
                     for entity, (kind, expr) in entities.items()],
        "dimensions": [one for one in parts if "agg" not in one],
        "measures": [one for one in parts if "agg" in one],
    }  # fmt: skip


def metric(name: str, kind: str, *, where: str = "", **params: Any) -> Told:
    blank = dict.fromkeys(("measure", "numerator", "denominator", "expr", "cumulative_type_params"))
    return {
        "name": name, "type": kind, "label": name.replace("_", " ").capitalize(),
        "description": f"What {name} is.", "type_params": {**blank, "metrics": [], **params},
        "filter": {"where_filters": [{"where_sql_template": where}]} if where else None,
        "config": {"meta": {"unit": "currency", "owner": "sales"}},
    }  # fmt: skip


def simple(name: str, of: str, *, fill: int | None = 0, where: str = "") -> Told:
    taken = {"name": of, "filter": None, "fill_nulls_with": fill}
    return metric(name, "simple", where=where, measure=taken)


def part(name: str, **more: Any) -> Told:
    return {"name": name, "alias": None, "filter": None, "offset_window": None,
            "offset_to_grain": None, **more}  # fmt: skip


def cumulative(name: str, of: str, **params: Any) -> Told:
    taken = {"name": of, "filter": None, "fill_nulls_with": None}
    bounds = {"window": None, "grain_to_date": None, **params}
    return metric(name, "cumulative", measure=taken, cumulative_type_params=bounds)


def semantic_manifest() -> Told:
    store, customer = ("foreign", "store_id"), ("foreign", "customer_id")
    web = {"where_filters": [{"where_sql_template": "{{ Dimension('sale__is_web') }}"}]}
    return {
        "semantic_models": [
            model("sales", "fct_sales", "sale_date",
                  {"sale": ("primary", "sale_id"), "store": store, "customer": customer},
                  time("sale_date"), categorical("is_web"),
                  measure("amount", "sum", "amount"), measure("lines", "count", "amount"),
                  measure("buyers", "count_distinct", "customer_id"),
                  measure("mean", "average", "amount"), measure("most", "max", "amount"),
                  measure("least", "min", "amount"), measure("middle", "median", "amount"),
                  measure("web", "sum_boolean", "is_web")),
            model("visits", "fct_visits", "visit_date",
                  {"visit": ("primary", "visit_id"), "store": store}, time("visit_date"),
                  measure("people", "sum", "count_of_people")),
            model("stores", "dim_stores", "", {"store": ("primary", "store_id")},
                  categorical("city"), categorical("state")),
        ],
        "metrics": [
            *(simple(f"{of}_metric", of, fill=0 if of in {"amount", "lines", "web"} else None)
              for of in ("amount", "lines", "buyers", "mean", "most", "least", "middle", "web")),
            simple("people_metric", "people"),
            simple("northern_amount", "amount", where="{{ Dimension('store__state') }} = 'North'"),
            metric("per_line", "ratio", numerator=part("amount_metric"),
                   denominator=part("lines_metric")),
            metric("web_share", "ratio", denominator=part("amount_metric"),
                   numerator=part("amount_metric", filter=web, alias="of_web")),
            metric("twice", "derived", expr="2 * amount_metric - lines_metric",
                   metrics=[part("amount_metric"), part("lines_metric")]),
            metric("per_visitor", "ratio", numerator=part("amount_metric"),
                   denominator=part("people_metric")),
            cumulative("amount_month_to_date", "amount", grain_to_date="month"),
            cumulative("amount_2_days", "amount", window={"count": 2, "granularity": "day"}),
            cumulative("amount_for_ever", "amount"),
            metric("amount_change", "derived", expr="amount_metric - before",
                   metrics=[part("amount_metric"), part("amount_metric", alias="before",
                            offset_window={"count": 1, "granularity": "month"})]),
            metric("visits_that_buy", "conversion"),
        ],
    }  # fmt: skip


TABLES = """
create schema marts;
create table marts.fct_sales as select * from (values
    ('1', date '2024-01-30', 'a', 'x', true, 10.00::decimal(10, 2)),
    ('2', date '2024-01-31', 'b', 'x', false, 20.00),
    ('3', date '2024-02-01', 'a', 'y', false, 40.00)
) as t(sale_id, sale_date, store_id, customer_id, is_web, amount);
create table marts.fct_visits as select * from (values
    ('7', date '2024-01-30', 'a', 4), ('8', date '2024-02-01', 'a', 10),
    ('9', date '2024-02-02', 'a', 6)
) as t(visit_id, visit_date, store_id, count_of_people);
create table marts.dim_stores as select * from (values
    ('a', 'Kiel', 'North'), ('b', 'Ulm', 'South')) as t(store_id, city, state);
create table marts.dim_customer_contacts as select * from (values
    ('x', 'x@example.org', '1')) as t(customer_id, email, phone);
create table marts.dim_dates as
    select d::date as date_day, date '2024-01-28' as retail_week_start_date, true as is_closed
    from generate_series(date '2024-01-30', date '2024-02-03', interval 1 day) as s(d);
create table marts.dim_periods as select * from (values
    ('m1', 'month', '2024-01', null, null, date '2024-01-01', date '2024-01-31',
        true, true, false, false),
    ('m2', 'month', '2024-02', 'm1', null, date '2024-02-01', date '2024-02-29',
        true, true, true, false)
) as t(period_id, grain, period_name, previous_period_id, last_year_period_id, start_date, end_date,
    is_closed, is_traded, has_previous, has_last_year);
"""


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return read_definitions(
        manifest(), semantic_manifest(), lambda schema, name: f"{schema}.{name}"
    )


@pytest.fixture(scope="session")
def made(definitions: Definitions) -> Project:
    return make_project(definitions, "duckdb")


@pytest.fixture
def folder(made: Project, tmp_path: Path) -> Path:
    write_files(tmp_path, files_of(made, connection="shop", closed="select 1"))
    return tmp_path


@pytest.fixture(scope="session")
def shop() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(TABLES)
    return connection
