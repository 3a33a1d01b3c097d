"""Scorecards of repurchase: the fit for each purpose and horizon, calibrated, as rows."""

from typing import Any

import numpy as np
import pandas as pd

from onemart.science.churn import ebm, logistic, platt
from onemart.science.churn.additive import AdditiveModel, flat_term

__all__ = ["RATE", "fit_calibrated", "fit_scorecards"]

RATE = "rate"
_FEWEST_ROWS, _FEWEST_TO_CALIBRATE = 50, 50
_FEWEST_TO_BOOST, _FEWEST_OF_EITHER = 1000, 100
# As many rows, and as many of the rarer outcome for each feature, leave no doubt that steps hold;
# with fewer, slopes may hold better, and of their penalties the first is taken where nothing tells.
_ENOUGH, _ENOUGH_A_FEATURE = 2000, 20
_PENALTIES = (10.0, 1.0, 100.0, 1000.0)
_KEY = ["purpose", "horizon_week_count"]
_COLUMNS = {
    "purpose": "str",
    "horizon_week_count": "int64",
    "model_name": "str",
    "kind": "str",
    "feature_name": "str",
    "from_value": "Int64",
    "to_value": "Int64",
    "is_missing": "bool",
    "other_feature_name": "str",
    "other_from_value": "Int64",
    "other_to_value": "Int64",
    "is_other_missing": "bool",
    "contribution": "float64",
}


def fit_scorecards(samples: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """Fit a scorecard for each purpose and horizon.

    The probability of buying is ``1 / (1 + exp(-sum))``, summed over the intercept and the row of
    each feature and pair that the customer falls in. An explainable boosting machine where there
    are 1,000 rows to fit and 100 of either outcome, else a logistic regression on logs; with fewer
    than 50 rows, or one outcome only, the rate alone. With fewer than 2,000 rows, or than 20 of the
    rarer outcome for each feature, both stand against each other, and regressions of other
    penalties: the one counts whose log loss on the later rows is least. Platt's calibration on
    those rows is part of the contributions already.

    Parameters
    ----------
    samples : pandas.DataFrame
        One row per purpose, horizon, customer and cut-off: `purpose` (str), `horizon_week_count`
        (int, weeks), `role` (train or calibrate), `customer_id` (str), `cut_off_date`,
        `sample_weight` (above 0), `has_bought` (0 or 1), and a column for each feature, whole
        numbers or missing. The order of rows makes no difference.
    features : pandas.DataFrame
        `feature_name` (str) and `monotone_sign` (-1, 0 or 1: what more of it does to the odds).

    Returns
    -------
    pandas.DataFrame
        By purpose and horizon: `model_name` (ebm, logistic or rate), `kind` (about, intercept,
        feature or pair), `feature_name`, `from_value` and `to_value` (both inclusive, missing where
        open), `is_missing` (the bin of missing values), the same of the other feature of a pair,
        and `contribution` (log odds). Rows of the kind about hold figures of the fit by name:
        platt_slope, platt_intercept, train_count and calibrate_count (rows), train_rate and
        calibrate_rate (weighted). No samples give no rows.

    Raises
    ------
    ValueError
        If a feature has no column, a value is no whole number, a sign, weight or outcome is out of
        its range, or a role is unknown.
    """
    signs = _signs(features)
    # Sorted by all that a fit reads, nothing depends on how the rows came.
    order = ["customer_id", "cut_off_date", *signs, "has_bought", "sample_weight"]
    typed = _checked(samples, signs).sort_values(order, ignore_index=True)
    tables = [_table(group, signs) for _, group in typed.groupby(_KEY, sort=True)]
    nothing = pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in _COLUMNS.items()})
    together = pd.concat(tables, ignore_index=True) if tables else nothing
    return together[list(_COLUMNS)].astype(_COLUMNS)


def fit_calibrated(
    train: pd.DataFrame, calibrate: pd.DataFrame, signs: dict[str, int]
) -> tuple[AdditiveModel, dict[str, float]]:
    """Fit the model that the rows allow, and calibrate it.

    Parameters
    ----------
    train, calibrate : pandas.DataFrame
        As the samples of `fit_scorecards`, checked and sorted. With fewer than 50 rows or one
        outcome only to calibrate by, the model stays as fitted: slope 1, offset 0.
    signs : dict of str to int
        The sign of each feature.

    Returns
    -------
    model : AdditiveModel
        Calibrated.
    about : dict of str to float
        `platt_slope` and `platt_intercept`.
    """
    model, *others = _fitted(train, calibrate, signs)
    unchanged = {"platt_slope": 1.0, "platt_intercept": 0.0}
    too_few = len(calibrate) < _FEWEST_TO_CALIBRATE or _outcomes(calibrate) < 2
    if model.name == RATE or too_few:
        return model, unchanged
    bought = calibrate["has_bought"].to_numpy(np.float64)
    weights = calibrate["sample_weight"].to_numpy(np.float64)
    calibrated = []
    for one in (model, *others):
        slope, offset = platt.fit(one.log_odds(calibrate), bought, weights)
        calibrated.append((one.scaled(slope, offset), slope, offset))

    def loss(of: tuple[AdditiveModel, float, float]) -> float:
        log_odds = of[0].log_odds(calibrate)
        return float(weights @ (np.logaddexp(0, log_odds) - bought * log_odds))

    best, slope, offset = min(calibrated, key=loss)
    return best, {"platt_slope": slope, "platt_intercept": offset}


