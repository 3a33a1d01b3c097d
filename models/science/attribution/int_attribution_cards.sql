with

shares as (

    select * from {{ ref('int_attribution_shares_told') }}

),

business_dates as (

    select business_date from {{ ref('int_business_dates_chosen') }}

),

journeys_counted as (

    select sum(journey_count) as journey_count from {{ ref('int_coalitions_counted') }}

),

int_attribution_cards as (

    select
        shares.model_name,
        business_dates.business_date as cut_off_date,
        cast(journeys_counted.journey_count as {{ dbt.type_bigint() }}) as sample_count,
        shares.parameters,
        shares.quality
    from shares
    cross join business_dates
    cross join journeys_counted

)

select * from int_attribution_cards
