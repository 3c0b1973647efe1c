package io.gatehouse.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The catalogue: what it lists, and what its queries give, which is what PostgreSQL 15 gives for them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TestCatalogue {
    private PgPort server;

    @BeforeAll
    void start(@TempDir Path folder) {
        server = PgPort.start(folder);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Connection connection() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/gatehouse?user=tester".formatted(server.port()));
    }

    private String rows(String sql) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            try (ResultSet result = statement.executeQuery(sql)) {
                List<List<@Nullable String>> rows = new ArrayList<>();
                while (result.next()) {
                    List<@Nullable String> row = new ArrayList<>();
                    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                        row.add(result.getString(i));
                    }
                    rows.add(row);
                }
                return rows.toString();
            }
        }
    }

    @Test
    void joinsFindWhatNestedLoopsWould() throws Exception {
        String few = "(SELECT oid, typname FROM pg_type WHERE oid IN (16, 20, 23, 25))";
        assertThat(rows("SELECT a.oid, b.oid FROM %1$s a JOIN %1$s b ON a.oid < b.oid ORDER BY 1, 2".formatted(few)))
                .isEqualTo("[[16, 20], [16, 23], [16, 25], [20, 23], [20, 25], [23, 25]]");
        assertThat(rows("SELECT a.oid, b.oid FROM %1$s a LEFT JOIN %1$s b ON a.oid = b.oid AND b.oid > 20 ORDER BY 1"
                        .formatted(few)))
                .isEqualTo("[[16, null], [20, null], [23, 23], [25, 25]]");
        assertThat(rows(
                        "SELECT a.oid FROM %1$s a LEFT JOIN %1$s b ON a.oid = b.oid AND b.oid > 20 WHERE b.oid IS NULL ORDER BY 1"
                                .formatted(few)))
                .isEqualTo("[[16], [20]]");
        assertThat(rows("SELECT typname, oid FROM %1$s a JOIN %1$s b USING (oid, typname) WHERE oid = '23'"
                        .formatted(few)))
                .isEqualTo("[[int4, 23]]");
        assertThat(rows("SELECT count(*) FROM %1$s a, %1$s b, generate_series(1, 3) s WHERE a.oid = b.oid AND s <> 2"
                        .formatted(few)))
                .isEqualTo("[[8]]");
    }

    @Test
    void groupsWindowsAndSubQueries() throws Exception {
        assertThat(
                        rows(
                                "SELECT typcategory, count(*), array_agg(typname ORDER BY oid DESC) FROM pg_type WHERE oid IN (16, 20, 23) GROUP BY typcategory ORDER BY 2"))
                .isEqualTo("[[B, 1, {bool}], [N, 2, {int4,int8}]]");
        assertThat(rows("SELECT count(*), max(oid), string_agg(typname, '-') FROM pg_type WHERE oid < 0"))
                .isEqualTo("[[0, null, null]]");
        assertThat(
                        rows(
                                "SELECT oid, row_number() OVER (PARTITION BY typcategory ORDER BY oid DESC) FROM pg_type WHERE oid IN (16, 20, 23) ORDER BY oid"))
                .isEqualTo("[[16, 1], [20, 2], [23, 1]]");
        assertThat(
                        rows(
                                "SELECT t.typname, (SELECT e.typname FROM pg_type e WHERE e.oid = t.typelem), EXISTS (SELECT 1 FROM pg_type a WHERE a.typelem = t.oid) FROM pg_type t WHERE t.oid IN (23, 1007) ORDER BY t.oid"))
                .isEqualTo("[[int4, null, t], [_int4, int4, f]]");
        assertThat(
                        rows(
                                "WITH RECURSIVE n(i, t) AS (SELECT 1, current_schema()::text UNION ALL SELECT i + 1, t || 'b' FROM n WHERE i < 4) SELECT * FROM n ORDER BY i DESC LIMIT 2"))
                .isEqualTo("[[4, publicbbb], [3, publicbb]]");
        assertThat(
                        rows(
                                "SELECT oid FROM pg_type WHERE oid < 20 UNION SELECT 16 UNION ALL SELECT 7 ORDER BY 1 LIMIT 2 OFFSET 1"))
                .isEqualTo("[[16], [17]]");
    }

    @Test
    void spellingsOfPostgres() throws Exception {
        assertThat(
                        rows(
                                "SELECT 'runs'::regclass, 'public.runs'::regclass::oid = 'runs'::regclass, '23'::regtype::text, 'int4[]'::regtype"))
                .isEqualTo("[[runs, t, integer, integer[]]]");
        assertThat(
                        rows(
                                "SELECT relname FROM pg_catalog.pg_class c WHERE c.relname OPERATOR(pg_catalog.~) '^(run.)$' COLLATE pg_catalog.default"))
                .isEqualTo("[[runs]]");
        assertThat(
                        rows(
                                "SELECT typname !~ '^i', typname ~* 'INT', typname NOT LIKE 'int_', typname ILIKE 'INT%' FROM pg_type WHERE oid = 23"))
                .isEqualTo("[[f, t, f, t]]");
        assertThat(rows("SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg/_' || '%' ESCAPE '/' ORDER BY 1"))
                .isEqualTo("[[information_schema], [public]]");
        assertThat(
                        rows(
                                "SELECT typname LIKE 'int_' ESCAPE '', '\\' LIKE '\\' ESCAPE '/', typname LIKE 'int~4' ESCAPE '~' FROM pg_type WHERE oid = 23"))
                .isEqualTo("[[t, t, t]]");
        assertThat(
                        rows(
                                "SELECT substring(typname for 3), substring(substring(typname from 2 for 3) for 1) FROM pg_type WHERE oid = 23"))
                .isEqualTo("[[int, n]]");
        assertThat(
                        rows(
                                "SELECT (current_schemas(true))[1], array_upper(current_schemas(false), 1), 'p' = ANY (ARRAY['r', 'p']), 5 <> ALL ('{1,5}'::int[]), 'x' = ANY (NULL::text[])"))
                .isEqualTo("[[pg_catalog, 1, t, f, null]]");
        assertThat(rows("SELECT generate_series(1, 3), unnest(current_schemas(true))"))
                .isEqualTo("[[1, pg_catalog], [2, public], [3, null]]");
        assertThat(rows("SELECT (information_schema._pg_expandarray(current_schemas(true))).n"))
                .isEqualTo("[[1], [2]]");
        assertThat(
                        rows(
                                "SELECT pg_catalog.array_to_string(array(SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1), E'\\n')"))
                .isEqualTo("[[information_schema\npublic]]");
        assertThat(
                        rows(
                                "SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' END FROM pg_class WHERE relname IN ('runs', 'unused_experts') ORDER BY relname"))
                .isEqualTo("[[table], [view]]");
        assertThat(
                        rows(
                                "SELECT NULL = 1, NOT NULL::bool, NULL IS NULL, (NULL OR true), 1 IN (2, NULL), coalesce(NULL, 'x'), nullif('a', 'a')"))
                .isEqualTo("[[null, null, t, t, null, x, null]]");
    }

    @Test
    void whatItDoesNotHaveIsNamed() {
        for (String sql : List.of(
                "SELECT * FROM pg_class, runs",
                "SELECT current_user, name FROM runs",
                "SELECT nothing FROM pg_class",
                "SELECT pg_read_file('/etc/passwd')",
                "SELECT * FROM pg_catalog.pg_authid",
                "SELECT * FROM pg_ls_dir('/')",
                "SELECT 'nothing'::regclass",
                "SELECT relname FROM pg_class WHERE relname ~ '('",
                "SELECT 1 / 0 FROM pg_am",
                "SELECT pg_sleep(1000)",
                "SELECT count(*) FROM pg_class NATURAL JOIN pg_type")) {
            SQLException error = catchThrowableOfType(SQLException.class, () -> rows(sql));
            assertThat(error == null ? "none" : error.getSQLState())
                    .as("%s: %s", sql, error)
                    .matches("0A000|42000|22000|42601");
        }
    }

    /** What would take hours is stopped, by a number of steps or by the clock, and the session goes on. */
    @Test
    void greedyStatementsEnd() throws Exception {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = 3000");
            for (String sql : List.of(
                    "SELECT count(*) FROM pg_attribute a, pg_attribute b, pg_attribute c WHERE a.attnum + b.attnum = c.attnum + 1",
                    "SELECT count(*) FROM generate_series(1, 900000) a, generate_series(1, 900000) b, pg_am",
                    "SELECT count(*) FROM pg_am, generate_series(1, 9000000000)",
                    "WITH RECURSIVE n(i) AS (SELECT oid FROM pg_am UNION ALL SELECT i FROM n) SELECT count(*) FROM n",
                    "SELECT count(*) FROM pg_class WHERE relname ~ '((((a{99}){99}){99}){99})'",
                    "SELECT " + "length(".repeat(3000) + "version()" + ")".repeat(3000),
                    "WITH " + doubling() + " SELECT length(t) FROM q40")) {
                SQLException error = catchThrowableOfType(SQLException.class, () -> statement.executeQuery(sql));
                assertThat(error.getSQLState()).as(sql).matches("54000|57014|42601");
            }
            assertThat(statement.execute("SELECT version()")).isTrue();
        }
    }

    private static String doubling() {
        List<String> items = new ArrayList<>();
        items.add("q0 AS (SELECT version() AS t)");
        for (int i = 1; i <= 40; i++) {
            items.add("q%d AS (SELECT t || t AS t FROM q%d)".formatted(i, i - 1));
        }
        return String.join(", ", items);
    }

    @Test
    void metaDataListsTheSchema() throws Exception {
        List<String> expected = new ArrayList<>();
        for (Relation relation : server.engine().catalog().relations()) {
            for (Column column : relation.columns()) {
                expected.add("%s %s.%s %s %s"
                        .formatted(
                                relation.view() ? "VIEW" : "TABLE",
                                relation.name(),
                                column.name(),
                                column.nullable(),
                                column.comment()));
            }
        }
        List<String> found = new ArrayList<>();
        try (Connection connection = connection()) {
            DatabaseMetaData meta = connection.getMetaData();
            try (ResultSet tables = meta.getTables(null, "public", "%", null)) {
                while (tables.next()) {
                    String name = tables.getString("TABLE_NAME");
                    String type = tables.getString("TABLE_TYPE");
                    try (ResultSet columns = meta.getColumns(null, "public", name.replace("_", "\\_"), "%")) {
                        while (columns.next()) {
                            String comment = columns.getString("REMARKS");
                            found.add("%s %s.%s %s %s"
                                    .formatted(
                                            type,
                                            name,
                                            columns.getString("COLUMN_NAME"),
                                            columns.getInt("NULLABLE") == DatabaseMetaData.columnNullable,
                                            comment == null ? "" : comment));
                        }
                    }
                    try (ResultSet keys = meta.getPrimaryKeys(null, "public", name)) {
                        assertThat(keys.next()).isFalse();
                    }
                }
            }
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected).isNotEmpty();
    }
}
