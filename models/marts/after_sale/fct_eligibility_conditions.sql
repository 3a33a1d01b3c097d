with

rules_of_lines as (

    select max(coalesce(until_day_count, from_day_count)) as longest_day_count
    from {{ ref('eligibility_rules') }}
    where subject_type = 'order_line'

),

-- A line's answer stands once the rules' longest time is over; it stays in sight as long again.
first_sale_dates as (

    select
        {{ add_days('business_dates.business_date', '-2 * rules_of_lines.longest_day_count') }}
            as first_sale_date
    from {{ ref('int_business_dates_chosen') }} as business_dates
    cross join rules_of_lines

),

order_lines as (

    select order_lines.*
    from {{ ref('fct_order_lines') }} as order_lines
    inner join first_sale_dates
        on order_lines.order_date >= first_sale_dates.first_sale_date
    where order_lines.line_type in ('sale', 'deposit')

),

returns as (

    select returns.*
    from {{ ref('fct_returns') }} as returns
    inner join first_sale_dates
        on returns.sale_date >= first_sale_dates.first_sale_date

),

products as (

    select * from {{ ref('dim_products') }}
    where product_kind in ('adjustment', 'deposit', 'gift_card', 'service')

),

refund_abuse as (

    select * from {{ ref('int_refund_abuse_dated') }}

),

device_conditions as (

    select * from {{ ref('int_device_conditions_dated') }}

),

customer_conditions as (

    select * from {{ ref('int_customer_conditions_dated') }}
    union all
    select * from {{ ref('int_referral_conditions_dated') }}

),

returns_added_up as (

    select
        sale_order_line_id,
        sum(returned_unit_count) as returned_unit_count,
        max(return_date) as last_return_date
    from returns
    group by sale_order_line_id

),

lines_joined as (

    select
        order_lines.order_line_id,
        order_lines.customer_id,
        order_lines.order_date,
        case when products.product_id is not null then order_lines.order_date end
            as not_returnable_date,
        refund_abuse.refunds_abused_date,
        case
            when returns_added_up.returned_unit_count >= order_lines.unit_count
                then returns_added_up.last_return_date
        end as returned_date
    from order_lines
    left join products
        on order_lines.product_id = products.product_id
    left join returns_added_up
        on order_lines.order_line_id = returns_added_up.sale_order_line_id
    left join refund_abuse
        on order_lines.customer_id = refund_abuse.customer_id

),

conditions_of_all_subjects as (

    {% for condition_name, condition_date in {
        "sold": "order_date",
        "not_returnable": "not_returnable_date",
        "returned": "returned_date",
        "refunds_abused": "refunds_abused_date",
    }.items() -%}
    select
        'order_line' as subject_type,
        order_line_id as subject_id,
        customer_id,
        '{{ condition_name }}' as condition_name,
        {{ condition_date }} as condition_date
    from lines_joined
    union all
    {% endfor -%}
    select
        'device' as subject_type,
        device_id as subject_id,
        customer_id,
        condition_name,
        condition_date
    from device_conditions
    union all
    select
        'customer' as subject_type,
        customer_id as subject_id,
        customer_id,
        condition_name,
        condition_date
    from customer_conditions

),

fct_eligibility_conditions as (

    select
        subject_type,
        subject_id,
        customer_id,
        condition_name,
        condition_date
    from conditions_of_all_subjects
    where condition_date is not null

)

select * from fct_eligibility_conditions
