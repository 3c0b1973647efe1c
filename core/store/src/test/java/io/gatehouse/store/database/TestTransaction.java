package io.gatehouse.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTransaction {
    private static final String NO_MEMORY = "Out of Memory Error: failed to allocate data of size 2.0 KiB";
    private static final String NOT_ACTIVE = "TransactionContext Error: cannot rollback - no transaction is active";
    private static final String NOT_COMMITTED = "TransactionContext Error: Failed to commit: failed to pin block";
    private static final String LOST = "FATAL Error: Failed to rollback transaction. Cannot continue operation.";

    private static final int ROWS = 3_000;

    @TempDir
    private Path directory;

    @Test
    void anErrorAfterTheCommitIsNone() throws SQLException {
        try (Transaction transaction = begin(NO_MEMORY, NO_MEMORY, NOT_ACTIVE)) {
            transaction.commit();
        }
    }

    @Test
    void anErrorBeforeTheCommitLeavesNothing() throws SQLException {
        try (Transaction transaction = begin(NO_MEMORY, NO_MEMORY, "")) {
            assertThatThrownBy(transaction::commit).hasMessage(NO_MEMORY);
        }
        try (Transaction transaction = begin(NOT_COMMITTED)) {
            assertThatThrownBy(transaction::commit).hasMessage(NOT_COMMITTED);
        }
    }

    @Test
    void aLostStateIsTold() throws SQLException {
        for (List<String> answers : List.of(List.of(LOST), List.of(NO_MEMORY, LOST))) {
            List<String> told = new ArrayList<>();
            try (Transaction transaction =
                    Transaction.begin(connection(answers.toArray(String[]::new)), new Notes(told))) {
                assertThatThrownBy(transaction::commit).isInstanceOf(SQLException.class);
            }
            assertThat(told).containsExactly("begins", LOST, "ends", "begins", "ends");
        }
    }

    @Test
    void aTransactionThatIsUndoneIsTold() throws SQLException {
        List<String> told = new ArrayList<>();
        try (Transaction transaction = Transaction.begin(connection(NOT_COMMITTED, NOT_ACTIVE), new Notes(told))) {
            assertThatThrownBy(transaction::commit).hasMessage(NOT_COMMITTED);
        }
        assertThat(told).containsExactly("begins", "undone", "ends", "begins", "ends");
    }

    private record Notes(List<String> told) implements Transaction.Ending {
        @Override
        public void begins(Connection connection) {
            told.add("begins");
        }

        @Override
        public void ends(Connection connection) {
            told.add("ends");
        }

        @Override
        public void isUndone(Connection connection) {
            told.add("undone");
        }

        @Override
        public void isLost(SQLException failure) {
            told.add(failure.getMessage());
        }
    }

    /** Nobody reads from memory, or writes, what is not what the file has. */
    @Test
    void aDatabaseWhoseStateIsLostRefusesEverything() throws Exception {
        Path file = directory.resolve("a.duckdb");
        try (OpenDatabase database = DatabaseFile.create(file)) {
            try (Transaction transaction = database.begin(connection(LOST))) {
                assertThatThrownBy(transaction::commit).hasMessage(LOST);
            }
            assertThatThrownBy(database::reader)
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage("DuckDB could not undo a transaction of " + file
                            + ", and has to open it anew: start Gatehouse again. What was committed is safe. DuckDB says: "
                            + LOST);
            assertThatThrownBy(database::writer).isInstanceOf(GatehouseException.class);
        }
    }

    /**
     * Statements hold all memory while rows are written, each transaction again if it had none. What was said to be committed
     * is there once after the file was opened anew, and nothing else. If the state is lost, nothing can be written any more,
     * and the transaction by which it was lost is there or not.
     */
    @Test
    void whatIsCommittedWithoutMemoryIsThereOnce() throws Exception {
        Path file = directory.resolve("b.duckdb");
        Store.create(file).close();
        List<String> expected = new ArrayList<>();
        String last = "";
        long end = System.nanoTime() + Duration.ofSeconds(8).toNanos();
        try (OpenDatabase database = DatabaseFile.open(file, List.of(), Lockdown.settings(60L << 20))) {
            List<Thread> hogs = Stream.of(
                            "SELECT count(*) FROM (SELECT list(random()) AS l FROM range(6_000_000) AS r(i) GROUP BY i % 1000)",
                            "SELECT sum(len(l)) FROM (SELECT array_agg(md5(i::VARCHAR)) AS l FROM range(900_000) AS r(i))",
                            "SELECT count(DISTINCT hash(i)) FROM range(3_000_000) AS r(i)")
                    .map(sql -> started(() -> hog(database, sql, end)))
                    .toList();
            for (int number = 0; System.nanoTime() < end && last.isEmpty(); number++) {
                String name = "q" + number;
                try {
                    MemoryRetry.run(() -> write(database, name));
                    expected.add(name);
                } catch (GatehouseException e) {
                    last = e.code() == ErrorCode.OUT_OF_MEMORY ? "" : name;
                }
            }
            for (Thread hog : hogs) {
                hog.join();
            }
        }
        try (OpenDatabase database = DatabaseFile.open(file)) {
            Map<String, Long> counts = database
                    .read(connection -> SmallQuery.list(
                            connection,
                            "SELECT sql, count(*) FROM query_history GROUP BY sql",
                            row -> Map.entry(row.getString(1), row.getLong(2))))
                    .stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Long::sum, TreeMap::new));
            if (counts.containsKey(last)) {
                expected.add(last);
            }
            assertThat(counts)
                    .isEqualTo(expected.stream()
                            .collect(Collectors.toMap(name -> name, name -> (long) ROWS, Long::sum, TreeMap::new)));
        }
    }

    private static void write(OpenDatabase database, String name) {
        database.write(connection -> SmallQuery.update(connection, """
                INSERT INTO query_history BY NAME
                SELECT ? || i AS query_id, ? AS sql, TIMESTAMP '2026-01-01 00:00:00' AS started_at, random() AS elapsed_ms,
                    'finished' AS state, i AS rows
                FROM range(%d) AS r(i)
                """.formatted(ROWS), name, name));
    }

    private static void hog(OpenDatabase database, String sql, long end) {
        while (System.nanoTime() < end) {
            try (Connection connection = database.reader();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException | GatehouseException e) {
                // That is what it is for.
            }
        }
    }

    private static Thread started(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        return thread;
    }

    private static Transaction begin(String... answers) throws SQLException {
        return Transaction.begin(connection(answers));
    }

    /** A connection whose COMMIT and ROLLBACK fail with these messages, one after another, or do not if it is empty. */
    private static Connection connection(String... failures) {
        Deque<String> answers = new ArrayDeque<>(List.of(failures));
        Statement statement = (Statement) Proxy.newProxyInstance(
                TestTransaction.class.getClassLoader(),
                new Class<?>[] {Statement.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("execute")
                            && List.of("COMMIT", "ROLLBACK").contains(arguments[0])) {
                        String answer = answers.isEmpty() ? "" : answers.removeFirst();
                        if (!answer.isEmpty()) {
                            throw new SQLException(answer);
                        }
                    }
                    return method.getReturnType() == boolean.class ? false : null;
                });
        return (Connection) Proxy.newProxyInstance(
                TestTransaction.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> statement);
    }
}
