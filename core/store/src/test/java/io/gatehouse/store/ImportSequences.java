package io.gatehouse.store;

import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.SequenceSource;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** A process that imports sequences into a store and counts them aloud, until it is killed. */
final class ImportSequences {
    private static final int SEQUENCES = 100_000;
    private static final int TOKENS = 2_000;

    private ImportSequences() {}

    public static void main(String[] arguments) {
        int[] positions = IntStream.range(0, TOKENS).toArray();
        int[] experts = IntStream.range(0, TOKENS).map(token -> token % 64).toArray();
        TracedLayer layer = new TracedLayer(0, 1, positions, experts, true, new float[TOKENS], new float[0]);
        TracedSequence sequence = new TracedSequence("s", Optional.empty(), "", new int[0], TOKENS, List.of(layer));
        ImportedRun known = ImportedRun.of(
                "killed", "vllm", "m", 1, 64, 1, Map.of(), Collections.nCopies(SEQUENCES, sequence), List.of());
        SequenceSource source = reader -> {
            for (int i = 0; i < SEQUENCES; i++) {
                reader.accept(sequence, i);
                System.out.println(i);
            }
        };
        try (Store store = Store.create(Path.of(arguments[0]))) {
            store.importRun(
                    new ImportedRun(
                            known.name(),
                            known.source(),
                            known.model(),
                            known.layers(),
                            known.experts(),
                            known.topK(),
                            known.provenance(),
                            known.shape(),
                            known.questions(),
                            known.questionsOf(),
                            source,
                            known.counts(),
                            FileMemory.of("The test"),
                            known.step()),
                    "test");
        }
    }
}
