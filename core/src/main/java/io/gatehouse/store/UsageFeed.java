package io.gatehouse.store;

import static io.gatehouse.store.ArrowBuffers.DOUBLE;
import static io.gatehouse.store.ArrowBuffers.INTEGER;
import static io.gatehouse.store.ArrowBuffers.SMALLINT;
import static io.gatehouse.store.ArrowBuffers.bits;
import static io.gatehouse.store.ArrowBuffers.doubles;
import static io.gatehouse.store.ArrowBuffers.ints;
import static io.gatehouse.store.ArrowBuffers.shorts;

import java.nio.DoubleBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The rollup of a shard's routing rows: how often each expert fired per question, layer and scope, and with what
 * weights. Summed here and not in SQL: DuckDB's aggregate over the same rows took a quarter of the time to write a
 * shard, this is hardly visible, and token order makes the sums the same on every machine.
 */
final class UsageFeed implements Feed {
    private static final Schema SCHEMA = new Schema(List.of(
            Field.notNullable("question_id", INTEGER),
            Field.notNullable("layer", SMALLINT),
            Field.notNullable("expert", SMALLINT),
            Field.notNullable("last", ArrowType.Bool.INSTANCE),
            Field.notNullable("n", INTEGER),
            Field.notNullable("weight_sum", DOUBLE),
            Field.notNullable("weight_square_sum", DOUBLE)));

    private final List<Segment<RoutingColumns>> segments;
    private int next;
    private final int experts;
    // One slot per expert: those of the last prompt token first, then those of all the tokens before it.
    private final int[] n;
    private final double[] weightSum;
    private final double[] weightSquareSum;

    /** Takes segments in disk order and the number of experts of a layer. */
    UsageFeed(List<Segment<RoutingColumns>> segments, int experts) {
        this.segments = segments;
        this.experts = experts;
        this.n = new int[2 * experts];
        this.weightSum = new double[2 * experts];
        this.weightSquareSum = new double[2 * experts];
    }

    @Override
    public Schema schema() {
        return SCHEMA;
    }

    @Override
    public int fill(VectorSchemaRoot batch) {
        Rows rows = new Rows(batch);
        while (next < segments.size() && rows.count + n.length <= BATCH_ROWS) {
            Segment<RoutingColumns> first = segments.get(next);
            while (next < segments.size() && segments.get(next).isWith(first)) {
                add(segments.get(next));
                next++;
            }
            for (int slot = 0; slot < n.length; slot++) {
                if (n[slot] > 0) {
                    rows.put(first, slot);
                }
            }
            Arrays.fill(n, 0);
            Arrays.fill(weightSum, 0);
            Arrays.fill(weightSquareSum, 0);
        }
        return rows.count;
    }

    private void add(Segment<RoutingColumns> segment) {
        RoutingColumns columns = segment.columns();
        int topK = columns.topK();
        short[] chosen = columns.experts();
        float[] weights = columns.weights();
        for (int row = segment.from(); row < segment.to(); row++) {
            int scope = columns.last()[row] ? 0 : experts;
            for (int i = row * topK; i < (row + 1) * topK; i++) {
                int slot = scope + chosen[i];
                double weight = weights[i];
                n[slot]++;
                weightSum[slot] += weight;
                weightSquareSum[slot] += weight * weight;
            }
        }
    }

    /** The rows of one batch, written into its vectors one after the other. */
    private final class Rows {
        private final IntBuffer questionIds;
        private final ShortBuffer layers;
        private final ShortBuffer expertIds;
        private final BitVector lasts;
        private final IntBuffer counts;
        private final DoubleBuffer sums;
        private final DoubleBuffer squareSums;
        private int count;

        Rows(VectorSchemaRoot batch) {
            questionIds = ints(batch, "question_id", BATCH_ROWS);
            layers = shorts(batch, "layer", BATCH_ROWS);
            expertIds = shorts(batch, "expert", BATCH_ROWS);
            lasts = bits(batch, "last", BATCH_ROWS);
            counts = ints(batch, "n", BATCH_ROWS);
            sums = doubles(batch, "weight_sum", BATCH_ROWS);
            squareSums = doubles(batch, "weight_square_sum", BATCH_ROWS);
        }

        void put(Segment<RoutingColumns> segment, int slot) {
            questionIds.put(segment.questionId());
            layers.put((short) segment.layer());
            expertIds.put((short) (slot % experts));
            if (slot < experts) {
                lasts.set(count, 1);
            }
            counts.put(n[slot]);
            sums.put(weightSum[slot]);
            squareSums.put(weightSquareSum[slot]);
            count++;
        }
    }
}
