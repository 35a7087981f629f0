{% set measures = ['sum', 'max'] %}
select
    o.customer_id,
    {% for measure in measures %}
    {{ measure }}(o.amount) as {{ measure }}_amount{{ "," if not loop.last }}
    {% endfor %}
from {{ ref('stg_orders') }} as o
where o.is_open = 1
{% if is_incremental() %}
  and o.order_id > (select max(order_id) from {{ this }})
{% endif %}
group by 1
