-- What turns a line's product from unknown to known is the first sight of the product here,
-- whatever way it came: a catalogue, a late catalogue, or a row replayed from quarantine under an
-- older delivery.
with

products as (

    select product_id from {{ ref('dim_products') }}

),

int_products_first_seen as (

    select
        product_id,
        {{ last_seen_publication('dim_products') }} as published_seq
    from products
    {% if is_incremental() -%}
    where product_id not in (select product_id from {{ this }})
    {%- endif %}

)

select * from int_products_first_seen
