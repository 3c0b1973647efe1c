package io.gatehouse.store;

import static io.gatehouse.store.ArrowBuffers.BIGINT;
import static io.gatehouse.store.ArrowBuffers.INTEGER;
import static io.gatehouse.store.ArrowBuffers.SMALLINT;

import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** How often and how strongly each expert fired for each question, for DuckDB in the types of its table. */
final class UsageFeed implements Feed {
    private static final Schema SCHEMA = new Schema(List.of(
            Field.notNullable("question_id", INTEGER),
            Field.notNullable("layer", SMALLINT),
            Field.notNullable("last", ArrowType.Bool.INSTANCE),
            Field.notNullable("expert", SMALLINT),
            Field.notNullable("n", INTEGER),
            Field.notNullable("weight", BIGINT)));

    private int[] questionIds = new int[BATCH_ROWS];
    private short[] layers = new short[BATCH_ROWS];
    private boolean[] lasts = new boolean[BATCH_ROWS];
    private short[] experts = new short[BATCH_ROWS];
    private int[] counts = new int[BATCH_ROWS];
    private long[] weights = new long[BATCH_ROWS];
    private int rows;
    private int sent;

    void add(int questionId, int layer, boolean last, int expert, long count, long weight) {
        if (rows == counts.length) {
            grow(2 * rows);
        }
        questionIds[rows] = questionId;
        layers[rows] = (short) layer;
        lasts[rows] = last;
        experts[rows] = (short) expert;
        counts[rows] = Math.toIntExact(count);
        weights[rows] = weight;
        rows++;
    }

    void addAll(UsageFeed other) {
        while (rows + other.rows > counts.length) {
            grow(2 * counts.length);
        }
        System.arraycopy(other.questionIds, 0, questionIds, rows, other.rows);
        System.arraycopy(other.layers, 0, layers, rows, other.rows);
        System.arraycopy(other.lasts, 0, lasts, rows, other.rows);
        System.arraycopy(other.experts, 0, experts, rows, other.rows);
        System.arraycopy(other.counts, 0, counts, rows, other.rows);
        System.arraycopy(other.weights, 0, weights, rows, other.rows);
        rows += other.rows;
    }

    @Override
    public Schema schema() {
        return SCHEMA;
    }

    @Override
    public int fill(VectorSchemaRoot batch) {
        int count = Math.min(rows - sent, BATCH_ROWS);
        ArrowBuffers.ints(batch, "question_id", count).put(questionIds, sent, count);
        ArrowBuffers.shorts(batch, "layer", count).put(layers, sent, count);
        BitVector last = ArrowBuffers.bits(batch, "last", count);
        for (int row = 0; row < count; row++) {
            if (lasts[sent + row]) {
                last.set(row, 1);
            }
        }
        ArrowBuffers.shorts(batch, "expert", count).put(experts, sent, count);
        ArrowBuffers.ints(batch, "n", count).put(counts, sent, count);
        ArrowBuffers.longs(batch, "weight", count).put(weights, sent, count);
        sent += count;
        return count;
    }

    private void grow(int size) {
        questionIds = Arrays.copyOf(questionIds, size);
        layers = Arrays.copyOf(layers, size);
        lasts = Arrays.copyOf(lasts, size);
        experts = Arrays.copyOf(experts, size);
        counts = Arrays.copyOf(counts, size);
        weights = Arrays.copyOf(weights, size);
    }
}
