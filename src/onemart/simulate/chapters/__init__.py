"""The chapters of the full story, in the order in which they are told."""

from onemart.simulate.chapters import (
    advertising,
    catalogue,
    clean,
    customers,
    demand,
    devices,
    emails,
    finance,
    incidents,
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
    Chapter("stock", stock.tell),
)

_CUSTOMERS = (
    Chapter("catalogue", catalogue.tell),
    Chapter("customers and orders", clean.tell),
)
CLEAN_CHAPTERS = {
    "bgnbd": _CUSTOMERS,
    "paretonbd": _CUSTOMERS,
    "demand": (Chapter("catalogue", catalogue.tell), Chapter("demand", demand.tell)),
    "incidents": (Chapter("catalogue", catalogue.tell), Chapter("incidents", incidents.tell)),
}
"""What is told where all follows one estimator's assumptions, by mode."""
