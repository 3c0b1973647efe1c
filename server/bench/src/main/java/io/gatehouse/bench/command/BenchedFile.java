package io.gatehouse.bench.command;

import io.gatehouse.cli.ScratchDirectory;
import io.gatehouse.sample.routing.SyntheticRun;
import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** The file that a bench asks: one that is named, or one of made-up routing, which goes when it has been asked. */
final class BenchedFile {
    @Option(names = "--db", paramLabel = "FILE", description = "Existing file to read instead.")
    private Optional<Path> database = Optional.empty();

    /** @param activations how many the made-up routing is to have */
    void ask(long activations, Consumer<Store> bench) {
        database.ifPresentOrElse(file -> ask(file, bench), () -> {
            try (ScratchDirectory directory = ScratchDirectory.make()) {
                Path file = directory.path().resolve("bench.duckdb");
                SyntheticRun.write(file, activations);
                ask(file, bench);
            }
        });
    }

    private static void ask(Path file, Consumer<Store> bench) {
        try (Store store = Store.open(file)) {
            bench.accept(store);
        }
    }
}
