"""Scorecards of repurchase: rows against the machine that they tell, then what always holds."""

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from onemart.science.churn import ebm, logistic, platt
from onemart.science.churn.scorecard import fit_calibrated, fit_scorecards

SIGNS = {"channels": 0, "gap": 0, "orders": 1, "recency": -1, "shop": 0, "stock_outs": 0}
FEATURES = pd.DataFrame({"feature_name": list(SIGNS), "monotone_sign": list(SIGNS.values())})
KEY = ["purpose", "horizon_week_count"]


def true_log_odds(samples: pd.DataFrame) -> pd.Series:
    both = (samples["channels"] > 2) & (samples["gap"].fillna(0) > 30)
    gap = samples["gap"].astype(float).fillna(40)
    return (
        -1.0
        - samples["recency"].astype(float) / 40
        + 0.6 * np.minimum(samples["orders"].astype(float), 4)
        + np.sin(gap / 12)
        + 1.5 * both.astype(float)
    )


def samples(count: int, role: str = "train", *, seed: int = 1) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    made = pd.DataFrame(
        {
            "purpose": "score",
            "horizon_week_count": 4,
            "role": role,
            "customer_id": [f"c{row // 3}" for row in range(count)],
            "cut_off_date": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(np.arange(count) % 3 * 28, "D"),
            "sample_weight": 1.0 + chance.integers(0, 2, count),
            "recency": chance.integers(0, 120, count),
            "orders": chance.poisson(1.5, count),
            "gap": pd.array(chance.integers(1, 80, count), dtype="Int64"),
            "channels": chance.integers(1, 5, count),
            # One value only, and missing everywhere.
            "shop": 7,
            "stock_outs": pd.array([None] * count, dtype="Int64"),
        }
    )
    made.loc[chance.random(count) < 0.15, "gap"] = None
    return made.assign(
        has_bought=(chance.random(count) < expit(true_log_odds(made))).astype("int64")
    )


def every_bin(card: pd.DataFrame) -> pd.DataFrame:
    """Make customers at both ends of every bin, and beyond, and with missing values."""
    chance = np.random.default_rng(5)
    values: dict[str, Any] = {}
    for name in SIGNS:
        ends: set[int] = set()
        for which in ("", "other_"):
            rows = card[card[f"{which}feature_name"] == name]
            for end in ("from_value", "to_value"):
                ends |= set(rows[f"{which}{end}"].dropna())
        known = [None, -5, 10**6, *sorted(ends)]
        rolled = [known[(row + shift) % len(known)] for shift in range(40) for row in range(100)]
        values[name] = pd.array(chance.permutation(np.array(rolled, dtype=object)), dtype="Int64")
    return pd.DataFrame(values)


