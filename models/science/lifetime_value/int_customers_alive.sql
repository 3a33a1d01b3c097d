with

customers as (

    select
        *,
        {{ lifetime_frequency_step('frequency_count') }} as frequency_step,
        {{ lifetime_day_step('recency_day_count') }} as recency_step,
        {{ lifetime_day_step('age_day_count') }} as age_step
    from {{ ref('int_customer_lifetimes') }}

),

survival as (

    select * from {{ ref('lifetime_value_survival') }}

),

int_customers_alive as (

    select
        {%- for column in lifetime_columns() %}
        customers.{{ column }},
        {%- endfor %}
        customers.frequency_step,
        {{ lifetime_alive("at_last", "at_cutoff") }} as p_alive
    from customers
    left join survival as at_last
        on customers.fitted_for = at_last.fitted_for
        and customers.frequency_step = at_last.frequency_count
        and customers.recency_step = at_last.day_count
    left join survival as at_cutoff
        on customers.fitted_for = at_cutoff.fitted_for
        and customers.frequency_step = at_cutoff.frequency_count
        and customers.age_step = at_cutoff.day_count

)

select * from int_customers_alive
