package io.gatehouse.bench.engine;

import static java.util.Objects.requireNonNull;

import io.gatehouse.bench.Spread;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.MatrixProducts;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.PrefillRequest;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RoutingBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Measures prefill of a loaded model on random tokens, round after round. What is compared is measured in the same
 * round, so that whatever else the machine does falls on both, and is compared within it; of each the median counts.
 */
public final class EngineBench {
    private final Engine engine;
    private final int rounds;

    /**
     * @param rounds how often everything is measured
     */
    public EngineBench(Engine engine, int rounds) {
        this.engine = requireNonNull(engine, "engine is null");
        this.rounds = rounds;
    }

    /** So many prompts of so many tokens. */
    public record Batch(int prompts, int tokens) {
        public Batch {
            if (prompts < 1 || tokens < 1) {
                throw new IllegalArgumentException("A batch of %d prompts of %d tokens".formatted(prompts, tokens));
            }
        }

        int allTokens() {
            return prompts * tokens;
        }
    }

    /**
     * What a batch took.
     *
     * @param tokensPerSecond prompt tokens through the whole model, when only answers and all routing are wanted
     * @param milliseconds per token and layer, every layer in full and nothing captured
     * @param routingMilliseconds the same while the routing of every token is captured
     * @param everythingMilliseconds the same while all probabilities and norms of experts are, too
     * @param ceilingMilliseconds per token and layer, of the layer's matrix products alone, each run by itself on
     *     operands that stay in the cache
     * @param shareOfCeiling what is reached of it while everything is captured
     * @param captureOverhead what capturing everything adds, as a share of the time without
     */
    public record Measured(
            Batch batch,
            double tokensPerSecond,
            double milliseconds,
            double routingMilliseconds,
            double everythingMilliseconds,
            double ceilingMilliseconds,
            Spread shareOfCeiling,
            Spread captureOverhead) {}

    /** Seconds for the whole model, and milliseconds per token and layer. */
    private record Round(double whole, double nothing, double routing, double everything, double ceiling) {}

    public Measured measure(Batch batch) {
        List<Prompt> prompts = prompts(batch);
        List<Round> measured = new ArrayList<>();
        try (MatrixProducts products = MatrixProducts.ofLayer(engine.config(), engine.precision(), batch.allTokens())) {
            warmUp(prompts);
            for (int round = 0; round < rounds; round++) {
                measured.add(round(batch, prompts, products));
            }
        }
        return new Measured(
                batch,
                batch.allTokens() / median(measured, Round::whole),
                median(measured, Round::nothing),
                median(measured, Round::routing),
                median(measured, Round::everything),
                median(measured, Round::ceiling),
                spread(measured, round -> round.ceiling() / round.everything()),
                spread(measured, round -> round.everything() / round.nothing() - 1));
    }

    /**
     * Nothing, everything and the ceiling come in an order that is the same from behind: what a machine loses or gains
     * little by little falls on all three alike.
     */
    private Round round(Batch batch, List<Prompt> prompts, MatrixProducts products) {
        double nothingBefore = layerSeconds(prompts, Capture.NOTHING);
        double everythingBefore = layerSeconds(prompts, Capture.EVERYTHING);
        double ceiling = products.seconds();
        double everythingAfter = layerSeconds(prompts, Capture.EVERYTHING);
        double nothingAfter = layerSeconds(prompts, Capture.NOTHING);
        return new Round(
                wholeSeconds(prompts, Capture.ROUTING),
                (nothingBefore + nothingAfter) / 2 * perTokenAndLayer(batch),
                layerSeconds(prompts, Capture.ROUTING) * perTokenAndLayer(batch),
                (everythingBefore + everythingAfter) / 2 * perTokenAndLayer(batch),
                ceiling * 1e3 / batch.allTokens());
    }

    /**
     * What a batch took while nothing was captured.
     *
     * @param tokensPerSecond prompt tokens through the whole model, when only answers are wanted
     * @param milliseconds per token and layer, every layer in full
     * @param ceilingMilliseconds per token and layer, of the layer's matrix products alone
     * @param shareOfCeiling what is reached of it
     */
    public record MeasuredPlain(
            Batch batch,
            double tokensPerSecond,
            double milliseconds,
            double ceilingMilliseconds,
            Spread shareOfCeiling) {}

    /** The same as in a {@link Round}. */
    private record PlainRound(double whole, double nothing, double ceiling) {}

    public MeasuredPlain measurePlain(Batch batch) {
        List<Prompt> prompts = prompts(batch);
        List<PlainRound> measured = new ArrayList<>();
        try (MatrixProducts products = MatrixProducts.ofLayer(engine.config(), engine.precision(), batch.allTokens())) {
            layerSeconds(prompts, Capture.NOTHING);
            wholeSeconds(prompts, Capture.NOTHING);
            for (int round = 0; round < rounds; round++) {
                measured.add(new PlainRound(
                        wholeSeconds(prompts, Capture.NOTHING),
                        layerSeconds(prompts, Capture.NOTHING) * perTokenAndLayer(batch),
                        products.seconds() * 1e3 / batch.allTokens()));
            }
        }
        return new MeasuredPlain(
                batch,
                batch.allTokens() / median(measured, PlainRound::whole),
                median(measured, PlainRound::nothing),
                median(measured, PlainRound::ceiling),
                spread(measured, round -> round.ceiling() / round.nothing()));
    }

