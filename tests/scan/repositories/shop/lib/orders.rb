class Orders
  def open
    connection.exec(<<~SQL)
      SELECT note
      FROM orders
      WHERE status = '#{@status}'
    SQL
  end
end
