"""What a slim build changed, as Markdown for a pull request: shapes and counts, never a value."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from onemart.ci.differences import ModelChange, compare_models
from onemart.ci.slim import Slim, slim_folder
from onemart.ci.state import State
from onemart.errors import UsageError
from onemart.project import Project, Shop
from onemart.warehouse import DEFAULT_TARGET, Warehouse, open_warehouse

__all__ = ["MARK", "Verdicts", "pull_request_report", "report_text"]

MARK = "<!-- onemart: what a pull request changes -->"
"""First line of the report, by which the comment is found that it replaces."""

_MOST_COLUMNS = 12
_MOST_FAILURES = 20
_TESTS = ("test.", "unit_test.")
_SOUND = {"success", "pass"}
# What dbt puts above the warehouse's own words.
_WHERE = re.compile(r"\w+ Error in \w+ ")


@dataclass(frozen=True)
class Verdicts:
    """What came of the tests, and of the models before them.

    Attributes
    ----------
    counts : Counter
        Tests by status: pass, warn, fail, error, skipped.
    problems : list of (str, str)
        Models and tests that failed, and why, without values of the data.
    """

    counts: Counter[str]
    problems: list[tuple[str, str]]

    @classmethod
    def of(cls, results: Iterable[Mapping[str, Any]], warehouse: Warehouse) -> "Verdicts":
        """Read the results of dbt's run_results.json."""
        counts: Counter[str] = Counter()
        problems = []
        for result in results:
            name, status = str(result["unique_id"]), str(result["status"])
            if name.startswith(_TESTS):
                counts["pass" if status in _SOUND else status] += 1
            # About an exposure dbt does nothing.
            if status not in {*_SOUND, "skipped", "no-op"}:
                told = _first_line(str(result["message"] or status))
                # A data test's id ends with a hash.
                short = name.split(".", maxsplit=2)[2]
                short = short.split(".")[0] if name.startswith("test.") else short
                problems.append((short, warehouse.without_values(told)[:200]))
        return cls(counts, problems)


def pull_request_report(project: Project, shop: Shop, state: State) -> str:
    """Compare the last slim build of a shop with the state that it began from.

    Raises
    ------
    UsageError
        If there was no slim build.
    """
    folder = slim_folder(project, shop)
    if not (folder / "slim.json").is_file():
        raise UsageError(
            f"There is no slim build of shop {shop.name}.",
            f"Build it: make slim-build SHOP={shop.name} STATE={state.folder}.",
        )
    slim = Slim.read(folder)
    run = _read(folder / "run_results.json")["results"]
    nodes = [_tables(manifest) for manifest in (state.manifest, _read(folder / "manifest.json"))]
    built = [str(one["unique_id"]) for one in run if one["status"] == "success"]
    gone = nodes[0].keys() - nodes[1].keys()
    asked = dict.fromkeys(sorted({*slim.modified, *gone}), "changed")
    asked |= {name: "rebuilt" for name in sorted(built) if name in nodes[1] and name not in asked}
    with ExitStack() as files:
        before, now = (
            files.enter_context(open_warehouse(replace(shop, warehouse=path), **options))
            for path, options in (
                (state.warehouse, {"target": DEFAULT_TARGET, "read_only": True}),
                (slim.warehouse, {"target": DEFAULT_TARGET}),
            )
        )
        changes = compare_models((before, nodes[0]), (now, nodes[1]), asked)
        tests = Verdicts.of(run, now)
    commit = str(state.about["commit"])[:12]
    return report_text(shop.name, changes, tests, commit=commit, seconds=slim.seconds)


def report_text(
    shop: str, changes: list[ModelChange], tests: Verdicts, *, commit: str, seconds: float
) -> str:
    """Return the report as Markdown."""
    own = [change for change in changes if change.what != "rebuilt"]
    rebuilt = [change for change in changes if change.what == "rebuilt"]
    differing = [change for change in rebuilt if not change.is_as_before]
    failed = sum(tests.counts[status] for status in ("fail", "error"))
    others = "".join(
        f", {tests.counts[status]:,} {told}"
        for status, told in (("warn", "warned"), ("skipped", "skipped"))
        if tests.counts[status]
    )
    summary = (
        f"**{_counted(len(own), 'model')} changed**, {len(rebuilt):,} more built because they read"
        f" them, {len(differing):,} of these with another outcome."
        f" {_counted(tests.counts['pass'], 'test')} passed, **{failed:,} failed**{others}."
    )
    lines = [MARK, f"### What changes in shop `{shop}`", "", summary, ""]
    if own:
        lines += _table(own)
    if differing:
        lines += ["#### Other outcome further down", "", *_table(differing)]
    if tests.problems:
        lines += ["#### Failed", ""]
        lines += [f"- `{name}`: {_inert(why)}" for name, why in tests.problems[:_MOST_FAILURES]]
        if len(tests.problems) > _MOST_FAILURES:
            lines.append(f"- and {len(tests.problems) - _MOST_FAILURES:,} more: see the log")
        lines.append("")
    against = f"Compared with the state kept at `{commit}`" if commit else "Compared with the state"
    lines += [
        f"<sub>{against}; built in {seconds:.0f} s. Values of a view are not compared.</sub>",
        "",
    ]
    return "\n".join(lines)


def _first_line(message: str) -> str:
    """Return the line that says what is wrong; behind it unit tests show rows, errors their SQL."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    where = lines and _WHERE.match(lines[0])
    return lines[1 if where and len(lines) > 1 else 0] if lines else ""


def _table(changes: list[ModelChange]) -> list[str]:
    rows = (
        (
            f"`{change.name}`",
            change.what,
            *("" if rows is None else f"{rows:,}" for rows in change.rows),
            _difference(*change.rows),
            _columns(change),
            _moved(change),
        )
        for change in changes
    )
    return [
        "| model | | rows before | rows now | difference | columns | values differ in |",
        "|---|---|--:|--:|--:|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]


def _difference(before: int | None, now: int | None) -> str:
    if before is None or now is None:
        return ""
    if before == now:
        return "none"
    share = f" ({(now - before) / before:+.1%})" if before else ""
    return f"{now - before:+,}{share}"


def _columns(change: ModelChange) -> str:
    told = [f"+ `{column}`" for column in change.added]
    told += [f"− `{column}`" for column in change.removed]  # noqa: RUF001  (a minus)
    told += [f"`{column}` {old} → {new}" for column, (old, new) in change.retyped.items()]
    return _cut(told)


def _moved(change: ModelChange) -> str:
    if change.moved is not None:
        return _cut([f"`{column}`" for column in change.moved]) or "none"
    return "" if None in change.rows or change.rows[0] == change.rows[1] else "other rows"


def _cut(told: list[str]) -> str:
    more = len(told) - _MOST_COLUMNS
    return ", ".join(told[:_MOST_COLUMNS]) + (f" and {more} more" if more > 0 else "")


def _inert(text: str) -> str:
    """Show a message as code: nothing in it is a link, a name to notify, or HTML."""
    return f"`` {' '.join(text.replace('`', ' ').split())} ``"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _tables(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed"}
    }


def _read(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told