    private double perTokenAndLayer(Batch batch) {
        return 1e3 / batch.allTokens() / engine.config().layers().size();
    }

    /**
     * What a batch took in two models, every layer in full and nothing captured.
     *
     * @param milliseconds per token and layer of this model
     * @param otherMilliseconds per token and layer of the other
     * @param shareOfSpeed tokens and layers in a second of this model, of those of the other
     */
    public record MeasuredBeside(Batch batch, double milliseconds, double otherMilliseconds, Spread shareOfSpeed) {}

    /** Milliseconds per token and layer. */
    private record BesideRound(double own, double other) {}

    /** Measures another model's layers before and after those of this one in each round. */
    public MeasuredBeside measureBeside(Batch batch, Engine compared) {
        EngineBench other = new EngineBench(compared, rounds);
        List<Prompt> prompts = prompts(batch);
        List<Prompt> otherPrompts = other.prompts(batch);
        List<BesideRound> measured = new ArrayList<>();
        layerSeconds(prompts, Capture.NOTHING);
        other.layerSeconds(otherPrompts, Capture.NOTHING);
        for (int round = 0; round < rounds; round++) {
            double before = other.layerSeconds(otherPrompts, Capture.NOTHING);
            double own = layerSeconds(prompts, Capture.NOTHING);
            double after = other.layerSeconds(otherPrompts, Capture.NOTHING);
            measured.add(new BesideRound(
                    own * perTokenAndLayer(batch), (before + after) / 2 * other.perTokenAndLayer(batch)));
        }
        return new MeasuredBeside(
                batch,
                median(measured, BesideRound::own),
                median(measured, BesideRound::other),
                spread(measured, round -> round.other() / round.own()));
    }

    /**
     * What prompts took that begin with the same tokens, as those of one subject begin with its solved examples.
     *
     * @param naivePerSecond prompts, each computed whole
     * @param sharedPerSecond prompts, what they share computed once
     * @param timesFaster how many times as fast sharing is
     */
    public record MeasuredPrefix(
            Batch batch, int prefix, double naivePerSecond, double sharedPerSecond, Spread timesFaster) {}

    /** Seconds. */
    private record PrefixRound(double naive, double shared) {}

    /**
     * Measures what a shared prefix gains, with the routing of every token captured.
     *
     * @param prefix tokens that all prompts of the batch begin with, fewer than each has
     */
    public MeasuredPrefix measurePrefix(Batch batch, int prefix) {
        List<Prompt> drawn = prompts(batch);
        int[] first = drawn.get(0).tokens();
        drawn.forEach(prompt -> System.arraycopy(first, 0, prompt.tokens(), 0, prefix));
        List<Prompt> sharing = drawn.stream()
                .map(prompt -> new Prompt(prompt.tokens(), prefix))
                .toList();
        List<PrefixRound> measured = new ArrayList<>();
        wholeSeconds(drawn, Capture.ROUTING);
        wholeSeconds(sharing, Capture.ROUTING);
        for (int round = 0; round < rounds; round++) {
            measured.add(new PrefixRound(wholeSeconds(drawn, Capture.ROUTING), wholeSeconds(sharing, Capture.ROUTING)));
        }
        return new MeasuredPrefix(
                batch,
                prefix,
                batch.prompts() / median(measured, PrefixRound::naive),
                batch.prompts() / median(measured, PrefixRound::shared),
                spread(measured, round -> round.naive() / round.shared()));
    }

    /** The first run of each kind makes TensorFlow plan it. */
    private void warmUp(List<Prompt> prompts) {
        for (Capture capture : List.of(Capture.NOTHING, Capture.ROUTING, Capture.EVERYTHING)) {
            layerSeconds(prompts, capture);
        }
        wholeSeconds(prompts, Capture.ROUTING);
    }

    private double wholeSeconds(List<Prompt> prompts, Capture capture) {
        long start = System.nanoTime();
        engine.prefill(prompts, capture, new LastLayer());
        return (System.nanoTime() - start) / 1e9;
    }

    /** Seconds until the last layer is done, without the head. */
    private double layerSeconds(List<Prompt> prompts, Capture capture) {
        long start = System.nanoTime();
        LastLayer listener = new LastLayer();
        engine.prefill(List.of(new PrefillRequest(prompts, listener)), capture, true);
        return (listener.done - start) / 1e9;
    }

    private List<Prompt> prompts(Batch batch) {
        SplittableRandom random = new SplittableRandom(1);
        int vocabulary = engine.config().vocabSize();
        return IntStream.range(0, batch.prompts())
                .mapToObj(i ->
                        new Prompt(random.ints(batch.tokens(), 0, vocabulary).toArray()))
                .toList();
    }

    private static <R> double median(List<R> rounds, Function<R, Double> value) {
        return spread(rounds, value).median();
    }

    private static <R> Spread spread(List<R> rounds, Function<R, Double> value) {
        return Spread.of(rounds.stream().map(value).toList());
    }

    /** Notes when the last layer was done. */
    private static final class LastLayer implements PrefillListener {
        volatile long done;

        @Override
        public void routed(RoutingBatch batch) {}

        @Override
        public void lastLogits(int prompt, float[] logits) {}

        @Override
        public void layerDone(int layer, int tokens) {
            done = System.nanoTime();
        }
    }
}
