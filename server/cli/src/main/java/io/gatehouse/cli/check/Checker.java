package io.gatehouse.cli.check;

import static java.util.Objects.requireNonNull;

import io.gatehouse.cli.check.Check.Baseline;
import io.gatehouse.cli.check.Outcome.Erred;
import io.gatehouse.cli.check.Outcome.Failed;
import io.gatehouse.cli.check.Outcome.Passed;
import io.gatehouse.cli.sql.ErrorPlace;
import io.gatehouse.cli.terminal.CellText;
import io.gatehouse.cli.terminal.TextTable;
import io.gatehouse.client.Bindings;
import io.gatehouse.client.Query;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.study.Study;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs checks through a session, one after another. */
final class Checker {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    /** Rows and differences that are shown of a check that fails. */
    private static final int SHOWN = 5;

    /** Rows of a check against a baseline, which are all in memory. */
    private static final long MOST_ROWS = 100_000;

    private record Table(List<ResultColumn> columns, List<List<@Nullable Object>> rows, boolean truncated) {}

    private record Run(long id, String name) {}

    private final Session session;
    private final Optional<String> runName;
    private Optional<Run> run = Optional.empty();

    /** @param runName of the run that is checked; empty for the last complete one without an intervention */
    Checker(Session session, Optional<String> runName) {
        this.session = requireNonNull(session, "session is null");
        this.runName = requireNonNull(runName, "runName is null");
    }

    /** The name of the run that {@code :run} stands for. */
    String run() {
        return checked().name();
    }

    Outcome outcome(Check check) {
        try {
            return check.baseline().isPresent()
                    ? compare(check, check.baseline().get())
                    : requireNone(check);
        } catch (GatehouseException e) {
            return new Erred(
                    e,
                    e.position()
                            .map(position -> ErrorPlace.show(check.sql(), position))
                            .orElse(""));
        }
    }

    private Outcome requireNone(Check check) {
        Table table = read(check.sql(), check.takesRun() ? run(checked()) : Bindings.none(), SHOWN);
        if (table.rows().isEmpty()) {
            return new Passed();
        }
        int count = table.rows().size();
        String reason = "%s%d %s".formatted(table.truncated() ? "more than " : "", count, count == 1 ? "row" : "rows");
        StringWriter rows = new StringWriter();
        TextTable.print(new PrintWriter(rows, true), table.columns(), table.rows());
        return new Failed(reason, rows.toString());
    }

    private Outcome compare(Check check, Baseline baseline) {
        Run other = named(baseline.run());
        if (other.id() == checked().id()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Run '%s' is both the run to check and its baseline; name the run to check with --run."
                            .formatted(other.name()));
        }
        Table table = readAll(check, checked());
        Table expected = readAll(check, other);
        if (expected.rows().isEmpty()) {
            return new Failed("run '%s' has no rows to compare with".formatted(other.name()), "");
        }
        if (table.rows().size() != expected.rows().size()) {
            return new Failed(
                    "%,d rows instead of the %,d of run '%s'"
                            .formatted(table.rows().size(), expected.rows().size(), other.name()),
                    "");
        }
        return differences(table, expected, baseline);
    }

    private static Outcome differences(Table table, Table expected, Baseline baseline) {
        StringBuilder shown = new StringBuilder();
        int count = 0;
        for (int row = 0; row < table.rows().size(); row++) {
            for (int column = 0; column < table.columns().size(); column++) {
                Object value = table.rows().get(row).get(column);
                Object wanted = expected.rows().get(row).get(column);
                if (!baseline.tolerance().same(value, wanted) && ++count <= SHOWN) {
                    shown.append("  row %,d%s, %s: %s instead of %s%n"
                            .formatted(
                                    row + 1,
                                    key(table, expected, row),
                                    name(table, column),
                                    shown(value),
                                    shown(wanted)));
                }
            }
        }
        if (count == 0) {
            return new Passed();
        }
        if (count > SHOWN) {
            shown.append("  and %,d more%n".formatted(count - SHOWN));
        }
        String reason = "%,d %s from run '%s' by more than %s"
                .formatted(count, count == 1 ? "value differs" : "values differ", baseline.run(), baseline.tolerance());
        return new Failed(reason, shown.toString());
    }

    /** What a row is about: its values, but no fractions, in the columns before the first that differs. */
    private static String key(Table table, Table expected, int row) {
        List<String> parts = new ArrayList<>();
        for (int column = 0; column < table.columns().size(); column++) {
            Object value = table.rows().get(row).get(column);
            if (!Objects.equals(value, expected.rows().get(row).get(column))
                    || value instanceof Double
                    || value instanceof Float
                    || parts.size() == SHOWN) {
                break;
            }
            parts.add(name(table, column) + " " + shown(value));
        }
        return parts.isEmpty() ? "" : " (%s)".formatted(String.join(", ", parts));
    }

    private static String name(Table table, int column) {
        return CellText.visible(table.columns().get(column).name());
    }

    /** All digits: a difference may be in the last ones. */
    private static String shown(@Nullable Object value) {
        return value instanceof Number ? value.toString() : CellText.of(value);
    }

    private Table readAll(Check check, Run asked) {
        Table table = read(check.sql(), run(asked), MOST_ROWS);
        if (table.truncated()) {
            throw new GatehouseException(
                    ErrorCode.RESULT_TOO_LARGE,
                    "The statement returns more than %,d rows of run '%s'; compare an aggregate of them."
                            .formatted(MOST_ROWS, asked.name()));
        }
        return table;
    }

    private static Bindings run(Run asked) {
        return new Bindings.ByName(Map.of("run", asked.id()));
    }

    private Table read(String sql, Bindings parameters, long maxRows) {
        try (Rows result = session.query(new Query(sql, parameters, Optional.of(TIMEOUT), maxRows))) {
            result.start();
            List<List<@Nullable Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int column = 0; column < result.columns().size(); column++) {
                    row.add(result.value(column));
                }
                rows.add(row);
            }
            return new Table(result.columns(), rows, result.truncated());
        }
    }

    private Run checked() {
        Run found = run.orElseGet(() -> runName.map(this::named).orElseGet(this::latest));
        run = Optional.of(found);
        return found;
    }

    private Run named(String name) {
        return find("SELECT run_id, name FROM runs WHERE name = ?", List.of(name))
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "There is no run named \"%s\".".formatted(name)));
    }

    private Run latest() {
        return Study.findLatest(session)
                .flatMap(id -> find("SELECT run_id, name FROM runs WHERE run_id = ?", List.of(id)))
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "There is no complete run without an intervention."));
    }

    private Optional<Run> find(String sql, List<@Nullable Object> parameters) {
        return read(sql, new Bindings.InOrder(parameters), 1).rows().stream()
                .findFirst()
                .map(row -> new Run(
                        ((Number) requireNonNull(row.get(0), "run_id is null")).longValue(),
                        String.valueOf(row.get(1))));
    }
}
