"""Writing a bulletin: figures and rules in, sentences out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from onemart.errors import UsageError
from onemart.portal.bulletin.figures import Figures, read_figures, told_weeks
from onemart.portal.bulletin.laundry import laundry, parcel_items
from onemart.portal.bulletin.rules import Rule, Rules, load_rules
from onemart.portal.bulletin.story import Bulletin, Chapter, Item
from onemart.portal.bulletin.words import listed, money, percent, rate, words
from onemart.portal.frame import shortened
from onemart.portal.reading import Reading

__all__ = ["write_bulletin", "write_figures"]

Row = Mapping[str, Any]
_COMPARED = {"last week": "the week before", "last year": "the same week last year"}
# An effect is named as part of a change from this share of it on.
_LEAST_PART = 0.1
# A cause that explains more than twice the change explains something else.
_MOST_EXPLAINED = 2
_MOST_MEMBERS = 4
_EFFECTS = {"price": "price_change", "promotion": "promotion_change"}


def write_bulletin(reading: Reading, week: date | None = None) -> Bulletin:
    """Write the bulletin of a week, by default the last closed one.

    Parameters
    ----------
    week : datetime.date, optional
        Any day of it.

    Raises
    ------
    UsageError
        If the week is none of those that the marts tell.
    """
    weeks = told_weeks(reading)
    if not weeks:
        raise UsageError(
            f"Shop {reading.shop.name} has no two closed weeks in a row to compare yet.",
            "Land more, and build it.",
        )
    monday = weeks[0] if week is None else date.fromordinal(week.toordinal() - week.weekday())
    if monday not in weeks:
        raise UsageError(
            f"The week of {monday} is not told.",
            f"Name one from {weeks[-1]} to {weeks[0]}.",
        )
    rules = load_rules(reading.project.root)
    figures = read_figures(reading, monday)
    dirty = laundry(reading, rules, figures, is_latest=monday == weeks[0])
    return write_figures(reading.shop.name, rules, figures, dirty)


def write_figures(shop: str, rules: Rules, figures: Figures, dirty: Sequence[Item]) -> Bulletin:
    """Write the bulletin of a week from its figures.

    Parameters
    ----------
    shop : str
        Its name.
    dirty : sequence of Item
        What went wrong beside the figures.
    """
    moved: list[Item] = []
    well: list[Item] = []
    for compared in _COMPARED:
        for row, item in _moves(rules, figures, compared):
            is_member = row["dimension_name"] != "shop"
            (well if is_member and row["effect_amount"] > 0 else moved).append(item)
    well += parcel_items(rules, figures, "well")
    chapters = [
        Chapter("What moved", tuple(moved)),
        Chapter("What went well", tuple(well)),
        Chapter("The dirty laundry", tuple(dirty)),
    ]
    told = tuple(chapter for chapter in chapters if chapter.items)
    is_quiet = not any(row["is_surprise"] for row in figures.moves)
    return Bulletin(shop, figures.week, _headline(rules, figures, moved), told, is_quiet)


def _headline(rules: Rules, figures: Figures, moved: Sequence[Item]) -> str:
    if moved:
        first = moved[0]
        return " ".join([first.text, *first.details[:1]])
    rule = rules.find("quiet", "total")
    total = next(iter(_of(figures.moves, "last week", "total")), None)
    if rule is None or total is None:
        return "Nothing moved beyond noise."
    return rule.told(_words(total, week=str(figures.week)))


def _moves(rules: Rules, figures: Figures, compared: str) -> Iterator[tuple[Row, Item]]:
    """Tell what exceeded noise: the shop as a whole, else its effects; then its members."""
    surprises = [
        row for row in figures.moves if row["compared_with"] == compared and row["is_surprise"]
    ]
    of_shop = [row for row in surprises if row["dimension_name"] == "shop"]
    totals = [row for row in of_shop if row["effect_name"] == "total"]
    total = next(_of(figures.moves, compared, "total"), {})
    for row in totals or sorted(of_shop, key=_size):
        if rule := rules.find("move", row["effect_name"], row["effect_amount"]):
            # People, orders and baskets change for the reasons that sales change for.
            whole = row if row["effect_name"] in _EFFECTS else total
            causes = list(_causes(rules, figures, whole))
            details = [item.text for item in causes]
            if row["effect_name"] == "total":
                details.append(_parts(figures, compared))
                details += _slices(surprises, total)
            action, owner = rule.action, rule.owner
            if causes:
                action, owner = causes[0].action, causes[0].owner
            text = rule.told(_words(row))
            yield row, Item(text, action, owner, tuple(detail for detail in details if detail))
    members = _members(surprises, total, has_moved=bool(totals))
    for row in sorted(_strongest(members), key=_size)[:_MOST_MEMBERS]:
        if rule := rules.find("move", row["effect_name"], row["effect_amount"]):
            where = f"{row['dimension_name'].title()} {shortened(row['member_name'], 60)}"
            causes = list(_causes(rules, figures, row))
            chosen: Rule | Item = causes[0] if causes else rule
            yield (
                row,
                Item(
                    f"{where}: {rule.told(_words(row))}",
                    chosen.action,
                    chosen.owner,
                    tuple(item.text for item in causes),
                ),
            )


def _members(surprises: Sequence[Row], total: Row, *, has_moved: bool) -> list[Row]:
    """Return moves of members that say more than the shop's own.

    The only channel of a shop is the shop; and where the shop as a whole has moved, those that
    moved with it are told as its slices.
    """
    return [
        row
        for row in surprises
        if row["dimension_name"] != "shop"
        and row["net_sales_amount"] != total["net_sales_amount"]
        and not (has_moved and row["effect_amount"] * total["effect_amount"] > 0)
    ]


def _causes(rules: Rules, figures: Figures, move: Row) -> Iterator[Item]:
    """Tell the cause that explains most of a move; the marts have ranked them."""
    is_total = move["effect_name"] == "total"
    is_shop = move["dimension_name"] == "shop"
    asked = _EFFECTS.get(move["effect_name"])
    if not is_total and asked is None:
        return
    change = float(move["effect_amount"])
    found = [
        row
        for row in figures.causes
        if row["compared_with"] == move["compared_with"]
        and (asked in {None, row["cause_name"]})
        and (is_shop or _is_at(row, move))
    ]
    if is_total and not is_shop:
        found.sort(key=lambda row: abs(float(row["explained_amount"]) - change))
    for row in found:
        explained = float(row["explained_amount"])
        rule = rules.find("cause", row["cause_name"], explained)
        if rule is None:
            continue
        # A price that went up can bring sales down: of an effect the whole is told, as it came.
        share = explained / change if is_total and change else 1.0
        if rule.threshold <= share <= _MOST_EXPLAINED:
            told = _words(
                row,
                amount=_signed(row, rule),
                share=percent(min(share, 1)) if is_total else "all",
                count=f"{row['evidence_count']:,}",
                where=_place(figures, row),
            )
            yield Item(rule.told(told), rule.action, rule.owner)
            return


def _is_at(cause: Row, move: Row) -> bool:
    return (cause["dimension_name"], cause["member_name"]) == (
        move["dimension_name"],
        move["member_name"],
    )


def _place(figures: Figures, cause: Row) -> str:
    """Name where a cause lies; where it is the whole shop, the categories that have most of it."""
    if cause["dimension_name"] != "shop":
        return shortened(cause["member_name"], 60)
    parts = [
        row
        for row in figures.causes
        if row["cause_name"] == cause["cause_name"]
        and row["compared_with"] == cause["compared_with"]
        and row["dimension_name"] == "category"
        and float(row["explained_amount"]) * float(cause["explained_amount"]) > 0
    ]
    parts.sort(key=lambda row: -abs(float(row["explained_amount"])))
    told = listed(shortened(row["member_name"], 40) for row in parts)
    return f"the whole shop ({told})" if told else "the whole shop"


def _parts(figures: Figures, compared: str) -> str:
    """Say what a change of the shop is made of, the largest effects first."""
    rows = [
        row
        for row in figures.moves
        if row["compared_with"] == compared
        and row["dimension_name"] == "shop"
        and row["effect_name"] != "total"
    ]
    whole = sum(abs(float(row["effect_amount"])) for row in rows)
    large = [row for row in rows if abs(float(row["effect_amount"])) >= _LEAST_PART * whole]
    told = ", ".join(f"{row['effect_name']} {_change(row)}" for row in sorted(large, key=_size))
    return f"By effect: {told}." if told else ""


def _slices(surprises: Sequence[Row], total: Row) -> list[str]:
    """Say which slice moved most, of those that exceed noise as a whole."""
    rows = [
        row for row in _members(surprises, total, has_moved=False) if row["effect_name"] == "total"
    ]
    told = ", ".join(
        f"{row['dimension_name']} {shortened(row['member_name'], 60)} {_change(row)}"
        for row in sorted(rows, key=_size)[:3]
    )
    return [f"By slice: {told}."] if told else []


def _strongest(rows: Sequence[Row]) -> list[Row]:
    """Keep of each slice the move that is largest."""
    best: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=_size):
        best.setdefault((row["dimension_name"], row["member_name"]), row)
    return list(best.values())


def _size(row: Row) -> tuple[float, str, str, str]:
    names = row["dimension_name"], row["member_name"], row["effect_name"]
    return (-abs(float(row["effect_amount"])), *names)


def _change(row: Row) -> str:
    sign = "+" if row["effect_amount"] > 0 else "\N{MINUS SIGN}"
    return f"{sign}{money(row['effect_amount'], row['currency_code'])}"


def _signed(row: Row, rule: Rule) -> str:
    amount = money(row["explained_amount"], row["currency_code"])
    if rule.direction != "any":
        return amount
    return ("+" if row["explained_amount"] > 0 else "\N{MINUS SIGN}") + amount


def _words(row: Row, **more: str) -> Mapping[str, str]:
    said = {"compared": _COMPARED[row["compared_with"]]}
    if "effect_amount" in row:
        said["amount"] = money(row["effect_amount"], row["currency_code"])
        said["value"] = money(row["net_sales_amount"], row["currency_code"])
        said["rate"] = rate(row["effect_amount"], row["base_net_sales_amount"])
    return words(**{**said, **more})


def _of(rows: Sequence[Row], compared: str, effect: str) -> Iterator[Row]:
    for row in rows:
        if (row["compared_with"], row["dimension_name"], row["effect_name"]) == (
            compared,
            "shop",
            effect,
        ):
            yield row
