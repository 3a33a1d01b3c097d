"""The `onemart` command: what dbt does not do, and dbt where it helps."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onemart import __version__
from onemart.console import complain, console, figures, plain, progress, say
from onemart.errors import OnemartError, UsageError
from onemart.leaving import leave
from onemart.project import Shop, find_project
from onemart.warehouse import DEFAULT_TARGET

if TYPE_CHECKING:
    # The gate takes a second to import, which a question to the marts need not wait for.
    from onemart.feeds.contract import Contract
    from onemart.feeds.gate import Gate, OnStep, Outcome, Report
    from onemart.feeds.landing import Found

__all__ = ["app", "main", "run"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="One governed mart of sales and customers: the feed gate, samples and builds.",
)

ShopName = Annotated[
    str | None, typer.Option("--shop", help="The shop; else ONEMART_SHOP, else complete_journey.")
]
FeedName = Annotated[str, typer.Option("--feed", help="The feed, as <source>.<feed> or <feed>.")]
Wait = Annotated[
    float, typer.Option("--wait", min=0, help="Seconds to wait for whoever holds the warehouse.")
]
TargetName = Annotated[
    str | None,
    typer.Option(
        "--target", help="The warehouse, a target of profiles.yml; else ONEMART_TARGET, else dev."
    ),
]
DELIVERY_HELP = "Only this delivery, by its id."
_MOST_ROWS = 1_000
_MOST_ROWS_TO_FILE = 10_000_000
_DAY = ["%Y-%m-%d"]
_METRICS = re.compile(r"[a-z0-9_]+(\s*,\s*[a-z0-9_]+)*")
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H"]


def _show_version(asked: bool) -> None:  # noqa: FBT001  (typer calls it by place)
    if asked:
        console.print(f"onemart {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show it.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@contextmanager
def _gate(
    shop: str | None,
    wait: float,
    target: str | None,
    on_step: "OnStep" = lambda _step, _file: None,
) -> "Iterator[Gate]":
    from onemart.feeds.gate import open_gate  # noqa: PLC0415

    project = find_project()
    command = " ".join(["onemart", *sys.argv[1:]])
    with open_gate(
        project, project.shop(shop), command, on_step=on_step, timeout=wait, target=target
    ) as gate:
        for error in gate.contract_errors:
            complain(error, "contract")
        yield gate


def _contract(gate: "Gate", feed: str) -> "Contract":
    found = [c for c in gate.contracts if feed in {c.id, c.feed}]
    if len(found) != 1:
        if gate.contract_errors and not found:
            raise UsageError(f"'{feed}' is no feed with a sound contract.", "See above.")
        names = ", ".join(contract.id for contract in found or gate.contracts)
        problem = "names more than one feed" if found else "is no feed"
        raise UsageError(f"'{feed}' {problem}.", f"Use one of {names}.")
    return found[0]


@app.command()
def sample(
    name: Annotated[str, typer.Argument(help="complete_journey or uci_online_retail.")],
    *,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="The file of uci_online_retail: Parquet or CSV."),
    ] = None,
    shop: ShopName = None,
) -> None:
    """Put a sample's files into the landing folder, as its retailer would deliver them."""
    from onemart.samples.complete_journey import write_complete_journey  # noqa: PLC0415
    from onemart.samples.uci_online_retail import write_uci_online_retail  # noqa: PLC0415

    target = find_project().shop(shop or name)
    bar, task = progress(f"sample {name}")

    def written(file: str) -> None:
        bar.update(task, advance=1, current=plain(file))

    with bar:
        if name == "complete_journey":
            delivered = write_complete_journey(target, on_file=written)
        elif name == "uci_online_retail":
            if source is None:
                raise UsageError("uci_online_retail needs its file.", "Name it with --from FILE.")
            delivered = write_uci_online_retail(target, source, on_file=written)
        else:
            raise UsageError(
                f"There is no sample '{name}'.", "Use complete_journey or uci_online_retail."
            )
    say(
        f"Sample {name}: {len(delivered.written)} files written to landing/{target.name},"
        f" {len(delivered.kept)} were there already."
    )


