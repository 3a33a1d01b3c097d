"""Churn and repurchase: the odds that a customer buys again, as a scorecard of rows."""
