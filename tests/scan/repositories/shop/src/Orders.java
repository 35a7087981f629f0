class Orders {
    // it's "SELECT note FROM orders" in a comment
    private static final String BY_ID = "SELECT total, status " +
        "FROM orders WHERE id = ?";
    private static final String BLOCK = """
        SELECT o.placed_at
        FROM orders o
        """;

    String named(String column) {
        return "SELECT " + column + " FROM orders WHERE customer_id = ?";
    }
}
