package io.gatehouse.engine;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Tensor;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.Capture.Tokens;
import io.gatehouse.engine.prefill.PrefillTrace;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.sample.random.Blueprint;
import io.gatehouse.sample.random.StoredType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that a config can say, alone and together: the engine in {@code exact} against the plain decoder. */
final class TestEngineVariants {
    private static final double TOLERANCE = 2e-4;
    private static final long SEED = 20_261_124;
    private static final int COMBINATIONS = 24;

    /** Every so many graphs are optimized, which takes seconds; with {@code -Dgatehouse.test.optimized=1} all are. */
    private static final int OPTIMIZED = Integer.getInteger("gatehouse.test.optimized", 7);

    private static final List<Blueprint> ARCHITECTURES =
            List.of(Blueprint.TINY_OLMOE, Blueprint.TINY_MIXTRAL, Blueprint.TINY_QWEN2_MOE, Blueprint.TINY_QWEN3_MOE);

    @TempDir
    private Path folder = Path.of("");

    /** Each feature on its own, over the architectures in turn, and random handfuls of them. */
    static List<Variant> variants() {
        List<Variant> variants = new ArrayList<>();
        ARCHITECTURES.forEach(architecture -> variants.add(Variant.plain(architecture)));
        int turn = 0;
        for (Feature feature : Feature.all()) {
            List<Blueprint> known = ARCHITECTURES.stream()
                    .filter(feature.architectures()::contains)
                    .toList();
            variants.add(feature.change().apply(Variant.plain(known.get(turn++ % known.size()))));
        }
        Random random = new Random(SEED);
        for (int i = 0; i < COMBINATIONS; i++) {
            variants.add(combination(ARCHITECTURES.get(i % ARCHITECTURES.size()), random));
        }
        variants.add(largeVocabulary());
        return variants;
    }

    /** So large that its head is widened in parts, the last of them smaller. */
    private static Variant largeVocabulary() {
        return Variant.plain(Blueprint.TINY_OLMOE)
                .with("large vocabulary", config -> config.put("vocab_size", 70_001))
                .storedAs(StoredType.BF16);
    }

    /**
     * Every second one with a shared prefix, and once more without a trace, when the last layer's experts may run for
     * the last token only: with what a run may ask for in turn. All of it without interventions and with some; some
     * models in graphs that are optimized, as those of a large model are.
     */
    static Stream<Arguments> cases() {
        List<Variant> variants = variants();
        List<Capture> captures = List.of(
                Capture.ROUTING,
                new Capture(Tokens.LAST, Tokens.LAST, Tokens.LAST),
                new Capture(Tokens.ALL, Tokens.LAST, Tokens.LAST),
                new Capture(Tokens.ALL, Tokens.ALL, Tokens.LAST),
                new Capture(Tokens.ALL, Tokens.NONE, Tokens.ALL));
        List<SomeInterventions> interventions = List.of(SomeInterventions.values());
        return IntStream.range(0, variants.size())
                .mapToObj(i -> Arguments.of(
                        variants.get(i),
                        i % 2 == 0,
                        i % OPTIMIZED == 0 ? 0 : DeviceSession.MIN_OPTIMIZED_PARAMETERS,
                        captures.get(i % captures.size()),
                        interventions.get(i / 2 % interventions.size())));
    }

    @ParameterizedTest(name = "{0}, intervening {4}")
    @MethodSource("cases")
    void givesTheSameAsThePlainDecoder(
            Variant variant, boolean shared, long minOptimized, Capture capture, SomeInterventions intervening) {
        try (Checkpoint checkpoint = Checkpoint.open(variant.write(folder.resolve("model"), SEED))) {
            compare(checkpoint, Interventions.NONE, shared, minOptimized, capture);
            compare(checkpoint, intervening.of(checkpoint.config()), shared, minOptimized, capture);
        }
    }

    private static void compare(
            Checkpoint checkpoint, Interventions interventions, boolean shared, long minOptimized, Capture capture) {
        PlainPrompts prompts = PlainPrompts.draw(checkpoint, interventions, SEED, shared);
        try (Engine engine = Engine.load(checkpoint, EngineOptions.EXACT.with(interventions), minOptimized)) {
            PrefillTrace trace = new PrefillTrace(
                    prompts.prompts().stream().map(Prompt::tokens).toList());
            RoutingRows traced = new RoutingRows();
            engine.prefill(prompts.prompts(), Capture.TRACE, new BothListeners(trace, traced));
            Map<String, Tensor> tensors =
                    trace.tensors().stream().collect(Collectors.toMap(Tensor::name, Function.identity()));
            comparisons(prompts).forEach(comparison -> {
                comparison.ofTrace(tensors, engine.config());
                comparison.ofRows(traced, engine.config(), Capture.TRACE);
            });
            RoutingRows rows = new RoutingRows();
            engine.prefill(prompts.prompts(), capture, rows);
            comparisons(prompts).forEach(comparison -> comparison.ofRows(rows, engine.config(), capture));
        }
    }

    private static List<PlainComparison> comparisons(PlainPrompts prompts) {
        return IntStream.range(0, prompts.outcomes().size())
                .mapToObj(i -> new PlainComparison(i, prompts.outcomes().get(i), TOLERANCE))
                .toList();
    }

    private static Variant combination(Blueprint architecture, Random random) {
        List<Feature> left = new ArrayList<>(Feature.all());
        Collections.shuffle(left, random);
        left.removeIf(feature -> !feature.architectures().contains(architecture));
        List<Feature> chosen = new ArrayList<>();
        while (chosen.size() < 5 && !left.isEmpty()) {
            Feature next = left.remove(0);
            chosen.add(next);
            left.removeIf(feature -> !feature.goesWith(next));
        }
        Variant variant = Variant.plain(architecture);
        for (Feature feature : chosen) {
            variant = feature.change().apply(variant);
        }
        return variant;
    }
}
