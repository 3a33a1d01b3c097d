-- By the hash of the customer: of a large shop so many that each cut-off has more than it needs.
with

orders as (

    select * from {{ ref('int_orders_known') }}
    where has_sale and customer_id != 'unknown'

),

customers as (

    select
        customer_id,
        min(known_from_date) as first_known_date,
        count(*) over () as customer_count,
        row_number() over (order by {{ dbt.hash("customer_id") }}, customer_id) as hash_rank
    from orders
    group by customer_id

),

int_churn_customers_drawn as (

    select
        customer_id,
        first_known_date,
        cast(greatest(customer_count, {{ var("churn_customer_count") }}) as {{ dbt.type_float() }})
        / {{ var("churn_customer_count") }} as customer_weight
    from customers
    where hash_rank <= {{ var("churn_customer_count") }}

)

select * from int_churn_customers_drawn
