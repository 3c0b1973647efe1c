package io.gatehouse.handover;

import io.gatehouse.client.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The figures of {@code run_load}, as a line of JSON for a tracker of experiments: at most twelve keys, whatever the model. */
final class MetricsFormat implements HandoverFormat {
    @Override
    public String id() {
        return "metrics";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExportedRun run = handover.exported();
        String scope = handover.scope(run);
        List<String> fields = new ArrayList<>(List.of(field("run", run.name())));
        try (Rows row = run.ask("metrics", scope)) {
            if (!row.next()) {
                throw run.lacks(this, "has no routing at scope %s".formatted(scope));
            }
            IntStream.range(0, row.columns().size()).forEach(column -> {
                // A figure that an import lacks has no key: a tracker would draw a zero, or refuse a null.
                Object value = row.value(column);
                if (value != null) {
                    fields.add(field(row.columns().get(column).name(), value));
                }
            });
        }
        TextFile.write(file, out -> out.write("{%s}\n".formatted(String.join(", ", fields))));
        return new Written(scope, run.tokens(scope));
    }

    private static String field(String key, Object value) {
        return "\"%s\": %s".formatted(key, Fingerprint.json(value));
    }
}
