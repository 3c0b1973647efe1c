package io.gatehouse.trace;

import io.gatehouse.dataset.TextLines;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.trace.reader.ForwardPasses;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The log of the llama.cpp that moe-l2 ships with {@code LLAMA_EXPERT_LOG=1} (moe-l2 0.14.1, {@code collect.py}, {@code
 * gate.py}): a line for each layer of a pass, {@code EXPERT|L3|T17: [5, 9] [2, 7]}, with the experts of each token in
 * brackets. The number behind T is not read, because its readers do not read it either. Other lines are passed over. Ids
 * only, whose order is not said to be their rank.
 */
final class ExpertLog implements TraceReader {
    private static final String MARK = "EXPERT|";
    private static final Pattern LINE = Pattern.compile("EXPERT\\|L(\\d{1,9})\\|T\\d+:\\s*(\\S.*)");
    private static final Pattern TOKEN = Pattern.compile("\\G\\[([0-9, ]+)]\\s*");
    private static final String COMMA = ",";
    /** Heap that a character of a line takes while it is read. */
    private static final int CHARACTER_BYTES = 40;

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        ForwardPasses passes = new ForwardPasses(file, listener);
        TextLines.read(file, (line, number) -> {
            int start = line.indexOf(MARK);
            if (start >= 0) {
                add(passes, "%s, line %d".formatted(file, number), line.substring(start));
            }
        });
        passes.finish();
    }

    private static void add(ForwardPasses passes, String place, String line) {
        FileMemory.of(place).take((long) line.length() * CHARACTER_BYTES);
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw corrupt(place, "is '%s' instead of EXPERT|L…|T…: […]".formatted(JsonValue.shown(line)));
        }
        int layer = Integer.parseInt(parts.group(1));
        if (layer >= TraceBounds.MOST) {
            throw corrupt(place, TraceBounds.hasLayer(layer));
        }
        String body = parts.group(2);
        int[] experts = new int[body.length()];
        int size = 0;
        int topK = 0;
        int end = 0;
        for (Matcher token = TOKEN.matcher(body); token.find(); end = token.end()) {
            String[] ids = token.group(1).split(COMMA, -1);
            if (topK > 0 && ids.length != topK) {
                throw corrupt(place, "has a token with %d experts after one with %d".formatted(ids.length, topK));
            }
            topK = ids.length;
            for (String id : ids) {
                experts[size++] = expert(place, id.strip());
            }
        }
        if (end < body.length()) {
            throw corrupt(
                    place,
                    "has '%s' in place of the experts of a token".formatted(JsonValue.shown(body.substring(end))));
        }
        passes.add(layer, topK, Arrays.copyOf(experts, size), new float[0], place);
    }

    private static int expert(String place, String id) {
        try {
            int expert = Integer.parseInt(id);
            if (expert < TraceBounds.MOST) {
                return expert;
            }
        } catch (NumberFormatException e) {
            // Said below, like those that are too large.
        }
        throw corrupt(
                place,
                "has the expert '%s'; experts have numbers from 0 to %d"
                        .formatted(JsonValue.shown(id), TraceBounds.MOST - 1));
    }

    private static GatehouseException corrupt(String place, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }
}
