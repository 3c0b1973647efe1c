package io.gatehouse.trace;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.trace.format.ArrayFile;
import io.gatehouse.trace.format.NamedArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Experts by token, layer and rank, as serving engines return them: shape [tokens, layers, topK], −1 where the engine
 * did not route a token itself because it knew its prefix. They promise no order of a token's experts.
 */
final class RoutingCube {
    private static final int NOT_ROUTED = -1;

    private final int layers;
    private final int topK;
    private final List<int[]> tokens = new ArrayList<>();

    RoutingCube(int layers, int topK) {
        this.layers = layers;
        this.topK = topK;
    }

    /** The cube of a JSON list, which has the shape of its first token, or of NumPy's npy in base64. */
    static RoutingCube of(JsonValue field) {
        return field.isText() ? ofArray(field) : ofList(field);
    }

    private static RoutingCube ofArray(JsonValue field) {
        NamedArray array = ArrayFile.npy(field.place(), field.bytes());
        if (array.shape().size() != 3) {
            throw field.corrupt("has the shape %s instead of tokens, layers and experts".formatted(array.shape()));
        }
        int topK = array.shape().get(2);
        if (topK == 0) {
            throw field.corrupt("has no experts");
        }
        int tokens = array.shape().get(0);
        // Beside a zero any number of tokens would lie in no bytes.
        if (tokens > 0 && array.shape().get(1) == 0) {
            throw field.corrupt("has %d tokens in no layers".formatted(tokens));
        }
        RoutingCube cube = new RoutingCube(tokens == 0 ? 0 : array.shape().get(1), topK);
        int row = cube.layers * topK;
        for (int token = 0; token < tokens; token++) {
            int[] experts = new int[row];
            for (int i = 0; i < row; i++) {
                experts[i] = whole(array.value(token * row + i), field);
            }
            cube.add(experts, field::corrupt);
        }
        return cube;
    }

    private static int whole(double value, JsonValue field) {
        if (value != (int) value) {
            throw field.corrupt("holds %s, which is not an expert".formatted(value));
        }
        return (int) value;
    }

    private static RoutingCube ofList(JsonValue list) {
        if (list.size() == 0) {
            return new RoutingCube(0, 1);
        }
        JsonValue first = list.item(0);
        int topK = first.size() == 0 ? 1 : first.item(0).size();
        if (topK == 0) {
            throw first.item(0).corrupt("has no experts");
        }
        RoutingCube cube = new RoutingCube(first.size(), topK);
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
    void add(int[] experts, Function<String, GatehouseException> corrupt) {
        for (int layer = 0; layer < layers; layer++) {
            requireWhole(experts, layer, corrupt);
        }
        tokens.add(experts);
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

    int tokens() {
        return tokens.size();
    }

    /** Leaves out the tokens after the first ones. */
    void cut(int first) {
        tokens.subList(first, tokens.size()).clear();
    }

    /** The decisions layer by layer, without the tokens that were not routed. */
    List<TracedLayer> layers() {
        List<TracedLayer> traced = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            int[] positions = new int[tokens.size()];
            int[] experts = new int[tokens.size() * topK];
            int rows = 0;
            for (int token = 0; token < tokens.size(); token++) {
                if (tokens.get(token)[layer * topK] != NOT_ROUTED) {
                    positions[rows] = token;
                    System.arraycopy(tokens.get(token), layer * topK, experts, rows * topK, topK);
                    rows++;
                }
            }
            traced.add(new TracedLayer(
                    layer,
                    topK,
                    Arrays.copyOf(positions, rows),
                    Arrays.copyOf(experts, rows * topK),
                    false,
                    new float[0],
                    new float[0]));
        }
        return traced;
    }
}
