select id as client_id, city from {{ source('shop', 'clients') }}
