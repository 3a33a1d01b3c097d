"""One row per channel group: its Shapley value, and the equal split beside it.

Fit step of attribution. Input: `int_coalitions_counted`, bounded by sets of channels.
"""

from onemart.frames import to_pandas
from onemart.science.attribution.shapley import shapley_effects


def model(dbt, session):
    dbt.config(materialized="table")
    coalitions = to_pandas(dbt.ref("int_coalitions_counted"))
    prior = dbt.config.meta_get("prior_journey_count")
    return shapley_effects(coalitions, prior_journey_count=prior)
