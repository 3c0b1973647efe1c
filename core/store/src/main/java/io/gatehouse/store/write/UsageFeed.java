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

/** How often and how strongly each expert fired for each question, for DuckDB in the types of its table. */
final class UsageFeed implements Feed {
    private static final Schema SCHEMA = new Schema(List.of(
            Field.notNullable("question_id", INTEGER),
            Field.notNullable("layer", SMALLINT),
            Field.notNullable("is_last_prompt", ArrowType.Bool.INSTANCE),
            Field.notNullable("expert", SMALLINT),
            Field.notNullable("n", INTEGER),
            Field.notNullable("weight", BIGINT)));

    private final List<UsageColumns> parts;
    private int part;
    private int sentOfPart;
    private int left;

    UsageFeed(List<UsageColumns> parts) {
        this.parts = parts;
        this.left = parts.stream().mapToInt(UsageColumns::rows).sum();
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
        BitVector lasts = ArrowBuffers.bits(batch, "is_last_prompt", rows);
        ShortBuffer experts = ArrowBuffers.shorts(batch, "expert", rows);
        IntBuffer counts = ArrowBuffers.ints(batch, "n", rows);
        LongBuffer weights = ArrowBuffers.longs(batch, "weight", rows);
        while (counts.hasRemaining()) {
            UsageColumns columns = parts.get(part);
            int count = Math.min(counts.remaining(), columns.rows() - sentOfPart);
            for (int i = 0; i < count; i++) {
                if (columns.lasts()[sentOfPart + i]) {
                    lasts.set(counts.position() + i, 1);
                }
            }
            questionIds.put(columns.questionIds(), sentOfPart, count);
            layers.put(columns.layers(), sentOfPart, count);
            experts.put(columns.experts(), sentOfPart, count);
            counts.put(columns.counts(), sentOfPart, count);
            weights.put(columns.weights(), sentOfPart, count);
            sentOfPart += count;
            if (sentOfPart == columns.rows()) {
                part++;
                sentOfPart = 0;
            }
        }
        left -= rows;
        return rows;
    }
}
