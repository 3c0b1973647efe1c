package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.engine.RoutingRows.Place;
import io.gatehouse.engine.RoutingRows.Row;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sample.random.Blueprint;
import io.gatehouse.testing.checkpoint.FamilyFixtures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What interventions change and what they must not; that the right thing comes out is in {@link TestEngineVariants}. */
final class TestInterventions {
    private static final long SEED = 11;

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @EnumSource(
            value = Blueprint.class,
            names = {"TINY_OLMOE", "TINY_MIXTRAL", "TINY_QWEN2_MOE", "TINY_QWEN3_MOE"})
    void maskingWhatIsNotUsedChangesNoBit(Blueprint architecture) {
        try (Checkpoint checkpoint = Checkpoint.open(write(architecture))) {
            Prompt prompt = prompt(checkpoint);
            RoutingRows free = run(checkpoint, Interventions.NONE, prompt);
            Set<ExpertPlace> unused = new HashSet<>(places(checkpoint.config()));
            unused.removeAll(used(free, checkpoint.config(), prompt));
            assertThat(unused).isNotEmpty();
            same(free, run(checkpoint, new Interventions(unused, Map.of(), OptionalInt.empty()), prompt));
        }
    }

    @Test
    void aMaskedExpertIsNotUsedAndThatShows() {
        try (Checkpoint checkpoint = Checkpoint.open(write(Blueprint.TINY_OLMOE))) {
            Prompt prompt = prompt(checkpoint);
            RoutingRows free = run(checkpoint, Interventions.NONE, prompt);
            ExpertPlace busy = used(free, checkpoint.config(), prompt).stream()
                    .sorted()
                    .findFirst()
                    .orElseThrow();
            RoutingRows masked =
                    run(checkpoint, new Interventions(Set.of(busy), Map.of(), OptionalInt.empty()), prompt);
            assertThat(used(masked, checkpoint.config(), prompt)).doesNotContain(busy);
            assertThat(masked.lastLogits.get(0)).isNotEqualTo(free.lastLogits.get(0));
        }
    }

    @Test
    void scalingByOneChangesNoBitAndByAnythingElseDoes() {
        try (Checkpoint checkpoint = Checkpoint.open(write(Blueprint.TINY_QWEN3_MOE))) {
            Prompt prompt = prompt(checkpoint);
            RoutingRows free = run(checkpoint, Interventions.NONE, prompt);
            same(free, run(checkpoint, scaled(checkpoint.config(), 1), prompt));
            assertThat(run(checkpoint, scaled(checkpoint.config(), 0.5f), prompt)
                            .lastLogits
                            .get(0))
                    .isNotEqualTo(free.lastLogits.get(0));
        }
    }

    /** Where all experts are resident, and where all chosen ones stay, for every kind of router. */
    @ParameterizedTest
    @MethodSource("families")
    void preferringWhatIsChosenAnywayChangesNoBit(Path family) {
        try (Checkpoint checkpoint = Checkpoint.open(family)) {
            Prompt prompt = prompt(checkpoint);
            List<ExpertPlace> all = places(checkpoint.config());
            Interventions keepingAll = preferring(Set.of(all.get(0)), 8, 8);
            if (checkpoint.config().feedForwards().stream()
                    .anyMatch(block -> block instanceof FeedForward.Sparse sparse
                            && sparse.router() instanceof Router.SparseMixer)) {
                refused(
                        checkpoint,
                        keepingAll,
                        "Resident experts cannot be preferred: the weights of sparsemixer are defined for its own two experts.");
                return;
            }
            RoutingRows free = run(checkpoint, Interventions.NONE, prompt);
            same(free, run(checkpoint, keepingAll, prompt));
            same(free, run(checkpoint, preferring(Set.copyOf(all), 0, 100), prompt));
        }
    }

