package io.gatehouse.bench.engine;

import static java.util.Objects.requireNonNull;

import io.gatehouse.bench.Spread;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.GenerationListener;
import io.gatehouse.engine.prefill.GenerationOptions;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RoutingBatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Measures the generation of texts of a loaded model after prompts of random tokens. What is compared is measured in the
 * same round; of each the median of the rounds counts.
 */
public final class GenerationBench {
    private final Engine engine;
    private final int rounds;

    /** @param rounds how often everything is measured */
    public GenerationBench(Engine engine, int rounds) {
        this.engine = requireNonNull(engine, "engine is null");
        this.rounds = rounds;
    }

    /**
     * So many texts, which all get the same number of tokens.
     *
     * @param promptTokens of a prompt in the mean; they have from half to one and a half times as many
     */
    public record Texts(int count, int promptTokens, int generated) {
        public Texts {
            if (count < 1 || promptTokens < 1 || generated < 2) {
                throw new IllegalArgumentException(
                        "%d texts of %d tokens and %d generated ones".formatted(count, promptTokens, generated));
            }
        }
    }

    /**
     * What texts took.
     *
     * @param prefillPerSecond prompt tokens, while their routing is captured
     * @param decodePerSecond generated tokens from when all texts have begun, while their routing is captured
     * @param decodeOfPrefill the second divided by the first
     * @param captureOverhead what capturing everything adds to the time of a generated token, as a share of that without
     * @param alonePerSecond generated tokens of the first text alone
     */
    public record Measured(
            Texts texts,
            double prefillPerSecond,
            double decodePerSecond,
            Spread decodeOfPrefill,
            Spread captureOverhead,
            double alonePerSecond) {}

    /** Tokens per second; {@code nothing} and {@code everything} are captured of generated ones. */
    private record Round(double prefill, double decode, double nothing, double everything, double alone) {}

    public Measured measure(Texts texts) {
        List<Prompt> prompts = prompts(texts);
        decode(prompts, texts, Capture.NOTHING);
        List<Round> measured = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            measured.add(new Round(
                    prefill(prompts),
                    decode(prompts, texts, Capture.ROUTING),
                    decode(prompts, texts, Capture.NOTHING),
                    decode(prompts, texts, Capture.EVERYTHING),
                    decode(prompts.subList(0, 1), texts, Capture.ROUTING)));
        }
        return new Measured(
                texts,
                spread(measured, Round::prefill).median(),
                spread(measured, Round::decode).median(),
                spread(measured, round -> round.decode() / round.prefill()),
                spread(measured, round -> round.nothing() / round.everything() - 1),
                spread(measured, Round::alone).median());
    }

    private double prefill(List<Prompt> prompts) {
        long start = System.nanoTime();
        engine.prefill(prompts, Capture.ROUTING, new PrefillListener() {
            @Override
            public void routed(RoutingBatch batch) {}

            @Override
            public void lastLogits(int prompt, float[] logits) {}
        });
        long tokens =
                prompts.stream().mapToLong(prompt -> prompt.tokens().length).sum();
        return tokens / ((System.nanoTime() - start) / 1e9);
    }

    private double decode(List<Prompt> prompts, Texts texts, Capture capture) {
        Clock clock = new Clock(prompts.size());
        engine.generate(prompts, GenerationOptions.exactly(texts.generated(), Set.of()), capture, clock);
        return clock.tokens / ((System.nanoTime() - clock.start) / 1e9);
    }

    /** Counts tokens from when all texts have one. Called on one thread, and read when that is done. */
    private static final class Clock implements GenerationListener {
        private final int texts;
        private final Set<Integer> begun = new HashSet<>();
        private long start;
        private long tokens;

        Clock(int texts) {
            this.texts = texts;
        }

        @Override
        public void chosen(int prompt, int position, int token, float logProbability, float[] logits) {
            if (begun.size() == texts) {
                tokens++;
            } else if (begun.add(prompt) && begun.size() == texts) {
                start = System.nanoTime();
            }
        }
    }

    private List<Prompt> prompts(Texts texts) {
        SplittableRandom random = new SplittableRandom(1);
        int vocabulary = engine.config().vocabSize();
        int least = Math.max(1, texts.promptTokens() / 2);
        int most = Math.max(least, texts.promptTokens() + texts.promptTokens() / 2);
        return IntStream.range(0, texts.count())
                .mapToObj(i -> new Prompt(random.ints(random.nextInt(least, most + 1), 0, vocabulary)
                        .toArray()))
                .toList();
    }

    private static Spread spread(List<Round> rounds, Function<Round, Double> value) {
        return Spread.of(rounds.stream().map(value).toList());
    }
}
