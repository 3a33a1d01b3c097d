"""dbt's way to Onemart: dbt imports every module whose name begins with `dbt_`.

With DuckDB this costs nothing; the BigQuery adapter is looked at only where dbt itself has loaded
it for the target that it runs.
"""

import sys

from dbt.plugins.manager import dbtPlugin

__all__ = ["OnemartPlugin", "plugins"]


class OnemartPlugin(dbtPlugin):
    """Lets BigQuery's Python models run in the process that runs dbt."""

    def initialize(self) -> None:
        """Add the way to submit them, once dbt knows its target."""
        if "dbt.adapters.bigquery" in sys.modules:
            from onemart.warehouse.in_process import add_to_adapter  # noqa: PLC0415

            add_to_adapter()


plugins = [OnemartPlugin]
