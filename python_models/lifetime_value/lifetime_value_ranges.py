"""One row per purpose, frequency, age and p_alive: the range that holds 80 % of what can come.

Fit step of lifetime value. Inputs: the parameters, and how far customers reach.
"""

from onemart.frames import to_pandas
from onemart.science.lifetime.tables import ranges


def model(dbt, session):
    dbt.config(materialized="table")
    parameters = to_pandas(dbt.ref("lifetime_value_parameters"))
    extents = to_pandas(dbt.ref("int_lifetime_extents"))
    return ranges(parameters, extents)
