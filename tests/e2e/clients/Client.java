// JDBC through whatever listens at the URLs: every check prints its name once it holds.

import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

public class Client {
    interface Check {
        void on(Connection connection) throws Exception;
    }

    static String url;

    public static void main(String[] arguments) throws Exception {
        for (String each : arguments) {
            url = each;
            all();
        }
    }

    static void all() throws Exception {
        run("connect", Client::connect);
        run("prepared", Client::prepared);
        run("batch", Client::batch);
        run("rollback", Client::rollback);
        run("sqlstate", Client::sqlstate);
        run("copy", Client::copy);
        run("cancel", Client::cancel);
        run("notify", Client::hear);
        run("cursor", Client::cursor);
        run("large", Client::large);
        run("lobject", Client::largeObject);
        run("metadata", Client::metadata);
    }

    static void run(String name, Check check) throws Exception {
        try (Connection connection = DriverManager.getConnection(url)) {
            execute(connection, "DROP TABLE IF EXISTS t");
            execute(connection, "CREATE TABLE t (id int PRIMARY KEY, name text)");
            execute(connection, "INSERT INTO t SELECT n, 'n' || n FROM generate_series(1, 10) AS n");
            check.on(connection);
            System.out.println(name);
        } catch (Throwable problem) {
            System.err.println(name + ": " + problem);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    static void same(Object wanted, Object found) {
        if (!wanted.equals(found)) {
            throw new AssertionError("wanted " + wanted + ", found " + found);
        }
    }

    static void connect(Connection connection) throws SQLException {
        same(42L, number(connection, "SELECT 41 + 1"));
        same(true, connection.isValid(5));
    }

    static void prepared(Connection connection) throws SQLException {
        // From the fifth execution on the driver uses a named statement and the binary format.
        try (PreparedStatement statement = connection.prepareStatement("SELECT name FROM t WHERE id = ?")) {
            for (int round = 0; round < 20; round++) {
                statement.setInt(1, 1 + round % 10);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    same("n" + (1 + round % 10), rows.getString(1));
                }
            }
        }
        execute(connection, "DISCARD ALL");
        same(10L, number(connection, "SELECT count(*) FROM t"));
    }

    static void batch(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
            for (int n = 100; n < 5100; n++) {
                statement.setInt(1, n);
                statement.setString(2, "batch");
                statement.addBatch();
            }
            same(5000, statement.executeBatch().length);
        }
        connection.commit();
        same(5000L, number(connection, "SELECT count(*) FROM t WHERE name = 'batch'"));
    }

    static void rollback(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        execute(connection, "DELETE FROM t WHERE id = 1");
        Savepoint savepoint = connection.setSavepoint();
        execute(connection, "DELETE FROM t");
        connection.rollback(savepoint);
        same(9L, number(connection, "SELECT count(*) FROM t"));
        connection.rollback();
        same(10L, number(connection, "SELECT count(*) FROM t"));
    }

    static void sqlstate(Connection connection) throws SQLException {
        same("23505", failure(connection, "INSERT INTO t VALUES (1)"));
        same("42703", failure(connection, "SELECT nix FROM t"));
        connection.setAutoCommit(false);
        same("22012", failure(connection, "SELECT 1 / 0"));
        same("25P02", failure(connection, "SELECT 1"));
        connection.rollback();
    }

    static String failure(Connection connection, String sql) {
        try {
            execute(connection, sql);
            return "none";
        } catch (SQLException problem) {
            return problem.getSQLState();
        }
    }

    static void copy(Connection connection) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int n = 100; n < 5100; n++) {
            lines.append(n).append("\tcopied\n");
        }
        var manager = connection.unwrap(PGConnection.class).getCopyAPI();
        same(5000L, manager.copyIn("COPY t FROM STDIN", new StringReader(lines.toString())));
        StringWriter out = new StringWriter();
        manager.copyOut("COPY (SELECT id, name FROM t WHERE name = 'copied' ORDER BY id) TO STDOUT", out);
        same(lines.toString(), out.toString());
    }

    static void cancel(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement()) {
            Thread canceller = new Thread(() -> {
                try {
                    Thread.sleep(200);
                    statement.cancel();
                } catch (Exception problem) {
                    problem.printStackTrace();
                }
            });
            canceller.start();
            try {
                statement.execute("SELECT pg_sleep(20)");
                throw new AssertionError("not cancelled");
            } catch (SQLException problem) {
                same("57014", problem.getSQLState());
            }
            canceller.join();
        }
        same(1L, number(connection, "SELECT 1"));
    }

    static void hear(Connection connection) throws Exception {
        execute(connection, "LISTEN news");
        try (Connection other = DriverManager.getConnection(url)) {
            execute(other, "NOTIFY news, 'hello'");
        }
        PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(5000);
        same("news hello", heard[0].getName() + " " + heard[0].getParameter());
    }

    static void cursor(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(7); // a portal with a row limit
            try (ResultSet rows = statement.executeQuery("SELECT n FROM generate_series(1, 1000) AS n")) {
                long sum = 0;
                while (rows.next()) {
                    sum += rows.getLong(1);
                }
                same(500500L, sum);
            }
        }
    }

    static void large(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT repeat('x', 1000) FROM generate_series(1, 20000)")) {
            long bytes = 0;
            while (rows.next()) {
                bytes += rows.getString(1).length();
            }
            same(20000000L, bytes);
        }
    }

    static void largeObject(Connection connection) throws Exception {
        connection.setAutoCommit(false);
        LargeObjectManager manager = connection.unwrap(PGConnection.class).getLargeObjectAPI();
        long oid = manager.createLO();
        byte[] content = new byte[300000];
        java.util.Arrays.fill(content, (byte) 7);
        LargeObject object = manager.open(oid);
        object.write(content);
        object.seek(0);
        same(300000, object.read(300000).length);
        object.close();
        manager.delete(oid);
        connection.commit();
    }

    static void metadata(Connection connection) throws SQLException {
        try (ResultSet columns = connection.getMetaData().getColumns(null, "public", "t", null)) {
            columns.next();
            same("id", columns.getString("COLUMN_NAME"));
        }
        try (ResultSet keys = connection.getMetaData().getPrimaryKeys(null, "public", "t")) {
            keys.next();
            same("t_pkey", keys.getString("PK_NAME"));
        }
    }
}
