"""RFM told a second time, in pandas, customer by customer: what the trio is compared with."""

import numpy as np
import pandas as pd
from tests.mart.synthetic import PROJECT

SCORE_COUNT = 5
MEASURES = ("recency", "frequency", "monetary")
COLUMNS = ["customer_id", *MEASURES, *(f"{measure}_score" for measure in MEASURES), "segment_name"]


def segments() -> dict[tuple[int, int, int], str]:
    """Return the segment of each combination of scores."""
    named = {}
    for row in pd.read_csv(PROJECT / "seeds/rfm_segments.csv").to_dict("records"):
        spans = [range(row[f"{m}_score_from"], row[f"{m}_score_to"] + 1) for m in MEASURES]
        named |= {
            (r, f, m): row["segment_name"] for r in spans[0] for f in spans[1] for m in spans[2]
        }
    return named


def in_three_digits(values: pd.Series, steps: int) -> pd.Series:
    """Cut values, in steps of a unit, to their first three digits; below 0 stands as 0."""
    whole = np.floor(values * steps + 1e-7).clip(lower=0).astype("int64")
    cut = 10 ** (whole.astype(str).str.len() - 3).clip(lower=0)
    return whole // cut * cut


def as_of(orders: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return measures, scores and segment of each customer at the end of a day.

    `orders` has customer_id, order_date, known_from_date, known_to_date, has_sale, has_return and
    net_sales_amount.
    """
    known = orders[
        (orders["known_from_date"] <= day)
        & (orders["known_to_date"].isna() | (orders["known_to_date"] > day))
        & (orders["has_sale"] | orders["has_return"])
        & (orders["customer_id"] != "unknown")
    ]
    bought = known[known["has_sale"]].groupby("customer_id")["order_date"]
    customers = pd.DataFrame({"last": bought.max(), "frequency": bought.count()})
    customers["monetary"] = known.groupby("customer_id")["net_sales_amount"].sum().round(6)
    customers["recency"] = (day - customers.pop("last")).dt.days
    for measure in MEASURES:
        values = in_three_digits(customers[measure], 100 if measure == "monetary" else 1)
        middle = values.rank(method="average") - 0.5
        place = np.floor(SCORE_COUNT * middle / len(values)).astype(int)
        customers[f"{measure}_score"] = SCORE_COUNT - place if measure == "recency" else place + 1
    scores = [f"{measure}_score" for measure in MEASURES]
    named = segments()
    customers["segment_name"] = [named[tuple(row)] for row in customers[scores].to_numpy().tolist()]
    return customers.reset_index()[COLUMNS].sort_values("customer_id", ignore_index=True)


def told(mart: pd.DataFrame) -> pd.DataFrame:
    """Return a mart's rows of one date as `as_of` returns them."""
    names = {
        "recency_day_count": "recency",
        "frequency_order_count": "frequency",
        "monetary_amount": "monetary",
    }
    rows = mart.rename(columns=names)[COLUMNS]
    return rows.sort_values("customer_id", ignore_index=True)


def assert_same(mart: pd.DataFrame, orders: pd.DataFrame, date_column: str) -> int:
    """Compare each date of a mart with pandas; return how many dates there were."""
    days = sorted(mart[date_column].unique())
    for day in days:
        expected = as_of(orders, pd.Timestamp(day))
        found = told(mart[mart[date_column] == day])
        pd.testing.assert_frame_equal(found, expected, check_dtype=False, atol=1e-6, rtol=0)
    return len(days)
