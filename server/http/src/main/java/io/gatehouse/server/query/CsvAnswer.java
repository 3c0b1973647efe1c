package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.sql.ArrowBatches;
import java.io.IOException;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * RFC 4180 with a header line. NULL is an empty field, an empty text is {@code ""}, a list is its JSON. Texts are written
 * as they are, unless the client asks for CSV for a spreadsheet.
 */
final class CsvAnswer implements Answer {
    private final ServedQuery query;
    private final BufferAllocator allocator = new RootAllocator();
    private final ArrowBatches batches;
    private final boolean forSpreadsheets;
    private boolean present;

    CsvAnswer(ServedQuery query, boolean forSpreadsheets) {
        this.query = requireNonNull(query, "query is null");
        this.batches = query.batches(allocator);
        this.forSpreadsheets = forSpreadsheets;
    }

    @Override
    public void start() {
        present = query.next(batches);
    }

    @Override
    public void write(AnswerStream out) throws IOException {
        CsvBuffer csv = new CsvBuffer(out, forSpreadsheets);
        List<ResultColumn> columns = query.columns();
        for (int column = 0; column < columns.size(); column++) {
            csv.separate(column);
            csv.text(columns.get(column).name());
        }
        csv.endLine();
        CsvField[] fields =
                batches.root().getFieldVectors().stream().map(CsvField::of).toArray(CsvField[]::new);
        for (; present; present = query.next(batches)) {
            int rows = batches.root().getRowCount();
            for (int row = 0; row < rows; row++) {
                write(csv, fields, row);
            }
        }
        csv.drain();
    }

    private static void write(CsvBuffer csv, CsvField[] fields, int row) throws IOException {
        for (int column = 0; column < fields.length; column++) {
            csv.separate(column);
            fields[column].write(csv, row);
        }
        csv.endLine();
    }

    @Override
    public void close() {
        try (allocator) {
            batches.close();
        }
    }
}
