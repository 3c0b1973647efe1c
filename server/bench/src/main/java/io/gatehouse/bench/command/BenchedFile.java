package io.gatehouse.bench.command;

import io.gatehouse.cli.ScratchDirectory;
import io.gatehouse.sample.routing.SyntheticRun;
import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The file that a bench asks: one that is named, or one of made-up routing, which goes when it has been asked. */
final class BenchedFile {
    @Option(names = "--db", paramLabel = "FILE", description = "Existing file to read instead.")
    private Optional<Path> database = Optional.empty();

    /** @param activations how many the made-up routing is to have */
    void ask(long activations, Consumer<Store> bench) {
        ask(activations, Store::open, bench);
    }

    /**
     * @param activations how many the made-up routing is to have
     * @param open opens the file
     */
    void ask(long activations, Function<Path, Store> open, Consumer<Store> bench) {
        database.ifPresentOrElse(file -> ask(file, open, bench), () -> {
            try (ScratchDirectory directory = ScratchDirectory.make()) {
                Path file = directory.path().resolve("bench.duckdb");
                SyntheticRun.write(file, activations);
                ask(file, open, bench);
            }
        });
    }

    private static void ask(Path file, Function<Path, Store> open, Consumer<Store> bench) {
        try (Store store = open.apply(file)) {
            bench.accept(store);
        }
    }
}
