-- Facts that are kept by category have to look again at the days of a product that moved to another
-- one; this remembers where each was.
with

products as (

    select
        product_id,
        category
    from {{ ref('dim_products') }}

),

ledger as (

    select coalesce(max(published_seq), 0) as published_seq from {{ ref('stg_ops__deliveries') }}

),

{% if is_incremental() -%}
moves as (

    select
        product_id,
        max(move_number) as move_number
    from {{ this }}
    group by product_id

),

last_moves as (

    select these.*
    from {{ this }} as these
    inner join moves
        on these.product_id = moves.product_id
        and these.move_number = moves.move_number

),

{% endif -%}
int_products_categorised as (

    select
        products.product_id,
        products.category,
        {{ "coalesce(last_moves.move_number + 1, 0)" if is_incremental() else "0" }} as move_number,
        ledger.published_seq
    from products
    cross join ledger
    {% if is_incremental() -%}
    left join last_moves
        on products.product_id = last_moves.product_id
    where last_moves.product_id is null or last_moves.category <> products.category
    {%- endif %}

)

select * from int_products_categorised
