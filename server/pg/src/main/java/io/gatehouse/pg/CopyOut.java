package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.pg.text.CopyOptions;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.Responses;
import io.gatehouse.pg.wire.TextValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** COPY (query) TO STDOUT: CopyOutResponse, a CopyData for each row, CopyDone. */
final class CopyOut {
    private final Execution execution;
    private final Responses out;

    CopyOut(Execution execution, Responses out) {
        this.execution = requireNonNull(execution, "execution is null");
        this.out = requireNonNull(out, "out is null");
    }

    /** Copies all rows of a query. */
    void copy(Prepared query, CopyOptions options) throws IOException {
        Portal portal = Portal.of(query);
        try {
            List<Field> fields = execution.begin(portal).fields();
            boolean binary = options.format() == CopyOptions.Format.BINARY;
            out.copyOut(fields.size(), binary);
            long count = binary ? binary(portal, fields) : text(portal, fields, options);
            out.copyDone();
            out.complete("COPY " + count);
        } finally {
            portal.close();
        }
    }

    private long binary(Portal portal, List<Field> fields) throws IOException {
        out.copyHeader();
        long count = execution.read(portal, Long.MAX_VALUE, rows -> out.copyRow(fields, rows::value));
        out.copyTrailer();
        return count;
    }

    private long text(Portal portal, List<Field> fields, CopyOptions options) throws IOException {
        if (options.header()) {
            out.copyData(line(options, fields.stream().map(Field::name).toList()));
        }
        return execution.read(portal, Long.MAX_VALUE, rows -> out.copyData(line(options, texts(rows))));
    }

    private static List<@Nullable String> texts(ResultRows rows) {
        List<@Nullable String> texts = new ArrayList<>();
        for (int i = 0; i < rows.fields().size(); i++) {
            Object value = rows.value(i);
            texts.add(value == null ? null : TextValues.text(value));
        }
        return texts;
    }

    private static String line(CopyOptions options, List<? extends @Nullable String> values) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            line.append(i == 0 ? "" : String.valueOf(options.delimiter()))
                    .append(value == null ? options.nullText() : options.field(value));
        }
        return line.append('\n').toString();
    }
}
