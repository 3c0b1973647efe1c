package io.gatehouse.hostile;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.QuizSource;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.trace.TraceImport;
import io.gatehouse.trace.TraceKind;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A process that reads all of them. It says which one it begins with, and then what came of it: {@code read}, an error
 * code, or what must not come.
 */
final class ReadHostileFiles {
    private ReadHostileFiles() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            System.out.print(file.getFileName() + "\t");
            System.out.flush();
            long start = System.nanoTime();
            String outcome = outcome(directory, file);
            System.out.println((System.nanoTime() - start) / 1_000_000 + "\t" + outcome);
        }
    }

    private static String outcome(Path directory, Path file) {
        try {
            read(directory, file);
            return "read";
        } catch (GatehouseException e) {
            return e.code() + "\t" + String.valueOf(e.getMessage()).replace(directory + "/", "");
        } catch (Throwable e) {
            return "THROWN\t" + e;
        }
    }

    private static void read(Path directory, Path file) {
        String name = String.valueOf(file.getFileName());
        if (name.startsWith("quiz-")) {
            QuizSource.read(file).limit(Integer.MAX_VALUE);
            return;
        }
        TraceKind kind = Arrays.stream(TraceKind.values())
                .filter(each -> name.startsWith(each.id() + "-"))
                .max(Comparator.comparingInt(each -> each.id().length()))
                .orElseThrow();
        TraceImport traces = new TraceImport(
                kind,
                new TraceShape(OptionalInt.of(2), OptionalInt.of(2))
                        .withStep(kind == TraceKind.MEGATRON_COUNTS ? OptionalLong.of(0) : OptionalLong.empty()));
        traces.read(file);
        ImportedRun run = traces.run(name, "m", OptionalInt.empty());
        try (Store store = Store.create(directory.resolve(".imported.duckdb"))) {
            store.importRun(run, "test");
        }
    }
}
