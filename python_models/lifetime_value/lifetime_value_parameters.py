"""One row per purpose, model and parameter: the fits behind lifetime value, or why there is none.

Fit step of lifetime value. Inputs: lattices of customers, bounded by their steps.
"""

from onemart.frames import to_pandas
from onemart.science.lifetime.value import fit_lifetime_value


def model(dbt, session):
    dbt.config(materialized="table")
    return fit_lifetime_value(
        to_pandas(dbt.ref("int_lifetime_lattice")),
        to_pandas(dbt.ref("int_lifetime_spend_lattice")),
        to_pandas(dbt.ref("int_lifetime_margin_bins")),
        spend_bins_per_unit=dbt.config.meta_get("spend_bins_per_unit"),
    )
