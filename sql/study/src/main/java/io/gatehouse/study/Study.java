package io.gatehouse.study;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.DefinedQuery;
import io.gatehouse.sql.catalog.TableFunction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The study of one run for a part: its figures with their results.
 *
 * @param part what the report is about
 * @param run what the run is
 * @param figures those for which the run has data
 * @param absent those for which it has none
 */
public record Study(Part part, RunFacts run, List<Evidence> figures, List<Absence> absent) {
    /** Errors of a statement that asks for more than there is. */
    private static final Set<ErrorCode> TOO_MUCH =
            Set.of(ErrorCode.OUT_OF_MEMORY, ErrorCode.QUERY_TIMEOUT, ErrorCode.RESULT_TOO_LARGE);

    /**
     * A figure and its data.
     *
     * @param summary one row, for the sentences
     * @param detail the rows that are drawn and listed
     */
    public record Evidence(Figure figure, Rows summary, Rows detail) {
        /** The rows that can be drawn. */
        public Rows drawn() {
            return detail.known(figure.drawn());
        }

        /** Whether there is a sentence or something to draw. */
        boolean isFound() {
            return !drawn().isEmpty()
                    || figure.text().sentences().stream().anyMatch(sentence -> SentenceValues.known(sentence, summary));
        }
    }

    /**
     * A figure for which the run has no data.
     *
     * @param name of the figure
     * @param reason what was not recorded, or why nothing of what was recorded belongs to it
     */
    public record Absence(String name, String title, String reason) {
        public Absence {
            requireNonNull(name, "name is null");
            requireNonNull(title, "title is null");
            requireNonNull(reason, "reason is null");
        }
    }

    public Study {
        requireNonNull(part, "part is null");
        requireNonNull(run, "run is null");
        figures = List.copyOf(figures);
        absent = List.copyOf(absent);
    }

    /** The analysis views and table functions that define the quantities of its figures. */
    public List<DefinedQuery> definitions() {
        Set<String> used = figures.stream()
                .flatMap(evidence -> evidence.figure().views().stream())
                .collect(Collectors.toSet());
        return Stream.<DefinedQuery>concat(AnalysisView.all().stream(), TableFunction.all().stream())
                .filter(defined -> used.contains(defined.name()))
                .toList();
    }

    /** The values in the sentences of the figures: by name of the figure, then by name of the value. */
    public Map<String, Map<String, @Nullable Object>> values() {
        Map<String, Map<String, @Nullable Object>> values = new LinkedHashMap<>();
        for (Evidence evidence : figures) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            for (String column : evidence.summary().columns()) {
                row.put(
                        column,
                        evidence.summary().isEmpty() ? null : evidence.summary().value(0, column));
            }
            values.put(evidence.figure().name(), row);
        }
        return values;
    }

    /** The names of the figures for which the run has no data. */
    public List<String> absentNames() {
        return absent.stream().map(Absence::name).toList();
    }

    /** What the runs of a file are, in the order in which they were started. Their subjects are left out. */
    public static List<RunFacts> runs(Session session) {
        Rows runs = Rows.of(session, Resources.text(Study.class, "runs.sql"));
        return runs.rows().stream()
                .map(row -> new RunFacts(new Rows(runs.columns(), List.of(row)), List.of()))
                .toList();
    }

    /** Finds the id of the run with a name. */
    public static Optional<Integer> findRun(Session session, String name) {
        return runs(session).stream()
                .filter(run -> run.name().equals(name))
                .map(RunFacts::runId)
                .findFirst();
    }

    /** Finds the id of the last complete run without interventions. */
    public static Optional<Integer> findLatest(Session session) {
        return runs(session).stream()
                .filter(run -> !run.isPartial() && run.interventions().equals("none"))
                .map(RunFacts::runId)
                .reduce((earlier, later) -> later);
    }

    /** Runs all statements of the base report for one run, in this process. */
    public static Study of(QueryEngine engine, int runId) {
        return of(engine, runId, Part.BASE);
    }

    /** Runs all statements of a part for one run, in this process. */
    public static Study of(QueryEngine engine, int runId, Part part) {
        try (Session session = new EngineSession(engine, () -> {})) {
            return of(session, runId, part);
        }
    }

    /**
     * Runs all statements of a part for one run.
     *
     * @throws GatehouseException RUN_NOT_FOUND; what the statements throw, except that a figure whose statements need
     *     more memory or time than there is becomes absent
     */
    public static Study of(Session session, int runId, Part part) {
        RunFacts run = runs(session).stream()
                .filter(known -> known.runId() == runId)
                .findFirst()
                .orElseThrow(
                        () -> new GatehouseException(ErrorCode.RUN_NOT_FOUND, "There is no run %d".formatted(runId)))
                .withSubjects(session);
        List<Recorded> recorded = Recorded.by(session, runId);
        List<Evidence> figures = new ArrayList<>();
        List<Absence> absent = new ArrayList<>();
        for (Figure figure : part.figures(runId, Recorded.decoded(recorded))) {
            Optional<String> unrecorded = Recorded.findMissing(figure.text().needs(), recorded);
            if (unrecorded.isPresent()) {
                absent.add(new Absence(figure.name(), figure.title(), unrecorded.get()));
                continue;
            }
            Evidence evidence;
            try {
                evidence = new Evidence(figure, Rows.of(session, figure.summary()), Rows.of(session, figure.detail()));
            } catch (GatehouseException e) {
                if (!TOO_MUCH.contains(e.code())) {
                    throw e;
                }
                // The other figures of a large run are worth having.
                absent.add(new Absence(figure.name(), figure.title(), clause(e)));
                continue;
            }
            if (evidence.isFound()) {
                figures.add(evidence);
            } else {
                absent.add(
                        new Absence(figure.name(), figure.title(), figure.text().missing()));
            }
        }
        return new Study(part, run, figures, absent);
    }

    /** The message of an error as a reason, without the full stop at its end. */
    private static String clause(GatehouseException e) {
        return "its SQL ended with an error: " + String.valueOf(e.getMessage()).replaceFirst("\\.$", "");
    }
}
