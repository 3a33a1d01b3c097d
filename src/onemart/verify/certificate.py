"""The parity certificate: what was compared, what was equal, and what nobody could check.

It is written twice: as JSON for machines, and as one page that needs no other file.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from onemart.verify.comparison import Comparison, Difference

__all__ = ["NEVER_VERIFIED", "NOT_VERIFIED", "Certificate", "Compared", "write_certificate"]

# What stays unproved, by the flag of emulator_lacks (dbt_project.yml) that says why.
NOT_VERIFIED = {
    "alter_type": "A type that a contract widens is widened in place.",
    "decimal_parameters": "Decimals of fewer digits than NUMERIC has; here they are plain NUMERIC.",
    "dry_run": "Dry runs and the bytes that they tell; budgets come from table statistics instead.",
    "grants": "Groups get the roles of seeds/access_groups.csv; only the statements are tested.",
    "parquet_loads": "Load jobs of Parquet files; here the same rows went in as CSV.",
    "persist_docs": "Descriptions of tables and columns reach BigQuery.",
    "policy_tags": "Columns classed PII carry their policy tag; only the request is tested.",
    "query_parameters": "Parameters are bound by the service; here they were written into the SQL.",
    "transactions": (
        "A publication is atomic: BEGIN … COMMIT TRANSACTION, with ASSERT before it, is sent to the"
        " real service only. Here its statements ran one by one, each of which may be repeated."
    ),
}

# What an emulator on this machine cannot show whatever it learns.
NEVER_VERIFIED = (
    "Options of load jobs that the emulator ignores, and files in a bucket.",
    "Credentials: key files, workload identity and their permissions are tested with made answers.",
    "Quotas, slots, concurrency and queues of a project.",
    "Time and price of a run; docs/scale.md works them out from published figures.",
    "That partitions and clusters are pruned as asked; only what the statements ask is checked.",
    "dbt's tests run on DuckDB only; here the data tests were compiled for GoogleSQL's analyzer.",
)  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """A table of a shop and what comparing it found.

    Attributes
    ----------
    shop, model : str
        Which table.
    comparison : Comparison
        The first table is DuckDB's, the second BigQuery's.
    """

    shop: str
    model: str
    comparison: Comparison


@dataclass(frozen=True)
class Certificate:
    """What `make parity` found.

    Attributes
    ----------
    facts : Mapping
        When, with which versions, on which deliveries; shown as they are.
    compared : tuple of Compared
        All tables of all shops.
    not_verified : tuple of str
        What is not shown without an account.
    """

    facts: Mapping[str, str]
    compared: tuple[Compared, ...]
    not_verified: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether every table of every shop is there on both sides and equal."""
        return bool(self.compared) and all(one.comparison.equal for one in self.compared)

    @property
    def verdict(self) -> str:
        """One sentence for a person."""
        wrong = sum(not one.comparison.equal for one in self.compared)
        shops = len({one.shop for one in self.compared})
        rows = sum(one.comparison.rows for one in self.compared)
        if not self.compared:
            return "Nothing was compared."
        if wrong:
            return f"{wrong} of {len(self.compared)} tables differ."
        tables = "The one table" if len(self.compared) == 1 else f"All {len(self.compared)} tables"
        of = "one shop" if shops == 1 else f"{shops} shops"
        return (
            f"{tables} of {of} {'is' if len(self.compared) == 1 else 'are'} equal: {rows:,} rows."
        )


