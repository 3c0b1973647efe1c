package io.gatehouse.sql;

import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ExportListener;
import io.gatehouse.testing.store.RoutingFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;

/** A {@link RoutingFile} as a file, and that exported: the questions of each run in two shards. */
final class ExportedRouting {
    private ExportedRouting() {}

    static void write(RoutingFile routing, Path file, Path directory) throws Exception {
        try (Connection writer = routing.writer();
                Statement statement = writer.createStatement()) {
            statement.execute("""
                    INSERT INTO run_shards
                    SELECT
                        run_id,
                        question_id // 8,
                        count(*),
                        0,
                        0,
                        TIMESTAMP '2026-03-05 10:21:00',
                        NULL,
                        list(question_id ORDER BY question_id)
                    FROM answers
                    GROUP BY ALL""");
            statement.execute("ATTACH '%s' AS copy".formatted(file));
            statement.execute("COPY FROM DATABASE memory TO copy");
            statement.execute("DROP TABLE copy.facts");
            statement.execute("DETACH copy");
            statement.execute("DELETE FROM run_shards");
        }
        Store.export(file, directory, ExportListener.none());
    }
}
