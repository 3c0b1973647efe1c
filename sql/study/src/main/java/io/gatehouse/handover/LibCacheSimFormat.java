package io.gatehouse.handover;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The experts that tokens need, one after another, as the CSV trace of a cache simulator such as libCacheSim: the time is
 * the number of the token, the object (layer × experts + expert) + 1, since 0 is no object, and its size 1.
 */
final class LibCacheSimFormat implements HandoverFormat {
    @Override
    public String id() {
        return "libcachesim";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExportedRun run = handover.exported();
        String scope = handover.scope(run);
        long[] tokens = {0};
        TextFile.write(file, out -> {
            out.write("time,obj_id,obj_size\n");
            int question = -1;
            int position = -1;
            try (Rows rows = run.ask("decisions", scope)) {
                while (rows.next()) {
                    if (question != ExportedRun.number(rows, 0) || position != ExportedRun.number(rows, 1)) {
                        question = ExportedRun.number(rows, 0);
                        position = ExportedRun.number(rows, 1);
                        tokens[0]++;
                    }
                    long layer = ExportedRun.number(rows, 2);
                    for (Object expert : (List<?>) requireNonNull(rows.value(3))) {
                        long object = layer * run.experts() + ((Number) requireNonNull(expert)).longValue() + 1;
                        out.write(String.format(Locale.ROOT, "%d,%d,1\n", tokens[0] - 1, object));
                    }
                }
            }
        });
        if (tokens[0] == 0) {
            throw run.lacks(this, "recorded no routing of single tokens at scope %s".formatted(scope));
        }
        return new Written(scope, tokens[0]);
    }
}