@app.command()
def simulate(  # noqa: PLR0913
    *,
    customers: Annotated[
        int | None,
        typer.Option("--customers", min=10, help="Accounts at the end of the first run; 20000."),
    ] = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=_MOMENTS, help="The first day of the story; 2023-01-01."),
    ] = None,
    until: Annotated[
        datetime,
        typer.Option("--to", formats=_MOMENTS, help="The first day, or hour, that is not told."),
    ] = datetime(2026, 1, 1),  # noqa: DTZ001
    seed: Annotated[
        int | None, typer.Option("--seed", help="Another seed, another shop; 1.")
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            "--by", help="fortnight, week, day or hour: what each of the last files holds."
        ),
    ] = "day",
    mode: Annotated[
        str | None,
        typer.Option("--mode", help="full, or whose assumptions customers follow; full."),
    ] = None,
    faults: Annotated[
        bool, typer.Option("--faults", help="Plant faults among the last files, for the gate.")
    ] = False,
    shop: Annotated[str, typer.Option("--shop", help="The shop.")] = "demo",
) -> None:
    """Write the deliveries of a made-up shop into landing/, and its truth beside them.

    A later run with a later --to goes on with the story: it delivers what happened since.
    """
    from onemart.simulate.settings import Settings, load_settings  # noqa: PLC0415
    from onemart.simulate.tell import story_file, tell  # noqa: PLC0415

    project = find_project()
    asked = project.shop(shop)
    # What nobody names is as the story was begun.
    known = load_settings(story_file(project, asked)) or Settings(
        seed=1, customers=20_000, first=date(2023, 1, 1), base_end=until.date(), mode="full"
    )
    begun = replace(
        known,
        seed=known.seed if seed is None else seed,
        customers=customers or known.customers,
        first=first.date() if first else known.first,
        mode=mode or known.mode,
    )
    bar, task = progress("onemart simulate")
    with bar:
        written = tell(
            project,
            asked,
            begun,
            until,
            by=by,
            faults=faults,
            on_chapter=lambda chapter: bar.update(task, current=chapter.name),
        )
    say(
        f"Shop {asked.name} is told until {until}: {len(written):,} files written to"
        f" landing/{asked.name}. Next: `onemart land --shop {asked.name}`."
    )


@app.command()
def land(*, shop: ShopName = None, wait: Wait = 120.0, target: TargetName = None) -> None:
    """Take what lies in landing/, or in its bucket, through the gate into the shop's warehouse.

    Exit status: 0 when every file was accepted or skipped, 3 when one was rejected (all others
    landed), 2 when a contract or a folder is wrong.
    """
    from onemart.feeds.gate import land as land_files  # noqa: PLC0415

    bar, task = progress("onemart land")

    def start(files: "list[Found]") -> None:
        bar.update(task, total=len(files))

    def step(_step: str, file: str) -> None:
        bar.update(task, current=plain(file))

    def end(outcome: "Outcome") -> None:
        bar.advance(task)
        _tell(outcome)

    with bar, _gate(shop, wait, target, step) as gate:
        report = land_files(gate, on_start=start, on_end=end)
    _sum_up(report)
    raise typer.Exit(report.exit_status)


def _tell(outcome: "Outcome") -> None:
    """Say at once what somebody has to look at; files that went well are in the table."""
    where = f"{outcome.contract.id}: {outcome.file_name}"
    if outcome.status == "rejected":
        # The reason begins with the file.
        say(f"{outcome.contract.id}: {outcome.reason}", "rejected", "red")
    elif outcome.status in {"skipped", "waiting"}:
        say(f"{where}: {outcome.reason}", outcome.status)
    elif outcome.quarantined:
        say(f"{_lines(outcome.quarantined)} of {where}", "quarantined")
    for warning in outcome.warnings:
        say(f"{where}: {warning}", "warning")


def _lines(count: int) -> str:
    return f"{count:,} line" + ("" if count == 1 else "s")


