package io.gatehouse.store.transfer;

import io.gatehouse.store.schema.Units;
import java.sql.SQLException;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Writes the sequences of a run that another engine recorded, row by row: they are few. */
final class SequenceInsert implements AutoCloseable {
    private final int runId;
    private final DuckDBAppender routing;
    private final DuckDBAppender gates;
    private final DuckDBAppender tokens;
    private final DuckDBAppender answers;

    SequenceInsert(DuckDBConnection connection, int runId) throws SQLException {
        this.runId = runId;
        this.routing = connection.createAppender("routing");
        this.gates = connection.createAppender("gates");
        this.tokens = connection.createAppender("tokens");
        this.answers = connection.createAppender("answers");
    }

    /** Writes a sequence under the id of its question. */
    void insert(int questionId, TracedSequence sequence) throws SQLException {
        for (TracedLayer layer : sequence.layers()) {
            for (int row = 0; row < layer.tokens(); row++) {
                appendDecision(questionId, sequence.length(), layer, row);
                appendGate(questionId, layer, row);
            }
        }
        for (int position = 0; position < sequence.tokens().length; position++) {
            tokens.beginRow()
                    .append(runId)
                    .append(questionId)
                    .append((short) 0)
                    .append(position)
                    .append("prompt")
                    .append(position == sequence.length() - 1)
                    .appendNull()
                    .append(sequence.tokens()[position])
                    .append("")
                    .endRow();
        }
        if (sequence.answer().isPresent()) {
            appendAnswer(questionId, sequence.length(), sequence.answer().get());
        }
    }

    private void appendDecision(int questionId, int length, TracedLayer layer, int row) throws SQLException {
        TracedDecision decision = TracedDecision.of(layer, row);
        routing.beginRow()
                .append(runId)
                .append(questionId)
                .append(layer.positions()[row])
                .append((short) layer.layer())
                .append(false)
                .append(layer.positions()[row] == length - 1)
                .append(decision.experts());
        if (decision.weights().length == 0) {
            routing.appendNull();
        } else {
            routing.append(decision.weights());
        }
        routing.appendNull();
        if (layer.probabilities().length == 0) {
            routing.appendNull().appendNull().appendNull();
        } else {
            routing.append((short) decision.entropy())
                    .append((short) decision.spareMass())
                    .append(decision.margin());
        }
        routing.append(layer.ranked()).endRow();
    }

    private void appendGate(int questionId, TracedLayer layer, int row) throws SQLException {
        if (layer.probabilities().length == 0) {
            return;
        }
        int width = layer.gateWidth();
        int[] units = new int[width];
        for (int expert = 0; expert < width; expert++) {
            units[expert] = Units.of(layer.probabilities()[row * width + expert], Units.PROBABILITY);
        }
        gates.beginRow()
                .append(runId)
                .append(questionId)
                .append(layer.positions()[row])
                .append((short) layer.layer())
                .append(units)
                .endRow();
    }

    private void appendAnswer(int questionId, int length, TracedAnswer answer) throws SQLException {
        answers.beginRow().append(runId).append(questionId).append((short) 0);
        if (answer.predicted().isPresent()) {
            answers.append(answer.predicted().get());
        } else {
            answers.appendNull();
        }
        answers.append(answer.correct())
                .appendNull()
                .appendNull()
                .appendNull()
                .append(length)
                .endRow();
    }

    /** Writes the rows that are still buffered. */
    @Override
    public void close() throws SQLException {
        try (routing;
                gates;
                tokens;
                answers) {
            routing.flush();
        }
    }
}
