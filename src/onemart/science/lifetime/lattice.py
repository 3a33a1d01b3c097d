"""Customers counted by how often they bought, when last, and for how long they are customers."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Floats", "Pairs", "PurchaseLattice"]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
DAYS_OF_A_WEEK = 7
# More cells than these are searched from where the maximum of coarser ones is.
_MANY_CELLS = 20_000
_COARSE_WEEKS = 2


@dataclass(frozen=True)
class Pairs:
    """The pairs of frequency and time of a lattice: far fewer than its cells.

    What a model says of a cell is said of its two pairs, so each is computed once.

    Attributes
    ----------
    frequency, time : array
        Repeat purchases, and weeks since the first; one each pair.
    at_last, at_cutoff : array of int
        For each cell the place of the pair of its last purchase, and of its cut-off.
    customers : array
        Customers with the pair at their cut-off.
    """

    frequency: Floats
    time: Floats
    at_last: Places
    at_cutoff: Places
    customers: Floats

    def summed(self, place: Places, values: Floats) -> Floats:
        """Add up the values of cells by pair."""
        return np.bincount(place, weights=values, minlength=len(self.time)).astype(np.float64)


@dataclass(frozen=True)
class PurchaseLattice:
    """Cells of customers who look alike to a model of repeat purchases.

    Attributes
    ----------
    frequency : array
        Repeat purchases, 0 or more.
    recency : array
        Weeks from the first purchase to the last; 0 where there is one only.
    age : array
        Weeks from the first purchase to the cut-off, at least `recency`.
    customers : array
        Customers in the cell, more than 0.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    customers: Floats

    def __post_init__(self) -> None:
        """Refuse what no customer can have done."""
        if np.any(self.frequency < 0) or np.any(self.customers <= 0):
            raise ValueError("a cell has a frequency below 0, or no customers")
        if np.any(self.recency < 0) or np.any(self.recency > self.age):
            raise ValueError("a cell's last purchase is before its first or after the cut-off")
        if np.any((self.frequency == 0) & (self.recency > 0)):
            raise ValueError("a cell has a last purchase after the first, but no repeat purchase")

    @classmethod
    def from_frame(cls, cells: pd.DataFrame) -> Self:
        """Read cells whose times are in days.

        Parameters
        ----------
        cells : pandas.DataFrame
            Columns `frequency_count`, `recency_day_count`, `age_day_count`, `customer_count`, whole
            numbers; cells may repeat.
        """
        keys = ["frequency_count", "recency_day_count", "age_day_count"]
        # Sorted, so that sums do not depend on the order in which the warehouse gave the rows.
        counted = cells.groupby(keys, sort=True)["customer_count"].sum().reset_index()
        values = counted[[*keys, "customer_count"]].to_numpy(dtype=np.float64)
        frequency, recency, age, customers = values.T.copy()
        return cls(frequency, recency / DAYS_OF_A_WEEK, age / DAYS_OF_A_WEEK, customers)

    @cached_property
    def pairs(self) -> Pairs:
        """The pairs of frequency and time."""
        # One number a pair sorts faster than two.
        x, x_place = np.unique(self.frequency, return_inverse=True)
        t, t_place = np.unique(np.concatenate([self.recency, self.age]), return_inverse=True)
        keys, place = np.unique(np.tile(x_place, 2) * len(t) + t_place, return_inverse=True)
        at_last, at_cutoff = np.split(place, 2)
        customers = np.bincount(at_cutoff, weights=self.customers, minlength=len(keys))
        x, t = x[keys // len(t)], t[keys % len(t)]
        return Pairs(x, t, at_last, at_cutoff, customers.astype(np.float64))

    @property
    def coarser(self) -> "PurchaseLattice | None":
        """The same customers on every other week, to start a search; None if cells are few."""
        if len(self.customers) <= _MANY_CELLS:
            return None
        days = DAYS_OF_A_WEEK * _COARSE_WEEKS
        recency, age = (np.rint(time / _COARSE_WEEKS) * days for time in (self.recency, self.age))
        cells = {
            "frequency_count": self.frequency,
            "recency_day_count": recency,
            "age_day_count": age,
            "customer_count": self.customers,
        }
        return self.from_frame(pd.DataFrame(cells))

    @property
    def total(self) -> float:
        """Customers together."""
        return float(self.customers.sum())

    @property
    def buyers_again(self) -> float:
        """Customers with a repeat purchase."""
        return float(self.customers[self.frequency > 0].sum())
