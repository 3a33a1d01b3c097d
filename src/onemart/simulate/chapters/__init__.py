"""The chapters of the full story, in the order in which they are told."""

from onemart.simulate.chapters import (
    advertising,
    catalogue,
    clean,
    customers,
    devices,
    emails,
    finance,
    offers,
    orders,
    payments,
    referrals,
    refunds,
    shipments,
    stock,
    touches,
    voice,
)
from onemart.simulate.engine import Chapter

__all__ = ["CHAPTERS", "CLEAN_CHAPTERS"]

# A chapter reads what the ones before it saved.
CHAPTERS = (
    Chapter("catalogue", catalogue.tell),
    Chapter("finance", finance.tell),
    Chapter("customers", customers.tell),
    Chapter("offers", offers.tell),
    Chapter("orders", orders.tell),
    Chapter("stock", stock.tell),
    Chapter("advertising", advertising.tell),
    Chapter("touches", touches.tell),
    Chapter("e-mail", emails.tell),
    Chapter("voice", voice.tell),
    Chapter("devices", devices.tell),
    Chapter("referrals", referrals.tell),
    Chapter("shipments", shipments.tell),
    Chapter("payments", payments.tell),
    Chapter("delivery of orders", orders.deliver),
    Chapter("refunds", refunds.tell),
)

CLEAN_CHAPTERS = (
    Chapter("catalogue", catalogue.tell),
    Chapter("customers and orders", clean.tell),
)
"""What is told of customers who follow one estimator's assumptions."""
