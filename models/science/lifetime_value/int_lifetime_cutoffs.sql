-- The models are fitted as of the business date, and as of 13 weeks before, if there are 13 weeks
-- before that: those are held against what customers did since.
{%- set calibration_days = 91 %}

with

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

int_lifetime_cutoffs as (

    select
        business_date,
        case
            when
                {{ dbt.datediff('opening_date', 'business_date', 'day') }}
                >= {{ 2 * calibration_days }}
                then {{ add_days('business_date', -calibration_days) }}
        end as calibration_date
    from business_dates

)

select * from int_lifetime_cutoffs
