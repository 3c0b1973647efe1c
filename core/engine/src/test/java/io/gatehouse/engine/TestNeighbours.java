package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.RoutingRows.Row;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.sample.random.Blueprint;
import io.gatehouse.sample.random.StoredType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A prompt gives what it gives, whatever is computed beside it. */
final class TestNeighbours {
    private static final long SEED = 7;
    private static final int PREFIX = 40;
    /** Share of decisions that choose other experts among other neighbours, where products are in bf16. */
    private static final double FLIPS = 0.01;

    /** Error of the logits that products of bf16, each off by up to 2^-8, may come to in two layers. */
    private static final double BF16_ERROR = 0.03;

    /** Share of decisions that may go to other experts for it. */
    private static final double ROUNDING_FLIPS = 0.05;

    @TempDir
    private Path folder = Path.of("");

    private final SplittableRandom random = new SplittableRandom(SEED);

    @Test
    void exactGivesTheSameBits() {
        try (Checkpoint checkpoint = checkpoint();
                Engine engine = Engine.load(checkpoint)) {
            for (Prompt prompt : probes()) {
                RoutingRows alone = run(engine, List.of(prompt));
                for (List<Prompt> company : companies(prompt)) {
                    RoutingRows together = run(engine, company);
                    for (int place = 0; place < company.size(); place++) {
                        if (company.get(place).equals(prompt)) {
                            assertThat(together.lastLogits.get(place))
                                    .as("logits of %d tokens among %d prompts", prompt.tokens().length, company.size())
                                    .isEqualTo(alone.lastLogits.get(0));
                            assertThat(differing(alone.of(0), together.of(place), Row::hasSameBits))
                                    .as("rows of %d tokens among %d prompts", prompt.tokens().length, company.size())
                                    .isZero();
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"BALANCED", "FAST"})
    void roundedPlansFlipNearTiesOnly(Precision precision) {
        int decisions = 0;
        int flips = 0;
        try (Checkpoint checkpoint = checkpoint();
                Engine engine = Engine.loadExactly(checkpoint, EngineOptions.of(precision))) {
            assertThat(engine.precision()).isEqualTo(precision);
            for (Prompt prompt : probes()) {
                List<Row> alone = run(engine, List.of(prompt)).of(0);
                for (List<Prompt> company : companies(prompt)) {
                    List<Row> together = run(engine, company).of(company.indexOf(prompt));
                    decisions += together.size();
                    flips += differing(alone, together, TestNeighbours::sameExperts);
                }
            }
        }
        assertThat(decisions).isGreaterThan(2_000);
        assertThat(flips)
                .as("flips of %d decisions in %s", decisions, precision)
                .isLessThan((int) (FLIPS * decisions));
    }

    /** Not on every machine a plan that is chosen, so that nothing else may try it. */
    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"BALANCED", "FAST"})
    void roundedPlansComeNearThePlainDecoder(Precision precision) {
        try (Checkpoint checkpoint = checkpoint();
                Engine engine = Engine.loadExactly(checkpoint, EngineOptions.of(precision))) {
            PlainPrompts prompts = PlainPrompts.draw(checkpoint, Interventions.NONE, SEED, true);
            RoutingRows rows = run(engine, prompts.prompts());
            int decisions = 0;
            int flips = 0;
            for (int prompt = 0; prompt < prompts.prompts().size(); prompt++) {
                PlainOutcome expected = prompts.outcomes().get(prompt);
                double error = distance(expected.lastLogits(), rows.lastLogits.getOrDefault(prompt, new float[0]));
                assertThat(error)
                        .as("error of the logits of prompt %d in %s", prompt, precision)
                        // Not that of fp32, or nothing was rounded.
                        .isBetween(1e-5, BF16_ERROR);
                List<int[]> chosen = expected.routers().stream()
                        .flatMap(router -> Arrays.stream(router.experts()))
                        .toList();
                List<Row> actual = rows.of(prompt);
                assertThat(actual).hasSameSizeAs(chosen);
                for (int i = 0; i < chosen.size(); i++) {
                    decisions++;
                    flips += sameExperts(actual.get(i).experts(), chosen.get(i)) ? 0 : 1;
                }
            }
            assertThat(flips)
                    .as("flips of %d decisions in %s", decisions, precision)
                    .isLessThanOrEqualTo((int) (ROUNDING_FLIPS * decisions));
        }
    }

    /** Of two vectors, as a share of the length of the first. */
    private static double distance(double[] expected, float[] actual) {
        assertThat(actual).hasSize(expected.length);
        double difference = 0;
        double length = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(expected[i] - actual[i], 2);
            length += expected[i] * expected[i];
        }
        return Math.sqrt(difference / length);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aRepeatGivesTheSameBits(Precision precision) {
        try (Checkpoint checkpoint = checkpoint();
                Engine engine = Engine.loadExactly(checkpoint, EngineOptions.of(precision))) {
            assertThat(engine.precision()).isEqualTo(precision);
            List<Prompt> prompts = companies(probes().get(3)).get(1);
            RoutingRows first = run(engine, prompts);
            RoutingRows second = run(engine, prompts);
            for (int prompt = 0; prompt < prompts.size(); prompt++) {
                assertThat(second.lastLogits.get(prompt)).isEqualTo(first.lastLogits.get(prompt));
                assertThat(differing(first.of(prompt), second.of(prompt), Row::hasSameBits))
                        .isZero();
            }
        }
    }

    /** Wide enough that the matrix library takes its fast paths. */
    private Checkpoint checkpoint() {
        Variant wide = Variant.plain(Blueprint.TINY_OLMOE)
                .storedAs(StoredType.BF16)
                .with(
                        "wide",
                        config -> Feature.experts(config, 8)
                                .put("hidden_size", 256)
                                .put("intermediate_size", 128)
                                .put("num_attention_heads", 8)
                                .put("num_key_value_heads", 8));
        return Checkpoint.open(wide.write(folder.resolve("model"), SEED));
    }

    /** Prompts whose results are watched: short ones, ones that fill a power of two, and ones with a shared prefix. */
    private List<Prompt> probes() {
        List<Prompt> probes = new ArrayList<>();
        for (int length : new int[] {1, 2, 16, 17, 65, 200}) {
            probes.add(new Prompt(tokens(length)));
        }
        probes.add(new Prompt(tokens(PREFIX + 1), PREFIX));
        probes.add(new Prompt(tokens(PREFIX + 90), PREFIX));
        return probes;
    }

    private List<List<Prompt>> companies(Prompt prompt) {
        Prompt longer = new Prompt(tokens(300));
        List<Prompt> many = new ArrayList<>(List.of(longer, prompt));
        IntStream.range(1, 50).forEach(length -> many.add(new Prompt(tokens(length))));
        List<Prompt> siblings = new ArrayList<>();
        for (int rest = 1; rest < 8; rest++) {
            int[] sibling = Arrays.copyOf(prompt.tokens(), prompt.sharedPrefix() + 5 * rest);
            for (int i = prompt.sharedPrefix(); i < sibling.length; i++) {
                sibling[i] = random.nextInt(Variant.VOCABULARY);
            }
            siblings.add(new Prompt(sibling, prompt.sharedPrefix()));
        }
        siblings.add(prompt);
        return List.of(List.of(prompt, prompt, prompt), many, siblings, List.of(longer, prompt));
    }

    private int[] tokens(int count) {
        return random.ints(count, 0, Variant.VOCABULARY).toArray();
    }

    private static RoutingRows run(Engine engine, List<Prompt> prompts) {
        RoutingRows rows = new RoutingRows();
        engine.prefill(prompts, Capture.EVERYTHING, rows);
        return rows;
    }

    private static int differing(List<Row> expected, List<Row> actual, BiPredicate<Row, Row> same) {
        assertThat(actual).hasSameSizeAs(expected);
        return (int) IntStream.range(0, expected.size())
                .filter(i -> !same.test(expected.get(i), actual.get(i)))
                .count();
    }

    /** As sets: two chosen experts may change ranks. */
    private static boolean sameExperts(Row a, Row b) {
        return sameExperts(a.experts(), b.experts());
    }

    private static boolean sameExperts(int[] a, int[] b) {
        return Arrays.equals(
                Arrays.stream(a).sorted().toArray(), Arrays.stream(b).sorted().toArray());
    }
}
