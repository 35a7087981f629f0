var sql = @"SELECT ""total""
FROM orders";
var one = $"SELECT note FROM orders WHERE id = {id}";
