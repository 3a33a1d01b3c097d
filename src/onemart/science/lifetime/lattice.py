"""Customers counted by how often they bought, when last, and for how long they are customers."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Floats", "PurchaseLattice"]

Floats = NDArray[np.float64]
DAYS_OF_A_WEEK = 7


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

    @property
    def total(self) -> float:
        """Customers together."""
        return float(self.customers.sum())

    @property
    def buyers_again(self) -> float:
        """Customers with a repeat purchase."""
        return float(self.customers[self.frequency > 0].sum())