def _sum_up(report: "Report") -> None:
    for stranger in report.strangers:
        complain(
            f"for {'/'.join(stranger.parts[-3:])}: add expectations/<source>/<feed>.yml or move it"
            " away.",
            "no contract",
        )
    rows: dict[str, list[int]] = {}
    for outcome in report.outcomes:
        row = rows.setdefault(outcome.contract.id, [0] * 5)
        counts = (1, outcome.delivered, outcome.accepted, outcome.quarantined, outcome.rejected)
        rows[outcome.contract.id] = [old + new for old, new in zip(row, counts, strict=True)]
    if not rows:
        say("Nothing to land.")
        return
    columns = ("feed", "files", "delivered", "accepted", "quarantined", "rejected")
    console.print(figures("Landed", columns, ((feed, *row) for feed, row in rows.items())))


@app.command()
def publish(
    *,
    to: Annotated[
        Path | None, typer.Option("--to", help="The folder; target/portal if none is named.")
    ] = None,
    shop: ShopName = None,
    target: TargetName = None,
) -> None:
    """Write the shop's portal: one static site, to be opened from the disk or any web server."""
    from onemart.portal.publish import DEFAULT_FOLDER  # noqa: PLC0415
    from onemart.portal.publish import publish as write_portal  # noqa: PLC0415

    project = find_project()
    folder = to or project.root / DEFAULT_FOLDER
    written = write_portal(project, project.shop(shop), folder, target=target)
    say(f"{written}. Open {to or DEFAULT_FOLDER}/index.html in a browser.")


@app.command()
def bulletin(
    *,
    week: Annotated[
        datetime | None,
        typer.Option("--week", formats=_DAY, help="A day of the week; the last closed one."),
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="A file, .md or .html.")] = None,
    url: Annotated[
        str | None, typer.Option("--post", help="The webhook of a chat; gets JSON with a text.")
    ] = None,
    shop: ShopName = None,
    target: TargetName = None,
) -> None:
    """Tell a week in plain words: what moved and why, what went well and what did not."""
    from onemart.portal.bulletin.letter import deliver  # noqa: PLC0415

    project = find_project()
    day = week.date() if week else None
    told = deliver(project, project.shop(shop), day, to=to, url=url, target=target)
    if to is None and url is None:
        sys.stdout.write(told)
    else:
        ways = [f"written to {to}"] * (to is not None) + ["posted"] * (url is not None)
        say(f"The bulletin is {' and '.join(ways)}.")


@app.command()
def serve(
    *,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="On 127.0.0.1.")] = 8080,
    shop: ShopName = None,
    target: TargetName = None,
) -> None:
    """Show the shop's portal on this machine, and make anew what changes, until Ctrl-C."""
    from onemart.errors import OnemartError  # noqa: PLC0415
    from onemart.portal.publish import DEFAULT_FOLDER  # noqa: PLC0415
    from onemart.portal.serve import serve as serve_portal  # noqa: PLC0415
    from onemart.watch.watch import ending_on_signals  # noqa: PLC0415

    project = find_project()
    with ending_on_signals(lambda: say("Ending; Ctrl-C again breaks it off.")) as end:
        serve_portal(
            project,
            project.shop(shop),
            project.root / DEFAULT_FOLDER,
            target=target,
            port=port,
            end=end,
            on_ready=lambda address: say(f"The portal is at {address} until Ctrl-C."),
            on_change=lambda told: complain(told) if isinstance(told, OnemartError) else say(told),
        )


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def build(context: typer.Context, *, shop: ShopName = None, target: TargetName = None) -> None:
    """Build and test the shop's marts with dbt; further arguments go to `dbt build`."""
    from onemart.build import build as build_marts  # noqa: PLC0415

    project = find_project()
    built = build_marts(project, project.shop(shop), context.args, target=target)
    columns = ("feed", "delivered", "accepted", "quarantined", "rejected")
    rows = (
        (f"{f['source']}.{f['feed']}", *(int(f[column]) for column in columns[1:]))
        for f in built.feeds
    )
    console.print(figures("Feeds", columns, rows))
    console.print(figures("Marts", ("mart", "rows"), built.marts))
    for problem in built.problems:
        say(problem, "failed", "red")
    failed = sum(
        count for (kind, status), count in built.counts.items()
        if kind == "test" and status in {"fail", "error"}
    )  # fmt: skip
    skipped = sum(count for (_, status), count in built.counts.items() if status == "skipped")
    not_run = f", {skipped:,} nodes skipped" if skipped else ""
    say(
        f"{built.tests_passed:,} tests passed, {failed:,} failed{not_run};"
        f" {built.seconds:.0f} seconds."
    )
    if not built.success:
        say("Look at what failed above; dbt's log is logs/dbt.log.")
        raise typer.Exit(1)
    say(
        f"Next: the marts are in {built.place}. `onemart status` shows the feeds,\n"
        '`onemart query "select * from marts.rpt_reconciliation"` the balance,'
        " `make docs` what each column means."
    )