def summed_by_sql(card: pd.DataFrame, customers: pd.DataFrame) -> np.ndarray:
    """Return the probabilities that SQL comes to, from the rows alone."""
    long = customers.assign(customer=range(len(customers))).melt("customer", var_name="name")
    falls = """({value} is null and {missing}) or ({value} is not null and not {missing}
        and ({first} is null or {value} >= {first}) and ({last} is null or {value} <= {last}))"""
    one = falls.format(value="own.value", missing="is_missing", first="from_value", last="to_value")
    other = falls.format(
        value="others.value", missing="is_other_missing", first="other_from_value",
        last="other_to_value",
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.register("card", card)
        connection.register("long", long)
        rows = connection.execute(f"""
            with matched as (
                select own.customer, card.contribution, card.kind
                from card inner join long as own on card.feature_name = own.name and ({one})
                where card.kind = 'feature'
                union all
                select own.customer, card.contribution, card.kind
                from card
                inner join long as own on card.feature_name = own.name and ({one})
                inner join long as others on card.other_feature_name = others.name
                    and own.customer = others.customer and ({other})
                where card.kind = 'pair'
            )
            select
                1 / (1 + exp(-sum(contribution)
                    - (select contribution from card where kind = 'intercept'))) as probability,
                count(*) as row_count
            from matched group by customer order by customer
        """).df()
    pairs = card.loc[card["kind"] == "pair", ["feature_name", "other_feature_name"]]
    assert set(rows["row_count"]) == {len(SIGNS) + len(pairs.drop_duplicates())}
    return rows["probability"].to_numpy()


@pytest.fixture(scope="module")
def boosted() -> tuple[pd.DataFrame, pd.DataFrame]:
    sample = pd.concat([samples(4000), samples(2000, "calibrate", seed=2)], ignore_index=True)
    return sample, fit_scorecards(sample, FEATURES)


def parts(sample: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what is fitted and what is calibrated by, in the order in which they are read."""
    order = ["customer_id", "cut_off_date", *SIGNS, "has_bought", "sample_weight"]
    ordered = sample.sort_values(order, ignore_index=True)
    return ordered[ordered["role"] == "train"], ordered[ordered["role"] == "calibrate"]


def figure(card: pd.DataFrame, name: str) -> float:
    [found] = card.loc[(card["kind"] == "about") & (card["feature_name"] == name), "contribution"]
    return float(found)


def test_rows_add_up_to_the_probability_of_the_machine(
    boosted: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    sample, card = boosted
    train, _ = parts(sample)
    varied = {name: sign for name, sign in SIGNS.items() if name not in ("shop", "stock_outs")}
    machine = ebm.boost(train, varied)
    customers = every_bin(card)
    told = machine.predict_proba(customers[list(varied)].to_numpy(float, na_value=np.nan))[:, 1]
    slope, offset = figure(card, "platt_slope"), figure(card, "platt_intercept")
    assert set(card["model_name"]) == {"ebm"}
    assert (card["kind"] == "pair").any()
    expected = expit(slope * logit(told) + offset)
    np.testing.assert_allclose(summed_by_sql(card, customers), expected, rtol=0, atol=1e-9)


def test_rows_of_the_logistic_regression_add_up_too() -> None:
    sample = pd.concat([samples(600), samples(200, "calibrate", seed=2)], ignore_index=True)
    card = fit_scorecards(sample, FEATURES)
    assert set(card["model_name"]) == {"logistic"}
    model, _ = fit_calibrated(*parts(sample), SIGNS)
    customers = every_bin(card)
    expected = expit(model.log_odds(customers))
    np.testing.assert_allclose(summed_by_sql(card, customers), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("count", [600, 4000])
def test_a_feature_with_a_sign_moves_the_odds_one_way_only(count: int) -> None:
    # Backwards: who bought is the opposite of what the signs say.
    sample = samples(count)
    backwards = sample.assign(has_bought=1 - sample["has_bought"])
    for one in (sample, backwards):
        card = fit_scorecards(one, FEATURES)
        known = card[(card["kind"] == "feature") & ~card["is_missing"]]
        for name, sign in SIGNS.items():
            steps = known.loc[known["feature_name"] == name, "contribution"].diff().dropna()
            assert (steps * sign >= 0).all()
        pairs = card[card["kind"] == "pair"]
        signed = {name for name, sign in SIGNS.items() if sign}
        assert not signed & {*pairs["feature_name"], *pairs["other_feature_name"]}


def test_the_order_of_rows_and_features_makes_no_difference(
    boosted: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    sample, card = boosted
    again = fit_scorecards(sample.sample(frac=1, random_state=7), FEATURES.iloc[::-1])
    pd.testing.assert_frame_equal(again, card)


def test_a_planted_truth_is_recovered(boosted: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    card = boosted[1]
    fresh = samples(3000, seed=3)
    found = logit(summed_by_sql(card, fresh[list(SIGNS)].astype("Int64")))
    truth = true_log_odds(fresh)
    assert np.corrcoef(found, truth)[0, 1] > 0.97
    slope, offset = np.polyfit(found, truth, 1)
    assert (slope, offset) == (pytest.approx(1, abs=0.15), pytest.approx(0, abs=0.2))
    # The pair that was planted is among those that were found.
    pairs = card.loc[card["kind"] == "pair", ["feature_name", "other_feature_name"]]
    assert ("channels", "gap") in set(pairs.itertuples(index=False, name=None))


def test_a_logistic_truth_is_recovered() -> None:
    chance = np.random.default_rng(11)
    sample = samples(1900).assign(sample_weight=1.0)
    truth = 2 - np.log1p(sample["recency"]) + 1.5 * np.log1p(sample["orders"])
    sample["has_bought"] = (chance.random(len(sample)) < expit(truth)).astype("int64")
    model = logistic.fit(sample, {"orders": 1, "recency": -1}, penalty=1.0)
    assert np.abs(model.log_odds(sample) - truth).mean() < 0.3


def test_a_weight_of_two_is_a_row_twice_where_nothing_is_boosted() -> None:
    sample = pd.concat([samples(300), samples(100, "calibrate", seed=2)], ignore_index=True)
    twice = sample.loc[sample.index.repeat(sample["sample_weight"].astype(int))]
    weighted, repeated = (
        fit_scorecards(one, FEATURES) for one in (sample, twice.assign(sample_weight=1.0))
    )
    assert set(sample["sample_weight"]) == {1.0, 2.0}
    told = [card[~card["feature_name"].isin(["train_count", "calibrate_count"])]
            for card in (weighted, repeated)]  # fmt: skip
    pd.testing.assert_frame_equal(*told, rtol=1e-4, atol=1e-4)


def test_who_is_watched_is_not_fitted() -> None:
    customers = pd.Series([f"c{row // 3}" for row in range(3000)])
    bags = ebm.bags(customers)
    assert bags.shape == (3000, 4)
    by_customer = pd.DataFrame(bags).groupby(customers).nunique()
    assert (by_customer == 1).all(axis=None)
    assert 0.1 < (bags == -1).mean() < 0.2
    assert (bags[:, 0] != bags[:, 1]).any()


def test_few_rows_have_a_smoothed_rate_by_hand() -> None:
    sample = samples(30).assign(sample_weight=2.0, has_bought=[1] * 3 + [0] * 27)
    card = fit_scorecards(sample, FEATURES)
    assert set(card["model_name"]) == {"rate"}
    [intercept] = card.loc[card["kind"] == "intercept", "contribution"]
    assert intercept == pytest.approx(np.log(6.5 / 54.5))
    assert set(card["kind"]) == {"about", "intercept"}


@pytest.mark.parametrize("outcome", [0, 1])
def test_one_outcome_has_a_rate_short_of_certainty(outcome: int) -> None:
    sample = samples(3000).assign(has_bought=outcome, sample_weight=1.0)
    card = fit_scorecards(sample, FEATURES)
    assert set(card["model_name"]) == {"rate"}
    [intercept] = card.loc[card["kind"] == "intercept", "contribution"]
    assert expit(intercept) == pytest.approx((3000 * outcome + 0.5) / 3001)


def test_nothing_to_fit_gives_a_rate_of_what_is_to_calibrate_by() -> None:
    card = fit_scorecards(samples(100, "calibrate"), FEATURES)
    assert set(card["model_name"]) == {"rate"}
    assert figure(card, "train_count") == 0


@pytest.mark.parametrize("rare", [99, 100])
def test_too_few_of_an_outcome_are_not_boosted(rare: int) -> None:
    sample = samples(2000)
    bought = pd.Series(range(2000)).sample(rare, random_state=1)
    card = fit_scorecards(sample.assign(has_bought=sample.index.isin(bought)), FEATURES)
    assert set(card["model_name"]) == {"ebm" if rare == 100 else "logistic"}


def rare(count: int, role: str, seed: int, truth: str) -> pd.DataFrame:
    """Make samples of which one in 27 bought, by a truth on logs or by one of steps."""
    made = samples(count, role, seed=seed).assign(sample_weight=1.0)
    gap = made["gap"].astype(float).fillna(40)
    logs = 1.2 * np.log1p(made["orders"]) - 0.8 * np.log1p(made["recency"]) - 1.75
    log_odds = -9 + 9.0 * gap.between(30, 35) if truth == "steps" else logs
    chance = np.random.default_rng(seed)
    return made.assign(has_bought=(chance.random(count) < expit(log_odds)).astype("int64"))


@pytest.mark.parametrize("truth, better", [("logs", "logistic"), ("steps", "ebm")])
def test_of_few_outcomes_the_model_counts_that_held_later(truth: str, better: str) -> None:
    train = rare(3000, "train", 1, truth)
    assert 100 <= train["has_bought"].sum() < 20 * len(SIGNS)
    calibrate = rare(3000, "calibrate", 2, truth)
    card = fit_scorecards(pd.concat([train, calibrate], ignore_index=True), FEATURES)
    assert set(card["model_name"]) == {better}


def test_a_penalty_draws_slopes_to_nothing() -> None:
    sample, sign = samples(600), {"orders": 1}
    free, drawn, none = (
        np.ptp(logistic.fit(sample, sign, penalty=penalty).log_odds(sample))
        for penalty in (0.0, 100.0, 1e9)
    )
    assert free > 1.5 * drawn > 0
    assert none < 1e-3


def test_few_customers_with_many_rows_are_not_boosted() -> None:
    # All who bought are one customer, who is on one side.
    sample = samples(2400)
    mine = sample.index < 400
    one = sample.assign(has_bought=mine, customer_id=sample["customer_id"].mask(mine, "me"))
    assert set(fit_scorecards(one, FEATURES)["model_name"]) == {"logistic"}


def test_purposes_and_horizons_are_apart_and_sorted() -> None:
    one = samples(200)
    parts = [
        one.assign(purpose=purpose, horizon_week_count=weeks)
        for purpose, weeks in [("score", 13), ("backtest", 4), ("score", 4)]
    ]
    card = fit_scorecards(pd.concat(parts), FEATURES)
    assert list(card[KEY].drop_duplicates().itertuples(index=False, name=None)) == [
        ("backtest", 4), ("score", 4), ("score", 13),
    ]  # fmt: skip
    told = [part.drop(columns=KEY).reset_index(drop=True) for _, part in card.groupby(KEY)]
    pd.testing.assert_frame_equal(told[0], told[1])
    key = [*KEY, "kind", "feature_name", "from_value", "is_missing", "other_feature_name"]
    assert not card.duplicated([*key, "other_from_value", "is_other_missing"]).any()


def test_no_samples_give_no_rows_but_typed_columns() -> None:
    sample = samples(100)
    empty, filled = (fit_scorecards(one, FEATURES) for one in (sample.head(0), sample))
    assert empty.empty
    assert empty.dtypes.to_dict() == filled.dtypes.to_dict()


def test_no_features_give_the_calibrated_rate() -> None:
    sample = pd.concat([samples(3000), samples(500, "calibrate", seed=2)], ignore_index=True)
    card = fit_scorecards(sample, FEATURES.head(0))
    assert set(card["kind"]) == {"about", "intercept"}
    [intercept] = card.loc[card["kind"] == "intercept", "contribution"]
    assert expit(intercept) == pytest.approx(figure(card, "calibrate_rate"), abs=0.002)


@pytest.mark.parametrize("change, told", [
    ({"has_bought": 2}, "has_bought is 2"),
    ({"has_bought": None}, "has_bought is <NA>"),
    ({"sample_weight": 0}, "sample_weight is 0"),
    ({"sample_weight": np.nan}, "sample_weight is nan"),
    ({"role": "test"}, "role is test"),
    ({"orders": 1.5}, "orders has values that are no whole numbers"),
])  # fmt: skip
def test_a_sample_that_cannot_be_is_named(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        fit_scorecards(samples(10).assign(**change), FEATURES)


def test_an_unknown_feature_is_named() -> None:
    more = pd.concat([FEATURES, pd.DataFrame({"feature_name": ["mood"], "monotone_sign": [0]})])
    with pytest.raises(ValueError, match="no column mood"):
        fit_scorecards(samples(10), more)


def test_an_unknown_sign_is_named() -> None:
    with pytest.raises(ValueError, match="monotone_sign"):
        fit_scorecards(samples(10), FEATURES.assign(monotone_sign=2))


def test_platt_stretches_and_shifts_what_is_off() -> None:
    chance = np.random.default_rng(4)
    truth = chance.normal(0, 2, 20000)
    bought = (chance.random(20000) < expit(truth)).astype(float)
    slope, offset = platt.fit((truth - 1) / 2, bought, np.ones(20000))
    assert (slope, offset) == (pytest.approx(2, abs=0.1), pytest.approx(1, abs=0.1))


def test_platt_by_hand() -> None:
    # Two scores, so the fit meets the mean target of each: with 3 who bought and 3 who did not the
    # targets are 4/5 and 1/5. At score 1 stand 2 of 3, at score -1 1 of 3.
    scores = np.array([1.0, 1, 1, -1, -1, -1])
    slope, offset = platt.fit(scores, np.array([1.0, 1, 0, 1, 0, 0]), np.ones(6))
    assert expit(slope + offset) == pytest.approx((0.8 + 0.8 + 0.2) / 3)
    assert expit(-slope + offset) == pytest.approx((0.8 + 0.2 + 0.2) / 3)


def test_platt_gives_all_the_same_odds_where_scores_rank_worse_than_chance() -> None:
    scores = np.array([1.0, 1, 1, -1, -1, -1])
    slope, offset = platt.fit(scores, np.array([0.0, 0, 1, 1, 1, 0]), np.ones(6))
    assert (slope, offset) == (0.0, pytest.approx(0))


def test_platt_shifts_scores_that_are_all_equal() -> None:
    slope, offset = platt.fit(np.full(4, 0.5), np.array([0.0, 0, 0, 1]), np.ones(4))
    # Targets are 2/3 and 1/5.
    assert (slope, expit(slope * 0.5 + offset)) == (1.0, pytest.approx((2 / 3 + 3 / 5) / 4))
