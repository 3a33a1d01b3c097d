"""The chapters of the full story, in the order in which they are told."""

from onemart.simulate.chapters import (
    catalogue,
    customers,
    devices,
    finance,
    orders,
    referrals,
    stock,
)
from onemart.simulate.engine import Chapter

__all__ = ["CHAPTERS"]

# A chapter reads what the ones before it saved.
CHAPTERS = (
    Chapter("catalogue", catalogue.tell),
    Chapter("finance", finance.tell),
    Chapter("customers", customers.tell),
    Chapter("orders", orders.tell),
    Chapter("stock", stock.tell),
    Chapter("devices", devices.tell),
    Chapter("referrals", referrals.tell),
)
