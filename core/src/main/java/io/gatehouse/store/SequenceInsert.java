package io.gatehouse.store;

import java.sql.SQLException;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Writes the sequences of a run of another engine, row by row: they come once, and are few. */
final class SequenceInsert {
    private final DuckDBConnection connection;
    private final int runId;

    SequenceInsert(DuckDBConnection connection, int runId) {
        this.connection = connection;
        this.runId = runId;
    }

    /** Writes what is known of a sequence under the id of its question. */
    void insert(int questionId, TracedSequence sequence) throws SQLException {
        try (DuckDBAppender routing = connection.createAppender("routing");
                DuckDBAppender gates = connection.createAppender("gates")) {
            for (TracedLayer layer : sequence.layers()) {
                for (int row = 0; row < layer.tokens(); row++) {
                    appendDecision(routing, questionId, sequence.length(), layer, row);
                    appendGate(gates, questionId, layer, row);
                }
            }
        }
        try (DuckDBAppender tokens = connection.createAppender("tokens")) {
            for (int position = 0; position < sequence.tokens().length; position++) {
                tokens.beginRow()
                        .append(runId)
                        .append(questionId)
                        .append(position)
                        .append(position == sequence.length() - 1 ? Scope.LAST_PROMPT.id() : Scope.PROMPT.id())
                        .append(sequence.tokens()[position])
                        .append("")
                        .endRow();
            }
        }
        if (sequence.answer().isPresent()) {
            appendAnswer(questionId, sequence.length(), sequence.answer().get());
        }
    }

    private void appendDecision(DuckDBAppender appender, int questionId, int length, TracedLayer layer, int row)
            throws SQLException {
        TracedDecision decision = TracedDecision.of(layer, row);
        appender.beginRow()
                .append(runId)
                .append(questionId)
                .append(layer.positions()[row])
                .append((short) layer.layer())
                .append(layer.positions()[row] == length - 1)
                .append(decision.experts());
        if (decision.weights().length == 0) {
            appender.appendNull();
        } else {
            appender.append(decision.weights());
        }
        if (layer.probabilities().length == 0) {
            appender.appendNull().appendNull().appendNull();
        } else {
            appender.append((short) decision.entropy())
                    .append((short) decision.spareMass())
                    .append(decision.margin());
        }
        appender.append(layer.ranked()).endRow();
    }

    private void appendGate(DuckDBAppender appender, int questionId, TracedLayer layer, int row) throws SQLException {
        if (layer.probabilities().length == 0) {
            return;
        }
        int width = layer.gateWidth();
        int[] units = new int[width];
        for (int expert = 0; expert < width; expert++) {
            units[expert] = Units.of(layer.probabilities()[row * width + expert], Units.PROBABILITY);
        }
        appender.beginRow()
                .append(runId)
                .append(questionId)
                .append(layer.positions()[row])
                .append((short) layer.layer())
                .append(units)
                .endRow();
    }

    private void appendAnswer(int questionId, int length, TracedAnswer answer) throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("answers")) {
            appender.beginRow().append(runId).append(questionId);
            if (answer.predicted().isPresent()) {
                appender.append(answer.predicted().get());
            } else {
                appender.appendNull();
            }
            appender.append(answer.correct())
                    .appendNull()
                    .appendNull()
                    .appendNull()
                    .append(length)
                    .endRow();
        }
    }
}
