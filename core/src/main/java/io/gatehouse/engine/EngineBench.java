package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Measures prefill of a loaded model on random tokens. What is compared is measured in turns, so that whatever else the
 * machine does falls on both; of each the median counts.
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
     */
    public record Measured(
            Batch batch,
            double tokensPerSecond,
            double milliseconds,
            double routingMilliseconds,
            double everythingMilliseconds,
            double ceilingMilliseconds) {
        /** Share of the ceiling that is reached while everything is captured. */
        public double shareOfCeiling() {
            return ceilingMilliseconds / everythingMilliseconds;
        }

        /** What capturing everything adds, as a share of the time without. */
        public double captureOverhead() {
            return everythingMilliseconds / milliseconds - 1;
        }
    }

    public Measured measure(Batch batch) {
        List<Prompt> prompts = prompts(batch);
        List<Double> whole = new ArrayList<>();
        List<Double> nothing = new ArrayList<>();
        List<Double> routing = new ArrayList<>();
        List<Double> everything = new ArrayList<>();
        List<Double> ceiling = new ArrayList<>();
        try (MatrixProducts products = MatrixProducts.ofLayer(engine.config(), engine.precision(), batch.allTokens())) {
            warmUp(prompts);
            for (int round = 0; round < rounds; round++) {
                nothing.add(layerSeconds(prompts, Capture.NOTHING));
                everything.add(layerSeconds(prompts, Capture.EVERYTHING));
                routing.add(layerSeconds(prompts, Capture.ROUTING));
                whole.add(wholeSeconds(prompts, Capture.ROUTING));
                ceiling.add(products.seconds());
            }
        }
        return new Measured(
                batch,
                batch.allTokens() / median(whole),
                median(nothing) * perTokenAndLayer(batch),
                median(routing) * perTokenAndLayer(batch),
                median(everything) * perTokenAndLayer(batch),
                median(ceiling) * 1e3 / batch.allTokens());
    }

    /**
     * What a batch took while nothing was captured.
     *
     * @param tokensPerSecond prompt tokens through the whole model, when only answers are wanted
     * @param milliseconds per token and layer, every layer in full
     * @param ceilingMilliseconds per token and layer, of the layer's matrix products alone
     */
    public record MeasuredPlain(Batch batch, double tokensPerSecond, double milliseconds, double ceilingMilliseconds) {
        public double shareOfCeiling() {
            return ceilingMilliseconds / milliseconds;
        }
    }

    public MeasuredPlain measurePlain(Batch batch) {
        List<Prompt> prompts = prompts(batch);
        List<Double> whole = new ArrayList<>();
        List<Double> layers = new ArrayList<>();
        List<Double> ceiling = new ArrayList<>();
        try (MatrixProducts products = MatrixProducts.ofLayer(engine.config(), engine.precision(), batch.allTokens())) {
            layerSeconds(prompts, Capture.NOTHING);
            wholeSeconds(prompts, Capture.NOTHING);
            for (int round = 0; round < rounds; round++) {
                layers.add(layerSeconds(prompts, Capture.NOTHING));
                whole.add(wholeSeconds(prompts, Capture.NOTHING));
                ceiling.add(products.seconds());
            }
        }
        return new MeasuredPlain(
                batch,
                batch.allTokens() / median(whole),
                median(layers) * perTokenAndLayer(batch),
                median(ceiling) * 1e3 / batch.allTokens());
    }

    private double perTokenAndLayer(Batch batch) {
        return 1e3 / batch.allTokens() / engine.config().layers().size();
    }

    /**
     * What prompts took that begin with the same tokens, as those of one subject begin with its solved examples.
     *
     * @param naivePerSecond prompts, each computed whole
     * @param sharedPerSecond prompts, what they share computed once
     */
    public record MeasuredPrefix(Batch batch, int prefix, double naivePerSecond, double sharedPerSecond) {
        /** How many times as fast sharing is. */
        public double timesFaster() {
            return sharedPerSecond / naivePerSecond;
        }
    }

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
        List<Double> naive = new ArrayList<>();
        List<Double> shared = new ArrayList<>();
        wholeSeconds(drawn, Capture.ROUTING);
        wholeSeconds(sharing, Capture.ROUTING);
        for (int round = 0; round < rounds; round++) {
            naive.add(wholeSeconds(drawn, Capture.ROUTING));
            shared.add(wholeSeconds(sharing, Capture.ROUTING));
        }
        return new MeasuredPrefix(batch, prefix, batch.prompts() / median(naive), batch.prompts() / median(shared));
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

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
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
