package io.gatehouse.trace.reader;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.trace.format.ArrayFile;
import io.gatehouse.trace.format.NamedArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Experts by token, layer and rank, as serving engines return them: shape [tokens, layers, topK], −1 where the engine
 * did not route a token itself because it knew its prefix. They promise no order of a token's experts. Layers without
 * experts are zeros at every token.
 */
public final class RoutingCube {
    private static final int NOT_ROUTED = -1;

    /** As many tokens in a row do not go to the same experts in all layers. */
    private static final int MOST_EQUAL = 8;

    /** NeMo RL's codec: {@code nrlre1:int16:SxLxK:BASE64}. */
    private static final Pattern NEMO_RL =
            Pattern.compile("nrlre1:(int8|int16|int32):(\\d{1,9})x(\\d{1,9})x(\\d{1,9}):([A-Za-z0-9+/=]*)");

    private final int layers;
    private final int topK;
    private final int first;
    private final List<int[]> tokens = new ArrayList<>();
    /** Weights of the tokens, in the order of their experts; empty if they are unknown. */
    private final List<float[]> weights = new ArrayList<>();

    /** @param first position of the first token that is added */
    public RoutingCube(int layers, int topK, int first) {
        this.layers = layers;
        this.topK = topK;
        this.first = first;
    }

    /**
     * The cube of a field: a list, which has the shape of its first token; NumPy's npy in base64; NeMo RL's codec; or an
     * object with {@code data} in base64, {@code shape}, {@code dtype} and perhaps {@code start}, as Dynamo and prime-rl
     * send it.
     *
     * @param first position of the first token, if the field does not say it
     * @param packed whether weights follow the experts of a token, as prime-rl packs them: each row of int32 has the
     *     experts and then the bits of their weights as float32
     */
    public static RoutingCube of(JsonValue field, int first, boolean packed) {
        if (field.node().isObject()) {
            List<Integer> shape =
                    IntStream.of(field.field("shape").indices()).boxed().toList();
            int start = field.find("start")
                    .map(value -> value.integer(0, TraceShape.MOST_TOKENS))
                    .orElse(first);
            JsonValue data = field.field("data");
            NamedArray array = ArrayFile.raw(
                    data.place(), data.bytes(), field.field("dtype").text(), shape);
            return ofArray(field, array, start, packed);
        }
        if (!field.isText()) {
            if (packed) {
                throw field.corrupt("is a list, which cannot hold packed weights: import it without --packed-weights");
            }
            return ofList(field, first);
        }
        Matcher nemo = NEMO_RL.matcher(field.text());
        return nemo.matches()
                ? ofNemoRl(field, nemo, first, packed)
                : ofArray(field, ArrayFile.npy(field.place(), field.bytes()), first, packed);
    }