@app.command()
def query(  # noqa: PLR0913  (an option each)
    what: Annotated[str, typer.Argument(help="Metrics, as net_sales,orders; or one SQL query.")],
    *,
    by: Annotated[
        str, typer.Option("--by", help="Grains of time and dimensions, as month,category.")
    ] = "",
    where: Annotated[str, typer.Option("--where", help="Condition on dimensions, in SQL.")] = "",
    compare: Annotated[
        str,
        typer.Option(
            "--compare", help="hoh, dod, wow, mom, qoq, yoy or previous; wtd, mtd, qtd or ytd."
        ),
    ] = "",
    first: Annotated[datetime | None, typer.Option("--from", formats=_DAY)] = None,
    last: Annotated[datetime | None, typer.Option("--until", formats=_DAY)] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Write all rows to this .csv or .parquet file.")
    ] = None,
    shop: ShopName = None,
    wait: Wait = 120.0,
    target: TargetName = None,
) -> None:
    """Ask for metrics, or run SQL, on the shop's warehouse, read only; show 1,000 rows at most.

    `onemart metrics` lists the metrics, and what each can be parted by.
    """
    from onemart.metrics.answer import rounded, short_names, write_answer  # noqa: PLC0415
    from onemart.warehouse import open_warehouse  # noqa: PLC0415

    is_sql = _METRICS.fullmatch(what.strip()) is None
    if is_sql and (by or where or compare or first or last):
        raise UsageError("SQL says all by itself.", "Leave out everything but --to.")
    asked = _built_shop(shop, target)
    with open_warehouse(asked, target=target, read_only=True, timeout=wait) as warehouse:
        sql = what
        if not is_sql:
            from onemart.metrics.comparison import TO_DATE  # noqa: PLC0415
            from onemart.metrics.layer import Question, open_layer  # noqa: PLC0415
            from onemart.metrics.to_date import to_date  # noqa: PLC0415

            begin, end = (moment.date() if moment else None for moment in (first, last))
            question = Question(_listed(what), _listed(by), where, compare, begin, end)
            days = to_date(warehouse, compare, end) if compare in TO_DATE else None
            sql = open_layer(find_project(), warehouse).sql(question, days)
            if days:
                say(f"{days}.")
        try:
            names, rows = warehouse.head(sql, _MOST_ROWS_TO_FILE if to else _MOST_ROWS + 1)
        except warehouse.refusals as error:
            raise UsageError(f"The query does not run.\n{error}") from error
    names = names if is_sql else short_names(names)
    if to:
        write_answer(to, names, rows)
        say(f"{len(rows):,} rows written to {to}.")
        return
    shown = rows[:_MOST_ROWS]
    console.print(figures("", names, shown if is_sql else rounded(shown), separators=False))
    if len(rows) > _MOST_ROWS:
        say(f"Only the first {_MOST_ROWS:,} rows are shown.")


