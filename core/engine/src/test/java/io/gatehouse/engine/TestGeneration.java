package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.EndTokens;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.engine.GenerationRows.Choice;
import io.gatehouse.engine.RoutingRows.Place;
import io.gatehouse.engine.RoutingRows.Row;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.engine.prefill.Generated.Finish;
import io.gatehouse.engine.prefill.GenerationOptions;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sample.random.Blueprint;
import io.gatehouse.testing.SharedData;
import io.gatehouse.testing.checkpoint.FamilyFixtures;
import io.gatehouse.testing.checkpoint.ReferenceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Texts that the engine generates: after the fixtures of the project, and with {@code -Dgatehouse.test.fixtures=all}
 * after all fixtures of {@code ../shared}, which takes minutes.
 */
final class TestGeneration {
    private static final boolean ALL =
            System.getProperty("gatehouse.test.fixtures", "").equals("all");

    private static final long SEED = 22;
    /** Prompts of a fixture that Hugging Face's code went on from. */
    private static final int CONTINUED = 4;

    /** Models with kinds of caches that differ most. */
    private static final List<String> CACHES = List.of("deepseek_v32_a", "kimi_linear_a", "phimoe_b", "qwen3_next_a");

    /** Models with every kind of mixer and mask. */
    private static final List<String> MIXERS = List.of(
            "deepseek_v32_a",
            "deepseek_v3_a",
            "glm_moe_dsa_a",
            "gpt_oss_a",
            "granitemoehybrid_b",
            "jamba_a",
            "kimi_linear_a",
            "lfm2_moe_a",
            "llama4_a",
            "minimax_a",
            "mixtral_b",
            "phimoe_b",
            "qwen3_next_a");

    /** Fixtures of models that have no cache, with what it is missing for. */
    private static final Map<String, String> WITHOUT_CACHE = Map.of(
            "glm5_next_a", "an indexer over pools of tokens",
            "longcat_flash_a", "two mixers",
            "minimax_m3_vl_a", "an indexer over blocks of tokens");

    @TempDir
    private Path folder = Path.of("");

    private final SplittableRandom random = new SplittableRandom(SEED);

    @TestFactory
    Stream<DynamicTest> givesTheSameTokensAsHuggingFace() throws IOException {
        return (ALL ? FamilyFixtures.whole() : FamilyFixtures.own())
                .stream()
                        .filter(fixture -> !TestFamilies.LACKING.containsKey(FamilyFixtures.name(fixture)))
                        .filter(fixture -> !WITHOUT_CACHE.containsKey(FamilyFixtures.name(fixture)))
                        .map(fixture -> DynamicTest.dynamicTest(FamilyFixtures.name(fixture), () -> compare(fixture)));
    }

