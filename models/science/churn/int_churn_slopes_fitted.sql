-- A logistic regression of what came on the log odds that were told: Newton's steps from the
-- probabilities as they are. Sums are of millionths, so that they do not depend on the order of
-- rows. Where the steps do not settle, there is no slope.
{%- set step_count = 8 %}
{%- set test = ["purpose", "horizon_week_count", "cut_off_date"] %}
{%- set sums = {
    "weight": "1000000 * fitted * (1 - fitted)",
    "weight_x": "1000000 * fitted * (1 - fitted) * log_odds",
    "weight_xx": "1000000 * fitted * (1 - fitted) * log_odds * log_odds",
    "rest": "1000000 * (has_bought - fitted)",
    "rest_x": "1000000 * (has_bought - fitted) * log_odds",
} %}
{%- set determinant = "nullif(weight * weight_xx - weight_x * weight_x, 0)" %}

with

cases as (

    select * from {{ ref('int_churn_cases_met') }}

),

fits_0 as (

    select distinct
        {{ test | join(", ") }},
        cast(0 as {{ dbt.type_float() }}) as intercept,
        cast(1 as {{ dbt.type_float() }}) as slope,
        cast(1 as {{ dbt.type_float() }}) as last_step
    from cases

),

{% for step in range(1, step_count + 1) -%}
{%- set fits = "fits_" ~ (step - 1) %}
cases_{{ step }} as (

    select
        cases.*,
        {{ fits }}.intercept,
        {{ fits }}.slope,
        1 / (
            1 + exp(least(-{{ fits }}.intercept - {{ fits }}.slope * cases.log_odds, 700))
        ) as fitted
    from cases
    inner join {{ fits }}
        on cases.purpose = {{ fits }}.purpose
        and cases.horizon_week_count = {{ fits }}.horizon_week_count
        and cases.cut_off_date = {{ fits }}.cut_off_date

),

sums_{{ step }} as (

    select
        {{ test | join(", ") }},
        {%- for name, term in sums.items() %}
        cast(sum(cast({{ term }} as {{ dbt.type_numeric() }})) as {{ dbt.type_float() }})
            as {{ name }},
        {%- endfor %}
        intercept,
        slope
    from cases_{{ step }}
    group by {{ test | join(", ") }}, intercept, slope

),

fits_{{ step }} as (

    select
        {{ test | join(", ") }},
        intercept + (weight_xx * rest - weight_x * rest_x) / {{ determinant }} as intercept,
        slope + (weight * rest_x - weight_x * rest) / {{ determinant }} as slope,
        (weight * rest_x - weight_x * rest) / {{ determinant }} as last_step
    from sums_{{ step }}

),

{% endfor -%}
int_churn_slopes_fitted as (

    select
        {{ test | join(", ") }},
        intercept as calibration_intercept,
        slope as calibration_slope
    from fits_{{ step_count }}
    where abs(last_step) < 0.000001

)

select * from int_churn_slopes_fitted
