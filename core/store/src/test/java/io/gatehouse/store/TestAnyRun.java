package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever a run is like, the store gives back exactly what went in. Values are whole multiples of the units that the
 * file keeps them in, as ADR 3 has it: weights of 2^-16, entropy and mass of 2^-10, margins of 2^-20, probabilities of
 * 2^-22; norms are any float. Each build draws other runs; jqwik says the seed with each failure.
 */
final class TestAnyRun {
    /**
     * What a run is like.
     *
     * @param promptTokens of each question
     * @param shards how many shards the questions are spread over
     * @param seed of the values
     */
    record Shape(
            int layers,
            int experts,
            int topK,
            Recording recording,
            List<Integer> promptTokens,
            int shards,
            long seed) {}

    @Property(tries = 8)
    void comesBackExactly(@ForAll("shapes") Shape shape) throws Exception {
        Path directory = Files.createTempDirectory("any-run");
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            AnyRun run = new AnyRun(shape);
            RunDescription description =
                    RandomRun.description("any", shape.layers, shape.experts, shape.topK, shape.recording);
            try (RunWriter writer = store.startRun(description, RandomRun.questions(shape.promptTokens.size()))) {
                for (Shard shard : run.shards(writer)) {
                    writer.write(shard);
                }
                writer.finish(RunStatus.COMPLETE);
            }
            assertThat(Rows.of(store, "FROM activations ORDER BY question_id, layer, position, \"rank\""))
                    .isEqualTo(run.activations);
            assertThat(Rows.of(store, """
                            SELECT question_id, layer, position, entropy, mass, margin
                            FROM token_routing ORDER BY question_id, layer, position""")).isEqualTo(run.decisions);
            assertThat(Rows.of(store, """
                            SELECT question_id, layer, position, probabilities
                            FROM router_probabilities ORDER BY question_id, layer, position""")).isEqualTo(run.gates);
            assertThat(Rows.of(store, """
                            SELECT question_id, layer, position, norms
                            FROM expert_norms ORDER BY question_id, layer, position""")).isEqualTo(run.norms);
            assertThat(store.verify().problems()).isEmpty();
        } finally {
            delete(directory);
        }
    }

    @Provide
    Arbitrary<Shape> shapes() {
        Arbitrary<int[]> model = Arbitraries.oneOf(
                        Arbitraries.integers().between(1, 1024), Arbitraries.of(1, 2, 8, 64, 255, 256, 257, 1024))
                .flatMap(experts -> Arbitraries.integers()
                        .between(1, Math.min(16, experts))
                        .map(topK -> new int[] {experts, topK}));
        return Combinators.combine(
                        Arbitraries.integers().between(1, 3),
                        model,
                        recordings(),
                        Arbitraries.integers().between(1, 9).list().ofMinSize(1).ofMaxSize(6),
                        Arbitraries.integers().between(1, 6),
                        Arbitraries.longs())
                .as((layers, sizes, recording, promptTokens, shards, seed) -> new Shape(
                        layers,
                        sizes[0],
                        sizes[1],
                        recording,
                        promptTokens,
                        Math.min(shards, promptTokens.size()),
                        seed));
    }

    private static Arbitrary<Recording> recordings() {
        return Combinators.combine(
                        Arbitraries.of(Scope.class), Arbitraries.of(Probabilities.class), Arbitraries.of(true, false))
                .filter((scope, probabilities, norms) -> scope == Scope.PROMPT || probabilities != Probabilities.ALL)
                .as(Recording::new);
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
