with

deliveries as (

    select * from {{ ref('stg_ops__deliveries') }}

),

deliveries_compared as (

    select * from {{ ref('int_deliveries_compared') }}

),

feeds as (

    select * from {{ ref('int_feeds_scheduled') }}

),

-- A rule about the file as a whole counts no records: it looks at one figure.
files_against_rules as (

    select
        delivery_id,
        count(*) as broken_rule_count
    from {{ ref('stg_ops__validation_results') }}
    where not is_passed and unexpected_record_count is null
    group by delivery_id

),

deliveries_timed as (

    select
        deliveries.*,
        deliveries_compared.is_sent_again,
        cast(
            {{ dbt.dateadd(
                "minute", "feeds.late_after_minute_count", "deliveries_compared.previous_accepted_at"
            ) }} as {{ dbt.type_timestamp() }}
        ) as late_at,
        deliveries.delivery_status = 'accepted'
        and files_against_rules.delivery_id is null as is_complete
    from deliveries
    inner join deliveries_compared
        on deliveries.delivery_id = deliveries_compared.delivery_id
    left join feeds
        on deliveries.source_name = feeds.source_name and deliveries.feed_name = feeds.feed_name
    left join files_against_rules
        on deliveries.delivery_id = files_against_rules.delivery_id

),

fct_deliveries as (

    select
        delivery_id,
        published_seq,
        source_name,
        feed_name,
        file_name,
        delivery_status,
        finished_at as arrived_at,
        late_at,
        case when delivery_status = 'accepted' then finished_at <= late_at end as is_punctual,
        is_complete,
        is_sent_again,
        delivered_record_count,
        accepted_record_count,
        quarantined_record_count,
        rejected_record_count,
        case
            when is_sent_again then quarantined_record_count + rejected_record_count
            else replayed_record_count
        end as corrected_record_count,
        open_record_count
    from deliveries_timed

)

select * from fct_deliveries
