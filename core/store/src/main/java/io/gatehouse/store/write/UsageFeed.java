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

    private final List<QuestionUsage> parts;
    private int part;
    private int sentOfPart;
    private int left;

    /** Shard by shard, so that the rows of each are contiguous in the file. */
    UsageFeed(List<ShardSums> shards) {
        this.parts =
                shards.stream().flatMap(shard -> shard.questions().stream()).toList();
        this.left = parts.stream().mapToInt(QuestionUsage::rows).sum();
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
            QuestionUsage usage = parts.get(part);
            int row = counts.position();
            int count = Math.min(counts.remaining(), usage.rows() - sentOfPart);
            ArrowBuffers.repeat(questionIds, usage.questionId(), count);
            ArrowBuffers.repeat(layers, (short) usage.layer(), count);
            for (int i = 0; i < count; i++) {
                if (usage.weights()[sentOfPart + i] == LongFeed.ABSENT) {
                    ArrowBuffers.setNull(batch.getVector("weight"), row + i, 1);
                }
                TokenKind kind = TokenKind.at(usage.kinds()[sentOfPart + i]);
                if (kind.isLast()) {
                    lasts.set(row + i, 1);
                } else if (kind.isGenerated()) {
                    generated.set(row + i, 1);
                }
            }
            experts.put(usage.experts(), sentOfPart, count);
            counts.put(usage.counts(), sentOfPart, count);
            weights.put(usage.weights(), sentOfPart, count);
            sentOfPart += count;
            if (sentOfPart == usage.rows()) {
                part++;
                sentOfPart = 0;
            }
        }
        left -= rows;
        return rows;
    }
}
