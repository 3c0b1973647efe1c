package io.gatehouse.engine;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.PlainOutcome.PlainRouting;
import io.gatehouse.engine.prefill.Prompt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Random prompts with what the plain decoder makes of them, drawn so that no router is in doubt: an engine in fp32 must
 * choose the same experts in the same order. Two of the five begin with the same tokens.
 */
record PlainPrompts(List<Prompt> prompts, List<PlainOutcome> outcomes) {
    /** About ten times the error of a probability in fp32. */
    private static final double NEAR_TIE = 1e-5;

    private static final int TRIES = 300;
    private static final int PREFIX = 18;

    /** @param shared whether those two say so, and the engine may compute what they share once */
    static PlainPrompts draw(Checkpoint checkpoint, Interventions interventions, long seed, boolean shared) {
        SplittableRandom random = new SplittableRandom(seed);
        PlainDecoder decoder = new PlainDecoder(checkpoint, interventions);
        PlainPrompts drawn = new PlainPrompts(new ArrayList<>(), new ArrayList<>());
        for (int length : new int[] {1, 6, 23}) {
            drawn.add(decided(checkpoint, decoder, random, new int[0], length), decoder, 0);
        }
        int[] prefix = decided(checkpoint, decoder, random, new int[0], PREFIX);
        for (int length : new int[] {27, 40}) {
            drawn.add(decided(checkpoint, decoder, random, prefix, length), decoder, shared ? PREFIX : 0);
        }
        return drawn;
    }

    private void add(int[] tokens, PlainDecoder decoder, int sharedPrefix) {
        prompts.add(new Prompt(tokens, sharedPrefix));
        outcomes.add(decoder.run(tokens));
    }

    private static int[] decided(
            Checkpoint checkpoint, PlainDecoder decoder, SplittableRandom random, int[] prefix, int length) {
        for (int i = 0; i < TRIES; i++) {
            int[] tokens = Arrays.copyOf(prefix, length);
            for (int t = prefix.length; t < length; t++) {
                tokens[t] = random.nextInt(checkpoint.config().vocabSize());
            }
            if (decoder.run(tokens).routers().stream().allMatch(PlainPrompts::isDecided)) {
                return tokens;
            }
        }
        throw new AssertionError("None of %d prompts of %d tokens is free of near-ties".formatted(TRIES, length));
    }

    private static boolean isDecided(PlainRouting router) {
        int topK = router.experts()[0].length;
        return Stream.concat(Arrays.stream(router.logits()).map(PlainVector::softmax), Arrays.stream(router.gate()))
                .allMatch(gate -> {
                    double[] ascending = gate.clone();
                    Arrays.sort(ascending);
                    int last = ascending.length - 1;
                    return IntStream.range(0, Math.min(topK, last))
                            .allMatch(rank -> ascending[last - rank] - ascending[last - rank - 1] > NEAR_TIE);
                });
    }
}
