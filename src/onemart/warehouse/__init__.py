"""The warehouses that a shop can live in: a DuckDB file, or the datasets of a BigQuery prefix."""
