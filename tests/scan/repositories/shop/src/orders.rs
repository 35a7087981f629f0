const Q: &str = r#"SELECT "status" FROM orders"#;
