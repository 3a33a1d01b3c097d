{#- What is measured of predictions that met what came. -#}
{% macro churn_quality_measures() -%}
    {{- return([
        "predicted_rate",
        "repurchase_rate",
        "auc",
        "average_precision",
        "brier_score",
        "log_loss",
        "calibration_slope",
        "calibration_intercept",
        "first_decile_lift",
    ]) -}}
{%- endmacro %}
