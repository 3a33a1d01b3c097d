-- What was predicted and what came, of the predictions kept whose horizon is over; as known then.
with

predictions as (

    select * from {{ ref('fct_churn_predictions') }}
    where outcome_date <= (select business_date from {{ ref('int_business_dates_chosen') }})

),

orders as (

    select * from {{ ref('int_orders_known') }}
    where has_sale

),

int_churn_predictions_met as (

    select
        'score' as purpose,
        predictions.horizon_week_count,
        predictions.prediction_date as cut_off_date,
        predictions.customer_id,
        max(predictions.score) as log_odds,
        max(predictions.repurchase_probability) as probability,
        max(case when orders.order_id is null then 0 else 1 end) as has_bought
    from predictions
    left join orders
        on
        predictions.customer_id = orders.customer_id
        and predictions.prediction_date < orders.order_date
        and predictions.outcome_date >= orders.order_date
        and {{ known_at("orders", "predictions.outcome_date") }}
    group by
        predictions.horizon_week_count, predictions.prediction_date, predictions.customer_id

)

select * from int_churn_predictions_met