def _fitted(
    train: pd.DataFrame, calibrate: pd.DataFrame, signs: dict[str, int]
) -> list[AdditiveModel]:
    """Return what may be the best model, first the one to take where nothing can tell."""
    if len(train) < _FEWEST_ROWS or _outcomes(train) < 2:
        both = pd.concat([train, calibrate])
        weight = float(both["sample_weight"].sum())
        bought = float((both["sample_weight"] * both["has_bought"]).sum())
        # Half a customer who bought and half one who did not, so that no rate is 0 or 1.
        return [AdditiveModel(RATE, float(np.log((bought + 0.5) / (weight - bought + 0.5))), ())]
    varied = {name: sign for name, sign in signs.items() if len(train[name].drop_duplicates()) > 1}
    models = [ebm.fit(train, varied)] if varied and _can_boost(train) else []
    if not models or len(train) < _ENOUGH or _rarer(train) < _ENOUGH_A_FEATURE * len(signs):
        models += [logistic.fit(train, varied, penalty=penalty) for penalty in _PENALTIES]
    return [_whole(model, signs) for model in models]


def _whole(model: AdditiveModel, signs: dict[str, int]) -> AdditiveModel:
    singles = {term.features[0]: term for term in model.terms if len(term.features) == 1}
    # A feature that does not vary, or never was there, has its rows as well.
    terms = [singles.get(name, flat_term(name)) for name in signs]
    pairs = [term for term in model.terms if len(term.features) > 1]
    return AdditiveModel(model.name, model.intercept, (*terms, *pairs))


def _can_boost(train: pd.DataFrame) -> bool:
    enough = len(train) >= _FEWEST_TO_BOOST
    bags = ebm.bags(train["customer_id"])
    # Few customers with many rows each can all be on one side.
    sides = [_outcomes(train[bag == side]) for bag in bags.T for side in (1, -1)]
    return enough and _rarer(train) >= _FEWEST_OF_EITHER and min(sides) == 2


def _rarer(samples: pd.DataFrame) -> int:
    return int(samples["has_bought"].value_counts().min())


def _outcomes(samples: pd.DataFrame) -> int:
    return int(samples["has_bought"].nunique())


def _table(samples: pd.DataFrame, signs: dict[str, int]) -> pd.DataFrame:
    train, calibrate = (samples[samples["role"] == role] for role in ("train", "calibrate"))
    model, about = fit_calibrated(train, calibrate, signs)
    for role, part in (("train", train), ("calibrate", calibrate)):
        about[f"{role}_count"] = len(part)
        if len(part):
            rate = np.average(part["has_bought"], weights=part["sample_weight"])
            about[f"{role}_rate"] = float(rate)
    rows: list[dict[str, Any]] = [
        {"kind": "about", "feature_name": name, "contribution": about[name]}
        for name in sorted(about)
    ]
    rows.append({"kind": "intercept", "contribution": model.intercept})
    for term in model.terms:
        kind = "feature" if len(term.features) == 1 else "pair"
        rows += [{"kind": kind, **row} for row in term.rows()]
    table = pd.DataFrame(rows, columns=[name for name in _COLUMNS if name not in _KEY])
    ends = ["from_value", "to_value", "other_from_value", "other_to_value"]
    table[ends] = table[ends].astype("Int64")
    for flag in ("is_missing", "is_other_missing"):
        table[flag] = table[flag].eq(True)
    key = {name: samples[name].iloc[0] for name in _KEY}
    return table.assign(model_name=model.name, **key)


def _signs(features: pd.DataFrame) -> dict[str, int]:
    told = features.sort_values("feature_name")
    signs = dict(zip(told["feature_name"].astype(str), told["monotone_sign"], strict=True))
    if not set(signs.values()) <= {-1, 0, 1}:
        raise ValueError(f"a monotone_sign is -1, 0 or 1, not all of {signs}")
    return {name: int(sign) for name, sign in signs.items()}


def _checked(samples: pd.DataFrame, signs: dict[str, int]) -> pd.DataFrame:
    unknown = [name for name in signs if name not in samples]
    if unknown:
        raise ValueError(f"the samples have no column {', '.join(unknown)}")
    typed = samples.copy()
    for name in signs:
        try:
            typed[name] = typed[name].astype("Int64")
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name} has values that are no whole numbers") from error
    typed["sample_weight"] = typed["sample_weight"].astype("float64")
    typed["has_bought"] = typed["has_bought"].astype("Int64")
    for name, right in {
        "has_bought": typed["has_bought"].isin([0, 1]),
        "sample_weight": np.isfinite(typed["sample_weight"]) & (typed["sample_weight"] > 0),
        "role": typed["role"].isin(["train", "calibrate"]),
    }.items():
        if not right.all():
            wrong = typed.loc[~right, name].iloc[0]
            raise ValueError(f"{name} is {wrong} in a sample")
    return typed