    /**
     * For every kind of router, the first layer with experts, whose input no preference changes: sent to as many experts as
     * it can be, a token says in which order its router has them.
     */
    @ParameterizedTest
    @MethodSource("families")
    void residentsAreTakenInTheOrderOfTheRouter(Path family) {
        try (Checkpoint checkpoint = Checkpoint.open(family)) {
            ModelConfig config = checkpoint.config();
            int layer = IntStream.range(0, config.layers().size())
                    .filter(each -> config.layers().get(each).feedForward() instanceof FeedForward.Sparse)
                    .findFirst()
                    .orElseThrow();
            FeedForward.Sparse sparse =
                    (FeedForward.Sparse) config.layers().get(layer).feedForward();
            Assumptions.assumeFalse(
                    sparse.router() instanceof Router.SparseMixer, "sparsemixer has no experts to exchange");
            Prompt prompt = prompt(checkpoint);
            RoutingRows all =
                    run(checkpoint, new Interventions(Set.of(), Map.of(), OptionalInt.of(available(config))), prompt);
            Set<ExpertPlace> resident = places(config).stream()
                    .filter(place -> place.expert() % 2 == 1)
                    .collect(Collectors.toSet());
            int candidates = sparse.topK() + 2;
            RoutingRows chosen = run(checkpoint, preferring(resident, 1, candidates), prompt);
            for (int position = 0; position < prompt.tokens().length; position++) {
                int[] ranked = all.row(new Place(0, layer, position)).experts();
                List<Integer> order = new ArrayList<>(List.of(ranked[0]));
                Arrays.stream(ranked)
                        .limit(candidates)
                        .filter(expert -> expert % 2 == 1)
                        .forEach(order::add);
                Arrays.stream(ranked).forEach(order::add);
                Set<Integer> expected =
                        order.stream().distinct().limit(sparse.topK()).collect(Collectors.toSet());
                assertThat(Arrays.stream(chosen.row(new Place(0, layer, position))
                                        .experts())
                                .boxed()
                                .collect(Collectors.toSet()))
                        .as("token %d of %s", position, Arrays.toString(ranked))
                        .isEqualTo(expected);
            }
        }
    }

    /** To how many experts a token can be sent in every layer. */
    private static int available(ModelConfig config) {
        return config.feedForwards().stream()
                .filter(FeedForward.Sparse.class::isInstance)
                .map(FeedForward.Sparse.class::cast)
                .mapToInt(sparse -> sparse.router() instanceof Router.Scored scored
                        ? scored.selection()
                                .groups()
                                .map(groups -> sparse.experts() / groups.count() * groups.kept())
                                .orElse(sparse.experts())
                        : sparse.topK())
                .min()
                .orElseThrow();
    }

    /** Those of the project; a group that is out has a score of 0 in one of ../shared only. */
    static List<Path> families() throws IOException {
        List<Path> families = new ArrayList<>(FamilyFixtures.own());
        FamilyFixtures.whole().stream()
                .filter(fixture -> FamilyFixtures.name(fixture).equals("deepseek_v2_a"))
                .forEach(families::add);
        return families;
    }

    /** Two of eight experts are resident, and a token goes to two: it gets both where all experts are candidates. */
    @Test
    void residentsAmongTheCandidatesAreTaken() {
        try (Checkpoint checkpoint = Checkpoint.open(write(Blueprint.TINY_OLMOE))) {
            Prompt prompt = prompt(checkpoint);
            Set<ExpertPlace> resident = places(checkpoint.config()).stream()
                    .filter(place -> place.expert() < 2)
                    .collect(Collectors.toSet());
            assertThat(used(run(checkpoint, preferring(resident, 0, 8), prompt), checkpoint.config(), prompt))
                    .isEqualTo(resident);
        }
    }

    @Test
    void isWrittenInOneWay() {
        Interventions some = new Interventions(
                Set.of(new ExpertPlace(10, 2), new ExpertPlace(2, 10), new ExpertPlace(2, 9)),
                Map.of(new ExpertPlace(1, 1), 0.5f, new ExpertPlace(0, 3), -2f),
                OptionalInt.of(4));
        assertThat(some.id()).isEqualTo("mask 2:9,2:10,10:2; scale 0:3=-2.0,1:1=0.5; top-k 4");
        assertThat(preferring(Set.of(new ExpertPlace(10, 2), new ExpertPlace(2, 10)), 1, 6)
                        .id())
                .isEqualTo("resident 2:10,10:2; keep 1; candidates 6");
        assertThat(Interventions.NONE.id()).isEmpty();
        assertThat(ExpertPlace.of(" 3:17 ")).isEqualTo(new ExpertPlace(3, 17));
        assertThatThrownBy(() -> ExpertPlace.of("3.17"))
                .isInstanceOf(GatehouseException.class)
                .hasMessage("An expert is written layer:expert such as 3:17, not '3.17'.");
    }

