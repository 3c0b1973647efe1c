package io.gatehouse.server.model;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.EndTokens;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.engine.prefill.GenerationListener;
import io.gatehouse.engine.prefill.GenerationOptions;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RoutingBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A model in this process, and what its engine says without the server: the logits of a trace, and generated texts. */
final class ReferenceModel implements AutoCloseable {
    final Tokenizer tokenizer;
    private final Checkpoint checkpoint;
    private final Engine engine;

    ReferenceModel(Path path) {
        checkpoint = Checkpoint.open(path);
        tokenizer = checkpoint.openTokenizer();
        engine = Engine.load(checkpoint);
    }

    /** The logits that follow each token of a prompt. */
    List<float[]> logits(int... prompt) {
        List<float[]> rows = new ArrayList<>();
        engine.prefill(List.of(new Prompt(prompt)), Capture.TRACE, new PrefillListener() {
            @Override
            public void routed(RoutingBatch batch) {}

            @Override
            public void lastLogits(int text, float[] logits) {}

            @Override
            public void allLogits(int[] prompts, float[] logits) {
                int width = logits.length / prompts.length;
                for (int row = 0; row < prompts.length; row++) {
                    rows.add(Arrays.copyOfRange(logits, row * width, (row + 1) * width));
                }
            }
        });
        return rows;
    }

    /** The most probable text after a prompt. */
    Generated generate(int[] prompt, int tokens) {
        GenerationOptions options = GenerationOptions.upTo(tokens, EndTokens.of(checkpoint.directory()));
        return engine.generate(List.of(new Prompt(prompt)), options, Capture.NOTHING, new GenerationListener() {})
                .get(0);
    }

    /** The logarithm of a token's share of the softmax. */
    static double logProbability(float[] logits, int token) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        return logits[token] - Math.log(sum);
    }

    static int best(float[] logits) {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            best = logits[token] > logits[best] ? token : best;
        }
        return best;
    }

    @Override
    public void close() {
        engine.close();
        tokenizer.close();
        checkpoint.close();
    }
}
