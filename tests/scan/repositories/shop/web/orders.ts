export const open = (id: number) => sql`
  SELECT total FROM orders
  WHERE customer_id = ${id}`;
export const label = 'update the orders and set nothing';
