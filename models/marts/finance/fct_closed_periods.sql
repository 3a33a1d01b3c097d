-- What was reported is an act of its day, which hung on that day's rates, catalogue, settings and
-- definitions. No version of raw gives those back, so this is kept and not computed: a row when the
-- books of a period close, and one more whenever a build finds another figure.

with

sales_by_period as (

    select * from {{ ref('rpt_sales_by_period') }}
    where dimension_name = 'shop' and grain in ('week', 'month', 'retail_period')

),

periods_ordered as (

    select * from {{ ref('int_periods_ordered') }}

),

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

-- The last publication that the figures of this build have seen.
publications as (

    select
        max(published_seq) as known_seq,
        max(finished_at) as known_at
    from {{ ref('stg_ops__deliveries') }}
    where published_seq <= {{ last_seen_publication("rpt_sales_by_period") }}

),

periods as (

    select distinct
        period_id,
        start_date,
        end_date
    from sales_by_period

),

figures as (

    select
        period_id,
        measure_name,
        value
    from sales_by_period
    union all
    select
        period_id,
        'orders' as measure_name,
        order_count as value
    from periods_ordered

),

{% if is_incremental() -%}
reports_ranked as (

    select
        *,
        row_number() over (
            partition by period_id, measure_name order by report_number desc
        ) as recency
    from {{ this }}

),

{% endif -%}
fct_closed_periods as (

    select
        figures.period_id,
        figures.measure_name,
        cast(
            {{ "coalesce(reports_ranked.report_number + 1, 0)" if is_incremental() else "0" }}
            as {{ dbt.type_bigint() }}
        ) as report_number,
        cast(figures.value as {{ dbt.type_numeric() }}) as value,
        business_dates.business_date as known_date,
        cast(publications.known_seq as {{ dbt.type_bigint() }}) as known_seq,
        cast(publications.known_at as {{ dbt.type_timestamp() }}) as known_at,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from figures
    inner join periods
        on figures.period_id = periods.period_id
    cross join business_dates
    cross join publications
    {% if is_incremental() -%}
    left join reports_ranked
        on figures.period_id = reports_ranked.period_id
        and figures.measure_name = reports_ranked.measure_name
        and reports_ranked.recency = 1
    {% endif -%}
    where
        {{ add_days("periods.end_date", closing_days()) }} <= business_dates.business_date
        {% if is_incremental() -%}
        and (reports_ranked.period_id is null or reports_ranked.value <> figures.value)
        {%- endif %}

)

select * from fct_closed_periods
