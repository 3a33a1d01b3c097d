"""The trio of churn: what it knew when, how few rows its fit reads, how SQL applies the fit."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)
from tests.mart.conftest import Dbt
from tests.mart.rows import line, lines, moment, row
from tests.mart.synthetic import Delivery, SyntheticWarehouse

from onemart.science.churn.scorecard import fit_calibrated

BOUND = "reads_bounded_inputs_churn_scorecards_"
TRIO = ["int_business_dates_chosen", "int_customer_rfm_measures", "path:models/science/churn"]
TEST = ["purpose", "horizon_week_count", "cut_off_date"]


def settings(day: str, **values: int) -> list[str]:
    told = {"business_date": f'"{day}"', **values}
    return ["--vars", "{" + ", ".join(f"{name}: {value}" for name, value in told.items()) + "}"]


def frame(warehouse: SyntheticWarehouse, query: str) -> pd.DataFrame:
    with warehouse.connect() as connection:
        rows: pd.DataFrame = connection.sql(query).df()
        return rows


def open_shop(warehouse: SyntheticWarehouse, customers: int) -> None:
    """Fill a year with customers who order at intervals of their own, and some of whom leave."""
    warehouse.run(
        f"""
        create or replace table marts.fct_orders as
        with customers as (
            select c, 3 + hash(c) % 60 as gap, 60 + hash(c, 2) % 600 as last_day
            from range({customers}) as numbers(c)
        ), days as (
            select *, (hash(c, 1) % 50 + k * gap + hash(c, k) % gap)::integer as day
            from customers cross join range(24) as numbers(k)
        )
        select
            'o' || c || '-' || k as order_id,
            'c' || c as customer_id,
            date '2017-01-01' + day as order_date,
            order_date as last_order_date,
            true as has_sale,
            hash(c, k, 3) % 20 = 0 as has_return,
            (5 + hash(c, k, 4) % 100)::decimal(28, 6) as net_sales_amount,
            if(c % 3 = 0, 'web', 'store') as channel,
            'EUR' as currency_code
        from days where day < least(last_day, 365)
        """
    )
    warehouse.run(
        """
        create or replace table marts.dim_dates as
        select day::date as date_day
        from range(date '2016-12-01', date '2018-04-01', interval 1 day) as days(day)
        """
    )


@pytest.fixture
def shop(warehouse: SyntheticWarehouse) -> SyntheticWarehouse:
    open_shop(warehouse, 900)
    warehouse.run(
        """
        create or replace table marts.dim_products as
        select 'p' || p as product_id, 'category ' || p % 9 as category, 'goods' as product_kind
        from range(30) as numbers(p)
        """
    )
    warehouse.run(
        """
        create or replace table marts.fct_order_lines as
        select
            order_id || '-' || n as order_line_id, customer_id,
            's' || hash(order_id) % 3 as store_id,
            'p' || hash(order_id, n) % 30 as sku, order_date, 'sale' as line_type,
            (hash(order_id, n, 1) % 2)::decimal(28, 6) as promotion_discount_amount,
            0::decimal(28, 6) as loyalty_discount_amount,
            0::decimal(28, 6) as offer_discount_amount,
            0::decimal(28, 6) as coupon_match_discount_amount
        from marts.fct_orders cross join range(3) as numbers(n)
        """
    )
    return warehouse


def build(dbt: Dbt, shop: SyntheticWarehouse, day: str, *more: str) -> None:
    few = settings(day, churn_customer_count=700, churn_train_cut_off_count=4)
    dbt(shop, "run", "--select", *TRIO, "churn_scorecards", *few, *more)


def quality(cases: pd.DataFrame) -> dict[str, float]:
    """Measure with scikit-learn what the mart measures."""
    bought, told = cases["has_bought"].to_numpy(), cases["probability"].to_numpy()
    regression = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    regression.fit(cases[["log_odds"]].to_numpy(), bought)
    first = cases.sort_values(["log_odds", "customer_id"], ascending=[False, True])
    tenth = first["has_bought"].to_numpy()[: -(-len(first) // 10)]
    return {
        "predicted_rate": float(told.mean()),
        "repurchase_rate": float(bought.mean()),
        "auc": float(roc_auc_score(bought, cases["log_odds"])),
        "average_precision": float(average_precision_score(bought, cases["log_odds"])),
        "brier_score": float(brier_score_loss(bought, told)),
        "log_loss": float(log_loss(bought, told)),
        "calibration_slope": float(regression.coef_[0, 0]),
        "calibration_intercept": float(regression.intercept_[0]),
        "first_decile_lift": float(tenth.mean() / bought.mean()),
    }


def test_sql_applies_the_model_and_measures_it_and_keeps_what_it_told(
    shop: SyntheticWarehouse, dbt: Dbt
) -> None:
    build(dbt, shop, "2017-10-04")
    assert_scores_are_the_models(shop)

    # The week has its predictions: its later builds add none, and a full refresh takes none.
    kept = frame(shop, "select * from marts.fct_churn_predictions order by all")
    assert set(kept["prediction_date"].astype(str)) == {"2017-10-04"}
    assert set(kept["week_start_date"].astype(str)) == {"2017-10-02"}
    assert len(kept) == 2 * 700
    latest = settings("2017-10-06", churn_customer_count=700)
    dbt(shop, "run", "--select", "int_business_dates_chosen", "int_customer_rfm_measures", *latest)
    dbt(shop, "run", "--select", "fct_churn_predictions", "--full-refresh", *latest)
    assert frame(shop, "select * from marts.fct_churn_predictions order by all").equals(kept)

    # By November 15 the four weeks are over, and the thirteen are not.
    build(dbt, shop, "2017-11-15")
    assert_scores_are_the_models(shop)
    decay = frame(shop, "select * from marts.rpt_model_decay")
    assert decay["horizon_week_count"].tolist() == [4]
    assert decay["customer_count"].tolist() == [700]
    backtest = frame(shop, "select * from marts.fct_model_backtest")
    assert backtest.groupby("horizon_week_count").size()[4] >= 4
    assert set(backtest["method_name"]) == {"ebm"}
    fall = backtest.loc[backtest["horizon_week_count"] == 4, "auc"].mean() - decay["auc"][0]
    assert float(decay["auc_fall"][0]) == pytest.approx(float(fall), abs=1e-5)

    cases = frame(shop, "select * from science.int_churn_cases_met")
    tests = frame(shop, "select * from science.int_churn_tests_measured").set_index(TEST)
    measured: dict[Any, dict[Any, Any]] = tests.to_dict("index")
    assert len(measured) == len(backtest) + 1
    for test, of_test in cases.groupby(TEST):
        for measure, value in quality(of_test).items():
            near = 1e-4 if measure.startswith("calibration") else 1e-6
            assert measured[test][measure] == pytest.approx(value, abs=near), (test, measure)
        assert 0.6 < measured[test]["auc"] < 1


def assert_scores_are_the_models(shop: SyntheticWarehouse) -> None:
    samples = frame(
        shop,
        "select * from science.int_churn_samples"
        " where purpose = 'score' and horizon_week_count = 4",
    )
    told = frame(shop, "select * from reference.churn_features order by feature_name")
    signs = dict(zip(told["feature_name"], told["monotone_sign"].astype(int), strict=True))
    samples[list(signs)] = samples[list(signs)].astype("Int64")
    samples["sample_weight"] = samples["sample_weight"].astype(float)
    order = ["customer_id", "cut_off_date", *signs, "has_bought", "sample_weight"]
    samples = samples.sort_values(order, ignore_index=True)
    train, calibrate = (samples[samples["role"] == role] for role in ("train", "calibrate"))
    model, _ = fit_calibrated(train, calibrate, signs)
    assert model.name == "ebm"
    assert any(len(term.features) == 2 for term in model.terms)

    everyone = frame(
        shop,
        """
        select features.*, told.score, told.repurchase_probability, told.churn_probability
        from science.int_churn_features as features
        inner join marts.fct_customer_churn as told
            on features.customer_id = told.customer_id
            and features.cut_off_date = told.business_date
            and told.horizon_week_count = 4
        """,
    )
    [(customers,)] = shop.run("select count(*) from science.int_customer_rfm_measures")
    assert len(everyone) == customers > 800
    everyone[list(signs)] = everyone[list(signs)].astype("Int64")
    log_odds = model.log_odds(everyone)
    assert np.abs(everyone["score"] - log_odds).max() < 1e-9
    probability = 1 / (1 + np.exp(-log_odds))
    assert np.abs(everyone["repurchase_probability"] - probability).max() < 1e-9
    assert np.abs(everyone["churn_probability"] - (1 - probability)).max() < 1e-9


def test_a_large_shop_gives_the_fit_no_more_rows(warehouse: SyntheticWarehouse, dbt: Dbt) -> None:
    open_shop(warehouse, 200_000)
    dbt(warehouse, "run", "--select", *TRIO[:2], "+int_churn_samples,path:models/science/churn",
        *settings("2017-12-31"))  # fmt: skip
    counts = frame(
        warehouse,
        "select purpose, horizon_week_count, role, count(*) as n, sum(sample_weight) as weight"
        " from science.int_churn_samples group by all",
    )
    assert len(counts) == 8
    largest = {"train": 20_000, "calibrate": 10_000}
    assert (counts["n"] == counts["role"].map(largest)).all()
    # Weights make up for who was not drawn: nearly all customers had come by a calibration.
    calibrated = counts.loc[counts["role"] == "calibrate", "weight"].astype(float)
    assert ((calibrated > 195_000) & (calibrated <= 200_100)).all()
    dbt(warehouse, "test", "--select", BOUND)


def test_a_fit_that_reads_more_than_it_says_fails(warehouse: SyntheticWarehouse, dbt: Dbt) -> None:
    warehouse.run(
        "create or replace view science.int_churn_samples as select unnest(range(120001))"
    )
    with pytest.raises(AssertionError, match=BOUND):
        dbt(warehouse, "test", "--select", BOUND)


def stock(day: str, on_hand: int, told: str) -> tuple[Any, ...]:
    return row(
        "erp__inventory_snapshots",
        store_id="S01",
        sku="K1",
        stock_date=date.fromisoformat(f"2025-{day}"),
        updated_at=moment(told),
        on_hand_unit_count=on_hand,
        inbound_unit_count=0,
        received_unit_count=0,
        sold_unit_count=0,
        written_off_unit_count=0,
    )


def chat(number: int, customer: int, when: str, told: str) -> tuple[Any, ...]:
    return row(
        "voice__support_chats",
        chat_id=number,
        customer_id=customer,
        started_at=moment(when),
        updated_at=moment(told),
        channel="chat",
        agent_id="A1",
        message_count=2,
        is_resolved=True,
    )


def test_no_feature_moves_by_what_happened_or_became_known_later(
    warehouse: SyntheticWarehouse, dbt: Dbt
) -> None:
    """Two customers until March 31; then all that can come later comes."""

    def features() -> list[tuple[Any, ...]]:
        dbt(
            warehouse, "run", "--select", "+int_churn_features", "--exclude", "path:models/staging",
            *settings("2025-03-31"), shop="demo",
        )  # fmt: skip
        return warehouse.run("select * from science.int_churn_features order by all")

    dbt(warehouse, "run", "--select", "path:models/staging/accepted", shop="demo")
    sold = [
        line(1, 1, "02-10T12:00"),
        line(2, 1, "03-10T12:00", 8, promotion_discount_amount=Decimal(2)),
        line(3, 1, "03-20T12:00", sku="B"),
        line(4, 2, "03-31T12:00"),
    ]
    warehouse.deliver(
        *(lines(str(number), 1, sale) for number, sale in enumerate(sold, start=1)),
        # K1 is gone from March 15 on; the next day told is after the visit of March 20.
        Delivery("erp__inventory_snapshots", "1", 1, [stock("03-15", 0, "03-16T02:00")]),
        Delivery("erp__inventory_snapshots", "2", 1, [stock("03-25", 5, "03-26T02:00")]),
        Delivery("voice__support_chats", "1", 1, [chat(1, 1, "03-21T12:00", "03-21T12:10")]),
        Delivery("voice__support_chats", "2", 1, [chat(2, 3, "03-31T12:00", "03-31T12:10")]),
    )
    before = features()
    columns = ["customer_id", "order_count", "category_count", "discounted_percent",
               "stock_out_percent", "contact_percent"]  # fmt: skip
    told = f"select {', '.join(columns)} from science.int_churn_features order by all"
    assert warehouse.run(told) == [("1", 3, 1, 33, 33, 33), ("2", 1, 1, 0, 0, 0)]

    later = "04-02T09:00"
    warehouse.deliver(
        # Cancelled, no longer discounted, of another product; late, and new.
        lines("1", 2, line(1, 1, "02-10T12:00", updated_at=moment(later), status="cancelled")),
        lines("2", 2, line(2, 1, "03-10T12:00", updated_at=moment(later))),
        lines("3", 2, line(3, 1, "03-20T12:00", 5, sku="C", updated_at=moment(later),
                           promotion_discount_amount=Decimal(5))),
        lines("5", 1, line(5, 2, "03-30T12:00"), line(6, 2, "04-05T12:00")),
        Delivery("erp__inventory_snapshots", "1", 2, [stock("03-15", 9, "04-02T02:00")]),
        Delivery("erp__inventory_snapshots", "3", 1,
                 [stock("03-18", 9, "03-19T02:00"), stock("04-05", 0, "04-06T02:00")]),
        Delivery("voice__support_chats", "3", 1,
                 [chat(3, 2, "03-30T12:00", "03-30T12:10"), chat(4, 2, "04-05T12:00", later)]),
    )  # fmt: skip
    assert features() == before
