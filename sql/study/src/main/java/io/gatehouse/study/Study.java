package io.gatehouse.study;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.catalog.AnalysisView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The study of one run: its figures with their results.
 *
 * @param run what the run is
 * @param figures those for which the run has data
 * @param absent those for which it has none
 */
public record Study(RunFacts run, List<Evidence> figures, List<Absence> absent) {
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
    }

    /**
     * A figure for which the run has no data.
     *
     * @param reason what was not recorded, or why nothing of what was recorded belongs to it
     */
    public record Absence(String title, String reason) {
        public Absence {
            requireNonNull(title, "title is null");
            requireNonNull(reason, "reason is null");
        }
    }

    public Study {
        requireNonNull(run, "run is null");
        figures = List.copyOf(figures);
        absent = List.copyOf(absent);
    }

    /** The analysis views that define the quantities of its figures. */
    public List<AnalysisView> views() {
        Set<String> used = figures.stream()
                .flatMap(evidence -> evidence.figure().views().stream())
                .collect(Collectors.toSet());
        return AnalysisView.all().stream()
                .filter(view -> used.contains(view.name()))
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
        Set<String> shown =
                figures.stream().map(evidence -> evidence.figure().name()).collect(Collectors.toSet());
        return Figure.all(run.runId()).stream()
                .map(Figure::name)
                .filter(name -> !shown.contains(name))
                .toList();
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

    /** Runs all statements of the study for one run, in this process. */
    public static Study of(QueryEngine engine, int runId) {
        try (Session session = new EngineSession(engine, () -> {})) {
            return of(session, runId);
        }
    }

    /**
     * Runs all statements of the study for one run.
     *
     * @throws GatehouseException RUN_NOT_FOUND; what the statements throw
     */
    public static Study of(Session session, int runId) {
        RunFacts run = runs(session).stream()
                .filter(known -> known.runId() == runId)
                .findFirst()
                .orElseThrow(
                        () -> new GatehouseException(ErrorCode.RUN_NOT_FOUND, "There is no run %d".formatted(runId)))
                .withSubjects(session);
        List<Recorded> recorded = Recorded.by(session, runId);
        List<Evidence> figures = new ArrayList<>();
        List<Absence> absent = new ArrayList<>();
        for (Figure figure : Figure.all(runId)) {
            Evidence evidence =
                    new Evidence(figure, Rows.of(session, figure.summary()), Rows.of(session, figure.detail()));
            boolean found = figure.text().sentences().stream()
                    .anyMatch(sentence -> SentenceValues.known(sentence, evidence.summary()));
            if (found || !evidence.drawn().isEmpty()) {
                figures.add(evidence);
            } else {
                String reason = Recorded.findMissing(figure.text().needs(), recorded)
                        .orElse(figure.text().missing());
                absent.add(new Absence(figure.title(), reason));
            }
        }
        return new Study(run, figures, absent);
    }
}