def write_certificate(certificate: Certificate, folder: Path) -> tuple[Path, Path]:
    """Write certificate.json and certificate.html into `folder`; return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    told, page = folder / "certificate.json", folder / "certificate.html"
    told.write_text(json.dumps(_as_json(certificate), indent=2) + "\n", encoding="utf-8")
    page.write_text(_as_page(certificate), encoding="utf-8")
    return told, page


def _as_json(certificate: Certificate) -> dict[str, Any]:
    return {
        "equal": certificate.equal,
        "verdict": certificate.verdict,
        "facts": dict(certificate.facts),
        "models": [
            {
                "shop": one.shop,
                "model": one.model,
                "rows_duckdb": one.comparison.rows,
                "rows_bigquery": one.comparison.other_rows,
                "equal": one.comparison.equal,
                "largest_difference": {
                    column: str(apart) for column, apart in one.comparison.largest.items()
                },
                "problems": one.comparison.problems,
                "values_that_differ": one.comparison.different,
                "differences": [_told(difference) for difference in one.comparison.differences],
            }
            for one in certificate.compared
        ],
        "not_verified": list(certificate.not_verified),
    }


def _told(difference: Difference) -> dict[str, Any]:
    first, second = difference.first, difference.second
    if not difference.column:
        first, second = ("there" if side else "missing" for side in (first, second))
    return {
        "key": {name: str(value) for name, value in difference.key.items()},
        "column": difference.column,
        "duckdb": str(first),
        "bigquery": str(second),
    }


_STYLE = """
:root { color-scheme: light dark; --line: #d5d9e0; --dim: #5d6675; --good: #1b7f3b; --bad: #b3261e;
  --ink: #1d2430; --paper: #fff; --band: #f4f6f9; }
@media (prefers-color-scheme: dark) { :root { --line: #343b47; --dim: #9aa4b5; --good: #63c982;
  --bad: #ff8a80; --ink: #e6e9ef; --paper: #15181e; --band: #1d222b; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
p.verdict { font-size: 1.15rem; margin: 0 0 1.5rem; } .good { color: var(--good); }
.bad { color: var(--bad); } .wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .94rem; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { color: var(--dim); font-weight: 600; } td.number, th.number { text-align: right;
  font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; margin: 0;
  font-size: .94rem; } dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
details { background: var(--band); border-radius: .4rem; padding: .6rem .9rem; margin: .6rem 0; }
summary { cursor: pointer; } li { margin: .25rem 0; }
"""


def _as_page(certificate: Certificate) -> str:
    shops = dict.fromkeys(one.shop for one in certificate.compared)
    facts = "".join(
        f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in certificate.facts.items()
    )
    tables = "".join(
        _shop_section(shop, [one for one in certificate.compared if one.shop == shop])
        for shop in shops
    )
    open_points = "".join(f"<li>{escape(point)}</li>" for point in certificate.not_verified)
    mood = "good" if certificate.equal else "bad"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parity certificate</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Parity of DuckDB and BigQuery</h1>
<p class="verdict {mood}">{escape(certificate.verdict)}</p>
<dl>{facts}</dl>
{tables}
<h2>Not verified without an account</h2>
<ul>{open_points}</ul>
</body>
</html>
"""


def _shop_section(shop: str, compared: Iterable[Compared]) -> str:
    compared = list(compared)
    rows = "".join(map(_row, compared))
    details = "".join(_details(one) for one in compared if not one.comparison.equal)
    return f"""<h2>Shop {escape(shop)}</h2>
{details}<div class="wide"><table>
<thead><tr><th>table</th><th class="number">rows</th><th>outcome</th>
<th>largest difference of a number</th></tr></thead>
<tbody>{rows}</tbody>
</table></div>
"""


def _row(one: Compared) -> str:
    found = one.comparison
    rows = f"{found.rows:,}"
    if found.other_rows != found.rows:
        rows += f" / {found.other_rows:,}"
    outcome = (
        '<span class="good">equal</span>' if found.equal else '<span class="bad">differs</span>'
    )
    largest = ", ".join(f"{escape(name)} {apart}" for name, apart in found.largest.items())
    return (
        f"<tr><td><code>{escape(one.model)}</code></td><td class=number>{rows}</td>"
        f"<td>{outcome}</td><td>{largest or '0'}</td></tr>"
    )


def _details(one: Compared) -> str:
    found = one.comparison
    problems = "".join(f"<li>{escape(problem)}</li>" for problem in found.problems)
    rows = "".join(
        f"<tr><td>{escape(', '.join(f'{k} {v}' for k, v in told['key'].items()))}</td>"
        f"<td><code>{escape(told['column'] or 'the row')}</code></td>"
        f"<td>{escape(told['duckdb'])}</td><td>{escape(told['bigquery'])}</td></tr>"
        for told in map(_told, found.differences)
    )
    more = found.different - len(found.differences)
    shown = f" The first {len(found.differences)} are shown." if more else ""
    values = (
        f"<p>{found.different:,} values differ.{shown}</p><div class='wide'><table><thead><tr>"
        "<th>row</th><th>column</th><th>DuckDB</th><th>BigQuery</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
    return (
        f"<details open><summary><code>{escape(one.model)}</code> differs</summary>"
        f"<ul>{problems}</ul>{values if rows else ''}</details>\n"
    )