    /** Its last token may be a filler, whose experts are 0, 1, 2 and so on in every layer: it was never an input. */
    private static RoutingCube ofNemoRl(JsonValue field, Matcher nemo, int first, boolean packed) {
        List<Integer> shape = List.of(
                Integer.parseInt(nemo.group(2)), Integer.parseInt(nemo.group(3)), Integer.parseInt(nemo.group(4)));
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(nemo.group(5));
        } catch (IllegalArgumentException e) {
            throw field.corrupt("is not base64: " + e.getMessage());
        }
        RoutingCube cube = ofArray(field, ArrayFile.raw(field.place(), bytes, nemo.group(1), shape), first, packed);
        int last = cube.tokens.size() - 1;
        if (last >= 0 && cube.isFiller(cube.tokens.get(last))) {
            cube.tokens.remove(last);
            if (packed) {
                cube.weights.remove(last);
            }
        }
        return cube;
    }

    private boolean isFiller(int[] experts) {
        return IntStream.range(0, experts.length).allMatch(i -> experts[i] == i % topK);
    }

    private static RoutingCube ofArray(JsonValue field, NamedArray array, int first, boolean packed) {
        if (array.shape().size() != 3) {
            throw field.corrupt("has the shape %s instead of tokens, layers and experts".formatted(array.shape()));
        }
        int width = array.shape().get(2);
        if (width == 0) {
            throw field.corrupt("has no experts");
        }
        if (packed && (width % 2 != 0 || array.element() != DType.I32)) {
            throw field.corrupt(
                    "has %d numbers of type %s for a token and layer; packed weights are int32, as many as experts"
                            .formatted(width, array.element()));
        }
        int tokens = array.shape().get(0);
        // Beside a zero any number of tokens would lie in no bytes.
        if (tokens > 0 && array.shape().get(1) == 0) {
            throw field.corrupt("has %d tokens in no layers".formatted(tokens));
        }
        int topK = packed ? width / 2 : width;
        RoutingCube cube = new RoutingCube(tokens == 0 ? 0 : array.shape().get(1), topK, first);
        for (int token = 0; token < tokens; token++) {
            int[] experts = new int[cube.layers * topK];
            float[] ofToken = new float[packed ? experts.length : 0];
            for (int i = 0; i < experts.length; i++) {
                int at = (token * cube.layers + i / topK) * width + i % topK;
                experts[i] = whole(array.value(at), field);
                if (packed) {
                    ofToken[i] = weight(array.value(at + topK), field);
                }
            }
            cube.add(experts, field::corrupt);
            if (packed) {
                cube.weights.add(ofToken);
            }
        }
        return cube;
    }

    private static int whole(double value, JsonValue field) {
        if (value != (int) value) {
            throw field.corrupt("holds %s, which is not an expert".formatted(value));
        }
        return (int) value;
    }

    private static float weight(double bits, JsonValue field) {
        float weight = Float.intBitsToFloat((int) bits);
        // Bits of small whole numbers are denormal: those would be experts.
        if (!Float.isFinite(weight) || weight < 0 || (weight > 0 && weight < Float.MIN_NORMAL)) {
            throw field.corrupt("holds the bits of %s, which is not a weight".formatted(weight));
        }
        return weight;
    }

    private static RoutingCube ofList(JsonValue list, int first) {
        if (list.size() == 0) {
            return new RoutingCube(0, 1, first);
        }
        JsonValue ofToken = list.item(0);
        int topK = ofToken.size() == 0 ? 1 : ofToken.item(0).size();
        if (topK == 0) {
            throw ofToken.item(0).corrupt("has no experts");
        }
        RoutingCube cube = new RoutingCube(ofToken.size(), topK, first);
        for (int token = 0; token < list.size(); token++) {
            cube.add(list.item(token));
        }
        return cube;
    }

    private void add(JsonValue token) {
        if (token.size() != layers) {
            throw token.corrupt("has %d layers instead of %d".formatted(token.size(), layers));
        }
        int[] experts = new int[layers * topK];
        for (int layer = 0; layer < layers; layer++) {
            JsonValue ranks = token.item(layer);
            if (ranks.size() != topK) {
                throw ranks.corrupt("has %d experts instead of %d".formatted(ranks.size(), topK));
            }
            for (int rank = 0; rank < topK; rank++) {
                int expert = ranks.item(rank).integer();
                if (expert < NOT_ROUTED) {
                    throw ranks.item(rank).corrupt("is %d, which is not an expert".formatted(expert));
                }
                experts[layer * topK + rank] = expert;
            }
            requireWhole(experts, layer, ranks::corrupt);
        }
        tokens.add(experts);
    }

    /**
     * Adds a token's experts, layer by layer.
     *
     * @param corrupt makes an error about their source
     */
    public void add(int[] experts, Function<String, GatehouseException> corrupt) {
        for (int layer = 0; layer < layers; layer++) {
            requireWhole(experts, layer, corrupt);
        }
        tokens.add(experts);
    }

    /**
     * Adds a token's experts from a place in an array on, layer by layer.
     *
     * @param corrupt makes an error about the array
     */
    public void add(NamedArray array, int from, Function<String, GatehouseException> corrupt) {
        int[] experts = new int[layers * topK];
        for (int i = 0; i < experts.length; i++) {
            double value = array.value(from + i);
            if (value != (int) value) {
                throw corrupt.apply("holds %s, which is not an expert".formatted(value));
            }
            experts[i] = (int) value;
        }
        add(experts, corrupt);
    }

    /** A layer routed a token to as many experts as it has ranks, or did not route it. */
    private void requireWhole(int[] experts, int layer, Function<String, GatehouseException> corrupt) {
        int routed = 0;
        for (int rank = 0; rank < topK; rank++) {
            int expert = experts[layer * topK + rank];
            if (expert < NOT_ROUTED) {
                throw corrupt.apply("holds %d, which is not an expert".formatted(expert));
            }
            routed += expert == NOT_ROUTED ? 0 : 1;
        }
        if (routed != 0 && routed != topK) {
            throw corrupt.apply(
                    "has %d of %d experts of token %d in layer %d".formatted(routed, topK, tokens.size(), layer));
        }
    }

    /** Number of tokens that it has. */
    public int rows() {
        return tokens.size();
    }

    /** Position of the first of them. */
    public int first() {
        return first;
    }

    /** Position after the last of them. */
    public int end() {
        return Math.addExact(first, tokens.size());
    }

    /**
     * Returns the tokens of this cube and then those of another one, which were generated after them.
     *
     * @param corrupt makes an error about the other one
     */
    public RoutingCube then(RoutingCube generated, Function<String, GatehouseException> corrupt) {
        if (rows() == 0 || generated.rows() == 0) {
            return rows() == 0 ? new RoutingCube(generated.layers, generated.topK, end()).with(generated) : this;
        }
        if (generated.layers != layers || generated.topK != topK || generated.weights.isEmpty() != weights.isEmpty()) {
            throw corrupt.apply("has %d layers of %d experts, but the prompt has %d of %d"
                    .formatted(generated.layers, generated.topK, layers, topK));
        }
        return new RoutingCube(layers, topK, first).with(this).with(generated);
    }

    private RoutingCube with(RoutingCube more) {
        tokens.addAll(more.tokens);
        weights.addAll(more.weights);
        return this;
    }

    /**
     * The decisions layer by layer, without the tokens that were not routed and the layers without experts.
     *
     * @param prompt tokens of the prompt
     * @param corrupt makes an error about their source
     * @throws GatehouseException CORRUPT_DATASET if some tokens are zeros in a layer and others are not, or all tokens of
     *     the prompt are the same: nobody routed them
     */
    public List<TracedLayer> layers(int prompt, Function<String, GatehouseException> corrupt) {
        requireDifferent(Math.min(prompt - first, tokens.size()), corrupt);
        List<TracedLayer> traced = new ArrayList<>();
        int zeroLayers = 0;
        for (int layer = 0; layer < layers; layer++) {
            int[] positions = new int[tokens.size()];
            int[] experts = new int[tokens.size() * topK];
            float[] ofExperts = new float[weights.isEmpty() ? 0 : experts.length];
            int rows = 0;
            int zeros = 0;
            for (int token = 0; token < tokens.size(); token++) {
                if (tokens.get(token)[layer * topK] != NOT_ROUTED) {
                    positions[rows] = first + token;
                    System.arraycopy(tokens.get(token), layer * topK, experts, rows * topK, topK);
                    if (!weights.isEmpty()) {
                        System.arraycopy(weights.get(token), layer * topK, ofExperts, rows * topK, topK);
                    }
                    zeros += isZero(experts, rows * topK) ? 1 : 0;
                    rows++;
                }
            }
            if (zeros > 0 && zeros < rows) {
                throw corrupt.apply(
                        "has only expert 0 for %d of %d tokens of layer %d: the engine filled in what it did not compute"
                                .formatted(zeros, rows, layer));
            }
            zeroLayers += zeros > 0 ? 1 : 0;
            if (zeros > 0 || rows == 0) {
                continue;
            }
            traced.add(new TracedLayer(
                    layer,
                    topK,
                    Arrays.copyOf(positions, rows),
                    Arrays.copyOf(experts, rows * topK),
                    false,
                    Arrays.copyOf(ofExperts, weights.isEmpty() ? 0 : rows * topK),
                    new float[0]));
        }
        if (traced.isEmpty() && zeroLayers > 0) {
            throw corrupt.apply("has only expert 0 for every token and layer: the engine did not compute them");
        }
        return traced;
    }

    /** A replica that only decodes has no routing of the prompt, and may return the same buffer for each of its tokens. */
    private void requireDifferent(int rows, Function<String, GatehouseException> corrupt) {
        if (rows >= MOST_EQUAL
                && tokens.get(0)[0] != NOT_ROUTED
                && IntStream.range(0, layers * topK).anyMatch(i -> tokens.get(0)[i] > 0)
                && tokens.subList(0, rows).stream().allMatch(token -> Arrays.equals(token, tokens.get(0)))) {
            throw corrupt.apply(
                    "sends all %d tokens of the prompt to the same experts: the engine filled in what it did not compute"
                            .formatted(rows));
        }
    }

    /** Whether a token went to expert 0 several times, which no router does. */
    private boolean isZero(int[] experts, int from) {
        return topK > 1 && IntStream.range(from, from + topK).allMatch(i -> experts[i] == 0);
    }
}
