select
    c.city,
    sum(b.sum_amount) as revenue
from {{ ref('stg_clients') }} c
left join {{ ref('orders_by_client') }} b on b.customer_id = c.client_id
group by c.city
having count(*) > {{ var('least') }}
