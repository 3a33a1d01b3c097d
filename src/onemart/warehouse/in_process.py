"""Python models on BigQuery, run in the process that runs dbt.

Their inputs are bounded, so nothing is gained by sending them to a cluster: the input is read
through BigQuery's client, the model's compiled code is executed here, and what it returns goes back
by a load job. DuckDB's adapter does the same by itself.
"""

import os
import traceback
from functools import partial
from typing import Any

import pyarrow as pa
from dbt.adapters.base import PythonJobHelper, PythonSubmissionResult
from dbt.adapters.bigquery import BigQueryAdapter, BigQueryCredentials
from dbt.adapters.bigquery.clients import create_bigquery_client
from dbt_common.exceptions import DbtRuntimeError

from onemart.errors import OnemartError
from onemart.frames import to_arrow
from onemart.project import DEFAULT_SHOP
from onemart.warehouse.bigquery import BigqueryWarehouse
from onemart.warehouse.profile import Target

__all__ = ["InProcessHelper", "add_to_adapter"]

METHOD = "in_process"
BOUND = "largest_input_row_count"


def add_to_adapter() -> None:
    """Add the submission method `in_process` to dbt's BigQuery adapter, once."""
    adapter_class: Any = BigQueryAdapter
    known = adapter_class.python_submission_helpers.fget
    if known.__module__ == __name__:
        return

    def helpers(adapter: Any) -> dict[str, Any]:
        here = partial(InProcessHelper, target_name=adapter.config.target_name)
        return {**known(adapter), METHOD: here}

    adapter_class.python_submission_helpers = property(helpers)


class InProcessHelper(PythonJobHelper):
    """Runs one Python model.

    Parameters
    ----------
    parsed_model : dict
        The node: its yml names the type of each column, and `config.meta.largest_input_row_count`
        how many rows an input has at most.
    credentials : BigQueryCredentials
        Of dbt's target.
    target_name : str
        Name of the target in the profile.
    """

    def __init__(
        self, parsed_model: dict[str, Any], credentials: BigQueryCredentials, *, target_name: str
    ) -> None:
        self._model = parsed_model
        self._credentials = credentials
        self._target_name = target_name

    def submit(self, compiled_code: str) -> PythonSubmissionResult:
        """Execute the code and write the frame that its `model` returns.

        Raises
        ------
        DbtRuntimeError
            If the model says no bound or no types, an input has more rows than the bound, the
            model's code fails, or BigQuery refuses.
        """
        bound, columns = self._bound(), self._columns()
        warehouse = self._warehouse()
        try:
            frame = self._run(warehouse, compiled_code, bound)
            self._write(warehouse, to_arrow(frame, columns))
        except (OnemartError, ValueError) as error:
            raise DbtRuntimeError(f"Python model {self._model['name']}: {error}") from error
        finally:
            warehouse.client.close()  # type: ignore[no-untyped-call]
        return PythonSubmissionResult(run_id=METHOD, compiled_code=compiled_code)

    def _bound(self) -> int:
        bound = self._model["config"].get("meta", {}).get(BOUND)
        if bound is None:
            raise DbtRuntimeError(
                f"{self._model['original_file_path']} reads its inputs into memory. Say in the"
                f" model's config.meta.{BOUND} how many rows an input has at most."
            )
        return int(bound)

    def _columns(self) -> dict[str, str]:
        columns = {name: told.get("data_type") for name, told in self._model["columns"].items()}
        untyped = [name for name, kind in columns.items() if not kind]
        if untyped or not columns:
            raise DbtRuntimeError(
                f"{self._model['original_file_path']} becomes a table by the types in the model's"
                f" yml. Give a data_type to {', '.join(untyped) or 'each of its columns'}."
            )
        return columns

    def _warehouse(self) -> BigqueryWarehouse:
        lacks: frozenset[str] = frozenset()
        if self._target_name == "emulator":
            from onemart.warehouse.emulator import LACKS  # noqa: PLC0415

            lacks = LACKS
        settings = {
            "project": self._credentials.database,
            "dataset": self._credentials.schema,
            "maximum_bytes_billed": self._credentials.maximum_bytes_billed,
        }
        shop = os.environ.get("ONEMART_SHOP") or DEFAULT_SHOP
        warehouse = BigqueryWarehouse(
            create_bigquery_client(self._credentials),
            Target(self._target_name, settings),
            shop,
            lacks=lacks,
        )
        warehouse.label(step="dbt", model=self._model["name"])
        return warehouse

    def _run(self, warehouse: BigqueryWarehouse, code: str, bound: int) -> Any:
        def read(relation: str) -> pa.Table:
            table = warehouse.arrow(f"select * from `{relation}` limit {bound + 1}")
            if table.num_rows > bound:
                raise OnemartError(
                    f"{relation} has more than {bound:,} rows.",
                    f"Let SQL bound it, or raise {BOUND} of the model if memory allows.",
                )
            return table

        namespace: dict[str, Any] = {"__name__": self._model["name"]}
        try:
            # The model is the project's own code, which dbt compiled; DuckDB's adapter runs it so.
            exec(compile(code, self._model["original_file_path"], "exec"), namespace)  # noqa: S102
            return namespace["model"](namespace["dbtObj"](read), warehouse.client)
        except OnemartError:
            raise
        except Exception as error:
            raise DbtRuntimeError(f"Python model failed:\n{traceback.format_exc()}") from error

    def _write(self, warehouse: BigqueryWarehouse, table: pa.Table) -> None:
        schema = self._model["schema"].removeprefix(f"{warehouse.prefix}_")
        warehouse.load(schema, self._model["alias"], iter(table.to_batches()), table.schema)
