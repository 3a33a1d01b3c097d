-- What was predicted is an act of its day: later fits tell another probability. So it is kept and
-- not computed, once a week, by the first build of the week: of everyone in a shop of ordinary
-- size, of a large one of those drawn by hash.
{%- set week = week_start("customers.business_date", "monday") %}

with

customers as (

    select * from {{ ref('fct_customer_churn') }}

),

customers_drawn as (

    select * from {{ ref('int_churn_customers_drawn') }}

),

{% if is_incremental() -%}
weeks_kept as (

    select distinct week_start_date from {{ this }}

),

{% endif -%}
fct_churn_predictions as (

    select
        {{ week }} as week_start_date,
        customers.business_date as prediction_date,
        {{ add_days("customers.business_date", "7 * customers.horizon_week_count") }}
            as outcome_date,
        customers.customer_id,
        customers.horizon_week_count,
        customers.model_name,
        customers.score,
        customers.repurchase_probability,
        customers.decile,
        cast(customers_drawn.customer_weight as {{ dbt.type_float() }}) as sample_weight
    from customers
    inner join customers_drawn
        on customers.customer_id = customers_drawn.customer_id
    {% if is_incremental() -%}
    left join weeks_kept
        on {{ week }} = weeks_kept.week_start_date
    where weeks_kept.week_start_date is null
    {%- endif %}

)

select * from fct_churn_predictions
