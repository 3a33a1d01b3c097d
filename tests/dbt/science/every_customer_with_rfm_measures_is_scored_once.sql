-- The ranges of a measure cover all values without gap or overlap; a gap would lose customers.
with

customers as (

    select
        customer_id,
        as_of_date
    from {{ ref('int_customers_rfm_measured') }}

),

scores as (

    select
        customer_id,
        as_of_date,
        count(*) as score_count
    from {{ ref('int_customers_rfm_scored') }}
    group by customer_id, as_of_date

),

every_customer_with_rfm_measures_is_scored_once as (

    select
        customers.customer_id,
        customers.as_of_date
    from customers
    left join scores
        on customers.customer_id = scores.customer_id
        and customers.as_of_date = scores.as_of_date
    where scores.score_count is null or scores.score_count != 1

)

select * from every_customer_with_rfm_measures_is_scored_once