    @Test
    void refusesWhatTheModelHasNot() {
        try (Checkpoint checkpoint = Checkpoint.open(write(Blueprint.TINY_OLMOE))) {
            refused(
                    checkpoint,
                    mask(new ExpertPlace(2, 0)),
                    "There is no expert 2:0: the model has 2 layers, counted from 0.");
            refused(
                    checkpoint,
                    mask(new ExpertPlace(1, 8)),
                    "There is no expert 1:8: the layer has 8 experts, counted from 0.");
            refused(
                    checkpoint,
                    mask(IntStream.range(0, 7)
                            .mapToObj(expert -> new ExpertPlace(1, expert))
                            .toArray(ExpertPlace[]::new)),
                    "The mask leaves 1 of the 8 experts of layer 1, but each token is sent to 2.");
            refused(
                    checkpoint,
                    new Interventions(Set.of(), Map.of(), OptionalInt.of(9)),
                    "A token cannot be sent to 9 experts: the model has 8 in a layer.");
            refused(
                    checkpoint,
                    preferring(Set.of(new ExpertPlace(0, 8)), 1, 4),
                    "There is no expert 0:8: the layer has 8 experts, counted from 0.");
        }
        assertThatThrownBy(() ->
                        new Interventions(Set.of(), Map.of(new ExpertPlace(0, 0), Float.NaN), OptionalInt.empty()))
                .isInstanceOf(GatehouseException.class)
                .hasMessage("Expert 0:0 cannot be scaled by NaN.");
    }

    @Test
    void refusesExpertsOfALayerWithoutAny() {
        Variant dense = Variant.plain(Blueprint.TINY_QWEN2_MOE)
                .with(
                        "a dense layer",
                        config -> config.putArray("mlp_only_layers").add(0));
        try (Checkpoint checkpoint = Checkpoint.open(dense.write(folder.resolve("model"), SEED))) {
            refused(checkpoint, mask(new ExpertPlace(0, 0)), "There is no expert 0:0: layer 0 has no experts.");
        }
    }

    @Test
    void refusesToPreferNothing() {
        assertThatThrownBy(() -> preferring(Set.of(), 1, 4))
                .isInstanceOf(GatehouseException.class)
                .hasMessage("No expert is resident, so none can be preferred.");
        assertThatThrownBy(() -> preferring(Set.of(new ExpertPlace(0, 0)), 1, 0))
                .isInstanceOf(GatehouseException.class)
                .hasMessage("Resident experts cannot be taken among 0 candidates of a token.");
    }

    private static Interventions preferring(Set<ExpertPlace> resident, int keep, int candidates) {
        return Interventions.prefer(new ResidentExperts(resident, keep, candidates));
    }

    private Path write(Blueprint architecture) {
        return Variant.plain(architecture)
                .with("8 experts", config -> Feature.experts(config, 8))
                .write(folder.resolve("model"), SEED);
    }

    private static Interventions mask(ExpertPlace... places) {
        return new Interventions(Set.of(places), Map.of(), OptionalInt.empty());
    }

    private static Interventions scaled(ModelConfig config, float scale) {
        return new Interventions(
                Set.of(),
                places(config).stream().collect(Collectors.toMap(place -> place, place -> scale)),
                OptionalInt.empty());
    }

    private static void refused(Checkpoint checkpoint, Interventions interventions, String message) {
        EngineOptions options = EngineOptions.EXACT.with(interventions);
        assertThatThrownBy(() -> Engine.load(checkpoint, options))
                .isInstanceOf(GatehouseException.class)
                .hasMessage(message);
    }

    private static List<ExpertPlace> places(ModelConfig config) {
        return IntStream.range(0, config.layers().size())
                .boxed()
                .flatMap(layer -> config.layers().get(layer).feedForward() instanceof FeedForward.Sparse sparse
                        ? IntStream.range(0, sparse.experts()).mapToObj(expert -> new ExpertPlace(layer, expert))
                        : null)
                .toList();
    }

    /** So short that some experts stay unused. */
    private static Prompt prompt(Checkpoint checkpoint) {
        return new Prompt(new SplittableRandom(SEED)
                .ints(3, 0, checkpoint.config().vocabSize())
                .toArray());
    }

    private static RoutingRows run(Checkpoint checkpoint, Interventions interventions, Prompt prompt) {
        RoutingRows rows = new RoutingRows();
        try (Engine engine = Engine.load(checkpoint, EngineOptions.EXACT.with(interventions))) {
            engine.prefill(List.of(prompt), Capture.EVERYTHING, rows);
        }
        return rows;
    }

    private static Set<ExpertPlace> used(RoutingRows rows, ModelConfig config, Prompt prompt) {
        return places(config).stream()
                .filter(place -> IntStream.range(0, prompt.tokens().length)
                        .mapToObj(position -> rows.row(new Place(0, place.layer(), position)))
                        .flatMapToInt(row -> Arrays.stream(row.experts()))
                        .anyMatch(expert -> expert == place.expert()))
                .collect(Collectors.toSet());
    }

    private static void same(RoutingRows expected, RoutingRows actual) {
        assertThat(actual.lastLogits.get(0)).isEqualTo(expected.lastLogits.get(0));
        List<Row> rows = expected.of(0);
        assertThat(actual.of(0)).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(actual.of(0).get(i).hasSameBits(rows.get(i))).isTrue();
        }
    }
}
