{%- set contacts = [
    ref('int_offer_assignments_unified'),
    ref('int_offer_redemptions_unified'),
    ref('fct_touches'),
    ref('fct_email_events'),
    ref('stg_voice__reviews'),
    ref('stg_voice__nps_answers'),
    ref('stg_voice__support_chats'),
] %}

with

customers_of_contacts as (

    {% for relation in contacts -%}
    select customer_id from {{ relation }}
    {{ "union distinct" if not loop.last }}
    {% endfor %}

),

int_contacts_named as (

    select customer_id
    from customers_of_contacts
    where customer_id is not null and customer_id != 'unknown'

)

select * from int_contacts_named
