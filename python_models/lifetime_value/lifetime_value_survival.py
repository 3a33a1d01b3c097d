"""One row per purpose, frequency and time: what p_alive is computed from.

Fit step of lifetime value. Inputs: the parameters, and how far customers reach.
"""

from onemart.frames import to_pandas
from onemart.science.lifetime.tables import survival


def model(dbt, session):
    dbt.config(materialized="table")
    parameters = to_pandas(dbt.ref("lifetime_value_parameters"))
    extents = to_pandas(dbt.ref("int_lifetime_extents"))
    return survival(parameters, extents)
