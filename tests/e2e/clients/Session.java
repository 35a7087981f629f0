// JDBC, told what to do line by line (bench/matrix/drivers.py): connect, run, begin, commit, rollback, close.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

public class Session {
    static Connection connection;
    static final Map<String, PreparedStatement> statements = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            List<String> answer = new ArrayList<>();
            try {
                answer.add("ok");
                obey(Arrays.stream(line.split("\t", -1)).map(Session::unescaped).toArray(String[]::new), answer);
            } catch (SQLException problem) {
                answer = List.of("error", String.valueOf(problem.getSQLState()), String.valueOf(problem.getMessage()));
            }
            out.println(String.join("\t", answer.stream().map(Session::escaped).toList()));
        }
    }

    static void obey(String[] words, List<String> answer) throws SQLException {
        switch (words[0]) {
            case "connect" -> connect(words);
            case "run" -> run(words, answer);
            case "begin" -> connection.setAutoCommit(false); // BEGIN goes with the next statement, in one message
            case "commit" -> {
                connection.commit();
                connection.setAutoCommit(true);
            }
            case "rollback" -> {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
            }
            case "close" -> {
                statements.clear();
                connection.close();
            }
            default -> throw new SQLException("no such command: " + words[0]);
        }
    }

    static void connect(String[] words) throws SQLException {
        Properties options = new Properties();
        options.setProperty("user", words[3]);
        options.setProperty("password", words[4]);
        options.setProperty("ApplicationName", words[6]);
        options.setProperty("gssEncMode", "disable");
        options.setProperty("prepareThreshold", words[7].equals("prepared") ? "1" : "0");
        // What has no parameters is a Query there, with parameters it is parsed each time.
        options.setProperty("preferQueryMode", words[7].equals("prepared") ? "extended" : "extendedForPrepared");
        connection = DriverManager.getConnection("jdbc:postgresql://" + words[1] + ":" + words[2] + "/" + words[5], options);
    }

    static void run(String[] words, List<String> answer) throws SQLException {
        if (words[1].equals("simple")) {
            try (Statement statement = connection.createStatement()) {
                give(statement, statement.execute(words[2]), answer);
            }
            return;
        }
        PreparedStatement statement = statements.get(words[2]);
        if (statement == null) {
            statement = connection.prepareStatement(words[2].replaceAll("\\$\\d+", "?"));
            statements.put(words[2], statement);
        }
        for (int at = 3; at < words.length; at++) {
            String value = words[at].substring(1);
            if (words[at].charAt(0) == 'i') {
                statement.setInt(at - 2, Integer.parseInt(value));
            } else {
                statement.setString(at - 2, value);
            }
        }
        give(statement, statement.execute(), answer);
    }

    static void give(Statement statement, boolean rows, List<String> answer) throws SQLException {
        if (!rows) {
            answer.add("0");
            return;
        }
        try (ResultSet found = statement.getResultSet()) {
            ResultSetMetaData about = found.getMetaData();
            answer.add(String.valueOf(about.getColumnCount()));
            for (int column = 1; column <= about.getColumnCount(); column++) {
                answer.add(about.getColumnName(column));
            }
            while (found.next()) {
                for (int column = 1; column <= about.getColumnCount(); column++) {
                    answer.add(found.getString(column));
                }
            }
        }
    }

    static String escaped(String field) {
        if (field == null) {
            return "\\N";
        }
        return field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    static String unescaped(String field) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < field.length(); at++) {
            char letter = field.charAt(at);
            if (letter == '\\' && at + 1 < field.length()) {
                letter = switch (field.charAt(++at)) {
                    case 't' -> '\t';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    default -> field.charAt(at);
                };
            }
            text.append(letter);
        }
        return text.toString();
    }
}
