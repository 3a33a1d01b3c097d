"""Measure the propensity to buy again beside three challengers, on three shops.

For four cut-offs each, the last ones whose horizon is over, every model is fitted on cut-offs a
horizon and more before the one that it is calibrated on, which lies a horizon before the one that
it is tested on. Features and outcomes are those of the mart: the models of dbt compute them in a
copy of each warehouse, as of the cut-offs of this benchmark. Challengers choose their settings on
the cut-off before the test. Differences from LightGBM have 95 % intervals by a bootstrap of
customers, each with all its cut-offs. Writes benchmarks/README.md.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from marks import write_between_marks
from rich.console import Console
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from onemart.science.churn.scorecard import fit_calibrated

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "benchmarks/README.md"
PEER = ROOT / ".venv-peers/bin/python"
PEER_SCRIPT = ROOT / "benchmarks/churn_peers.py"
SHOPS = ("complete_journey", "uci_online_retail", "demo")
HORIZONS = (4, 13)
TESTS = 4
# As int_churn_cut_offs and int_churn_cases_drawn have it.
DAYS_BETWEEN, DAYS_OF_HISTORY, TRAIN_CUT_OFFS = 28, 55, 13
LARGEST = {"train": 20_000, "calibrate": 10_000}
DRAWS = 1000
LOWEST_AUC, HIGHEST_BRIER = -0.005, 0.001
NAMES = {
    "onemart": "Onemart",
    "lightgbm": "LightGBM",
    "logistic": "logistic on logs",
    "recency": "recency only",
}
CASES = """
create or replace table {table} as
with plan as (select * from planned),
cases as (
    select
        plan.*,
        customers.customer_id,
        row_number() over (
            partition by plan.purpose, plan.horizon_week_count, plan.role
            order by hash(customers.customer_id, plan.cut_off_date), customers.customer_id,
                plan.cut_off_date
        ) as place
    from plan
    inner join {customers} as customers on customers.first_known_date <= plan.cut_off_date
)
select
    purpose, horizon_week_count, role, customer_id, cut_off_date, outcome_date,
    1::numeric(28, 6) as sample_weight
from cases
where role = 'test' or place <= case role {largest} end
"""
SAMPLES = """
select cases.* exclude (outcome_date), outcomes.has_bought,
    features.* exclude (customer_id, cut_off_date)
from {schema}.int_churn_cases_drawn as cases
inner join {schema}.int_churn_outcomes as outcomes
    using (horizon_week_count, customer_id, cut_off_date)
inner join {schema}.int_churn_features as features using (customer_id, cut_off_date)
order by purpose, horizon_week_count, role, customer_id, cut_off_date
"""
console = Console()


def main() -> None:
    """Measure the shops that are built here, and write the figures."""
    rows = []
    for shop in SHOPS:
        warehouse = ROOT / f"warehouse/{shop}.duckdb"
        if not warehouse.exists():
            console.print(f"{shop} is not built here: left out")
            continue
        with tempfile.TemporaryDirectory(dir=ROOT / "warehouse") as folder:
            samples, signs = sampled(warehouse, shop, Path(folder))
            told = predicted(samples, signs, Path(folder))
        for horizon in HORIZONS:
            rows += measured(shop, horizon, told[told["horizon_week_count"] == horizon])
            console.print("\n".join(rows[-len(NAMES) - 1 :]), markup=False, highlight=False)
    write_between_marks(PAGE, {"churn": rows})


def planned(opening: date, closing: date) -> Iterator[dict[str, Any]]:
    """Plan cut-offs: tests four weeks apart, or a week where the shop is too young for that."""
    first = opening + timedelta(days=DAYS_OF_HISTORY)
    for horizon in HORIZONS:
        days = timedelta(days=7 * horizon)
        for apart in (DAYS_BETWEEN, 7):
            tests = [closing - days - timedelta(days=apart * place) for place in range(TESTS)]
            if tests[-1] - 2 * days >= first:
                break
        for test in tests:
            trains = [
                test - 2 * days - timedelta(days=DAYS_BETWEEN * place)
                for place in range(TRAIN_CUT_OFFS)
            ]
            roles = [("test", test), ("calibrate", test - days)]
            roles += [("train", cut_off) for cut_off in trains if cut_off >= first]
            for role, cut_off in roles:
                yield {
                    "purpose": test.isoformat(),
                    "horizon_week_count": horizon,
                    "role": role,
                    "cut_off_date": cut_off,
                    "outcome_date": cut_off + days,
                }


def sampled(warehouse: Path, shop: str, folder: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return cases with features and outcomes, and the signs of features."""
    copy = folder / f"{shop}.duckdb"
    shutil.copy(warehouse, copy)
    ours = "path:models/science/churn"
    run_dbt("seed", copy, shop, "--select", "churn_features")
    run_dbt("run", copy, shop, "--select", f"{ours},+int_churn_customers_drawn")
    with duckdb.connect(str(copy)) as connection:
        [(schema,)] = connection.execute(
            "select table_schema from information_schema.tables"
            " where table_name = 'int_churn_customers_drawn'"
        ).fetchall()
        [(opening, closing)] = connection.execute(
            "select opening_date, business_date from intermediate.int_business_dates_chosen"
        ).fetchall()
        connection.register("planned", pd.DataFrame(planned(opening, closing)))
        largest = " ".join(f"when '{role}' then {count}" for role, count in LARGEST.items())
        connection.execute(
            CASES.format(
                table=f"{schema}.int_churn_cases_drawn",
                customers=f"{schema}.int_churn_customers_drawn",
                largest=largest,
            )
        )
    run_dbt(
        "run", copy, shop,
        "--select", f"{ours},+int_churn_features", f"{ours},+int_churn_outcomes",
        "--exclude", "+int_churn_cases_drawn",
    )  # fmt: skip
    with duckdb.connect(str(copy), read_only=True) as connection:
        samples = connection.execute(SAMPLES.format(schema=schema)).df()
        seed = connection.execute(
            "select feature_name, monotone_sign from reference.churn_features order by 1"
        ).fetchall()
    signs = {str(name): int(sign) for name, sign in seed}
    return samples.astype(dict.fromkeys(signs, "Int64")), signs