@app.command()
def metrics(
    names: Annotated[
        str | None, typer.Argument(help="Metrics, to see what they can be parted by.")
    ] = None,
    *,
    shop: ShopName = None,
    target: TargetName = None,
) -> None:
    """List the metrics, or what some of them can be parted by."""
    from onemart.metrics.layer import open_layer  # noqa: PLC0415
    from onemart.warehouse import open_warehouse  # noqa: PLC0415

    with open_warehouse(_built_shop(shop, target), target=target, read_only=True) as warehouse:
        layer = open_layer(find_project(), warehouse)
    if names:
        parts = layer.parts(_listed(names))
        console.print(figures(f"{names} by", ("name", "in full"), sorted(parts.items())))
        return
    rows = (
        (name, told["config"]["meta"]["unit"], told["config"]["meta"]["owner"], told["description"])
        for name, told in sorted(layer.metrics.items())
    )
    console.print(figures("Metrics", ("metric", "unit", "owner", "definition"), rows))


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _built_shop(shop: str | None, target: str | None) -> Shop:
    from onemart.warehouse import chosen_target  # noqa: PLC0415

    asked = find_project().shop(shop)
    if chosen_target(target) == DEFAULT_TARGET and not asked.warehouse.is_file():
        raise UsageError(f"Shop {asked.name} has no warehouse yet.", "Run `make build` first.")
    return asked


@app.command()
def lookml(
    *,
    to: Annotated[Path, typer.Option("--to", help="The folder of the LookML project.")],
    connection: Annotated[
        str, typer.Option("--connection", help="The connection's name in Looker.")
    ] = "onemart",
    shop: ShopName = None,
    target: TargetName = None,
) -> None:
    """Write a LookML project for Looker from the models and metrics; needs no warehouse."""
    from onemart.lookml.command import write_lookml  # noqa: PLC0415

    project = find_project()
    made = write_lookml(project, project.shop(shop), target, to, connection)
    say(
        f"{len(made.views)} views, {len(made.explores)} explores, {len(made.dashboards)} dashboards"
        f" and {len(made.places)} metrics written to {to}, and checked."
    )
    for name, why in made.left_out.items():
        say(f"{name} is left out: {why}.", "metric")


@app.command()
def watch(
    *,
    shop: ShopName = None,
    once: Annotated[
        bool, typer.Option("--once", help="Take what is there, and end; 3 if a file was rejected.")
    ] = False,
    every: Annotated[
        float, typer.Option("--every", min=0.1, help="Seconds between two looks into landing.")
    ] = 5.0,
    nightly: Annotated[
        str | None,
        typer.Option("--nightly", help="Build and test everything at this time, UTC, as 03:30."),
    ] = None,
    wait: Wait = 120.0,
    target: TargetName = None,
) -> None:
    """Take each delivery into the marts as it arrives, until Ctrl-C.

    One process keeps dbt and the gate warm: a file goes through the gate, the models that come of
    its feed are built, and tested on the days that it touched. Models tagged `nightly`, and all
    tests, are left to `--nightly`, or to `onemart build`.
    """
    from onemart.watch.hour import Hour  # noqa: PLC0415
    from onemart.watch.telling import tell_hour, tell_night  # noqa: PLC0415
    from onemart.watch.watch import (  # noqa: PLC0415
        Listener,
        Watch,
        ending_on_signals,
        hold_watch,
        next_time,
    )

    project = find_project()
    asked = project.shop(shop)
    if nightly:
        next_time(nightly, datetime.now(UTC))
    with (
        hold_watch(asked),
        ending_on_signals(
            lambda: say("Ending when this is done; Ctrl-C again breaks it off.")
        ) as end,
    ):
        say(f"Shop {asked.name}: warming up.")
        watching = Watch(project, asked, target=target, wait=wait)
        say(f"{watching.warm_up()} tests by the hour; looking for files every {every:g} s.")
        hours: list[Hour] = []

        def told(hour: Hour, arrived: float) -> None:
            hours.append(hour)
            tell_hour(hour, arrived)
            if once:
                end.set()

        watching.go_on(
            Listener(_tell, told, tell_night, complain), end, every=every, nightly=nightly
        )
    say("The watch has ended.")
    if once:
        rejected = any(o.status == "rejected" for hour in hours for o in hour.outcomes)
        sound = all(hour.is_sound for hour in hours)
        raise typer.Exit(0 if sound else 3 if rejected else 1)


