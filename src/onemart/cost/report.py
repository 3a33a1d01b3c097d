"""What `onemart cost` prints."""

from onemart.console import console, figures, say
from onemart.cost.budget import read_budget
from onemart.cost.estimate import estimate, size_of_shop
from onemart.cost.prices import SOURCE, price_of, slot_hours
from onemart.project import Project, Shop
from onemart.warehouse import chosen_target, open_warehouse
from onemart.warehouse.profile import Target, read_target

__all__ = ["tell_cost"]

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def tell_cost(
    project: Project, shop: Shop, name: str | None, *, lines: int | None, touched: int
) -> None:
    """Print bytes and dollars of a run, model by model.

    Parameters
    ----------
    name : str or None
        The target; by default that of the environment.
    lines : int or None
        As if the shop had sold so many order lines; it has not, so nobody can be asked.
    touched : int
        How many days a delivery touches.
    """
    target = read_target(project.root, shop, chosen_target(name))
    if target.is_bigquery and lines is None and not _lacks_dry_runs(target):
        _tell_dry_runs(project, shop, target)
    else:
        _tell_budget(project, shop, target, lines, touched)
    say(f"By {SOURCE}. ONEMART_PRICE_PER_TIB and ONEMART_PRICE_PER_SLOT_HOUR take others.")


def _lacks_dry_runs(target: Target) -> bool:
    if target.name != "emulator":
        return False
    from onemart.warehouse.emulator import LACKS  # noqa: PLC0415

    return "dry_run" in LACKS


def _tell_budget(
    project: Project, shop: Shop, target: Target, lines: int | None, touched: int
) -> None:
    shares = read_budget(project)
    with open_warehouse(shop, target=target.name, read_only=True) as warehouse:
        size = size_of_shop(warehouse, shares)
    costs = estimate(shares, size, lines=lines, touched=touched)
    whole, daily = sum(one.whole for one in costs), sum(one.daily for one in costs)
    console.print(
        figures(
            f"Shop {shop.name}, {lines or size.lines:,} order lines on {size.days:,} days",
            ["model", "built whole", "dollars", "after a delivery", "dollars "],
            [
                (
                    one.model,
                    _bytes(one.whole),
                    _dollars(one.whole),
                    _bytes(one.daily),
                    _dollars(one.daily),
                )
                for one in costs
            ]
            + [("together", _bytes(whole), _dollars(whole), _bytes(daily), _dollars(daily))],
        )
    )
    say(
        f"What a full build costs buys {slot_hours(price_of(whole)):,.1f} slot-hours instead;"
        f" after a delivery that touches {touched} day{'s' * (touched > 1)},"
        f" {slot_hours(price_of(daily)):,.2f}."
    )
    say(
        "Worked out from benchmarks/bytes_budget.csv, data tests included;"
        " what the gate looks up is not."
    )


def _tell_dry_runs(project: Project, shop: Shop, target: Target) -> None:
    from onemart.cost.dry_run import compiled_models, dry_run  # noqa: PLC0415
    from onemart.warehouse.bigquery_client import connect, told  # noqa: PLC0415
    from onemart.warehouse.bigquery_errors import explain_bigquery  # noqa: PLC0415

    statements = compiled_models(project, shop, target.name)
    with explain_bigquery(told(target)):
        client = connect(target)
        found = dry_run(client, statements)
    known = {model: read for model, read in found.items() if read is not None}
    together = sum(known.values())
    console.print(
        figures(
            f"The next run of shop {shop.name}, as BigQuery tells it",
            ["model", "reads", "dollars"],
            [
                (model, _bytes(read), _dollars(read))
                for model, read in sorted(known.items(), key=lambda item: (-item[1], item[0]))
            ]
            + [("together", _bytes(together), _dollars(together))],
        )
    )
    if unknown := sorted(found.keys() - known.keys()):
        say(f"Not to be told until what they read is built: {', '.join(unknown)}.")


def _bytes(number: float) -> str:
    unit = 0
    while number >= 1024 and unit < len(_UNITS) - 1:
        number /= 1024
        unit += 1
    return f"{number:,.1f} {_UNITS[unit]}" if unit else f"{number:.0f} B"


def _dollars(read: float) -> str:
    dollars = price_of(read)
    return f"{dollars:,.2f}" if dollars >= 0.01 or not dollars else f"{dollars:.5f}"
