package io.gatehouse.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTransaction {
    private static final String NO_MEMORY = "Out of Memory Error: failed to allocate data of size 2.0 KiB";
    private static final String NOT_ACTIVE = "TransactionContext Error: cannot rollback - no transaction is active";
    private static final String NOT_COMMITTED = "TransactionContext Error: Failed to commit: failed to pin block";
    private static final String DUPLICATE =
            "TransactionContext Error: Failed to commit: PRIMARY KEY or UNIQUE constraint violation";
    private static final String LOST = "FATAL Error: Failed to rollback transaction. Cannot continue operation.";

    private static final int ROWS = 3_000;

    @TempDir
    private Path directory;

    /** Outside of a transaction each statement has an id of its own. */
    @Test
    void anErrorAfterTheCommitIsNone() throws SQLException {
        Driver driver = new Driver(7, 9).failing("COMMIT", NO_MEMORY).failing("SELECT txid_current()", "", NO_MEMORY);
        try (Transaction transaction = Transaction.begin(driver.connection())) {
            transaction.commit();
        }
        assertThat(driver.executed()).doesNotContain("ROLLBACK");
    }

    @Test
    void anErrorBeforeTheCommitLeavesNothing() throws SQLException {
        Driver driver = new Driver(7, 7).failing("COMMIT", NO_MEMORY).failing("ROLLBACK", NO_MEMORY, NO_MEMORY);
        try (Transaction transaction = Transaction.begin(driver.connection())) {
            assertThatThrownBy(transaction::commit).hasMessage(NO_MEMORY);
        }
        assertThat(driver.executed())
                .containsExactly("BEGIN TRANSACTION", "COMMIT", "ROLLBACK", "ROLLBACK", "ROLLBACK");
    }

    /** DuckDB may begin and then fail to report it. */
    @Test
    void anErrorAfterTheBeginLeavesNoTransactionOpen() {
        Driver driver = new Driver(7).failing("BEGIN TRANSACTION", NO_MEMORY);
        assertThatThrownBy(() -> Transaction.begin(driver.connection())).hasMessage(NO_MEMORY);
        assertThat(driver.executed()).containsExactly("BEGIN TRANSACTION", "ROLLBACK");
    }

    @Test
    void aLostStateIsTold() throws SQLException {
        List<String> told = new ArrayList<>();
        Driver driver = new Driver(7).failing("COMMIT", LOST).failing("ROLLBACK", NOT_ACTIVE);
        try (Transaction transaction = Transaction.begin(driver.connection(), new Notes(told))) {
            assertThatThrownBy(transaction::commit).hasMessage(LOST);
        }
        assertThat(told).containsExactly("begins", LOST, "ends", "begins", "ends");
        told.clear();
        Transaction.begin(new Driver(7).failing("ROLLBACK", NO_MEMORY, LOST).connection(), new Notes(told))
                .close();
        assertThat(told).containsExactly("begins", LOST, "ends");
    }

    @Test
    void aTransactionThatIsUndoneIsTold() throws SQLException {
        List<String> told = new ArrayList<>();
        for (String failure : List.of(NOT_COMMITTED, DUPLICATE)) {
            Driver driver = new Driver(7).failing("COMMIT", failure).failing("ROLLBACK", NOT_ACTIVE);
            try (Transaction transaction = Transaction.begin(driver.connection(), new Notes(told))) {
                assertThatThrownBy(transaction::commit).hasMessage(failure);
            }
        }
        assertThat(told)
                .as("only without memory the log may have it")
                .containsExactly("begins", "undone", "ends", "begins", "ends", "begins", "ends", "begins", "ends");
    }

    private record Notes(List<String> told) implements CommitListener {
        @Override
        public void beforeEnd() {
            told.add("begins");
        }

        @Override
        public void afterEnd(boolean committed) {
            told.add(committed ? "committed" : "ends");
        }

        @Override
        public void undone() {
            told.add("undone");
        }

        @Override
        public void stateLost(SQLException failure) {
            told.add(failure.getMessage());
        }
    }

    /** Nobody reads from memory, or writes, what is not what the file has. */
    @Test
    void aDatabaseWhoseStateIsLostRefusesEverything() throws Exception {
        Path file = directory.resolve("a.duckdb");
        try (OpenDatabase database = DatabaseFile.create(file)) {
            Driver driver = new Driver(7).failing("COMMIT", LOST).failing("ROLLBACK", NOT_ACTIVE);
            try (Transaction transaction = database.begin(driver.connection())) {
                assertThatThrownBy(transaction::commit).hasMessage(LOST);
            }
            assertThatThrownBy(database::reader)
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage("DuckDB could not undo a transaction of " + file
                            + ": restart Gatehouse to reopen the file. What was committed is safe. DuckDB says: "
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
                    if (e.code() != ErrorCode.OUT_OF_MEMORY) {
                        assertThatThrownBy(database::writer).hasMessageContaining("could not undo a transaction");
                        last = name;
                    }
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
            assertThat(expected).as("transactions").hasSizeGreaterThan(5);
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

    /** A connection that does nothing, and fails as it is told. */
    private static final class Driver {
        private final Deque<Long> ids = new ArrayDeque<>();
        private final Map<String, Deque<String>> failures = new HashMap<>();
        private final List<String> executed = new ArrayList<>();

        /** @param ids of transactions, of which the last one is kept */
        Driver(long... ids) {
            LongStream.of(ids).forEach(this.ids::add);
        }

        /** Lets a statement fail with these messages, one after another; with an empty one it does not. */
        Driver failing(String sql, String... messages) {
            failures.put(sql, new ArrayDeque<>(List.of(messages)));
            return this;
        }

        List<String> executed() {
            return executed;
        }

        private void run(String sql) throws SQLException {
            Deque<String> messages = failures.getOrDefault(sql, new ArrayDeque<>());
            String message = messages.isEmpty() ? "" : messages.removeFirst();
            if (!message.isEmpty()) {
                throw new SQLException(message);
            }
        }

        Connection connection() {
            return proxy(Connection.class, (name, arguments) -> switch (name) {
                case "createStatement" -> statement();
                case "prepareStatement" -> query((String) arguments[0]);
                default -> null;
            });
        }

        private Statement statement() {
            return proxy(Statement.class, (name, arguments) -> {
                if (name.equals("execute")) {
                    executed.add((String) arguments[0]);
                    run((String) arguments[0]);
                    return false;
                }
                return null;
            });
        }

        private PreparedStatement query(String sql) {
            return proxy(PreparedStatement.class, (name, arguments) -> {
                if (name.equals("executeQuery")) {
                    run(sql);
                    return row(ids.size() > 1 ? ids.removeFirst() : ids.getFirst());
                }
                return null;
            });
        }

        private static ResultSet row(long id) {
            Iterator<Boolean> rows = List.of(true, false).iterator();
            return proxy(ResultSet.class, (name, arguments) -> switch (name) {
                case "next" -> rows.next();
                case "getLong" -> id;
                default -> null;
            });
        }

        private interface Answer {
            @Nullable
            Object of(String method, Object[] arguments) throws SQLException;
        }

        private static <T> T proxy(Class<T> type, Answer answer) {
            return type.cast(Proxy.newProxyInstance(
                    TestTransaction.class.getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, arguments) ->
                            answer.of(method.getName(), arguments == null ? new Object[0] : arguments)));
        }
    }
}
