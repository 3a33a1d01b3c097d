"""Records of a small shop, written by hand."""

import json
from pathlib import Path
from typing import Any

from onemart.verify.record import Record

RAW = "`p`.`s_raw`.`lines`"
SALES = "`p`.`s_marts`.`fct_sales`"
# Name and text of each statement; those of no node have no name.
Sent = list[tuple[str, str]]
PARENTS = {"stg_lines": ["source.onemart.lines"], "fct_sales": ["model.onemart.stg_lines"]}
KINDS = {"stg_lines": "view", "fct_sales": "incremental", "dim_skus": "table", "more": "table"}


def recorded(folder: Path, sent: Sent, **meta: Any) -> Record:
    """Write down what was sent for shop `s`; `dim_skus` has the meta given."""
    nodes = {
        f"model.onemart.{name}": {
            "resource_type": "model",
            "name": name,
            "alias": name,
            "unique_id": f"model.onemart.{name}",
            "config": {"materialized": kind, "meta": meta if name == "dim_skus" else {}},
            "depends_on": {"nodes": PARENTS.get(name, ["model.onemart.fct_sales"])},
        }
        for name, kind in KINDS.items()
    }
    nodes["test.onemart.sales"] = {"resource_type": "test", "name": "sales", "alias": "sales"}
    told = {"default_dataset": None, "project": "p", "seconds": 0, "error": None}
    lines = []
    for place, (name, sql) in enumerate(sent):
        kind, _, node = name.rpartition(".")
        node_id = f"{kind or 'model'}.onemart.{node}"
        comment = {"node_id": node_id, "onemart_shop": "s"} if name else {}
        # Each time that a node comes again, it comes with another call of dbt.
        before = [earlier for earlier, _ in sent[:place]].count(name)
        labels = {"dbt_invocation_id": f"call {before}"}
        lines.append(
            json.dumps({"sql": f"/* {json.dumps(comment)} */ {sql}", "labels": labels, **told})
        )
    log = folder / "statements.jsonl"
    log.write_text("\n".join(lines))
    return Record(log, {"nodes": nodes, "sources": {"source.onemart.lines": {"schema": "s_raw"}}})
