package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.format.NamedArray;
import io.gatehouse.trace.format.TorchFile;
import io.gatehouse.trace.reader.RoutingCube;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Tensors of a batch of verl's rollouts, saved by the user as a dictionary with {@code torch.save}: {@code routed_experts}
 * of shape [samples, tokens, layers, experts], {@code attention_mask} of shape [samples, tokens], {@code response_mask} of
 * shape [samples, response tokens], and perhaps {@code input_ids} and {@code rm_scores}. Prompts are padded on the left and
 * responses on the right. Ids only, zeros in layers without experts and where the engine computed nothing.
 *
 * <p>The last token of a response was never an input of the model, and its row is zeros: as {@code
 * verl/trainer/ppo/metric_utils.py} does, it is left out. Rows of zeros before it are of results of tools that were added
 * after the last generation.
 */
final class VerlRollouts implements TraceReader {
    private static final String ROUTED = "routed_experts";
    private static final String MASK = "attention_mask";
    private static final char EXTENSION = '.';

    /**
     * The tokens {@code [from, to)} of a row that are no padding.
     *
     * @param prompt how many of them are of the prompt
     */
    private record Span(int from, int to, int prompt) {
        int tokens() {
            return to - from;
        }
    }

    /** The tensors of a file. */
    private record Batch(Path file, Map<?, ?> tensors) {
        NamedArray require(String name, int dimensions) {
            return find(name, dimensions)
                    .orElseThrow(() -> corrupt(file.toString(), "has no tensor '%s'".formatted(name)));
        }

        Optional<NamedArray> find(String name, int dimensions) {
            if (!(tensors.get(name) instanceof NamedArray array)) {
                return Optional.empty();
            }
            if (array.shape().size() != dimensions || array.size() == 0) {
                throw corrupt(file.toString(), "has %s of shape %s".formatted(name, array.shape()));
            }
            return Optional.of(array);
        }

        void requireShape(String name, NamedArray array, int samples, int tokens) {
            if (!array.shape().equals(List.of(samples, tokens))) {
                throw corrupt(
                        file.toString(),
                        "has %s of shape %s instead of [%d, %d]".formatted(name, array.shape(), samples, tokens));
            }
        }
    }

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        if (!(TorchFile.read(file) instanceof Map<?, ?> tensors)) {
            throw corrupt(file.toString(), "is not a dictionary of tensors");
        }
        Batch batch = new Batch(file, tensors);
        NamedArray routed = batch.require(ROUTED, 4);
        NamedArray mask = batch.require(MASK, 2);
        NamedArray responses = batch.require("response_mask", 2);
        int samples = routed.shape().get(0);
        int tokens = routed.shape().get(1);
        int responseTokens = responses.shape().get(1);
        batch.requireShape(MASK, mask, samples, tokens);
        batch.requireShape("response_mask", responses, samples, Math.min(responseTokens, tokens));
        Optional<NamedArray> ids = batch.find("input_ids", 2);
        ids.ifPresent(array -> batch.requireShape("input_ids", array, samples, tokens));
        Optional<NamedArray> scores = batch.find("rm_scores", 2).or(() -> batch.find("token_level_scores", 2));
        scores.ifPresent(array -> batch.requireShape("scores", array, samples, responseTokens));
        List<Boolean> correct = RolloutRewards.correct(
                file,
                IntStream.range(0, samples)
                        .mapToObj(sample -> scores.map(array -> OptionalDouble.of(sum(array.part(sample))))
                                .orElse(OptionalDouble.empty()))
                        .toList(),
                shape);
        FileMemory memory = FileMemory.of(file);
        for (int sample = 0; sample < samples; sample++) {
            String place = "%s, sample %d".formatted(file, sample);
            String name = "%s, sample %d".formatted(stem(file), sample);
            Span span = span(place, mask.part(sample), tokens - responseTokens);
            int number = sample;
            int[] tokenIds =
                    ids.map(array -> ids(place, array.part(number), span)).orElse(new int[0]);
            listener.sequence(sequence(place, name, routed.part(sample), span, tokenIds, memory));
            if (!correct.isEmpty()) {
                listener.answer(new TracedAnswer(name, "", "", Optional.empty(), correct.get(sample)));
            }
        }
    }

    private static TracedSequence sequence(
            String place, String name, NamedArray routed, Span span, int[] ids, FileMemory memory) {
        int layers = routed.shape().get(1);
        int topK = routed.shape().get(2);
        memory.take((long) routed.size() * Integer.BYTES);
        int row = layers * topK;
        int rows = span.tokens() > span.prompt() ? span.tokens() - 1 : span.tokens();
        while (row > 1 && rows > span.prompt() && isZero(routed, (span.from() + rows - 1) * row, row)) {
            rows--;
        }
        Function<String, GatehouseException> corrupt = what -> corrupt(place + ", " + ROUTED, what);
        RoutingCube cube = new RoutingCube(layers, topK, 0);
        for (int token = 0; token < rows; token++) {
            cube.add(routed, (span.from() + token) * row, corrupt);
        }
        return new TracedSequence(name, Optional.empty(), "", ids, span.prompt(), cube.layers(span.prompt(), corrupt));
    }

    private static boolean isZero(NamedArray routed, int from, int row) {
        return IntStream.range(from, from + row).allMatch(i -> routed.value(i) == 0);
    }

    /** The tokens between the padding. */
    private static Span span(String place, NamedArray mask, int promptWidth) {
        int from = 0;
        while (from < mask.size() && mask.value(from) == 0) {
            from++;
        }
        int to = from;
        while (to < mask.size() && mask.value(to) == 1) {
            to++;
        }
        for (int i = to; i < mask.size(); i++) {
            if (mask.value(i) != 0) {
                throw corrupt(
                        place, "has the %s %s at token %d, after the padding begins".formatted(MASK, mask.value(i), i));
            }
        }
        if (from >= promptWidth || to < promptWidth) {
            throw corrupt(
                    place,
                    "has an %s of the tokens from %d to %d, but its prompt ends before token %d"
                            .formatted(MASK, from, to, promptWidth));
        }
        return new Span(from, to, promptWidth - from);
    }

    private static int[] ids(String place, NamedArray ids, Span span) {
        return IntStream.range(span.from(), span.to())
                .map(i -> {
                    double id = ids.value(i);
                    if (!(id >= 0 && id <= Integer.MAX_VALUE)) {
                        throw corrupt(place, "has %s in input_ids".formatted(id));
                    }
                    return (int) id;
                })
                .toArray();
    }

    /** The reward stands at the last token of the response, and zeros elsewhere. */
    private static double sum(NamedArray scores) {
        return IntStream.range(0, scores.size()).mapToDouble(scores::value).sum();
    }

    private static String stem(Path file) {
        String name = String.valueOf(file.getFileName());
        int extension = name.lastIndexOf(EXTENSION);
        return extension > 0 ? name.substring(0, extension) : name;
    }

    private static GatehouseException corrupt(String place, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }
}
