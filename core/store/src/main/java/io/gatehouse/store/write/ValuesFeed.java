package io.gatehouse.store.write;

import static io.gatehouse.store.write.ArrowBuffers.FLOAT;
import static io.gatehouse.store.write.ArrowBuffers.INTEGER;
import static io.gatehouse.store.write.ArrowBuffers.SMALLINT;
import static io.gatehouse.store.write.ArrowBuffers.ints;
import static io.gatehouse.store.write.ArrowBuffers.list;
import static io.gatehouse.store.write.ArrowBuffers.lists;
import static io.gatehouse.store.write.ArrowBuffers.repeat;
import static io.gatehouse.store.write.ArrowBuffers.shorts;

import io.gatehouse.store.schema.Units;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** A list of numbers per token and layer for DuckDB. */
final class ValuesFeed implements Feed {
    /** Values of a batch, so that rows of a thousand experts are not too many at once. */
    private static final int BATCH_VALUES = 8 * BATCH_ROWS;

    private final Schema schema;
    private final Form form;
    private final Iterator<List<Segment<TokenValues>>> batches;

    private enum Form {
        FLOATS,
        UNITS_OF_PROBABILITY
    }

    private ValuesFeed(List<Segment<TokenValues>> segments, Form form) {
        this.form = form;
        this.schema = new Schema(List.of(
                Field.notNullable("question_id", INTEGER),
                Field.notNullable("position", INTEGER),
                Field.notNullable("layer", SMALLINT),
                list("numbers", form == Form.FLOATS ? FLOAT : INTEGER)));
        int width = segments.stream()
                .mapToInt(segment -> segment.columns().width())
                .max()
                .orElse(1);
        this.batches = Segment.batches(segments, Math.max(1, Math.min(BATCH_ROWS, BATCH_VALUES / width)))
                .iterator();
    }

    /** Of norms, which stay floats. */
    static ValuesFeed norms(List<Segment<TokenValues>> norms) {
        return new ValuesFeed(norms, Form.FLOATS);
    }

    /** Of probabilities, in the unit of the file. */
    static ValuesFeed gates(List<Segment<TokenValues>> gates) {
        return new ValuesFeed(gates, Form.UNITS_OF_PROBABILITY);
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public int fill(VectorSchemaRoot table) {
        if (!batches.hasNext()) {
            return 0;
        }
        List<Segment<TokenValues>> batch = batches.next();
        int[] offsets = Segment.offsets(batch, TokenValues::width);
        int rows = offsets.length - 1;
        IntBuffer questionIds = ints(table, "question_id", rows);
        IntBuffer positions = ints(table, "position", rows);
        ShortBuffer layers = shorts(table, "layer", rows);
        ByteBuffer numbers = lists(table, "numbers", offsets);
        for (Segment<TokenValues> segment : batch) {
            TokenValues columns = segment.columns();
            repeat(questionIds, segment.questionId(), segment.rows());
            positions.put(columns.positions(), segment.from(), segment.rows());
            repeat(layers, (short) segment.layer(), segment.rows());
            for (int i = segment.from() * columns.width(); i < segment.to() * columns.width(); i++) {
                switch (form) {
                    case FLOATS -> numbers.putFloat(columns.values()[i]);
                    case UNITS_OF_PROBABILITY -> numbers.putInt(Units.of(columns.values()[i], Units.PROBABILITY));
                }
            }
        }
        return rows;
    }
}
