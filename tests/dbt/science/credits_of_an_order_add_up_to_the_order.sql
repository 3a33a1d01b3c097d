-- By every method an order is credited once and whole, in shares and in money.
with

credits as (

    select
        order_id,
        method,
        sum(credit_share) as credit_share,
        sum(credited_net_sales_amount) as credited_net_sales_amount,
        sum(credited_gross_margin_amount) as credited_gross_margin_amount
    from {{ ref('fct_attribution') }}
    group by order_id, method

),

methods as (

    select distinct method from credits

),

conversions as (

    select * from {{ ref('int_conversions_valued') }}

),

credits_of_an_order_add_up_to_the_order as (

    select
        conversions.order_id,
        methods.method
    from conversions
    cross join methods
    left join credits
        on conversions.order_id = credits.order_id
        and methods.method = credits.method
    where
        credits.order_id is null
        or abs(credits.credit_share - 1) > 1e-9
        or credits.credited_net_sales_amount != conversions.net_sales_amount
        or credits.credited_gross_margin_amount != conversions.gross_margin_amount

)

select * from credits_of_an_order_add_up_to_the_order
