package io.gatehouse.store.write;

import static io.gatehouse.store.write.ArrowBuffers.BIGINT;
import static io.gatehouse.store.write.ArrowBuffers.INTEGER;
import static io.gatehouse.store.write.ArrowBuffers.SMALLINT;

import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.List;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Counts and weights of each expert that fired for a question, in the types of the table usage. */
final class UsageFeed implements Feed {
    private static final Schema SCHEMA = new Schema(List.of(
            Field.notNullable("question_id", INTEGER),
            Field.notNullable("layer", SMALLINT),
            Field.notNullable("is_generated", ArrowType.Bool.INSTANCE),
            Field.notNullable("is_last_prompt", ArrowType.Bool.INSTANCE),
            Field.notNullable("expert", SMALLINT),
            Field.notNullable("n", INTEGER),
            Field.nullable("weight", BIGINT)));

    private final List<Columns> parts;
    private int part;
    private int sentOfPart;
    private int left;

    /** The experts that fired for the questions of a shard, in the order of the disk, as columns. */
    static final class Columns {
        private final int[] questionIds;
        private final short[] layers;
        private final byte[] kinds;
        private final short[] experts;
        private final int[] counts;
        private final long[] weights;
        private int rows;

        /** @param maxRows upper bound of the rows */
        Columns(int maxRows) {
            questionIds = new int[maxRows];
            layers = new short[maxRows];
            kinds = new byte[maxRows];
            experts = new short[maxRows];
            counts = new int[maxRows];
            weights = new long[maxRows];
        }

        /** Memory of the columns in bytes. */
        long bytes() {
            return (long) counts.length * (2 * Integer.BYTES + 2 * Short.BYTES + 1 + Long.BYTES);
        }

        /** Adds the experts that fired for a question in a layer. */
        void add(int questionId, int layer, ExpertSums sums) {
            for (int slot = 0; slot < sums.slots(); slot++) {
                if (sums.count(slot) > 0) {
                    questionIds[rows] = questionId;
                    layers[rows] = (short) layer;
                    kinds[rows] = (byte) sums.kind(slot).place();
                    experts[rows] = (short) sums.expert(slot);
                    counts[rows] = sums.count(slot);
                    weights[rows] = sums.weight(slot);
                    rows++;
                }
            }
        }
    }

    UsageFeed(List<Columns> parts) {
        this.parts = parts;
        this.left = parts.stream().mapToInt(part -> part.rows).sum();
    }

    @Override
    public Schema schema() {
        return SCHEMA;
    }

    @Override
    public int fill(VectorSchemaRoot batch) {
        int rows = Math.min(left, BATCH_ROWS);
        IntBuffer questionIds = ArrowBuffers.ints(batch, "question_id", rows);
        ShortBuffer layers = ArrowBuffers.shorts(batch, "layer", rows);
        BitVector generated = ArrowBuffers.bits(batch, "is_generated", rows);
        BitVector lasts = ArrowBuffers.bits(batch, "is_last_prompt", rows);
        ShortBuffer experts = ArrowBuffers.shorts(batch, "expert", rows);
        IntBuffer counts = ArrowBuffers.ints(batch, "n", rows);
        LongBuffer weights = ArrowBuffers.longs(batch, "weight", rows);
        while (counts.hasRemaining()) {
            Columns columns = parts.get(part);
            int count = Math.min(counts.remaining(), columns.rows - sentOfPart);
            for (int i = 0; i < count; i++) {
                TokenKind kind = TokenKind.at(columns.kinds[sentOfPart + i]);
                if (kind.isLast()) {
                    lasts.set(counts.position() + i, 1);
                } else if (kind.isGenerated()) {
                    generated.set(counts.position() + i, 1);
                }
            }
            ArrowBuffers.setAbsentNull(batch, "weight", columns.weights, sentOfPart, weights.position(), count);
            questionIds.put(columns.questionIds, sentOfPart, count);
            layers.put(columns.layers, sentOfPart, count);
            experts.put(columns.experts, sentOfPart, count);
            counts.put(columns.counts, sentOfPart, count);
            weights.put(columns.weights, sentOfPart, count);
            sentOfPart += count;
            if (sentOfPart == columns.rows) {
                part++;
                sentOfPart = 0;
            }
        }
        left -= rows;
        return rows;
    }
}
