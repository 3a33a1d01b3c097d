with

customers as (

    select * from {{ ref('int_customer_lifetimes') }}

),

extents as (

    select * from {{ ref('int_lifetime_extents') }}

),

int_lifetime_lattice as (

    select
        customers.fitted_for,
        {{ lifetime_fit_count('customers.frequency_count', 'extents.is_exact') }}
            as frequency_count,
        {{ lifetime_fit_days('customers.recency_day_count', 'extents.is_exact') }}
            as recency_day_count,
        {{ lifetime_fit_days('customers.age_day_count', 'extents.is_exact') }} as age_day_count,
        count(*) as customer_count
    from customers
    inner join extents
        on customers.fitted_for = extents.fitted_for
    group by 1, 2, 3, 4

)

select * from int_lifetime_lattice
