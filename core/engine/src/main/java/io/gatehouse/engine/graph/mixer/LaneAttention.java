package io.gatehouse.engine.graph.mixer;

import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.Lanes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Attention of a step: one token of each text looks at the tokens that the cache holds of its text, and at itself. The
 * texts of a lane have caches of one width, which depends on a text's own length alone. The queries that share a key are
 * the rows of a product, filled up to whole blocks ({@link Blocks#ROW_BLOCK}); the token itself is a block of keys of which
 * all but the first are hidden. So the bits of a text do not depend on the other texts.
 *
 * <p>Caches are [slots, key heads, W, size] with at least as many slots as the lane has texts. The first ones are taken
 * without a copy.
 */
final class LaneAttention<A extends TFloating> {
    private static final float MASKED = -1e30f;

    /**
     * @param keyHeads of keys and values
     * @param group queries that share one of them
     * @param keySize size of a query and of a key
     * @param valueSize size of a value
     */
    record Shape(int keyHeads, int group, int keySize, int valueSize) {}

    private final Ops tf;
    private final Blocks blocks;
    private final Lanes lanes;
    private final Shape shape;
    private final Class<A> type;
    private final int rows;

    LaneAttention(Ops tf, Lanes lanes, Shape shape, Class<A> type) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.lanes = lanes;
        this.shape = shape;
        this.type = type;
        this.rows = (shape.group() + Blocks.ROW_BLOCK - 1) / Blocks.ROW_BLOCK * Blocks.ROW_BLOCK;
    }

    /**
     * Attends to the cache of its text and to itself with the token of each text.
     *
     * @param queries [T, heads x key size], scaled; the heads that share a key head are adjacent
     * @param keys [T, key heads x key size] of the tokens of the step
     * @param values [T, key heads x value size]
     * @param cachedKeys [slots, key heads, W, key size] of each lane
     * @param cachedValues [slots, key heads, W, value size]; the cached keys themselves where keys are values
     * @param sinks [heads] a logit more for each head
     * @param unseen [B, W + {@link Blocks#ROW_BLOCK}] of each lane, what the token does not see beside what the lane says
     * @return [T, heads x value size]
     */
    Operand<A> attend(
            Operand<A> queries,
            Operand<A> keys,
            Operand<A> values,
            List<? extends Operand<A>> cachedKeys,
            List<? extends Operand<A>> cachedValues,
            Optional<Operand<TFloat32>> sinks,
            Optional<List<Operand<TFloat32>>> unseen) {
        List<Operand<A>> contexts = new ArrayList<>();
        for (int i = 0; i < lanes.lanes().size(); i++) {
            Lanes.Lane lane = lanes.lanes().get(i);
            int number = i;
            contexts.add(attend(
                    lane,
                    blocks.rows(queries, lane.rows()),
                    blocks.rows(keys, lane.rows()),
                    blocks.rows(values, lane.rows()),
                    cachedKeys.get(i),
                    cachedValues.get(i),
                    sinks,
                    unseen.map(all -> all.get(number))));
        }
        Operand<A> all = contexts.size() == 1 ? contexts.get(0) : tf.concat(contexts, tf.constant(0));
        return blocks.rows(all, lanes.places());
    }

    private Operand<A> attend(
            Lanes.Lane lane,
            Operand<A> queries,
            Operand<A> keys,
            Operand<A> values,
            Operand<A> cachedKeys,
            Operand<A> cachedValues,
            Optional<Operand<TFloat32>> sinks,
            Optional<Operand<TFloat32>> unseen) {
        Operand<TInt32> texts = tf.gather(tf.shape(lane.rows()), tf.constant(0), tf.constant(0));
        Operand<TInt32> width = tf.gather(tf.shape(lane.hidden()), tf.constant(1), tf.constant(0));
        Operand<TFloat32> scores = scores(texts, queries, keys, cachedKeys);
        Operand<TFloat32> hidden = hidden(tf, lane);
        Operand<TFloat32> out = unseen.isPresent() ? tf.math.maximum(unseen.get(), hidden) : hidden;
        Operand<TFloat32> mask =
                tf.expandDims(tf.expandDims(tf.math.mul(out, tf.constant(MASKED)), tf.constant(1)), tf.constant(1));
        Operand<A> probabilities = blocks.cast(softmax(tf.math.add(scores, mask), texts, sinks), type);
        Operand<TInt32> rest = tf.constant(-1);
        Operand<TInt32> none = tf.constant(0);
        Operand<A> onPast =
                tf.slice(probabilities, tf.constant(new int[4]), tf.stack(List.of(rest, rest, rest, width)));
        Operand<A> onOwn = tf.slice(probabilities, tf.stack(List.of(none, none, none, width)), tf.constant(new int[] {
            -1, -1, -1, Blocks.ROW_BLOCK
        }));
        Operand<A> context = tf.math.add(
                blocks.batchMatMul(onPast, firstTexts(cachedValues, texts), false, false),
                blocks.batchMatMul(onOwn, block(values, shape.valueSize()), false, false));
        Operand<A> real =
                tf.slice(context, tf.constant(new int[4]), tf.constant(new int[] {-1, -1, shape.group(), -1}));
        return tf.reshape(real, tf.constant(new int[] {-1, shape.keyHeads() * shape.group() * shape.valueSize()}));
    }

    /**
     * Products of the queries of a lane and the keys that they may see.
     *
     * @param texts B
     * @param queries [B, heads x key size]
     * @param keys [B, key heads x key size]
     * @return [B, key heads, whole blocks of rows, W + block]
     */
    Operand<TFloat32> scores(Operand<TInt32> texts, Operand<A> queries, Operand<A> keys, Operand<A> cachedKeys) {
        Operand<A> query = filled(
                tf.reshape(queries, tf.constant(new int[] {-1, shape.keyHeads(), shape.group(), shape.keySize()})));
        return tf.concat(
                List.of(
                        blocks.cast(
                                blocks.batchMatMul(query, firstTexts(cachedKeys, texts), false, true), TFloat32.class),
                        blocks.cast(
                                blocks.batchMatMul(query, block(keys, shape.keySize()), false, true), TFloat32.class)),
                tf.constant(3));
    }

    /** [B, W + block] 1 for what the token of a text does not see; it sees itself. */
    static Operand<TFloat32> hidden(Ops tf, Lanes.Lane lane) {
        float[][] own = new float[1][Blocks.ROW_BLOCK];
        for (int i = 1; i < Blocks.ROW_BLOCK; i++) {
            own[0][i] = 1;
        }
        Operand<TInt32> texts = tf.gather(tf.shape(lane.hidden()), tf.constant(0), tf.constant(0));
        Operand<TFloat32> filler = tf.tile(tf.constant(own), tf.stack(List.of(texts, tf.constant(1))));
        return tf.concat(List.of(lane.hidden(), filler), tf.constant(1));
    }

    /** The first texts of a cache: a slice along the first axis shares its memory. */
    private Operand<A> firstTexts(Operand<A> cache, Operand<TInt32> texts) {
        Operand<TInt32> rest = tf.constant(-1);
        return tf.slice(cache, tf.constant(new int[4]), tf.stack(List.of(texts, rest, rest, rest)));
    }

    /** [B, key heads, group, size] with rows of zeros up to whole blocks. */
    Operand<A> filled(Operand<A> x) {
        return rows == shape.group() ? x : padded(x, rows - shape.group());
    }

    /** [B, key heads x size] as [B, key heads, block, size], of which the first row is it, and the others are zeros. */
    private Operand<A> block(Operand<A> x, int size) {
        Operand<A> byHead = tf.reshape(x, tf.constant(new int[] {-1, shape.keyHeads(), 1, size}));
        return padded(byHead, Blocks.ROW_BLOCK - 1);
    }

    private Operand<A> padded(Operand<A> x, int more) {
        int[][] margins = new int[4][2];
        margins[2][1] = more;
        return tf.pad(x, tf.constant(margins), blocks.constant(0, type));
    }

    /** Of scores [B, key heads, rows, keys]. */
    private Operand<TFloat32> softmax(
            Operand<TFloat32> scores, Operand<TInt32> texts, Optional<Operand<TFloat32>> sinks) {
        if (sinks.isEmpty()) {
            return tf.nn.softmax(scores);
        }
        Operand<TFloat32> byHead =
                tf.reshape(sinks.get(), tf.constant(new int[] {1, shape.keyHeads(), shape.group(), 1}));
        int[][] margins = new int[4][2];
        margins[2][1] = rows - shape.group();
        Operand<TFloat32> column = tf.tile(
                tf.pad(byHead, tf.constant(margins), tf.constant(0f)),
                tf.stack(List.of(texts, tf.constant(1), tf.constant(1), tf.constant(1))));
        Operand<TFloat32> all = tf.nn.softmax(tf.concat(List.of(scores, column), tf.constant(3)));
        return tf.slice(all, tf.constant(new int[4]), tf.shape(scores));
    }

    /** Where the caches of every lane are fed, one for each. */
    static <T extends TFloating> List<Placeholder<T>> placeholders(Ops tf, Lanes lanes, Class<T> type) {
        List<Placeholder<T>> fed = new ArrayList<>();
        lanes.lanes().forEach(lane -> fed.add(tf.placeholder(type)));
        return fed;
    }

    /** Placeholders of several parts, lane after lane. */
    static List<Placeholder<? extends TFloating>> laneAfterLane(
            List<? extends List<? extends Placeholder<? extends TFloating>>> parts) {
        List<Placeholder<? extends TFloating>> fed = new ArrayList<>();
        for (int lane = 0; lane < parts.get(0).size(); lane++) {
            for (List<? extends Placeholder<? extends TFloating>> part : parts) {
                fed.add(part.get(lane));
            }
        }
        return fed;
    }
}
