"""dbt's target."""

type = "duckdb"  # noqa: A001 (dbt's name for it)
name = "dev"
schema = "main"
database = "shop"
