package io.gatehouse.sql.jdbc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sample.routing.SyntheticRun;
import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestFileDriver {
    private static final String ENDLESS =
            "SELECT sum(CAST(a.token_id AS DOUBLE) * b.token_id + c.token_id) FROM tokens a, tokens b, tokens c, tokens d";

    private Path file;
    private Connection connection;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        file = directory.resolve("routing.duckdb");
        SyntheticRun.write(file, 100_000);
        connection = DriverManager.getConnection("jdbc:gatehouse:" + file);
    }

    @AfterAll
    void close() throws Exception {
        connection.close();
    }

    @Test
    void errorsCarryStateAndPlace() throws Exception {
        try (Statement statement = connection.createStatement()) {
            SQLException unknown = failure(() -> statement.executeQuery("SELECT 1,\n  nothing FROM runs"));
            assertThat((Throwable) unknown)
                    .isInstanceOf(SQLSyntaxErrorException.class)
                    .hasMessageEndingWith("(line 2, column 3)");
            assertThat(unknown.getSQLState()).isEqualTo("42000");
            assertThat(failure(() -> statement.executeQuery("SELEC 1")).getSQLState())
                    .isEqualTo("42601");
            assertThat(failure(() -> statement.execute("DELETE FROM runs")).getSQLState())
                    .isEqualTo("25006");
            assertThat(failure(() -> statement.executeUpdate("DELETE FROM runs"))
                            .getSQLState())
                    .isEqualTo("25006");
            assertThatThrownBy(() -> statement.addBatch("SELECT 1"))
                    .isInstanceOf(SQLFeatureNotSupportedException.class)
                    .hasMessage("A batch of statements is not supported.");
            assertThat(failure(() -> connection.prepareCall("CALL x()")).getSQLState())
                    .isEqualTo("0A000");
            try (ResultSet rows = statement.executeQuery("SELECT 1")) {
                assertThat(rows.next()).isTrue();
            }
        }
    }

    @Test
    void timeAndRowsAreLimited() throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.setMaxRows(5);
            statement.setFetchSize(2);
            int count = 0;
            try (ResultSet rows = statement.executeQuery("SELECT * FROM tokens")) {
                while (rows.next()) {
                    count++;
                }
            }
            assertThat(count).isEqualTo(5);
            statement.setQueryTimeout(1);
            long start = System.nanoTime();
            SQLException failure = failure(() -> statement.executeQuery(ENDLESS));
            assertThat((Throwable) failure).isInstanceOf(SQLTimeoutException.class);
            assertThat(failure.getSQLState()).isEqualTo("57014");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void connectionsShareTheFileAndTheLastOneClosesIt(@TempDir Path directory) throws Exception {
        Path other = directory.resolve("other.duckdb");
        Store.create(other).close();
        try (Connection first = DriverManager.getConnection("jdbc:gatehouse:" + other)) {
            Connection second = DriverManager.getConnection("jdbc:gatehouse:" + directory.resolve("./other.duckdb"));
            Statement statement = second.createStatement();
            ResultSet rows = statement.executeQuery("SELECT * FROM runs");
            second.close();
            assertThat(rows.isClosed()).isTrue();
            assertThat(statement.isClosed()).isTrue();
            assertThat(second.isValid(1)).isFalse();
            assertThat(failure(second::createStatement).getSQLState()).isEqualTo("08003");
            assertThat(first.isValid(1)).isTrue();
            assertThatThrownBy(() -> Store.open(other).close())
                    .isInstanceOfSatisfying(
                            GatehouseException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DATABASE_IN_USE));
        }
        Store.open(other).close();
    }

    @Test
    void closingStopsWhatOtherThreadsRunAndThenFreesTheFile(@TempDir Path directory) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (boolean abort : new boolean[] {false, true}) {
                Path other = directory.resolve("closed%s.duckdb".formatted(abort));
                SyntheticRun.write(other, 20_000);
                Connection shared = DriverManager.getConnection("jdbc:gatehouse:" + other);
                Future<SQLException> reader = threads.submit(() -> failure(() -> {
                    try (Statement statement = shared.createStatement()) {
                        statement.executeQuery(ENDLESS).close();
                    }
                }));
                TimeUnit.SECONDS.sleep(1);
                assertThat(reader.isDone()).isFalse();
                if (abort) {
                    shared.abort(threads);
                } else {
                    shared.close();
                    assertThat(reader.isDone() || shared.isClosed()).isTrue();
                    Store.open(other).close();
                }
                assertThat(reader.get(10, TimeUnit.SECONDS).getSQLState()).isEqualTo("57014");
                assertThat(shared.isClosed()).isTrue();
                assertThat(shared.isValid(1)).isFalse();
            }
            assertThat(failure(() -> connection.abort(null)).getSQLState()).isEqualTo("22023");
        } finally {
            threads.shutdown();
            assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void rowsThatScrollOrChangeAreAWarning() throws Exception {
        for (int type : List.of(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.TYPE_SCROLL_SENSITIVE)) {
            for (int concurrency : List.of(ResultSet.CONCUR_READ_ONLY, ResultSet.CONCUR_UPDATABLE)) {
                try (Statement statement = connection.createStatement(type, concurrency)) {
                    assertThat(statement.getResultSetType()).isEqualTo(ResultSet.TYPE_FORWARD_ONLY);
                    assertThat(statement.getResultSetConcurrency()).isEqualTo(ResultSet.CONCUR_READ_ONLY);
                    assertThat(requireNonNull(connection.getWarnings()).getSQLState())
                            .isEqualTo("01000");
                    connection.clearWarnings();
                    assertThat((Throwable) connection.getWarnings()).isNull();
                }
            }
        }
        assertThat(failure(() -> connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, 4711))
                        .getSQLState())
                .isEqualTo("22023");
    }

    @Test
    void aConnectionReads() throws Exception {
        connection.setAutoCommit(false);
        connection.commit();
        connection.rollback();
        connection.setAutoCommit(true);
        connection.setReadOnly(false);
        assertThat(connection.isReadOnly()).isTrue();
        assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_NONE);
        assertThat(connection.isWrapperFor(Statement.class)).isFalse();
        assertThat(failure(() -> connection.unwrap(Statement.class)).getSQLState())
                .isEqualTo("22023");
    }

    @Test
    void whatCannotBeOpenedIsSaid(@TempDir Path directory) {
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:gatehouse:" + directory.resolve("none.duckdb")))
                .hasMessageContaining("There is no database file")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("58030");
        Properties properties = new Properties();
        properties.setProperty("fetchsize", "5");
        SQLException unknown = failure(() -> DriverManager.getConnection("jdbc:gatehouse:" + file, properties));
        assertThat((Throwable) unknown)
                .hasMessage(
                        "There is no connection property \"fetchsize\"; there are engine, lists, password, queryTimeout, tls, token, user.");
        properties.clear();
        properties.setProperty("queryTimeout", "soon");
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:gatehouse:" + file, properties))
                .hasMessage("queryTimeout is a number of seconds, not \"soon\".");
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:gatehouse:"))
                .hasMessageContaining("names neither a file nor a server");
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:gatehouse://localhost:1?token=secret"))
                .hasMessageContaining("does not go into the URL");
        SQLException named =
                failure(() -> DriverManager.getConnection("jdbc:gatehouse://user:secret@localhost:1", properties));
        assertThat(named.getSQLState()).isEqualTo("08001");
        assertThat(named.toString()).doesNotContain("secret").contains("//HOST:PORT");
        assertThat(named.getCause()).isNull();
    }

    @Test
    void propertiesAreReadWholeOrRefused() {
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:gatehouse://localhost:1?user=%zz"))
                .isInstanceOf(SQLDataException.class)
                .hasMessage("\"%zz\" is not written as in a URL.");
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:gatehouse://localhost:1?tls=true&tls=false"))
                .hasMessage("The connection property tls is given twice.");
        Properties properties = new Properties();
        properties.setProperty("tls", "true");
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:gatehouse://localhost:1?tls=false", properties))
                .hasMessage("The connection property tls is given twice.");
        properties.clear();
        properties.setProperty("token", "one");
        properties.setProperty("password", "two");
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:gatehouse://localhost:1", properties))
                .hasMessage("token and password are the same thing, and given twice.")
                .hasMessageNotContaining("one");
    }

    @Test
    void metadataAnswersEveryQuestion() throws Exception {
        DatabaseMetaData metadata = connection.getMetaData();
        int answered = 0;
        for (var method : DatabaseMetaData.class.getMethods()) {
            if (method.getDeclaringClass() == DatabaseMetaData.class && method.getParameterCount() == 0) {
                method.invoke(metadata);
                answered++;
            }
        }
        assertThat(answered).isGreaterThan(120);
        try (ResultSet tables = metadata.getTables(null, null, "expert\\_acc%", new String[] {"VIEW"})) {
            assertThat(texts(tables, "TABLE_NAME")).containsExactly("expert_accuracy");
        }
        try (ResultSet tables = metadata.getTables(null, null, "gate\\_ent%", null)) {
            assertThat(texts(tables, "TABLE_NAME")).containsExactly("gate_entropy");
        }
        try (ResultSet tables = metadata.getTables("elsewhere", null, "%", null)) {
            assertThat(texts(tables, "TABLE_NAME")).isEmpty();
        }
        try (ResultSet columns = metadata.getColumns(null, "%", "token_routing", "e%")) {
            assertThat(texts(columns, "COLUMN_NAME")).contains("experts", "entropy");
        }
        assertThat(metadata.getDatabaseProductName()).isEqualTo("Gatehouse");
        assertThat(metadata.getURL()).isEqualTo("jdbc:gatehouse:" + file);
        assertThat(metadata.toString()).contains(file.toString());
    }

    private static List<String> texts(ResultSet rows, String column) throws SQLException {
        List<String> texts = new ArrayList<>();
        while (rows.next()) {
            texts.add(rows.getString(column));
        }
        return texts;
    }

    private static SQLException failure(ThrowingCallable call) {
        return requireNonNull(catchThrowableOfType(SQLException.class, call));
    }
}
