package io.gatehouse.run;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.prompt.PromptedQuestion;
import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The disk space that a run needs, counted from the prompts before anything is computed. The bytes of each kind of row
 * were measured on files of made-up routing of top-1 to top-16 of 8 to 1024 experts; {@code bench store} measures what
 * they come to for one model.
 *
 * @param activations tokens of the scope, and those that may be generated, x layers with experts x top-k
 * @param bytes about how much the file will grow
 * @param freeBytes what the file's disk has free
 */
public record DiskNeed(long activations, long bytes, long freeBytes) {
    /** Of a router's decision, beside its experts and weights: position, entropy, margin, bounds of the lists. */
    private static final double DECISION = 8;

    /** Of a weight; an expert takes the bits of its number. */
    private static final double WEIGHT = 2;

    private static final double NORM = 3.6;
    private static final double PROBABILITY = 2.4;

    /** Of an expert that fired for a question, in the rollup. */
    private static final double USAGE = 5;

    private static final double TOKEN = 6;

    /** Beside a token: its log-probability, and its part of the text. */
    private static final double GENERATED_TOKEN = 8;

    /** Of a question with its answer, beside its text. */
    private static final double QUESTION = 120;

    /** Blocks that a run begins and does not fill, one for each of some columns. */
    private static final double BEGUN_BLOCKS = 1_000_000;

    /** The log, and blocks that are free again by the end, come and go beside what stays. */
    private static final double PASSING_SHARE = 0.25;

    private static final long PASSING_BYTES = 32L << 20;

    /**
     * The growth of the file, regardless of its disk.
     *
     * @param activations tokens of the scope, and those that may be generated, x layers with experts x top-k
     * @param bytes about how much the file will grow
     */
    public record Growth(long activations, long bytes) {
        /** Of a run whose files are not on one disk. */
        static final Growth UNKNOWN = new Growth(0, 0);

        /** Of texts that reach their greatest length. */
        static Growth of(
                List<PromptedQuestion> prompts, ModelConfig config, Recording recording, Generation generation) {
            double bytes = BEGUN_BLOCKS;
            long activations = 0;
            // The last token is not fed to the model.
            long fed = Math.max(0, generation.maxNewTokens() - 1);
            for (PromptedQuestion prompted : prompts) {
                long recorded = fed + (recording.scope() == Scope.PROMPT ? prompted.tokens() : 1);
                bytes += QUESTION + text(prompted) + recorded * TOKEN;
                bytes += generation.maxNewTokens() * GENERATED_TOKEN;
                for (FeedForward feedForward : config.feedForwards()) {
                    if (feedForward instanceof FeedForward.Sparse sparse) {
                        bytes += DiskNeed.bytes(sparse, recorded, prompted.tokens() + fed, recording);
                        activations += recorded * sparse.topK();
                    }
                }
            }
            return new Growth(activations, Math.round(bytes));
        }
    }

    static DiskNeed of(Growth growth, Path file) {
        return new DiskNeed(growth.activations(), growth.bytes(), free(file));
    }

    /** Bytes of an activation, everything that comes with it included. */
    public double bytesPerActivation() {
        return (double) bytes / Math.max(1, activations);
    }

    /** Refuses a run that its disk has no room for. */
    void requireFree(Path file) {
        long needed = Math.round(bytes * (1 + PASSING_SHARE)) + PASSING_BYTES;
        if (needed > freeBytes) {
            throw new GatehouseException(
                    ErrorCode.INSUFFICIENT_DISK,
                    "The run needs about %,d MB on the disk of %s, which has %,d MB free: make room, record less, or answer fewer questions"
                            .formatted(megabytes(needed), file, megabytes(freeBytes)));
        }
    }

    private static double bytes(FeedForward.Sparse layer, long recorded, long tokens, Recording recording) {
        int expertBits = Integer.SIZE - Integer.numberOfLeadingZeros(layer.experts() - 1);
        long chosen = recorded * layer.topK();
        long gates = switch (recording.probabilities()) {
            case NONE -> 0;
            case LAST_PROMPT -> layer.experts();
            case ALL -> tokens * layer.experts();
        };
        return recorded * DECISION
                + chosen * (WEIGHT + expertBits / (double) Byte.SIZE)
                + usedExperts(layer, recorded) * USAGE
                + (recording.norms() ? chosen * NORM : 0)
                + recording.lookahead().size() * chosen * (double) Short.BYTES
                + gates * PROBABILITY;
    }

    /** How many experts a question has in the rollup: those of the last token, and the different ones of all others. */
    private static double usedExperts(FeedForward.Sparse layer, long recorded) {
        double missedByOne = 1 - (double) layer.topK() / layer.experts();
        return layer.topK() + layer.experts() * (1 - Math.pow(missedByOne, recorded - 1.0));
    }

    private static long text(PromptedQuestion prompted) {
        return prompted.question().text().length()
                + prompted.question().choices().stream()
                        .mapToLong(String::length)
                        .sum();
    }

    private static long free(Path file) {
        try {
            return Files.getFileStore(file.toAbsolutePath()).getUsableSpace();
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    private static long megabytes(long bytes) {
        return bytes / 1_000_000;
    }
}
