package io.gatehouse.trace;

import io.gatehouse.dataset.TextLines;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.ForwardPasses;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Two formats of colibri (JustVugg/colibri). {@code .json} is {@code glm52-routing-trace-export/v2} (issue 119): {@code
 * layers.N} with {@code executed_topk} and {@code executed_scores} of shape [rows, top-k], best first, and {@code
 * conditional.prompts[]} with the rows of each prompt and its category. The scores are those by which experts were chosen,
 * not weights. Other files are what the engine writes to {@code ROUTE_TRACE} ({@code c/route_trace.h}): a line for each
 * token of a layer, {@code CALL ROW LAYER EXPERT:WEIGHT …}, where a call is a layer in a pass.
 */
final class ColibriTrace implements TraceReader {
    private static final String SCHEMA = "glm52-routing-trace-export/v2";
    private static final String LOSERS = "runners_up_scores";
    /** Heap that an expert of a row takes in the arrays that are made of it. */
    private static final int DECISION_BYTES = 16;

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
            new Export(file, JsonRecords.whole(file)).read(listener);
        } else {
            new Log(file, listener).read();
        }
    }

    /** The rows of a prompt: first those of its tokens, then those of generated ones. */
    private record Prompt(String name, Optional<String> category, int start, int tokens, int end) {}

    /** The export in JSON. */
    private record Export(Path file, JsonValue root) {
        void read(TraceListener listener) {
            JsonValue schema = root.field("schema");
            if (!schema.text().equals(SCHEMA)) {
                throw schema.corrupt("is %s instead of %s".formatted(schema.shown(), SCHEMA));
            }
            int topK = root.field("routing").field("k").integer(1, TraceBounds.MOST);
            int experts = root.field("routing").field("n_expert_per_layer").integer(1, TraceBounds.MOST);
            int rows = root.field("tokens").field("total_rows").index();
            FileMemory memory = FileMemory.of(file);
            List<TracedLayer> layers = new ArrayList<>();
            JsonValue all = root.field("layers");
            for (String key : all.properties().stream().map(Map.Entry::getKey).toList()) {
                memory.take((long) rows * topK * DECISION_BYTES);
                layers.add(layer(all.field(key), number(all, key), topK, experts, rows));
                if (all.field(key).find(LOSERS).isPresent()) {
                    listener.leftOut(LOSERS);
                }
            }
            prompts(rows, listener)
                    .forEach(prompt -> listener.sequence(new TracedSequence(
                            prompt.name(),
                            prompt.category(),
                            "",
                            new int[0],
                            prompt.tokens(),
                            layers.stream().map(layer -> part(layer, prompt)).toList())));
        }

        private int number(JsonValue layers, String key) {
            try {
                int number = Integer.parseInt(key);
                if (number >= 0 && number < TraceBounds.MOST) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Said below, like those that are too large.
            }
            throw layers.corrupt("has the layer '%s'; layers have numbers from 0 to %d"
                    .formatted(JsonValue.shown(key), TraceBounds.MOST - 1));
        }

        private TracedLayer layer(JsonValue layer, int number, int topK, int experts, int rows) {
            JsonValue routed = layer.field("executed_topk");
            requireRows(routed, rows);
            Optional<JsonValue> scored = layer.find("executed_scores");
            scored.ifPresent(scores -> requireRows(scores, rows));
            int[] ids = new int[rows * topK];
            float[] scores = new float[scored.isPresent() ? ids.length : 0];
            for (int row = 0; row < rows; row++) {
                JsonValue of = routed.item(row);
                requireSize(of, topK);
                for (int rank = 0; rank < topK; rank++) {
                    ids[row * topK + rank] = of.item(rank).integer(0, experts - 1);
                }
                if (scored.isPresent()) {
                    JsonValue ofScores = scored.get().item(row);
                    requireSize(ofScores, topK);
                    for (int rank = 0; rank < topK; rank++) {
                        scores[row * topK + rank] = ofScores.item(rank).number();
                    }
                }
            }
            return new TracedLayer(
                    number,
                    topK,
                    IntStream.range(0, rows).toArray(),
                    ids,
                    true,
                    new float[0],
                    scores,
                    new float[0],
                    new float[0]);
        }

        private static void requireRows(JsonValue list, int rows) {
            if (list.size() != rows) {
                throw list.corrupt("has %d rows, but tokens.total_rows is %d".formatted(list.size(), rows));
            }
        }

        private static void requireSize(JsonValue row, int topK) {
            if (row.size() != topK) {
                throw row.corrupt("has %d values, but routing.k is %d".formatted(row.size(), topK));
            }
        }

        private List<Prompt> prompts(int rows, TraceListener listener) {
            JsonValue list = root.field("conditional").field("prompts");
            List<Prompt> prompts = new ArrayList<>();
            int end = 0;
            int named = 0;
            for (int i = 0; i < list.size(); i++) {
                JsonValue of = list.item(i);
                JsonValue start = of.field("start_row");
                if (start.index() < end) {
                    throw start.corrupt("is %d, but the prompt before it ends at row %d".formatted(start.index(), end));
                }
                int tokens = of.field("prefill_rows").integer(1, rows);
                int generated = of.field("decode_step_rows").integer(0, rows);
                JsonValue last = of.field("end_row");
                if (last.index() > rows || (long) start.index() + tokens + generated != last.index()) {
                    throw last.corrupt("is %d, but the prompt has %d and %d rows from row %d on, of %d"
                            .formatted(last.index(), tokens, generated, start.index(), rows));
                }
                end = last.index();
                named += tokens + generated;
                prompts.add(new Prompt(
                        "prompt %d".formatted(i + 1),
                        of.find("category").map(JsonValue::text),
                        start.index(),
                        tokens,
                        end));
            }
            if (named < rows) {
                listener.leftOut("%,d rows of no prompt".formatted(rows - named));
            }
            return prompts;
        }

        private static TracedLayer part(TracedLayer layer, Prompt prompt) {
            int from = prompt.start() * layer.topK();
            int to = prompt.end() * layer.topK();
            return new TracedLayer(
                    layer.layer(),
                    layer.topK(),
                    IntStream.range(0, prompt.end() - prompt.start()).toArray(),
                    Arrays.copyOfRange(layer.experts(), from, to),
                    true,
                    new float[0],
                    layer.scores().length == 0 ? layer.scores() : Arrays.copyOfRange(layer.scores(), from, to),
                    new float[0],
                    new float[0]);
        }
    }

    /** The log of the engine. */
    private static final class Log {
        private static final Pattern LINE = Pattern.compile("(\\d{1,9}) (\\d{1,9}) (\\d{1,9}) (\\S.*)");
        private static final String SPACE = " ";
        /** Heap that a character of a line takes until its call ends. */
        private static final int CHARACTER_BYTES = 32;

        private final Path file;
        private final ForwardPasses passes;
        private FileMemory memory;
        private int[] experts = new int[8];
        private float[] weights = new float[8];
        private int size;
        private int call;
        private int row;
        private int layer;
        private int topK;
        private String place = "";

        Log(Path file, TraceListener listener) {
            this.file = file;
            this.passes = new ForwardPasses(file, listener);
            this.memory = FileMemory.of(file);
        }

        void read() {
            TextLines.read(file, (line, number) -> {
                if (!line.isBlank()) {
                    add("%s, line %d".formatted(file, number), line);
                }
            });
            endCall();
            passes.finish();
        }

        private void add(String at, String line) {
            Matcher parts = LINE.matcher(line);
            if (!parts.matches()) {
                throw corrupt(at, "is '%s' instead of CALL ROW LAYER EXPERT:WEIGHT …".formatted(JsonValue.shown(line)));
            }
            int ofCall = Integer.parseInt(parts.group(1));
            int ofRow = Integer.parseInt(parts.group(2));
            int ofLayer = Integer.parseInt(parts.group(3));
            if (ofLayer >= TraceBounds.MOST) {
                throw corrupt(at, TraceBounds.hasLayer(ofLayer));
            }
            if (size > 0 && ofCall != call) {
                endCall();
            }
            if (ofRow != row) {
                throw corrupt(at, "has row %d of call %d in place of row %d".formatted(ofRow, ofCall, row));
            }
            if (row > 0 && ofLayer != layer) {
                throw corrupt(at, "has layer %d in call %d, which is of layer %d".formatted(ofLayer, ofCall, layer));
            }
            memory.take((long) line.length() * CHARACTER_BYTES);
            place = row == 0 ? at : place;
            call = ofCall;
            layer = ofLayer;
            row++;
            choices(at, parts.group(4));
        }

        private void choices(String at, String text) {
            int before = size;
            for (String choice : text.strip().split(SPACE, -1)) {
                int colon = choice.indexOf(':');
                if (colon < 0) {
                    throw corrupt(at, "has '%s' in place of EXPERT:WEIGHT".formatted(JsonValue.shown(choice)));
                }
                if (size == experts.length) {
                    experts = Arrays.copyOf(experts, 2 * size);
                    weights = Arrays.copyOf(weights, 2 * size);
                }
                experts[size] = expert(at, choice.substring(0, colon));
                weights[size++] = weight(at, choice.substring(colon + 1));
            }
            if (before > 0 && size - before != topK) {
                throw corrupt(at, "has %d experts, but row 0 of the call has %d".formatted(size - before, topK));
            }
            topK = size - before;
        }

        private void endCall() {
            if (size > 0) {
                passes.add(layer, topK, Arrays.copyOf(experts, size), Arrays.copyOf(weights, size), place);
            }
            memory = FileMemory.of(file);
            size = 0;
            row = 0;
        }

        private static int expert(String at, String text) {
            try {
                int expert = Integer.parseInt(text);
                if (expert >= 0 && expert < TraceBounds.MOST) {
                    return expert;
                }
            } catch (NumberFormatException e) {
                // Said below, like those that are too large.
            }
            throw corrupt(
                    at,
                    "has the expert '%s'; experts have numbers from 0 to %d"
                            .formatted(JsonValue.shown(text), TraceBounds.MOST - 1));
        }

        private static float weight(String at, String text) {
            try {
                float weight = Float.parseFloat(text);
                if (Float.isFinite(weight)) {
                    return weight;
                }
            } catch (NumberFormatException e) {
                // Said below, like infinite ones.
            }
            throw corrupt(at, "has the weight '%s', which is not a number".formatted(JsonValue.shown(text)));
        }
    }

    private static GatehouseException corrupt(String place, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }
}
