"""One row per purpose, frequency and age: the purchases to expect of who is a customer.

Fit step of lifetime value. Inputs: the parameters, and how far customers reach.
"""

from onemart.frames import to_pandas
from onemart.science.lifetime.tables import forecasts


def model(dbt, session):
    dbt.config(materialized="table")
    parameters = to_pandas(dbt.ref("lifetime_value_parameters"))
    extents = to_pandas(dbt.ref("int_lifetime_extents"))
    return forecasts(
        parameters,
        extents,
        yearly_discount_rate=dbt.config.meta_get("yearly_discount_rate"),
    )
