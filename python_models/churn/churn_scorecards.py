"""One row per purpose, horizon and row of a scorecard: what a range of a feature adds to the odds.

Fit step of churn and repurchase. Input: `int_churn_samples`, capped, whatever the customers.
"""

from onemart.frames import to_pandas
from onemart.science.churn.scorecard import fit_scorecards


def model(dbt, session):
    dbt.config(materialized="table")
    return fit_scorecards(
        to_pandas(dbt.ref("int_churn_samples")),
        to_pandas(dbt.ref("churn_features")),
    )
