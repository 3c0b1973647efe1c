package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The JDBC driver over Spark. */
@ExtendWith(RoutingOnSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TestDriverOnSpark {
    /** Over twenty seconds of work, of which some hundred thousand rows are made before a task looks up. */
    private static final String ENDLESS = """
            SELECT count(*) FROM activations AS a, activations AS b, activations AS c, activations AS d
            WHERE a.weight + b.weight + c.weight + d.weight < 0""";

    private final RoutingOnSpark.Served routing;
    private final Connection connection;

    TestDriverOnSpark(RoutingOnSpark.Served routing) throws SQLException {
        this.routing = routing;
        this.connection = open(routing.directory(), routing.address());
    }

    @AfterAll
    void close() throws SQLException {
        connection.close();
    }

    private static Connection open(String directory, String address) throws SQLException {
        return DriverManager.getConnection("jdbc:gatehouse:%s?engine=%s".formatted(directory, address));
    }

    @Test
    void takesParametersOfAllKinds() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT question_id, subject FROM questions
                WHERE subject = ? AND question_id >= ? AND CAST(? AS DOUBLE) > 0 AND CAST(? AS DATE) < DATE '2026-11-26'
                  AND (CAST(? AS VARCHAR) IS NULL) ORDER BY question_id LIMIT 2""")) {
            assertThat(statement.getMetaData().getColumnTypeName(1)).isEqualTo("INTEGER");
            assertThat(statement.getParameterMetaData().getParameterCount()).isEqualTo(5);
            statement.setString(1, "algebra");
            statement.setInt(2, 2);
            statement.setDouble(3, 0.5);
            statement.setObject(4, LocalDate.of(2026, 11, 25));
            statement.setNull(5, Types.VARCHAR);
            assertThat(first(statement.executeQuery())).isNotEmpty().allMatch(id -> Integer.parseInt(id) >= 2);
            statement.setString(1, "no'such\\subject");
            assertThat(first(statement.executeQuery())).isEmpty();
        }
    }

    @Test
    void givesNoMoreRowsThanAsked() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setMaxRows(3);
            assertThat(first(statement.executeQuery("SELECT question_id FROM questions ORDER BY 1")))
                    .containsExactly("0", "1", "2");
        }
    }

    @Test
    void tellsItsTables() throws SQLException {
        try (ResultSet columns = connection.getMetaData().getColumns(null, null, "activations", "expert")) {
            assertThat(columns.next()).isTrue();
            assertThat(columns.getString("TYPE_NAME")).isEqualTo("SMALLINT");
        }
    }

    @Test
    void endsWhatRunsTooLong() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            assertThatThrownBy(() -> statement.executeQuery(ENDLESS)).isInstanceOf(SQLTimeoutException.class);
        }
    }

    /** Two take both cores of this Spark: it can answer nothing else as long as it goes on with them. */
    @Test
    void cancelsOnSparkToo() throws Exception {
        try (Statement one = connection.createStatement();
                Statement other = connection.createStatement()) {
            CompletableFuture<Void> first = CompletableFuture.runAsync(() -> ask(one));
            CompletableFuture<Void> second = CompletableFuture.runAsync(() -> ask(other));
            while (isFree()) {
                assertThat(first).isNotDone();
                assertThat(second).isNotDone();
            }
            one.cancel();
            other.cancel();
            assertThatThrownBy(first::join).hasRootCauseMessage("The query was cancelled.");
            assertThatThrownBy(second::join).hasRootCauseMessage("The query was cancelled.");
        }
        while (!isFree()) {
            Thread.onSpinWait();
        }
    }

    private static void ask(Statement statement) {
        try {
            statement.executeQuery(ENDLESS);
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    private boolean isFree() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(2);
            return first(statement.executeQuery("SELECT sum(ordinal) FROM questions"))
                            .size()
                    == 1;
        } catch (SQLTimeoutException e) {
            return false;
        }
    }

    @Test
    void saysWhatIsWrongWithAnAddress() {
        assertFails("http://localhost", "http://localhost is not an engine; write sc://HOST[:PORT] for Spark Connect.");
        assertFails("sc://localhost:x", "sc://localhost:x has no host; write sc://HOST[:PORT].");
        assertFails("sc://no.such.host.", "There is no host no.such.host.");
        assertFails("sc://127.0.0.1:1", "No Spark Connect answers at 127.0.0.1, port 1: Connection refused.");
    }

    private void assertFails(String address, String message) {
        assertThatThrownBy(() -> open(routing.directory(), address)).hasMessage(message);
    }

    @Test
    void saysThatSparkDoesNotFindTheDirectory() {
        assertThatThrownBy(() -> open("/nowhere", routing.address()))
                .hasMessage("Spark finds no export of Gatehouse in /nowhere, by the names that its own machines give to"
                        + " paths.");
    }

    @Test
    void refusesByName() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery("SUMMARIZE questions"))
                    .isInstanceOf(SQLFeatureNotSupportedException.class)
                    .hasMessageContaining("SUMMARIZE is not available on Spark.");
        }
    }

    private static List<String> first(ResultSet rows) throws SQLException {
        List<String> values = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
