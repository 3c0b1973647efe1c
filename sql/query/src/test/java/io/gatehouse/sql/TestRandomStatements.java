package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.Outcome.Kind;
import io.gatehouse.sql.RandomStatements.Statement;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Statements at random mean through Gatehouse what they mean to DuckDB: the same rows and types. {@code -Dtest.seed=} and
 * {@code -Dtest.statements=} ask for others and for more; what came of them is in {@code target/random-statements.txt}.
 */
final class TestRandomStatements {
    private static final long SEED = Long.getLong("test.seed", 20_261_127L);
    private static final int STATEMENTS = Integer.getInteger("test.statements", 300);

    /** How many are brought down to their smallest form, which takes many tries each. */
    private static final int MOST_REDUCED = Integer.getInteger("test.reduced", 40);

    /** Of 2,500 statements 85% were. */
    private static final double LEAST_ANSWERED_BY_DUCKDB = 0.8;

    /** Of those 17% were; whoever makes more forms work lowers it. */
    private static final double MOST_REFUSED = 0.22;

    private static final long SLOW_NANOS = 1_000_000_000L;

    private record Example(long seed, String sql, List<?> parameters, Outcome outcome) {}

    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final Map<String, Integer> groups = new TreeMap<>();
    private final Map<String, Example> examples = new TreeMap<>();
    private final List<Example> slow = new ArrayList<>();
    private final Map<String, Integer> alike = new TreeMap<>();
    private final List<Example> wrong = new ArrayList<>();

    @Test
    void rowsAndTypesAreThoseOfDuckDb() throws Exception {
        KnownDifferences known = KnownDifferences.read();
        long start = System.nanoTime();
        try (Oracle oracle = new Oracle()) {
            for (int i = 0; i < STATEMENTS; i++) {
                statement(oracle, known, SEED + i);
                if ((i + 1) % 5_000 == 0) {
                    System.out.printf("%,d statements: %s%n", i + 1, counts);
                }
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        String summary = "%,d random statements of seed %d in %.0f s: %s; known differences: %s"
                .formatted(STATEMENTS, SEED, seconds, counts, reasons);
        System.out.println(summary);
        report(summary);
        int answered = STATEMENTS - count(Kind.REFUSED_BY_BOTH) - count(Kind.ONLY_HERE);
        assertThat(wrong.stream().map(TestRandomStatements::text).toList())
                .as(summary)
                .isEmpty();
        assertThat((double) answered / STATEMENTS)
                .as("answered by DuckDB, seed %d", SEED)
                .isGreaterThan(LEAST_ANSWERED_BY_DUCKDB);
        assertThat((double) count(Kind.REFUSED) / answered)
                .as("refused of what DuckDB answers, seed %d", SEED)
                .isLessThan(MOST_REFUSED);
    }

    private int count(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }

    private void statement(Oracle oracle, KnownDifferences known, long seed) throws SQLException, IOException {
        Statement statement = RandomStatements.of(seed);
        long start = System.nanoTime();
        Outcome outcome = oracle.outcome(statement);
        if (System.nanoTime() - start > SLOW_NANOS) {
            slow.add(example(seed, statement, outcome));
        }
        counts.merge(outcome.kind(), 1, Integer::sum);
        if (outcome.kind().wrong()) {
            Optional<String> reason = known.reason(outcome, statement.phrase().text());
            Statement smallest = statement;
            if (reason.isEmpty() && wrong.size() < MOST_REDUCED) {
                smallest = oracle.smallest(statement);
                reason =
                        known.reason(oracle.outcome(smallest), smallest.phrase().text());
            }
            if (reason.isPresent()) {
                reasons.merge(reason.get(), 1, Integer::sum);
            } else {
                alike.merge(form(smallest), 1, Integer::sum);
                wrong.add(example(seed, smallest, smallest.equals(statement) ? outcome : oracle.outcome(smallest)));
            }
        } else if (outcome.kind() != Kind.EQUAL) {
            String group =
                    outcome.kind() + " " + (outcome.kind() == Kind.LAST_DIGITS ? "" : Oracle.shape(outcome.detail()));
            groups.merge(group, 1, Integer::sum);
            examples.merge(
                    group,
                    example(seed, statement, outcome),
                    (one, other) -> one.sql().length() <= other.sql().length() ? one : other);
        }
    }

    /** A statement without its names and values. */
    private static String form(Statement statement) {
        return form(statement.phrase().text());
    }

    private static String form(String sql) {
        return sql.replaceAll("'[^']*'", "0")
                .replaceAll("\\b[a-z][\\w.\"]*(?![\\w(])|\"\\w+\"", "x")
                .replaceAll("-?[\\d.]+(e\\d)?", "0")
                .replaceAll("\\bAS (?=x)", "")
                .replaceAll("\\bx(,? x)+", "x")
                .replaceAll(" (DESC|ASC)?( NULLS (FIRST|LAST))?", " ");
    }

    private static Example example(long seed, Statement statement, Outcome outcome) {
        return new Example(
                seed,
                statement.phrase().text(),
                new ArrayList<>(statement.phrase().parameters().toList()),
                outcome);
    }

    private static String text(Example example) {
        return "%s %s%n    %s%s%n    -Dtest.seed=%d -Dtest.statements=1"
                .formatted(
                        example.outcome().kind(),
                        example.outcome().detail(),
                        example.sql(),
                        example.parameters().isEmpty() ? "" : " with " + example.parameters(),
                        example.seed());
    }

    private void report(String summary) throws IOException {
        Path path = Path.of("target", "random-statements.txt");
        Files.createDirectories(path.toAbsolutePath().getParent());
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(path))) {
            out.println(summary);
            Set<String> shown = new HashSet<>();
            wrong.stream()
                    .filter(example -> shown.add(example.outcome().kind() + form(example.sql())))
                    .sorted(Comparator.comparing(
                                    (Example example) -> example.outcome().kind())
                            .thenComparing(example -> example.sql().length()))
                    .forEach(example -> out.printf("%d × %s%n", alike.get(form(example.sql())), text(example)));
            slow.forEach(example -> out.println("Slow: " + text(example)));
            groups.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                    .forEach(group -> out.printf(
                            "%d × %s%n",
                            group.getValue(),
                            text(requireNonNull(examples.get(group.getKey()), "each group has an example"))));
        }
    }
}
