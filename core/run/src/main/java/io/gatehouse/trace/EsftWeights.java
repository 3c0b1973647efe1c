package io.gatehouse.trace;

import io.gatehouse.dataset.TextLines;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The experts and weights of tokens that ESFT's scripts write (deepseek-ai/ESFT, {@code expert_scores/TASK/}): a file {@code
 * expert_weights_LAYER.txt} for each layer, with a line for each sequence: the experts of all of its tokens with tabs
 * between them, two tabs, and their weights. The experts of a token have no order. Line i is the same sequence in every
 * file of a folder, and the folder is the task.
 */
final class EsftWeights implements TraceReader {
    private static final Pattern NAME = Pattern.compile(".*expert_weights_(\\d{1,5})\\.txt(?:\\.gz)?");
    private static final String TAB = "\t";
    private static final String BETWEEN = "\t\t";
    /** Heap that an expert of a token takes as text and as numbers. */
    private static final int DECISION_BYTES = 160;

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
        if (!name.matches()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s is not named expert_weights_LAYER.txt".formatted(file));
        }
        int layer = Integer.parseInt(name.group(1));
        int topK = shape.requireTopK(file);
        Optional<String> task = Optional.ofNullable(file.toAbsolutePath().getParent())
                .map(Path::getFileName)
                .map(Path::toString);
        TextLines.read(file, (line, number) -> {
            TracedLayer traced = layer("%s, line %d".formatted(file, number), line, layer, topK);
            listener.sequence(new TracedSequence(
                    task.map(of -> "%s, line %d".formatted(of, number)).orElseGet(() -> "line %d".formatted(number)),
                    task,
                    "",
                    new int[0],
                    traced.tokens(),
                    List.of(traced)));
        });
    }

    private static TracedLayer layer(String place, String line, int layer, int topK) {
        int between = line.indexOf(BETWEEN);
        if (between < 0) {
            throw corrupt(place, "has no two tabs between experts and weights");
        }
        FileMemory.of(place).take((1 + line.chars().filter(c -> c == '\t').count()) * DECISION_BYTES);
        String[] ids = line.substring(0, between).split(TAB, -1);
        String[] numbers = line.substring(between + BETWEEN.length()).split(TAB, -1);
        if (ids.length != numbers.length) {
            throw corrupt(place, "has %d weights for %d experts".formatted(numbers.length, ids.length));
        }
        if (ids.length % topK != 0) {
            throw corrupt(
                    place, "has %d experts, which are not those of tokens with %d each".formatted(ids.length, topK));
        }
        int[] experts = new int[ids.length];
        float[] weights = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            experts[i] = expert(place, ids[i]);
            weights[i] = weight(place, numbers[i]);
        }
        return new TracedLayer(
                layer, topK, IntStream.range(0, ids.length / topK).toArray(), experts, false, weights, new float[0]);
    }

    private static int expert(String place, String text) {
        try {
            int expert = Integer.parseInt(text);
            if (expert >= 0 && expert < TraceBounds.MOST) {
                return expert;
            }
        } catch (NumberFormatException e) {
            // Said below, like those that are too large.
        }
        throw corrupt(
                place,
                "has the expert '%s'; experts have numbers from 0 to %d"
                        .formatted(JsonValue.shown(text), TraceBounds.MOST - 1));
    }

    private static float weight(String place, String text) {
        try {
            float weight = Float.parseFloat(text);
            if (Float.isFinite(weight)) {
                return weight;
            }
        } catch (NumberFormatException e) {
            // Said below, like infinite ones.
        }
        throw corrupt(place, "has the weight '%s', which is not a number".formatted(JsonValue.shown(text)));
    }

    private static GatehouseException corrupt(String place, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }
}
