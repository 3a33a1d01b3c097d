"""A sum of contributions by bins of features: what every fit of churn returns."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["AdditiveModel", "Floats", "Ints", "Term", "flat_term"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_ANY: dict[str, Any] = {"from_value": None, "to_value": None, "is_missing": False}


@dataclass(frozen=True)
class Term:
    """What one feature contributes, or two together.

    Attributes
    ----------
    features : tuple of str
        One name, or two.
    starts : tuple of array
        For each feature the lowest value of each bin but the first, ascending. The first bin is
        open below, the last above.
    contributions : array
        Log odds by bin, an axis for each feature; at 0 stands the bin of missing values.
    """

    features: tuple[str, ...]
    starts: tuple[Ints, ...]
    contributions: Floats

    def of(self, samples: pd.DataFrame) -> Floats:
        """Return the contribution to each row."""
        places = tuple(
            _places(samples[name], starts)
            for name, starts in zip(self.features, self.starts, strict=True)
        )
        return np.asarray(self.contributions[places], dtype=np.float64)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Return a row for each bin; neighbours of one feature that contribute alike are one."""
        starts = self.starts
        contributions = self.contributions
        if len(starts) == 1:
            differs = np.diff(contributions[1:]) != 0
            starts = (starts[0][differs],)
            contributions = contributions[np.concatenate([[True, True], differs])]
        axes = [list(_ranges(ends)) for ends in starts]
        for place in product(*(range(len(axis)) for axis in axes)):
            row = {"feature_name": self.features[0], **axes[0][place[0]]}
            if len(axes) == 2:
                row["other_feature_name"] = self.features[1]
                other = axes[1][place[1]]
                row["other_from_value"] = other["from_value"]
                row["other_to_value"] = other["to_value"]
                row["is_other_missing"] = other["is_missing"]
            yield {**row, "contribution": float(contributions[place])}


@dataclass(frozen=True)
class AdditiveModel:
    """Log odds that are an intercept and a contribution of each term.

    Attributes
    ----------
    name : str
        Of the kind of model.
    intercept : float
        Log odds.
    terms : tuple of Term
        In the order in which they are told.
    """

    name: str
    intercept: float
    terms: tuple[Term, ...]

    def log_odds(self, samples: pd.DataFrame) -> Floats:
        """Return the log odds of each row; missing values of a feature have a bin of their own."""
        total = np.full(len(samples), self.intercept)
        for term in self.terms:
            total += term.of(samples)
        return total

    def scaled(self, slope: float, offset: float) -> "AdditiveModel":
        """Return the model whose log odds are ``slope * log odds + offset``."""
        terms = tuple(
            replace(term, contributions=slope * term.contributions) for term in self.terms
        )
        return replace(self, intercept=slope * self.intercept + offset, terms=terms)


def flat_term(feature: str) -> Term:
    """Return the term of a feature that says nothing: 0 for all values and for missing ones."""
    return Term((feature,), (np.empty(0, dtype=np.int64),), np.zeros(2))


def _places(values: pd.Series, starts: Ints) -> Ints:
    missing = values.isna().to_numpy()
    known = values.fillna(0).to_numpy(dtype=np.int64)
    return np.where(missing, 0, 1 + np.searchsorted(starts, known, side="right"))


def _ranges(starts: Ints) -> Iterator[dict[str, Any]]:
    yield _ANY | {"is_missing": True}
    ends = [None, *starts.tolist(), None]
    for first, following in pairwise(ends):
        last = None if following is None else following - 1
        yield _ANY | {"from_value": first, "to_value": last}
