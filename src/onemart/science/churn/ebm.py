"""Explainable boosting machine: boosted step functions of single features and of few pairs."""

import warnings
import zlib

import numpy as np
import pandas as pd
from interpret.glassbox import ExplainableBoostingClassifier
from numpy.typing import NDArray

from onemart.science.churn.additive import AdditiveModel, Floats, Ints, Term

__all__ = ["NAME", "bags", "boost", "fit"]

NAME = "ebm"
_BAGS = 4
_VALIDATED_OF_100 = 15
_SETTINGS = {
    "max_bins": 64,
    "max_interaction_bins": 16,
    "interactions": 3,
    "learning_rate": 0.04,
    "max_rounds": 2000,
    "n_jobs": 1,
    "random_state": 1,
}


def fit(samples: pd.DataFrame, signs: dict[str, int]) -> AdditiveModel:
    r"""Boost the log odds of `has_bought`.

    ``log odds = intercept + sum_j f_j(x_j) + sum_jk f_jk(x_j, x_k)``, each ``f`` a step function.
    In turn each ``f`` takes small steps towards the residuals, until customers apart do not gain;
    then the three pairs that explain most of what is left are boosted alike. The mean of four such
    machines, each of which watches other customers. A feature with a sign moves the odds one way
    only, and takes part in no pair.

    Parameters
    ----------
    samples : pandas.DataFrame
        `customer_id` (str), `has_bought` (0 or 1, both there), `sample_weight` (above 0) and a
        whole number, or missing, for each feature; in an order that does not depend on chance.
    signs : dict of str to int
        For each feature, in order, 1 where more of it cannot lower the odds, -1 where it cannot
        raise them, else 0.

    Raises
    ------
    ValueError
        If no feature is given.

    References
    ----------
    Lou, Y., Caruana, R., Gehrke, J., Hooker, G. (2013). Accurate intelligible models with pairwise
    interactions. *KDD*.
    Nori, H., Jenkins, S., Koch, P., Caruana, R. (2019). InterpretML. arXiv:1909.09223.
    """
    names = list(signs)
    machine = boost(samples, signs)
    terms = [
        Term(
            tuple(names[place] for place in places),
            tuple(_starts(machine.bins_[place], len(places)) for place in places),
            _without_unknown(scores),
        )
        for places, scores in zip(machine.term_features_, machine.term_scores_, strict=True)
    ]
    return AdditiveModel(NAME, float(machine.intercept_[0]), tuple(terms))


def boost(samples: pd.DataFrame, signs: dict[str, int]) -> ExplainableBoostingClassifier:
    """Return the machine that `fit` tells as terms.

    Parameters
    ----------
    samples, signs
        As `fit` takes them.

    Raises
    ------
    ValueError
        If no feature is given.
    """
    if not signs:
        raise ValueError("there is no feature to fit on")
    names = list(signs)
    weights = samples["sample_weight"].to_numpy(np.float64)
    machine = ExplainableBoostingClassifier(
        feature_names=names,
        feature_types=["continuous"] * len(names),
        outer_bags=_BAGS,
        monotone_constraints=list(signs.values()),
        **_SETTINGS,
    )
    with warnings.catch_warnings():
        # It says that its charts leave missing values out; here they have a row.
        warnings.filterwarnings("ignore", message="Missing values detected")
        machine.fit(
            samples[names].to_numpy(np.float64, na_value=np.nan),
            samples["has_bought"].to_numpy(np.int64),
            sample_weight=weights / weights.mean(),
            bags=bags(samples["customer_id"]),
        )
    return machine


def bags(customers: pd.Series) -> NDArray[np.int8]:
    """Say who is fitted (1) and who is watched to know when to stop (-1), a column a machine.

    By hash of the customer, so that no customer is on both sides, whatever the order of rows.
    """
    columns = [
        [zlib.crc32(f"{bag} {customer}".encode()) % 100 for customer in customers]
        for bag in range(_BAGS)
    ]
    places = np.array(columns, dtype=np.int64).reshape(_BAGS, len(customers)).T
    return np.where(places < _VALIDATED_OF_100, -1, 1).astype(np.int8)


def _starts(levels: list[Floats], feature_count: int) -> Ints:
    """Return the first whole number of each bin but the lowest; pairs may have coarser bins."""
    cuts = levels[min(len(levels), feature_count) - 1]
    return np.ceil(cuts).astype(np.int64)


def _without_unknown(scores: Floats) -> Floats:
    """Leave the last bin of each axis out: it is of text where a number should be."""
    return np.asarray(scores[(slice(0, -1),) * scores.ndim], dtype=np.float64)
