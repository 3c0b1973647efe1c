package io.gatehouse.store.write;

import static io.gatehouse.store.write.ArrowBuffers.INTEGER;
import static io.gatehouse.store.write.ArrowBuffers.SMALLINT;
import static io.gatehouse.store.write.ArrowBuffers.bits;
import static io.gatehouse.store.write.ArrowBuffers.ints;
import static io.gatehouse.store.write.ArrowBuffers.list;
import static io.gatehouse.store.write.ArrowBuffers.lists;
import static io.gatehouse.store.write.ArrowBuffers.repeat;
import static io.gatehouse.store.write.ArrowBuffers.shorts;

import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Routing rows for DuckDB. */
final class RoutingFeed implements Feed {
    private static final Schema SCHEMA = new Schema(List.of(
            Field.notNullable("question_id", INTEGER),
            Field.notNullable("position", INTEGER),
            Field.notNullable("layer", SMALLINT),
            Field.notNullable("is_last_prompt", ArrowType.Bool.INSTANCE),
            list("experts", SMALLINT),
            list("weights", INTEGER),
            Field.notNullable("entropy", SMALLINT),
            Field.notNullable("spare_mass", SMALLINT),
            Field.notNullable("margin", INTEGER)));

    private final Iterator<List<Segment<RoutingUnits>>> batches;

    RoutingFeed(List<Segment<RoutingUnits>> segments) {
        this.batches = Segment.batches(segments, BATCH_ROWS).iterator();
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
        List<Segment<RoutingUnits>> batch = batches.next();
        int rows = batch.stream().mapToInt(Segment::rows).sum();
        fillKeys(table, batch, rows);
        fillLists(table, batch);
        ShortBuffer entropy = shorts(table, "entropy", rows);
        ShortBuffer spareMass = shorts(table, "spare_mass", rows);
        IntBuffer margin = ints(table, "margin", rows);
        for (Segment<RoutingUnits> segment : batch) {
            RoutingUnits columns = segment.columns();
            entropy.put(columns.entropy(), segment.from(), segment.rows());
            spareMass.put(columns.spareMass(), segment.from(), segment.rows());
            margin.put(columns.margin(), segment.from(), segment.rows());
        }
        return rows;
    }

    private static void fillKeys(VectorSchemaRoot table, List<Segment<RoutingUnits>> batch, int rows) {
        IntBuffer questionIds = ints(table, "question_id", rows);
        IntBuffer positions = ints(table, "position", rows);
        ShortBuffer layers = shorts(table, "layer", rows);
        BitVector lasts = bits(table, "is_last_prompt", rows);
        int row = 0;
        for (Segment<RoutingUnits> segment : batch) {
            repeat(questionIds, segment.questionId(), segment.rows());
            positions.put(segment.columns().positions(), segment.from(), segment.rows());
            repeat(layers, (short) segment.layer(), segment.rows());
            boolean[] last = segment.columns().last();
            for (int i = segment.from(); i < segment.to(); i++, row++) {
                if (last[i]) {
                    lasts.set(row, 1);
                }
            }
        }
    }

    private static void fillLists(VectorSchemaRoot table, List<Segment<RoutingUnits>> batch) {
        int[] offsets = Segment.offsets(batch, RoutingUnits::topK);
        ShortBuffer experts = lists(table, "experts", offsets).asShortBuffer();
        IntBuffer weights = lists(table, "weights", offsets).asIntBuffer();
        for (Segment<RoutingUnits> segment : batch) {
            RoutingUnits columns = segment.columns();
            int from = segment.from() * columns.topK();
            int count = segment.rows() * columns.topK();
            experts.put(columns.experts(), from, count);
            weights.put(columns.weights(), from, count);
        }
    }
}
