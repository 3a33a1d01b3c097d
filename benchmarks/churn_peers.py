"""Challengers of the propensity to buy again: churn_peers.py SAMPLES ANSWERS FEATURES.

Recency alone, a logistic regression on logs of the features, and LightGBM. The last two choose
among settings by the log loss on the rows to calibrate by; Platt's calibration is the same for all.
"""

import sys
from collections.abc import Callable, Iterator

import lightgbm
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Scores = Callable[[pd.DataFrame], np.ndarray]


def recency(train: pd.DataFrame, _features: list[str]) -> Iterator[Scores]:
    """Fit the log of days since the last order."""

    def logs(rows: pd.DataFrame) -> np.ndarray:
        return np.log1p(rows[["recency_day_count"]].to_numpy(float))

    model = LogisticRegression().fit(logs(train), train["has_bought"])
    yield lambda rows: model.decision_function(logs(rows))


def logistic(train: pd.DataFrame, features: list[str]) -> Iterator[Scores]:
    """Fit logs of the features, and whether each is missing."""

    def logs(rows: pd.DataFrame) -> np.ndarray:
        values = rows[features].to_numpy(float, na_value=np.nan)
        return np.hstack([np.log1p(np.nan_to_num(values)), np.isnan(values)])

    for strength in (0.001, 0.01, 0.1, 1.0):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000))
        model.fit(logs(train), train["has_bought"])
        yield lambda rows, model=model: model.decision_function(logs(rows))


def boosted(train: pd.DataFrame, features: list[str]) -> Iterator[Scores]:
    """Boost trees of 4 to 15 leaves."""

    def values(rows: pd.DataFrame) -> np.ndarray:
        return rows[features].to_numpy(float, na_value=np.nan)

    for leaves, rounds in [(4, 150), (4, 300), (7, 100), (7, 200), (15, 75), (15, 150)]:
        model = lightgbm.LGBMClassifier(
            n_estimators=rounds,
            num_leaves=leaves,
            learning_rate=0.05,
            min_child_samples=50,
            subsample=0.8,
            subsample_freq=1,
            colsample_bytree=0.8,
            n_jobs=1,
            random_state=1,
            deterministic=True,
            verbose=-1,
        )
        model.fit(values(train), train["has_bought"])
        yield lambda rows, model=model: model.booster_.predict(values(rows), raw_score=True)


def loss(scores: Scores, calibrate: pd.DataFrame) -> float:
    """Return the log loss on the rows to calibrate by."""
    return log_loss(calibrate["has_bought"], 1 / (1 + np.exp(-scores(calibrate))))


def main(file: str, answer: str, names: str) -> None:
    """Fit all, and write what they say of the tests."""
    samples = pd.read_parquet(file)
    told = []
    for _, case in samples.groupby(["purpose", "horizon_week_count"]):
        train, calibrate, test = (
            case[case["role"] == role] for role in ("train", "calibrate", "test")
        )
        said = {}
        for name, fit in {"recency": recency, "logistic": logistic, "lightgbm": boosted}.items():
            best = min(fit(train, names.split(",")), key=lambda one: loss(one, calibrate))
            platt = LogisticRegression(C=np.inf).fit(
                best(calibrate).reshape(-1, 1), calibrate["has_bought"]
            )
            said[name] = platt.predict_proba(best(test).reshape(-1, 1))[:, 1]
        told.append(pd.DataFrame(said, index=test.index))
    pd.concat(told).to_parquet(answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
