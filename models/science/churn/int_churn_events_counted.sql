with

observed as (

    select * from {{ ref('int_churn_customers_observed') }}

),

events as (

    select * from {{ ref('int_churn_stock_outs_met') }}
    union all
    select * from {{ ref('int_churn_contacts_known') }}

),

int_churn_events_counted as (

    select
        {%- for event in ["stock_out", "contact"] %}
        count(distinct case when events.event_name = '{{ event }}' then events.event_date end)
            as {{ event }}_count,
        {%- endfor %}
        observed.customer_id,
        observed.cut_off_date
    from observed
    inner join events
        on
        observed.customer_id = events.customer_id
        and {{ add_days("observed.cut_off_date", -182) }} < events.event_date
        and {{ known_at("events", "observed.cut_off_date") }}
    group by observed.customer_id, observed.cut_off_date

)

select * from int_churn_events_counted
