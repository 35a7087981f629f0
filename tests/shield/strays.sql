-- Rows whose planned column is neither what it was nor, in new rows, its default: nobody may have touched it.

SELECT 'orders', o.id FROM orders o LEFT JOIN pristine.orders p USING (id) WHERE o.priority <> coalesce(p.priority, 0);
SELECT 'invoices', o.iid FROM invoices o LEFT JOIN pristine.invoices p USING (iid)
 WHERE o.priority <> coalesce(p.priority, 5) OR o.due <> coalesce(p.due, '2024-01-01 00:00:00+00');
SELECT 'parcels', o.pid FROM parcels o LEFT JOIN pristine.parcels p USING (pid)
 WHERE o.label <> coalesce(p.label, 'norm') OR o.weight <> coalesce(p.weight, 1.5) OR o.carrier IS DISTINCT FROM p.carrier;
SELECT 'docs', o.did FROM docs o LEFT JOIN pristine.docs p USING (did) WHERE o.rank <> coalesce(p.rank, 0);
SELECT 'items', o."Id" FROM "Shop"."Order Items" o LEFT JOIN pristine."Order Items" p USING ("Id")
 WHERE o."MetaData" <> coalesce(p."MetaData", '{}');
SELECT 'measures', o.mid FROM measures o LEFT JOIN pristine.measures p USING (mid) WHERE o.unit <> coalesce(p.unit, 'kg');
SELECT 'animals', o.aid FROM ONLY animals o LEFT JOIN pristine.animals p USING (aid) WHERE o.legs <> coalesce(p.legs, 4);
SELECT 'dogs', o.aid FROM dogs o LEFT JOIN pristine.dogs p USING (aid) WHERE o.legs <> coalesce(p.legs, 4);