@app.command()
def cost(
    *,
    shop: ShopName = None,
    target: TargetName = None,
    rows: Annotated[
        int | None, typer.Option("--rows", min=1, help="As if the shop had sold so many lines.")
    ] = None,
    touched: Annotated[
        int, typer.Option("--touched", min=1, help="The days that a delivery touches.")
    ] = 1,
) -> None:
    """Show what the shop's builds read and cost at BigQuery, model by model.

    On a BigQuery target, dry runs tell what the next run reads. Else it is worked out from the
    budget and from the rows that the shop's warehouse has.
    """
    from onemart.cost.report import tell_cost  # noqa: PLC0415

    project = find_project()
    tell_cost(project, project.shop(shop), target, lines=rows, touched=touched)


@app.command()
def status(*, shop: ShopName = None, wait: Wait = 120.0, target: TargetName = None) -> None:
    """Show the feeds: last delivery, freshness against schedule, lines open in quarantine."""
    from onemart.feeds.status import feed_status  # noqa: PLC0415

    with _gate(shop, wait, target) as gate:
        feeds = feed_status(gate.warehouse, gate.contracts)
    columns = ("feed", "state", "due (UTC)", "open", "last file", "last accepted")
    for source, of_source in groupby(feeds, key=lambda feed: feed.contract.source):
        rows = (
            (
                feed.contract.feed,
                feed.state,
                _minute(feed.due_at),
                feed.open_lines,
                feed.last_file + (f" ({feed.last_outcome})" if feed.is_last_refused else ""),
                _minute(feed.last_accepted_at),
            )
            for feed in of_source
        )
        console.print(figures(f"Feeds of {source}", columns, rows, spare=["last accepted"]))


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


@app.command()
def deliveries(
    *,
    feed: FeedName,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Newest rows to show.")] = 20,
    shop: ShopName = None,
    wait: Wait = 120.0,
    target: TargetName = None,
) -> None:
    """Show the ledger of a feed, the newest delivery first."""
    from onemart.feeds.status import ledger  # noqa: PLC0415

    with _gate(shop, wait, target) as gate:
        rows = ledger(gate, _contract(gate, feed), limit=limit)
    if not rows:
        say(f"Nothing of {feed} was ever delivered.")
        return
    # Most files are simply accepted: the other counts are shown where there are any.
    unusual = ("quarantined", "rejected", "superseded", "replayed", "waived")
    counts = [name for name in unusual if any(row[f"records_{name}"] for row in rows)]
    counts = ["delivered", "accepted", *counts]
    columns = ("no.", "file, delivery", "ended (UTC)", *counts)
    shown = (
        (
            row["published_seq"],
            f"{row['file_name']}\n{row['original_delivery_id'] or row['delivery_id']}",
            "\n".join((_ended(row), _minute(row["finished_at"]))),
            *(row[f"records_{count}"] for count in counts),
        )
        for row in rows
    )
    console.print(figures(f"Deliveries of {feed}", columns, shown))
    for row in rows:
        if row["reason"]:
            say(row["reason"], f"{row['published_seq']}:")


def _ended(row: dict[str, Any]) -> str:
    return str(row["status"] if row["kind"] == "file" else row["kind"])


@app.command()
def quarantine(
    *,
    feed: FeedName,
    to: Annotated[Path, typer.Option("--to", help="The file to write, JSON Lines.")],
    shop: ShopName = None,
    wait: Wait = 120.0,
    target: TargetName = None,
) -> None:
    """Write a feed's open lines to a file, for somebody to repair `record` in it."""
    from onemart.feeds.replay import export_quarantine  # noqa: PLC0415

    with _gate(shop, wait, target) as gate:
        lines = list(export_quarantine(gate, _contract(gate, feed)))
    if not lines:
        say(f"Nothing of {feed} is open in quarantine.")
        return
    try:
        to.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{to} cannot be written: {error.strerror}.", "Name another with --to."
        ) from error
    say(f"{_lines(len(lines))} written to {to}. They may hold personal data.")
    say(f"Repair `record` in it, then: onemart replay --feed {feed} --from {to}")


