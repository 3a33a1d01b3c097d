"""dbt's api: a relation becomes its schema and name."""


class Relation:
    """Stands for dbt's relation class."""

    @staticmethod
    def create(identifier: str, schema: str = "main", database: str = "shop") -> str:
        return f"{database}.{schema}.{identifier}"
