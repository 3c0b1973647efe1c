package io.gatehouse.sql;

import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.Outcome.Kind;
import io.gatehouse.testing.store.RoutingFile;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** DuckDB beside Gatehouse: it is asked the same text about plain tables that are copies of the relations of a file. */
final class Oracle implements AutoCloseable {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofSeconds(30), Duration.ofSeconds(30), 0);
    private static final int DUCKDB_SECONDS = 10;
    private static final int MOST_TRIES = 1_500;

    /** A join of a few relations has millions of rows. */
    private static final int MOST_ROWS = 100_000;

    /** What DuckDB says of itself when it met a defect of its own: it answers nothing from then on. */
    private static final String BROKEN = "database has been invalidated";

    private final String relations;
    private RoutingFile file;
    private QueryEngine engine;
    private Connection duckDb;

    Oracle() throws SQLException, IOException {
        file = RoutingFile.strange();
        engine = new QueryEngine(file::reader);
        relations = copies(engine);
        duckDb = plain();
    }

    /** What copies the relations into tables of a database "oracle". */
    private static String copies(QueryEngine engine) {
        return Rows.of(engine, "SHOW TABLES").rows().stream()
                .map(row -> "CREATE TABLE oracle.%1$s AS %2$s;"
                        .formatted(row.get(0), duckDbSql(engine, "SELECT * FROM " + row.get(0))))
                .collect(Collectors.joining());
    }

    private static String duckDbSql(QueryEngine engine, String sql) {
        return Rows.of(engine, "EXPLAIN " + sql).rows().stream()
                .filter(row -> "duckdb_sql".equals(row.get(0)))
                .map(row -> String.valueOf(row.get(1)))
                .findFirst()
                .orElseThrow();
    }

    private Connection plain() throws SQLException, IOException {
        try (RoutingFile other = RoutingFile.strange()) {
            Connection connection = other.reader();
            try (Statement statement = connection.createStatement()) {
                // Sums of fractions must not depend on how threads share the rows.
                statement.execute("SET threads = 1; ATTACH ':memory:' AS oracle;");
                statement.execute("CREATE TEMP MACRO gatehouse_running(statement, condition) AS condition");
                statement.execute(relations);
                statement.execute("USE oracle");
            }
            return connection;
        }
    }

    /** Opens anew what a defect of DuckDB has closed. */
    private void mend(Answer actual, Answer expected) throws SQLException, IOException {
        if (actual instanceof Refusal refusal && refusal.breaks()) {
            engine.close();
            file.close();
            file = RoutingFile.strange();
            engine = new QueryEngine(file::reader);
        }
        if (expected instanceof Refusal refusal && refusal.breaks()) {
            duckDb.close();
            duckDb = plain();
        }
    }

    Outcome outcome(RandomStatements.Statement statement) throws SQLException, IOException {
        String sql = statement.phrase().text();
        List<@Nullable Object> parameters =
                new ArrayList<>(statement.phrase().parameters().toList());
        Answer expected = expected(sql, parameters);
        if (expected instanceof TooManyRows) {
            return new Outcome(Kind.TOO_MANY_ROWS, "");
        }
        Answer actual = actual(sql, parameters);
        mend(actual, expected);
        if (expected instanceof Refusal there && there.breaks()) {
            return new Outcome(Kind.DUCKDB_BREAKS, there.message());
        }
        if (actual instanceof Refusal here) {
            boolean leftOut = here.code() == ErrorCode.SQL_EXECUTION
                    && expected instanceof Given
                    && failsUnoptimised(here, sql, parameters);
            return leftOut ? new Outcome(Kind.REFUSED_BY_BOTH, here.message()) : refused(here, expected);
        }
        if (expected instanceof Refusal there) {
            return new Outcome(there.late() ? Kind.REFUSED_BY_BOTH : Kind.ONLY_HERE, there.message());
        }
        return Outcome.of(((Given) actual).rows(), ((Given) expected).rows(), statement.ordered());
    }

    private static Outcome refused(Refusal here, Answer expected) {
        if (here.code().category() == ErrorCategory.INTERNAL) {
            return new Outcome(Kind.INTERNAL, here.message());
        }
        if (expected instanceof Refusal) {
            return new Outcome(Kind.REFUSED_BY_BOTH, here.message());
        }
        Kind kind = switch (here.code()) {
            case QUERY_TIMEOUT, QUERY_BUSY, OUT_OF_MEMORY -> Kind.LATE;
            case SQL_EXECUTION -> Kind.FAILED;
            default -> here.message().startsWith("This form of statement") ? Kind.UNWRITABLE : Kind.REFUSED;
        };
        return new Outcome(kind, here.code() + ": " + here.message());
    }

    /**
     * Whether DuckDB says the same once it computes everything. Its optimizer leaves out what no row of the result needs, and
     * with it a value that cannot be computed; what it leaves out depends on how a statement is written.
     */
    private boolean failsUnoptimised(Refusal here, String sql, List<@Nullable Object> parameters)
            throws SQLException, IOException {
        try (Statement setting = duckDb.createStatement()) {
            setting.execute("PRAGMA disable_optimizer");
        }
        Answer complete = expected(sql, parameters);
        mend(here, complete);
        try (Statement setting = duckDb.createStatement()) {
            setting.execute("PRAGMA enable_optimizer");
        }
        return complete instanceof Refusal there
                && there.message().contains(here.message().replaceFirst("\\.$", ""));
    }

    private sealed interface Answer {}

    private record Given(Rows rows) implements Answer {}

    private record TooManyRows() implements Answer {}

    private record Refusal(ErrorCode code, String message, boolean late) implements Answer {
        boolean breaks() {
            return message.startsWith("INTERNAL Error")
                    || message.contains("INTERNAL Error")
                    || message.contains(BROKEN);
        }
    }

    private Answer expected(String sql, List<@Nullable Object> parameters) {
        try (PreparedStatement statement = duckDb.prepareStatement(sql)) {
            statement.setQueryTimeout(DUCKDB_SECONDS);
            for (int i = 0; i < parameters.size(); i++) {
                statement.setObject(i + 1, parameters.get(i));
            }
            try (ResultSet result = statement.executeQuery()) {
                return Rows.of(result, MOST_ROWS).<Answer>map(Given::new).orElseGet(TooManyRows::new);
            }
        } catch (SQLException e) {
            String message = firstLine(e);
            return new Refusal(ErrorCode.SQL_VALIDATION, message, message.contains("INTERRUPT"));
        } catch (RuntimeException e) {
            return new Refusal(ErrorCode.SQL_VALIDATION, String.valueOf(e), true);
        }
    }

    private Answer actual(String sql, List<@Nullable Object> parameters) {
        try (QueryResult result = engine.query(sql, parameters, LIMITS)) {
            return new Given(Rows.of(result));
        } catch (GatehouseException e) {
            return new Refusal(e.code(), firstLine(e), false);
        } catch (RuntimeException e) {
            return new Refusal(ErrorCode.INTERNAL_ERROR, "Raw " + e, false);
        }
    }

    private static String firstLine(Exception e) {
        String message = String.valueOf(e.getMessage());
        return message.lines().findFirst().orElse(message);
    }

    /** The smallest statement of which the same comes. */
    RandomStatements.Statement smallest(RandomStatements.Statement statement) throws SQLException, IOException {
        RandomStatements.Statement smallest = statement;
        Outcome outcome = outcome(statement);
        boolean smaller = true;
        int tries = 0;
        while (smaller && tries < MOST_TRIES) {
            smaller = false;
            Iterator<Phrase> candidates = smallest.phrase().simpler().iterator();
            while (!smaller && candidates.hasNext() && tries++ < MOST_TRIES) {
                RandomStatements.Statement candidate =
                        new RandomStatements.Statement(candidates.next(), keepsOrder(statement));
                if (candidate.phrase().text().length()
                                <= smallest.phrase().text().length()
                        && same(outcome, outcome(candidate))) {
                    smallest = candidate;
                    smaller = true;
                }
            }
        }
        return smallest;
    }

    private static boolean keepsOrder(RandomStatements.Statement statement) {
        return statement.ordered();
    }

    /** A refusal must say the same; of what differs, the kind is enough. */
    private static boolean same(Outcome outcome, Outcome other) {
        return outcome.kind() == other.kind()
                && switch (outcome.kind()) {
                    case REFUSED, FAILED, INTERNAL, UNWRITABLE ->
                        shape(outcome.detail()).equals(shape(other.detail()));
                    case TYPES ->
                        List.of(outcome.detail().split("; ", -1))
                                .contains(other.detail().split("; ", -1)[0]);
                    default -> true;
                };
    }

    /** A message without what is particular to a statement. */
    static String shape(String message) {
        return message.replaceAll("\"[^\"]*\"|'[^']*'", "'…'")
                .replaceAll("\\d+", "0")
                .replaceAll("<[^>]*>", "<…>");
    }

    @Override
    public void close() throws SQLException {
        engine.close();
        file.close();
        duckDb.close();
    }
}
