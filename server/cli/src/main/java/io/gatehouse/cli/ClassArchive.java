package io.gatehouse.cli;

import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs the short commands once. The launcher starts it with {@code -XX:ArchiveClassesAtExit}, so that Java archives the
 * classes that these commands load; with the archive they start in a fraction of the time.
 */
public final class ClassArchive {
    private ClassArchive() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("gatehouse-classes");
        try {
            Path file = folder.resolve("routing.duckdb");
            Store.create(file).close();
            String name = file.toString();
            run("--help");
            run("study", "--help");
            run("runs", "list", "--db", name);
            run(
                    "sql",
                    "--db",
                    name,
                    "-c",
                    "SELECT 1; SELECT layer, expert FROM experts WHERE activations > 1 ORDER BY layer");
        } finally {
            delete(folder);
        }
    }

    private static void run(String... arguments) {
        StringWriter errors = new StringWriter();
        try (StopSignal stop = new StopSignal()) {
            int exitCode = Gatehouse.commandLine(stop, arguments)
                    .setOut(new PrintWriter(Writer.nullWriter()))
                    .setErr(new PrintWriter(errors, true))
                    .execute(arguments);
            if (exitCode != 0) {
                throw new GatehouseException(
                        ErrorCode.INTERNAL_ERROR, "%s failed: %s".formatted(List.of(arguments), errors));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
