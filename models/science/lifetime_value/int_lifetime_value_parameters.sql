-- Parameters side by side, and which model of purchases was chosen; without one there is a reason,
-- that of the model that is tried first.
{%- set parameters = {
    "p": "gamma_gamma", "q": "gamma_gamma", "gamma": "gamma_gamma",
    "rate": "margin", "prior_spend": "margin",
} %}

with

parameters as (

    select * from {{ ref('lifetime_value_parameters') }}

),

int_lifetime_value_parameters as (

    select
        fitted_for,
        {%- for parameter, model in parameters.items() %}
        max(
            case
                when model_name = '{{ model }}' and parameter_name = '{{ parameter }}'
                    then estimate
            end
        ) as {{ parameter }},
        {%- endfor %}
        max(case when model_name in ('bg_nbd', 'pareto_nbd') and is_chosen then model_name end)
            as model_name,
        min(case when model_name = 'bg_nbd' then outcome end) as outcome
    from parameters
    group by fitted_for

)

select * from int_lifetime_value_parameters
