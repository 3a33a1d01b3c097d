with

customers as (

    select
        business_date,
        max(model_name) as model_name,
        max(outcome) as outcome,
        count(*) as customer_count
    from {{ ref('fct_customer_lifetime_value') }}
    group by business_date

),

parameters as (

    select string_agg(told, ', ' order by model_name) as told
    from {{ ref('int_lifetime_parameters_told') }}

),

calibrations as (

    select * from {{ ref('int_lifetime_calibration_told') }}

),

int_lifetime_value_cards as (

    select
        'lifetime_value_parameters' as model_name,
        customers.business_date as cut_off_date,
        customers.customer_count as sample_count,
        {{ dbt.concat(["'{'", "parameters.told", "'}'"]) }} as parameters,
        {{ dbt.concat([
            "'{\"chosen\": \"'",
            "coalesce(customers.model_name, customers.outcome)",
            "'\", '",
            "calibrations.told",
            "'}'",
        ]) }} as quality
    from customers
    cross join parameters
    cross join calibrations

)

select * from int_lifetime_value_cards