@app.command()
def replay(
    *,
    feed: FeedName,
    delivery: Annotated[str | None, typer.Option("--delivery", help=DELIVERY_HELP)] = None,
    repaired: Annotated[
        Path | None,
        typer.Option("--from", exists=True, help="What `onemart quarantine` wrote, repaired."),
    ] = None,
    shop: ShopName = None,
    wait: Wait = 120.0,
    target: TargetName = None,
) -> None:
    """Take quarantined lines through the gate again, after the contract or a line was repaired."""
    from onemart.feeds.replay import read_repairs  # noqa: PLC0415
    from onemart.feeds.replay import replay as replay_lines  # noqa: PLC0415

    repairs = read_repairs(repaired) if repaired else {}
    with _gate(shop, wait, target) as gate:
        done = replay_lines(gate, _contract(gate, feed), original=delivery, repairs=repairs)
    if not done:
        say(f"Nothing of {feed} is open in quarantine.")
        return
    columns = ("file", "delivery", "accepted now", "still open")
    rows = ((r.file_name, r.delivery_id, r.accepted, r.still_open) for r in done)
    console.print(figures(f"Replayed, {feed}", columns, rows))
    if any(one.still_open for one in done):
        say(f"What is wrong with those still open: onemart quarantine --feed {feed} --to FILE")


@app.command()
def waive(  # noqa: PLR0913  (an option each)
    *,
    feed: FeedName,
    delivery: Annotated[str, typer.Option("--delivery", help="The delivery, by its id.")],
    why: Annotated[str, typer.Option("--why", help="The reason; it is kept.")],
    line: Annotated[
        list[int] | None, typer.Option("--line", help="Only this line; may be repeated.")
    ] = None,
    shop: ShopName = None,
    wait: Wait = 120.0,
    target: TargetName = None,
) -> None:
    """Give up quarantined lines of a delivery for good, with a reason."""
    from onemart.feeds.replay import waive as waive_lines  # noqa: PLC0415

    with _gate(shop, wait, target) as gate:
        count = waive_lines(
            gate, _contract(gate, feed), original=delivery, lines=line or [], why=why
        )
    say(f"{_lines(count)} waived.")


@app.command()
def sources(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only tell which are stale.")] = False,
) -> None:
    """Generate dbt's sources, with freshness, from the contracts."""
    from onemart.feeds.sources import write_sources  # noqa: PLC0415

    stale = write_sources(find_project(), check=check)
    for path in stale:
        say(f"{'stale' if check else 'written'}: {path.name}")
    if not stale:
        say("The sources are as the contracts say.")
    if stale and check:
        say("Write them anew with `onemart sources`.")
        raise typer.Exit(1)


@app.command()
def exposures(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell whether they are stale.")
    ] = False,
) -> None:
    """Generate dbt's exposures from what pages, boards and exports declare."""
    from onemart.exposures import EXPOSURES, write_exposures  # noqa: PLC0415

    stale = write_exposures(find_project(), check=check)
    if not stale:
        say("The exposures are as pages and exports declare.")
        return
    say(f"{'stale' if check else 'written'}: {EXPOSURES.name}")
    if check:
        say("Write them anew with `onemart exposures`.")
        raise typer.Exit(1)


def run(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status; errors that a person can act on are told as such.

    Parameters
    ----------
    arguments : list of str, optional
        The command and its options; those of this process by default.
    """
    try:
        app(arguments)
    except OnemartError as error:
        complain(error)
        return error.exit_status
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def main() -> None:
    """Run the command that this process was started with, and leave."""
    status = run()
    if "great_expectations" in sys.modules:
        leave(status)
    sys.exit(status)


if __name__ == "__main__":
    main()
