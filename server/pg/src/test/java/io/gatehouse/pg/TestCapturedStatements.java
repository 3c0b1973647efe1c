package io.gatehouse.pg;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.testing.SharedData;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every distinct statement that eight clients sent to a PostgreSQL 17 when they ran queries and listed tables. The OIDs of
 * its relations are replaced by those of ours, and parameters have values.
 */
@Timeout(180)
final class TestCapturedStatements {
    /** The relations that the statements name, with the OIDs that they had where they were captured. */
    private static final Map<String, String> RELATIONS =
            Map.of("16385", "runs", "16390", "experts", "16395", "token_routing", "16400", "unused_experts");

    private static final Pattern OID = Pattern.compile("\\b(16385|16390|16395|16400)\\b");

    @Test
    void run(@TempDir Path folder) throws Exception {
        JsonNode captured = new ObjectMapper()
                .readTree(SharedData.path("reference/pg/statements.json").toFile());
        Set<String> statements = new LinkedHashSet<>();
        captured.forEach(each -> statements.add(each.get(1).asText()));
        Map<String, String> failures = new LinkedHashMap<>();
        try (PgPort server = PgPort.start(folder);
                Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:%d/gatehouse?user=tester&preferQueryMode=extended"
                                .formatted(server.port()))) {
            connection.setAutoCommit(false);
            Map<String, String> oids = new LinkedHashMap<>();
            for (Map.Entry<String, String> relation : RELATIONS.entrySet()) {
                oids.put(relation.getKey(), oid(connection, relation.getValue()));
            }
            for (String sql : statements) {
                prepare(connection, sql);
                try {
                    execute(connection, OID.matcher(sql).replaceAll(match -> oids.get(match.group())));
                } catch (SQLException e) {
                    failures.put(sql, e.getMessage());
                }
                connection.rollback();
            }
        }
        assertThat(statements).hasSizeGreaterThan(100);
        assertThat(failures.entrySet()).isEmpty();
    }

    private static String oid(Connection connection, String relation) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT '%s'::regclass::oid".formatted(relation))) {
            result.next();
            return result.getString(1);
        }
    }

    /** FETCH and CLOSE need a cursor, RELEASE a savepoint; a statement to free was prepared before. */
    private static void prepare(Connection connection, String sql) throws SQLException {
        if (sql.contains("\"srv\"") && !sql.startsWith("DECLARE")) {
            execute(connection, "DECLARE \"srv\" CURSOR FOR select * from experts");
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        String text = sql.replaceAll("DEALLOCATE \"[^\"]*\"", "DEALLOCATE ALL");
        Matcher parameters = Pattern.compile("\\$\\d+(::\\w+\\[])?").matcher(text);
        List<String> found = new ArrayList<>();
        while (parameters.find()) {
            found.add(parameters.group());
        }
        String jdbc = text.replaceAll("\\$\\d+", "?");
        if (found.isEmpty()) {
            // Without the driver's own look at the text, which takes ? and {} for its own.
            try (Statement statement = connection.createStatement()) {
                statement.setEscapeProcessing(false);
                boolean rows = statement.execute(text);
                while (rows && statement.getResultSet().next()) {
                    statement.getResultSet().getString(1);
                }
            }
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(jdbc)) {
            for (int i = 0; i < found.size(); i++) {
                set(statement, i + 1, found.get(i), text);
            }
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    result.getString(1);
                }
            }
        }
    }

    private static void set(PreparedStatement statement, int number, String parameter, String sql) throws SQLException {
        if (parameter.endsWith("[]")) {
            statement.setArray(number, statement.getConnection().createArrayOf("oid", new Object[] {1007L, 1021L}));
        } else if (sql.contains("layer")) {
            statement.setInt(number, 3);
        } else {
            statement.setString(number, number == 1 && sql.contains("nspname") ? "public" : "experts");
        }
    }
}
