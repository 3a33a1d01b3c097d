"""The chapters of the full story, in the order in which they are told."""

from onemart.simulate.chapters import catalogue, customers, orders
from onemart.simulate.engine import Chapter

__all__ = ["CHAPTERS"]

# A chapter reads what the ones before it saved.
CHAPTERS = (
    Chapter("catalogue", catalogue.tell),
    Chapter("customers", customers.tell),
    Chapter("orders", orders.tell),
)
