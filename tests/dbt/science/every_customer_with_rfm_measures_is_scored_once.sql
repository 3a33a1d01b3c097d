-- The ranges of a measure cover all values without gap or overlap; a gap would lose customers.
with

customers as (

    select customer_id from {{ ref('int_customer_rfm_measures') }}

),

scores as (

    select
        customer_id,
        count(*) as score_count
    from {{ ref('fct_customer_rfm') }}
    group by customer_id

),

every_customer_with_rfm_measures_is_scored_once as (

    select customers.customer_id
    from customers
    left join scores
        on customers.customer_id = scores.customer_id
    where scores.score_count is null or scores.score_count != 1

)

select * from every_customer_with_rfm_measures_is_scored_once
