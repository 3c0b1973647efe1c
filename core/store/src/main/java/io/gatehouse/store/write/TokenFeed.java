package io.gatehouse.store.write;

import static io.gatehouse.store.write.ArrowBuffers.INTEGER;
import static io.gatehouse.store.write.ArrowBuffers.bits;
import static io.gatehouse.store.write.ArrowBuffers.ints;
import static io.gatehouse.store.write.ArrowBuffers.repeat;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.IntBuffer;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Prompt tokens for DuckDB. */
final class TokenFeed implements Feed {
    private static final Schema SCHEMA = new Schema(List.of(
            Field.notNullable("question_id", INTEGER),
            Field.notNullable("position", INTEGER),
            Field.notNullable("is_last_prompt", ArrowType.Bool.INSTANCE),
            Field.notNullable("token_id", INTEGER),
            Field.notNullable("token", ArrowType.Utf8.INSTANCE)));

    private final Iterator<List<Segment<TokenColumns>>> batches;

    TokenFeed(List<Segment<TokenColumns>> segments) {
        batches = Segment.batches(segments, BATCH_ROWS).iterator();
    }

    @Override
    public Schema schema() {
        return SCHEMA;
    }

    @Override
    public int fill(VectorSchemaRoot table) {
        if (!batches.hasNext()) {
            return 0;
        }
        List<Segment<TokenColumns>> batch = batches.next();
        int rows = batch.stream().mapToInt(Segment::rows).sum();
        IntBuffer questionIds = ints(table, "question_id", rows);
        IntBuffer positions = ints(table, "position", rows);
        IntBuffer tokenIds = ints(table, "token_id", rows);
        BitVector lasts = bits(table, "is_last_prompt", rows);
        VarCharVector tokens = (VarCharVector) table.getVector("token");
        tokens.allocateNew(rows);
        int row = 0;
        for (Segment<TokenColumns> segment : batch) {
            TokenColumns columns = segment.columns();
            repeat(questionIds, segment.questionId(), segment.rows());
            positions.put(columns.positions(), segment.from(), segment.rows());
            tokenIds.put(columns.tokenIds(), segment.from(), segment.rows());
            for (int i = segment.from(); i < segment.to(); i++, row++) {
                if (columns.last()[i]) {
                    lasts.set(row, 1);
                }
                tokens.setSafe(row, columns.tokens()[i].getBytes(UTF_8));
            }
        }
        return rows;
    }
}
