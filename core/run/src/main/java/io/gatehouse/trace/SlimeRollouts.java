package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.format.NamedArray;
import io.gatehouse.trace.format.Pickle;
import io.gatehouse.trace.format.TorchFile;
import io.gatehouse.trace.reader.RoutingCube;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rollouts that slime saves with {@code --save-debug-rollout-data} ({@code slime/observability/rollout_data_utils.py}): a
 * dictionary of {@code rollout_id} and {@code samples}, each of them a {@code Sample} ({@code slime/utils/types.py}) as a
 * dictionary. {@code rollout_routed_experts} has the shape [tokens − 1, layers, experts], with zeros in layers without
 * experts, as SGLang returns it: the last token was never an input. Ids only.
 */
final class SlimeRollouts implements TraceReader {
    private static final String ROUTED = "rollout_routed_experts";

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        if (!(TorchFile.read(file) instanceof Map<?, ?> dump) || !(dump.get("samples") instanceof List<?> list)) {
            throw corrupt(file.toString(), "has no list 'samples'");
        }
        List<Map<?, ?>> samples = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            if (!(list.get(i) instanceof Map<?, ?> sample)) {
                throw corrupt("%s, samples[%d]".formatted(file, i), "is not a dictionary");
            }
            samples.add(sample);
        }
        List<Boolean> correct = RolloutRewards.correct(
                file, samples.stream().map(sample -> reward(sample, shape)).toList(), shape);
        FileMemory memory = FileMemory.of(file);
        for (int i = 0; i < samples.size(); i++) {
            String name = "%ssample %d"
                    .formatted(dump.get("rollout_id") instanceof Long id ? "rollout %d, ".formatted(id) : "", i);
            Map<?, ?> sample = samples.get(i);
            TracedSequence sequence = sequence("%s, samples[%d]".formatted(file, i), name, sample, memory);
            listener.sequence(sequence);
            if (!correct.isEmpty()) {
                String label = sample.get("label") instanceof String text ? text : "";
                listener.answer(new TracedAnswer(name, sequence.text(), label, Optional.empty(), correct.get(i)));
            }
        }
    }

    /** A reward is a number, or a dictionary of several. */
    private static OptionalDouble reward(Map<?, ?> sample, TraceShape shape) {
        Object reward = sample.get("reward");
        if (reward instanceof Map<?, ?> several) {
            reward = shape.metric().<Object>map(several::get).orElse(Pickle.NONE);
        }
        if (reward instanceof Boolean truth) {
            return OptionalDouble.of(truth ? 1 : 0);
        }
        return reward instanceof Number number ? OptionalDouble.of(number.doubleValue()) : OptionalDouble.empty();
    }

    private static TracedSequence sequence(String place, String name, Map<?, ?> sample, FileMemory memory) {
        int[] tokens = tokens(place, sample.get("tokens"), memory);
        if (!(sample.get("response_length") instanceof Long response) || response < 0 || response > tokens.length) {
            throw corrupt(
                    place,
                    "has the response_length %s of %d tokens"
                            .formatted(shown(sample.get("response_length")), tokens.length));
        }
        int prompt = tokens.length - response.intValue();
        if (!(sample.get(ROUTED) instanceof NamedArray routed)) {
            throw corrupt(
                    place,
                    "has no tensor '%s', but %s; slime keeps it with --use-rollout-routing-replay"
                            .formatted(ROUTED, shown(sample.get(ROUTED))));
        }
        if (routed.shape().size() != 3 || routed.size() == 0) {
            throw corrupt(place, "has %s of shape %s".formatted(ROUTED, routed.shape()));
        }
        int rows = routed.shape().get(0);
        // Results of tools that were added after the last generation were no input of the engine.
        if (rows >= tokens.length || rows < Math.min(prompt, tokens.length - 1)) {
            throw corrupt(
                    place,
                    "has %s of %d tokens, but %d tokens, of which the prompt has %d and the last one is not routed"
                            .formatted(ROUTED, rows, tokens.length, prompt));
        }
        memory.take((long) routed.size() * Integer.BYTES);
        Function<String, GatehouseException> corrupt = what -> corrupt(place + ", " + ROUTED, what);
        int row = routed.size() / rows;
        RoutingCube cube = new RoutingCube(routed.shape().get(1), routed.shape().get(2), 0);
        for (int token = 0; token < rows; token++) {
            cube.add(routed, token * row, corrupt);
        }
        String text = sample.get("prompt") instanceof String written ? written : "";
        return new TracedSequence(name, Optional.empty(), text, tokens, prompt, cube.layers(prompt, corrupt));
    }

    /** Ids of tokens, a list or a tensor. */
    private static int[] tokens(String place, @Nullable Object value, FileMemory memory) {
        if (value instanceof NamedArray array && array.shape().size() == 1) {
            memory.take((long) array.size() * Integer.BYTES);
            return IntStream.range(0, array.size())
                    .map(i -> token(place, (long) array.value(i)))
                    .toArray();
        }
        if (!(value instanceof List<?> list)) {
            throw corrupt(place, "has no list 'tokens'");
        }
        memory.take((long) list.size() * Integer.BYTES);
        return list.stream()
                .mapToInt(item -> {
                    if (item instanceof Long number) {
                        return token(place, number);
                    }
                    throw corrupt(place, "has %s in tokens".formatted(shown(item)));
                })
                .toArray();
    }

    private static int token(String place, long number) {
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw corrupt(place, "has %d in tokens".formatted(number));
        }
        return (int) number;
    }

    private static String shown(@Nullable Object value) {
        return value == null ? "None" : Pickle.shown(value);
    }

    private static GatehouseException corrupt(String place, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }
}
