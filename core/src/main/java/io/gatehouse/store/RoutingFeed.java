package io.gatehouse.store;

import static io.gatehouse.store.ArrowBuffers.INTEGER;
import static io.gatehouse.store.ArrowBuffers.SMALLINT;
import static io.gatehouse.store.ArrowBuffers.bits;
import static io.gatehouse.store.ArrowBuffers.ints;
import static io.gatehouse.store.ArrowBuffers.list;
import static io.gatehouse.store.ArrowBuffers.lists;
import static io.gatehouse.store.ArrowBuffers.repeat;
import static io.gatehouse.store.ArrowBuffers.shorts;

import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Routing rows for DuckDB in the units of the file, which also go by the rollup on their way. */
final class RoutingFeed implements Feed {
    private static final Schema SCHEMA = new Schema(List.of(
            Field.notNullable("question_id", INTEGER),
            Field.notNullable("position", INTEGER),
            Field.notNullable("layer", SMALLINT),
            Field.notNullable("last", ArrowType.Bool.INSTANCE),
            list("experts", SMALLINT),
            list("weights", INTEGER),
            Field.notNullable("entropy", SMALLINT),
            Field.notNullable("spare_mass", SMALLINT),
            Field.notNullable("margin", INTEGER)));

    private final Iterator<List<Segment<RoutingColumns>>> batches;
    private final Rollup rollup;
    private int[] weightUnits = new int[0];

    RoutingFeed(List<Segment<RoutingColumns>> segments, Rollup rollup) {
        this.batches = Segment.batches(segments, BATCH_ROWS).iterator();
        this.rollup = rollup;
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
        List<Segment<RoutingColumns>> batch = batches.next();
        int rows = batch.stream().mapToInt(Segment::rows).sum();
        fillKeys(table, batch, rows);
        fillLists(table, batch, rows);
        ShortBuffer entropy = shorts(table, "entropy", rows);
        ShortBuffer spareMass = shorts(table, "spare_mass", rows);
        IntBuffer margin = ints(table, "margin", rows);
        for (Segment<RoutingColumns> segment : batch) {
            RoutingColumns columns = segment.columns();
            for (int row = segment.from(); row < segment.to(); row++) {
                entropy.put((short) Units.of(columns.entropy()[row], Units.ENTROPY));
                spareMass.put((short) spareMass(columns, row));
                margin.put(Units.of(columns.margin()[row], Units.MARGIN));
            }
        }
        return rows;
    }

    /** What the chosen experts have in probability beyond their weights: nothing, but where the model renormalises. */
    static int spareMass(RoutingColumns columns, int row) {
        float weights = 0;
        for (int i = row * columns.topK(); i < (row + 1) * columns.topK(); i++) {
            weights += columns.weights()[i];
        }
        return Units.of(columns.mass()[row] - weights, Units.ENTROPY);
    }

    private static void fillKeys(VectorSchemaRoot table, List<Segment<RoutingColumns>> batch, int rows) {
        IntBuffer questionIds = ints(table, "question_id", rows);
        IntBuffer positions = ints(table, "position", rows);
        ShortBuffer layers = shorts(table, "layer", rows);
        BitVector lasts = bits(table, "last", rows);
        int row = 0;
        for (Segment<RoutingColumns> segment : batch) {
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

    private void fillLists(VectorSchemaRoot table, List<Segment<RoutingColumns>> batch, int rows) {
        int[] offsets = Segment.offsets(batch, RoutingColumns::topK);
        ShortBuffer experts = lists(table, "experts", offsets).asShortBuffer();
        IntBuffer weights = lists(table, "weights", offsets).asIntBuffer();
        if (weightUnits.length < offsets[rows]) {
            weightUnits = new int[offsets[rows]];
        }
        int unit = 0;
        for (Segment<RoutingColumns> segment : batch) {
            RoutingColumns columns = segment.columns();
            int from = segment.from() * columns.topK();
            int count = segment.rows() * columns.topK();
            experts.put(columns.experts(), from, count);
            for (int i = 0; i < count; i++) {
                weightUnits[unit + i] = Units.of(columns.weights()[from + i], Units.WEIGHT);
            }
            rollup.add(segment, weightUnits, unit);
            unit += count;
        }
        weights.put(weightUnits, 0, unit);
    }
}