    @Test
    void refusesByNameTheModelsThatHaveNoCache() {
        WITHOUT_CACHE.forEach((family, missing) -> {
            try (Checkpoint checkpoint = Checkpoint.open(SharedData.path("reference/families/" + family));
                    Engine engine = Engine.load(checkpoint)) {
                assertThatExceptionOfType(GatehouseException.class)
                        .as(family)
                        .isThrownBy(() -> engine.generate(
                                List.of(new Prompt(1, 2, 3)),
                                GenerationOptions.upTo(2, Set.of()),
                                Capture.NOTHING,
                                new GenerationRows()))
                        .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL))
                        .withMessageContaining("Text cannot be generated with")
                        .withMessageContaining(missing);
            }
        });
    }

    /** Tokens equal the fixture's, and their routing equals that of the same text as a prompt. */
    private static void compare(Path fixture) throws IOException {
        List<int[]> prompts = new ObjectMapper()
                .readValue(fixture.resolve("inputs.json").toFile(), TestFamilies.Inputs.class)
                .prompts()
                .subList(0, CONTINUED);
        ReferenceFile expected = new ReferenceFile(fixture.resolve("expected.safetensors"));
        int count = expected.values("p0.generated").length;
        GenerationRows rows = new GenerationRows();
        try (Checkpoint checkpoint = Checkpoint.open(fixture);
                Engine engine = Engine.load(checkpoint)) {
            engine.generate(
                    texts(prompts), GenerationOptions.exactly(count, EndTokens.of(fixture)), Capture.ROUTING, rows);
            for (int prompt = 0; prompt < CONTINUED; prompt++) {
                double[] want = expected.values("p%d.generated".formatted(prompt));
                assertThat(finished(rows, prompt).tokens())
                        .as("after prompt %d", prompt)
                        .isEqualTo(Arrays.stream(want)
                                .mapToInt(token -> (int) token)
                                .toArray());
            }
            List<int[]> fed = IntStream.range(0, CONTINUED)
                    .mapToObj(prompt -> GenerationRows.fed(prompts.get(prompt), finished(rows, prompt)))
                    .toList();
            int switchLength = checkpoint.config().ropes().stream()
                    .flatMapToInt(rope -> rope.switchLength().stream())
                    .min()
                    .orElse(Integer.MAX_VALUE);
            RoutingRows whole = routing(engine, fed);
            // What was routed before all angles changed is that of the text until then.
            RoutingRows before = routing(
                    engine,
                    fed.stream()
                            .map(text -> Arrays.copyOf(text, Math.min(text.length, switchLength - 1)))
                            .toList());
            long layers = checkpoint.config().feedForwards().stream()
                    .filter(FeedForward.Sparse.class::isInstance)
                    .count();
            assertThat(rows.generated).hasSize((int) layers * CONTINUED * (count - 1));
            for (Place place : rows.generated) {
                assertThat(place.position()).isGreaterThanOrEqualTo(prompts.get(place.prompt()).length);
                RoutingRows expectedRows = place.position() < switchLength - 1 ? before : whole;
                assertThat(sorted(rows.routing.row(place)))
                        .as("experts of %s", place)
                        .isEqualTo(sorted(expectedRows.row(place)));
            }
            for (int prompt = 0; prompt < CONTINUED; prompt++) {
                assertThat(rows.routing.of(prompt)).hasSameSizeAs(whole.of(prompt));
            }
        }
    }

    private static RoutingRows routing(Engine engine, List<int[]> texts) {
        RoutingRows rows = new RoutingRows();
        engine.prefill(texts(texts), Capture.ROUTING, rows);
        return rows;
    }

    /** Lengths that grow out of the room they have, with texts that end at other times and others that enter for them. */
    @TestFactory
    Stream<DynamicTest> hasTheSameBitsAloneAndAmongOthers() {
        return (ALL ? MIXERS : CACHES)
                .stream()
                        .map(family -> DynamicTest.dynamicTest(family, () -> {
                            List<Prompt> prompts = IntStream.of(3, 16, 29, 61, 62, 63, 64, 5, 120, 30, 1, 2, 15)
                                    .mapToObj(length -> new Prompt(
                                            random.ints(length, 0, 192).toArray()))
                                    .toList();
                            try (Checkpoint checkpoint =
                                            Checkpoint.open(SharedData.path("reference/families/" + family));
                                    Engine engine = Engine.load(checkpoint)) {
                                aloneAndAmongOthers(engine, prompts, ALL ? 1 : 2);
                            }
                        }));
    }

    @Test
    void hasTheSameBitsAfterASharedPrefix() {
        int[] prefix = random.ints(40, 0, Variant.VOCABULARY).toArray();
        List<Prompt> prompts = new ArrayList<>();
        for (int rest : new int[] {1, 9, 24, 40, 3}) {
            int[] tokens = Arrays.copyOf(prefix, prefix.length + rest);
            for (int i = prefix.length; i < tokens.length; i++) {
                tokens[i] = random.nextInt(Variant.VOCABULARY);
            }
            prompts.add(new Prompt(tokens, prefix.length));
        }
        try (Checkpoint checkpoint = wide();
                Engine engine = Engine.load(checkpoint)) {
            aloneAndAmongOthers(engine, prompts, 1);
        }
    }

    /** @param each every so many prompts are alone, too */
    private static void aloneAndAmongOthers(Engine engine, List<Prompt> prompts, int each) {
        Set<Integer> endTokens = IntStream.range(0, 12).boxed().collect(Collectors.toSet());
        GenerationOptions options = GenerationOptions.upTo(40, endTokens);
        GenerationRows together = new GenerationRows();
        engine.generate(prompts, options, Capture.EVERYTHING, together);
        for (int prompt = 0; prompt < prompts.size(); prompt += each) {
            GenerationRows alone = new GenerationRows();
            engine.generate(List.of(prompts.get(prompt)), options, Capture.EVERYTHING, alone);
            assertThat(choices(together, prompt))
                    .as("tokens after prompt %d", prompt)
                    .isEqualTo(choices(alone, 0));
            List<Row> expected = alone.routing.of(0);
            List<Row> actual = together.routing.of(prompt);
            assertThat(actual).hasSameSizeAs(expected);
            long same = IntStream.range(0, expected.size())
                    .filter(i -> expected.get(i).hasSameBits(actual.get(i)))
                    .count();
            assertThat(same).as("rows of prompt %d with the same bits", prompt).isEqualTo(expected.size());
        }
    }

    /** Texts that could become long, of which as many are generated at a time as would fit if they did. */
    @Test
    void staysWithinTheMemoryThatItMayTake() {
        List<Prompt> prompts = Stream.generate(
                        () -> new Prompt(random.ints(20, 0, Variant.VOCABULARY).toArray()))
                .limit(12)
                .toList();
        GenerationOptions options = new GenerationOptions(3_000, 0, Set.of(), List.of(), tokens -> tokens.length == 12);
        try (Checkpoint checkpoint = wide();
                Engine ample = Engine.load(checkpoint);
                Engine narrow = Engine.load(
                        checkpoint, EngineOptions.EXACT.in(ample.memory().totalBytes()))) {
            GenerationRows expected = new GenerationRows();
            ample.generate(prompts, options, Capture.NOTHING, expected);
            GenerationRows actual = new GenerationRows();
            narrow.generate(prompts, options, Capture.NOTHING, actual);
            assertThat(expected.mostActive).isEqualTo(prompts.size());
            assertThat(actual.mostActive).isBetween(1, prompts.size() / 2);
            for (int prompt = 0; prompt < prompts.size(); prompt++) {
                assertThat(choices(actual, prompt)).hasSize(12).isEqualTo(choices(expected, prompt));
            }
            assertThatExceptionOfType(GatehouseException.class)
                    .isThrownBy(() -> narrow.generate(
                            prompts,
                            GenerationOptions.upTo(1_000_000, Set.of()),
                            Capture.NOTHING,
                            new GenerationRows()))
                    .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY))
                    .withMessageContaining("A prompt of 20 tokens and 1,000,000 generated ones");
        }
    }

    @Test
    void streamedLayersGiveTheSameTexts() {
        List<Prompt> prompts = IntStream.of(7, 40)
                .mapToObj(length ->
                        new Prompt(random.ints(length, 0, Variant.VOCABULARY).toArray()))
                .toList();
        GenerationOptions options = GenerationOptions.upTo(12, Set.of());
        try (Checkpoint checkpoint = wide();
                Engine resident = Engine.load(checkpoint);
                Engine streamed = Engine.load(
                        checkpoint, EngineOptions.EXACT.in(resident.memory().totalBytes() - 1))) {
            assertThat(streamed.memory().streamed()).isTrue();
            List<Generated> expected = resident.generate(prompts, options, Capture.NOTHING, new GenerationRows());
            List<Generated> actual = streamed.generate(prompts, options, Capture.NOTHING, new GenerationRows());
            for (int i = 0; i < prompts.size(); i++) {
                assertThat(actual.get(i).tokens()).isEqualTo(expected.get(i).tokens());
                assertThat(actual.get(i).logProbabilities())
                        .isEqualTo(expected.get(i).logProbabilities());
            }
        }
    }

    @Test
    void endsWithWhatItIsToldToEndWith() {
        Prompt prompt = new Prompt(random.ints(20, 0, Variant.VOCABULARY).toArray());
        try (Checkpoint checkpoint = wide();
                Engine engine = Engine.load(checkpoint)) {
            int[] free = generate(engine, prompt, GenerationOptions.upTo(20, Set.of()), Finish.LENGTH);
            assertThat(free).hasSize(20);
            int[] ended = generate(engine, prompt, GenerationOptions.upTo(20, Set.of(free[5])), Finish.END_TOKEN);
            int first = IntStream.range(0, 20)
                    .filter(i -> free[i] == free[5])
                    .findFirst()
                    .orElseThrow();
            assertThat(ended).isEqualTo(Arrays.copyOf(free, first + 1));
            GenerationOptions sequence = new GenerationOptions(
                    20, 0, Set.of(), List.of(List.of(free[7], free[8], free[9])), tokens -> false);
            assertThat(generate(engine, prompt, sequence, Finish.STOP_SEQUENCE)).endsWith(free[7], free[8], free[9]);
            GenerationOptions text = new GenerationOptions(20, 0, Set.of(), List.of(), tokens -> tokens.length == 4);
            assertThat(generate(engine, prompt, text, Finish.STOP_TEXT)).isEqualTo(Arrays.copyOf(free, 4));
            int[] exact =
                    generate(engine, prompt, GenerationOptions.exactly(20, Set.of(free[0], free[5])), Finish.LENGTH);
            assertThat(exact).hasSize(20).doesNotContain(free[0], free[5]);
        }
    }

    private static int[] generate(Engine engine, Prompt prompt, GenerationOptions options, Finish finish) {
        Generated text = engine.generate(List.of(prompt), options, Capture.NOTHING, new GenerationRows())
                .get(0);
        assertThat(text.finish()).isEqualTo(finish);
        return text.tokens();
    }

    private Checkpoint wide() {
        Variant wide = Variant.plain(Blueprint.TINY_OLMOE)
                .with(
                        "wide",
                        config -> Feature.experts(config, 8)
                                .put("hidden_size", 256)
                                .put("intermediate_size", 128)
                                .put("num_attention_heads", 8)
                                .put("num_key_value_heads", 8));
        return Checkpoint.open(wide.write(folder.resolve("model"), SEED));
    }

    private static List<Prompt> texts(List<int[]> tokens) {
        return tokens.stream().map(Prompt::new).toList();
    }

    private static Generated finished(GenerationRows rows, int prompt) {
        return requireNonNull(rows.finished.get(prompt), "no such text");
    }

    private static List<Choice> choices(GenerationRows rows, int prompt) {
        return rows.choices.getOrDefault(prompt, List.of());
    }

    private static int[] sorted(Row row) {
        return Arrays.stream(row.experts()).sorted().toArray();
    }
}
