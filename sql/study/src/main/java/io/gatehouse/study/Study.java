package io.gatehouse.study;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.catalog.AnalysisView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The study of one run: its figures with their results.
 *
 * @param run one row: everything that is recorded about the run
 * @param figures those for which the run has data
 * @param left titles of figures that need what the run did not record
 */
public record Study(Rows run, List<Evidence> figures, List<String> left) {
    /**
     * A figure and its data.
     *
     * @param summary one row, for the sentences
     * @param detail the rows that are drawn and listed
     */
    public record Evidence(Figure figure, Rows summary, Rows detail) {}

    public Study {
        figures = List.copyOf(figures);
        left = List.copyOf(left);
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

    /** Finds the id of the run with a name. */
    public static Optional<Integer> findRun(QueryEngine engine, String name) {
        Rows runs = Rows.of(engine, "SELECT run_id, name FROM runs");
        return IntStream.range(0, runs.rows().size())
                .filter(row -> name.equals(runs.value(row, "name")))
                .mapToObj(row -> (Integer) runs.rows().get(row).get(0))
                .findFirst();
    }

    /** Finds the id of the last complete run without interventions. */
    public static Optional<Integer> findLatest(QueryEngine engine) {
        Rows runs = Rows.of(engine, """
                SELECT run_id FROM runs WHERE status = 'complete' AND interventions = '' ORDER BY run_id DESC LIMIT 1
                """);
        return runs.rows().stream().map(row -> (Integer) row.get(0)).findFirst();
    }

    /** Runs all statements of the study for one run. */
    public static Study of(QueryEngine engine, int runId) {
        Rows run = Rows.of(engine, "SELECT * FROM runs WHERE run_id = %d".formatted(runId));
        if (run.isEmpty()) {
            throw new GatehouseException(ErrorCode.RUN_NOT_FOUND, "There is no run %d".formatted(runId));
        }
        List<Evidence> figures = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (Figure figure : Figure.all(runId)) {
            Rows detail = Rows.of(engine, figure.detail());
            if (detail.known(figure.drawn()).isEmpty()) {
                left.add(figure.title());
            } else {
                figures.add(new Evidence(figure, Rows.of(engine, figure.summary()), detail));
            }
        }
        return new Study(run, figures, left);
    }
}
