"""What dbt-duckdb does on connecting: see that every feed's tables are there, empty if need be.

So plain `dbt build` works in a clone where nothing was ever delivered, and nobody switches models
on and off. A contract that grew is left to `onemart land`.
"""

from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin

from onemart.feeds.contract import contract_files, load_contracts
from onemart.feeds.ledger import prepare_ledger
from onemart.feeds.tables import prepare_feed
from onemart.project import find_project
from onemart.warehouse.duckdb import DuckdbWarehouse

__all__ = ["Plugin"]


class Plugin(BasePlugin):
    """Prepares the raw tables of feeds that this warehouse has not seen."""

    def update_connection_config(
        self,
        creds: DuckDBCredentials,
        config: dict[str, Any],  # noqa: ARG002
    ) -> None:
        """Create the folder of the warehouse, which a fresh clone lacks."""
        Path(creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Create what is missing in `ops` and `raw`; contracts are read only if a feed is."""
        folder = find_project().contracts
        wanted = {f"{path.parent.name}__{path.stem}__current" for path in contract_files(folder)}
        warehouse = DuckdbWarehouse(conn, Path(self.creds.path if self.creds else ""))
        prepare_ledger(warehouse)
        if wanted <= warehouse.tables("raw").keys():
            return
        contracts, errors = load_contracts(folder)
        for contract in contracts:
            prepare_feed(warehouse, contract)
        if errors:
            raise errors[0]
