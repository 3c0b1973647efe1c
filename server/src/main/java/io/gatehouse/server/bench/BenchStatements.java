package io.gatehouse.server.bench;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What clients of a bench ask. Each {@code ?} is the number of a run. */
final class BenchStatements {
    /** Small questions that rollups answer. */
    static final List<String> ROLLUPS = List.of(text("rollups.sql").split(";\\R"));

    /** What may come from clients that want to stop a server. */
    static final List<String> HOSTILE =
            List.of(text("hostile.sql").replaceAll("(?m)^--.*\\R", "").split(";\\R"));

    static final String WHOLE = text("whole.sql");
    static final String EXPORT = text("export.sql");
    static final String ENDLESS = text("endless.sql");

    private BenchStatements() {}

    private static String text(String name) {
        try (InputStream in = requireNonNull(BenchStatements.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
