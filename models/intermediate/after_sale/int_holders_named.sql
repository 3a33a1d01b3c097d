{%- set holders = [
    (ref('int_accounts_latest'), "customer_id"),
    (ref('stg_after_sale__devices'), "customer_id"),
    (ref('stg_after_sale__warranty_contracts'), "customer_id"),
    (ref('stg_after_sale__warranty_claims'), "customer_id"),
    (ref('stg_after_sale__referrals'), "referrer_customer_id"),
    (ref('stg_after_sale__referrals'), "referred_customer_id"),
] %}

with

all_holders as (

    {% for relation, column in holders -%}
    select {{ column }} as customer_id from {{ relation }}
    {{ "union distinct" if not loop.last }}
    {% endfor %}

),

int_holders_named as (

    select customer_id
    from all_holders
    where customer_id is not null

)

select * from int_holders_named
