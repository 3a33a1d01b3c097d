with

ad_spend as (

    select
        {{ month_start("spend_date") }} as month_start_date,
        channel,
        coalesce(cost_amount, 0) as cost_amount
    from {{ ref('fct_ad_spend') }}
    where spend_date <= (select business_date from {{ ref('int_business_dates_chosen') }})

),

channel_groups as (

    select * from {{ ref('channel_groups') }}
    where is_click

),

int_channel_spend_monthly as (

    select
        ad_spend.month_start_date,
        coalesce(channel_groups.channel_group, ad_spend.channel) as channel_group,
        sum(ad_spend.cost_amount) as spend_amount
    from ad_spend
    left join channel_groups
        on ad_spend.channel = channel_groups.channel
    group by 1, 2

)

select * from int_channel_spend_monthly