def run_dbt(verb: str, warehouse: Path, shop: str, *arguments: str) -> None:
    """Run dbt on a warehouse."""
    command = [str(Path(sys.executable).with_name("dbt")), verb, *arguments]
    command += ["--target-path", str(warehouse.parent / "target")]
    environment = {**os.environ, "ONEMART_WAREHOUSE": str(warehouse), "ONEMART_SHOP": shop}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}")


def predicted(samples: pd.DataFrame, signs: dict[str, int], folder: Path) -> pd.DataFrame:
    """Return what each model says of the tests, a column a model."""
    file, answer = folder / "samples.parquet", folder / "answers.parquet"
    samples.to_parquet(file)
    subprocess.run([PEER, PEER_SCRIPT, file, answer, ",".join(signs)], check=True)
    told = pd.read_parquet(answer)
    for (purpose, horizon), case in samples.groupby(["purpose", "horizon_week_count"]):
        roles = dict(tuple(case.groupby("role")))
        started = time.process_time()
        model, _ = fit_calibrated(roles["train"], roles["calibrate"], signs)
        seconds = time.process_time() - started
        test = roles["test"]
        console.print(
            f"{purpose}, {horizon} weeks: {len(roles['train'])} rows to fit, {len(test)} to test,"
            f" {model.name} in {seconds:.1f} s"
        )
        told.loc[test.index, "onemart"] = expit(model.log_odds(test))
    return samples.loc[told.index].join(told)


def measured(shop: str, horizon: int, told: pd.DataFrame) -> list[str]:
    """Return rows of the page: each model, the mean over the tests, and a verdict."""
    tests = [test for _, test in told.groupby("purpose")]
    low, high = bounds(tests)
    rows = []
    for name, label in NAMES.items():
        figures = pd.DataFrame([quality(test["has_bought"], test[name]) for test in tests]).mean()
        shown = " | ".join(
            f"{value:.{2 if place > 3 else 4}f}" for place, value in enumerate(figures)
        )
        rows.append(f"| {shop} | {horizon} | {label} | {shown} | |")
    verdict = "met" if low[0] > LOWEST_AUC and high[1] < HIGHEST_BRIER else "missed"
    rows.append(
        f"| {shop} | {horizon} | Onemart less LightGBM | {low[0]:+.4f} to {high[0]:+.4f} | |"
        f" {low[1]:+.4f} to {high[1]:+.4f} | | | | {verdict} |"
    )
    return rows


def quality(bought: pd.Series, probability: pd.Series) -> dict[str, float]:
    """Return AUC, PR-AUC, Brier score, log loss, calibration slope and lift of the best tenth."""
    safe = probability.clip(1e-6, 1 - 1e-6)
    line = LogisticRegression(C=np.inf).fit(logit(safe).to_numpy().reshape(-1, 1), bought)
    best = probability.sort_values(ascending=False, kind="stable").index[: len(bought) // 10]
    return {
        "auc": roc_auc_score(bought, probability),
        "pr_auc": average_precision_score(bought, probability),
        "brier": brier_score_loss(bought, probability),
        "log_loss": log_loss(bought, safe),
        "slope": line.coef_[0, 0],
        "lift": bought.loc[best].mean() / bought.mean(),
    }


def bounds(tests: list[pd.DataFrame]) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % interval of the differences from LightGBM, in AUC and in Brier score."""
    customers = pd.Index(pd.concat([test["customer_id"] for test in tests]).unique())
    measures = [Difference(test, customers) for test in tests]
    chance = np.random.default_rng(1)
    drawn = []
    for _ in range(DRAWS):
        picked = chance.integers(0, len(customers), len(customers))
        times = np.bincount(picked, minlength=len(customers)).astype(float)
        drawn.append(np.mean([measure.of(times) for measure in measures], axis=0))
    low, high = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    return low, high


class Difference:
    """What a model gains on LightGBM in one test, whoever is drawn how often."""

    def __init__(self, test: pd.DataFrame, customers: pd.Index) -> None:
        self.customer = customers.get_indexer(test["customer_id"])
        self.bought = test["has_bought"].to_numpy(float)
        self.said = [test[name].to_numpy(float) for name in ("onemart", "lightgbm")]
        self.rank = [np.unique(said, return_inverse=True)[1] for said in self.said]

    def of(self, times: np.ndarray) -> tuple[float, float]:
        """Return the differences in AUC and in Brier score."""
        weight = times[self.customer]
        ours, theirs = (self._auc(rank, weight) for rank in self.rank)
        squares = [(said - self.bought) ** 2 for said in self.said]
        brier = np.average(squares[0] - squares[1], weights=weight)
        return ours - theirs, float(brier)

    def _auc(self, rank: np.ndarray, weight: np.ndarray) -> float:
        bought = np.bincount(rank, weight * self.bought)
        not_bought = np.bincount(rank, weight * (1 - self.bought))
        below = np.cumsum(not_bought) - not_bought / 2
        return float(bought @ below / (bought.sum() * not_bought.sum()))


if __name__ == "__main__":
    main()
