package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** A table for a document in LaTeX; without its last lines it does not compile, which marks a partial result. */
final class LatexAnswer implements Answer {
    private final ServedQuery query;
    private boolean present;

    LatexAnswer(ServedQuery query) {
        this.query = requireNonNull(query, "query is null");
    }

    @Override
    public void start() {
        present = query.next();
    }

    @Override
    public void write(AnswerStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        LatexTable table = new LatexTable(writer, query.columns());
        Query statement = query.statement();
        table.start(statement.sql(), statement.parameters());
        for (; present; present = query.next()) {
            table.row(query::value);
        }
        table.end(query.truncated());
        writer.flush();
    }
}
