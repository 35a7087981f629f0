package orders

const q = `
	SELECT id, total
	FROM orders
	WHERE status = $1`

var greeting = "Select your orders from the list"
