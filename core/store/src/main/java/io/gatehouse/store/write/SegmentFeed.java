package io.gatehouse.store.write;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gatehouse.store.run.Recording;
import io.gatehouse.store.schema.RankColumns;
import io.gatehouse.store.schema.Units;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** The rows of segments, as columns of the table that they are for. */
final class SegmentFeed<C> implements Feed {
    /** The most values of a batch of lists: limits batches whose rows have a thousand experts. */
    private static final int BATCH_VALUES = 8 * BATCH_ROWS;

    private static final short[] NO_SHORTS = {};
    private static final int[] NO_INTS = {};

    private final Schema schema;
    private final List<VectorColumn<C>> columns;
    private final Iterator<List<Segment<C>>> batches;

    /** A column of the table. */
    private record VectorColumn<C>(Field field, Filler<C> filler) {}

    /** Fills the vector of a column with the rows of a batch. */
    private interface Filler<C> {
        void fill(VectorSchemaRoot table, List<Segment<C>> batch, int rows);
    }

    private SegmentFeed(List<Segment<C>> segments, int batchRows, List<VectorColumn<C>> columns) {
        this.schema = new Schema(columns.stream().map(VectorColumn::field).toList());
        this.columns = columns;
        this.batches = Segment.batches(segments, batchRows).iterator();
    }

    /** Leaves out columns that are NULL in all segments, because a column of NULLs costs time, too. */
    static SegmentFeed<RoutingUnits> routing(List<Segment<RoutingUnits>> segments) {
        List<VectorColumn<RoutingUnits>> columns = new ArrayList<>(List.of(
                questionIds(),
                ints("position", RoutingUnits::positions),
                layers(),
                flags("is_generated", RoutingUnits::generated),
                lasts(RoutingUnits::last),
                flags("ranked", RoutingUnits::ranked),
                knownShorts("entropy", RoutingUnits::entropy),
                knownShorts("spare_mass", RoutingUnits::spareMass),
                knownInts("margin", RoutingUnits::margin)));
        int experts = largest(segments, units -> units.experts().length);
        int weights = largest(segments, units -> units.weights().length);
        for (int rank = 1; rank <= Math.min(experts, RankColumns.COUNT); rank++) {
            int place = rank - 1;
            columns.add(knownShorts(RankColumns.expert(rank), units -> ofRank(units.experts(), place, NO_SHORTS)));
        }
        for (int rank = 1; rank <= Math.min(weights, RankColumns.COUNT); rank++) {
            int place = rank - 1;
            columns.add(knownInts(RankColumns.weight(rank), units -> ofRank(units.weights(), place, NO_INTS)));
        }
        if (experts > RankColumns.COUNT) {
            columns.add(moreRanks());
        }
        if (largest(segments, RoutingUnits::detailsPerRow) > 0) {
            columns.add(rankDetails());
        }
        return new SegmentFeed<>(segments, BATCH_ROWS, columns);
    }

    private static <C> int largest(List<Segment<C>> segments, ToIntFunction<C> number) {
        return segments.stream()
                .mapToInt(segment -> number.applyAsInt(segment.columns()))
                .max()
                .orElse(0);
    }

    private static <A> A ofRank(A[] ranks, int rank, A nothing) {
        return rank < ranks.length ? ranks[rank] : nothing;
    }

    private static VectorColumn<RoutingUnits> moreRanks() {
        return structs(
                RankColumns.MORE_RANKS,
                units -> Math.max(0, units.experts().length - RankColumns.COUNT),
                List.of(
                        new StructField<>(
                                "expert",
                                ArrowBuffers.SMALLINT,
                                units -> true,
                                (elements, units, from, rows) ->
                                        putMore(elements.asShortBuffer(), units.experts(), from, rows)),
                        new StructField<>(
                                "weight",
                                ArrowBuffers.INTEGER,
                                RoutingUnits::isWeighed,
                                (elements, units, from, rows) ->
                                        putMore(elements.asIntBuffer(), units.weights(), from, rows))));
    }

    private static VectorColumn<RoutingUnits> rankDetails() {
        List<StructField<RoutingUnits>> fields = new ArrayList<>();
        fields.add(new StructField<>(
                "score",
                ArrowBuffers.FLOAT,
                RoutingUnits::isScored,
                (elements, units, from, rows) ->
                        elements.asFloatBuffer().put(units.scores(), from * units.topK(), rows * units.topK())));
        for (int distance = 1; distance <= Recording.MAX_LOOKAHEAD; distance++) {
            int back = distance;
            fields.add(new StructField<>(
                    "lookahead_" + back,
                    ArrowBuffers.SMALLINT,
                    units -> units.looksAhead(back),
                    (elements, units, from, rows) -> elements.asShortBuffer()
                            .put(units.lookahead().get(back - 1), from * units.topK(), rows * units.topK())));
        }
        return structs(RankColumns.RANK_DETAILS, RoutingUnits::detailsPerRow, fields);
    }

    private static void putMore(ShortBuffer elements, short[][] ranks, int from, int rows) {
        for (int row = from; row < from + rows; row++) {
            for (int rank = RankColumns.COUNT; rank < ranks.length; rank++) {
                elements.put(ranks[rank][row]);
            }
        }
    }

    private static void putMore(IntBuffer elements, int[][] ranks, int from, int rows) {
        for (int row = from; row < from + rows; row++) {
            for (int rank = RankColumns.COUNT; rank < ranks.length; rank++) {
                elements.put(ranks[rank][row]);
            }
        }
    }

    static SegmentFeed<TokenColumns> tokens(List<Segment<TokenColumns>> segments) {
        List<VectorColumn<TokenColumns>> columns = new ArrayList<>(List.of(
                questionIds(),
                ints("position", TokenColumns::positions),
                flags("is_generated", TokenColumns::generated),
                lasts(TokenColumns::last),
                ints("token_id", TokenColumns::tokenIds),
                knownTexts("token", TokenColumns::tokens)));
        if (largest(segments, tokens -> tokens.segments().length) > 0) {
            columns.add(knownTexts("segment", TokenColumns::segments));
        }
        if (largest(segments, tokens -> tokens.logProbabilities().length) > 0) {
            columns.add(knownFloats("log_probability", TokenColumns::logProbabilities));
        }
        return new SegmentFeed<>(segments, BATCH_ROWS, columns);
    }

    /** Norms stay floats. */
    static SegmentFeed<TokenValues> norms(List<Segment<TokenValues>> norms) {
        return values(
                norms,
                lists(
                        "norms",
                        ArrowBuffers.FLOAT,
                        TokenValues::width,
                        (elements, values, from, rows) -> elements.asFloatBuffer()
                                .put(values.values(), from * values.width(), rows * values.width())));
    }

    /** Probabilities become whole numbers of their unit. */
    static SegmentFeed<TokenValues> gates(List<Segment<TokenValues>> gates) {
        return values(
                gates, lists("gates", ArrowBuffers.INTEGER, TokenValues::width, (elements, values, from, rows) -> {
                    IntBuffer units = elements.asIntBuffer();
                    for (int i = from * values.width(); i < (from + rows) * values.width(); i++) {
                        units.put(Units.of(values.values()[i], Units.PROBABILITY));
                    }
                }));
    }

    private static SegmentFeed<TokenValues> values(
            List<Segment<TokenValues>> segments, VectorColumn<TokenValues> lists) {
        int width = segments.stream()
                .mapToInt(segment -> segment.columns().width())
                .max()
                .orElse(1);
        return new SegmentFeed<>(
                segments,
                Math.max(1, Math.min(BATCH_ROWS, BATCH_VALUES / width)),
                List.of(questionIds(), ints("position", TokenValues::positions), layers(), lists));
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
        List<Segment<C>> batch = batches.next();
        int rows = batch.stream().mapToInt(Segment::rows).sum();
        columns.forEach(column -> column.filler().fill(table, batch, rows));
        return rows;
    }

    private static <C> VectorColumn<C> questionIds() {
        return new VectorColumn<>(Field.notNullable("question_id", ArrowBuffers.INTEGER), (table, batch, rows) -> {
            IntBuffer target = ArrowBuffers.ints(table, "question_id", rows);
            batch.forEach(segment -> ArrowBuffers.repeat(target, segment.questionId(), segment.rows()));
        });
    }

    private static <C> VectorColumn<C> layers() {
        return new VectorColumn<>(Field.notNullable("layer", ArrowBuffers.SMALLINT), (table, batch, rows) -> {
            ShortBuffer target = ArrowBuffers.shorts(table, "layer", rows);
            batch.forEach(segment -> ArrowBuffers.repeat(target, (short) segment.layer(), segment.rows()));
        });
    }

    private static <C> VectorColumn<C> ints(String name, Function<C, int[]> values) {
        return new VectorColumn<>(Field.notNullable(name, ArrowBuffers.INTEGER), (table, batch, rows) -> {
            IntBuffer target = ArrowBuffers.ints(table, name, rows);
            batch.forEach(segment -> target.put(values.apply(segment.columns()), segment.from(), segment.rows()));
        });
    }

    /** Numbers that are NULL where the array of a segment is empty. */
    private static <C> VectorColumn<C> knownInts(String name, Function<C, int[]> values) {
        return new VectorColumn<>(Field.nullable(name, ArrowBuffers.INTEGER), (table, batch, rows) -> {
            IntBuffer target = ArrowBuffers.ints(table, name, rows);
            for (Segment<C> segment : batch) {
                int[] column = values.apply(segment.columns());
                if (column.length == 0) {
                    skipNull(table, name, target, segment.rows());
                } else {
                    target.put(column, segment.from(), segment.rows());
                }
            }
        });
    }

    /** Numbers that are NULL where the array of a segment is empty. */
    private static <C> VectorColumn<C> knownShorts(String name, Function<C, short[]> values) {
        return new VectorColumn<>(Field.nullable(name, ArrowBuffers.SMALLINT), (table, batch, rows) -> {
            ShortBuffer target = ArrowBuffers.shorts(table, name, rows);
            for (Segment<C> segment : batch) {
                short[] column = values.apply(segment.columns());
                if (column.length == 0) {
                    skipNull(table, name, target, segment.rows());
                } else {
                    target.put(column, segment.from(), segment.rows());
                }
            }
        });
    }

    /** Numbers that are NULL where the array of a segment is empty. */
    private static <C> VectorColumn<C> knownFloats(String name, Function<C, float[]> values) {
        return new VectorColumn<>(Field.nullable(name, ArrowBuffers.FLOAT), (table, batch, rows) -> {
            FloatBuffer target = ArrowBuffers.floats(table, name, rows);
            for (Segment<C> segment : batch) {
                float[] column = values.apply(segment.columns());
                if (column.length == 0) {
                    skipNull(table, name, target, segment.rows());
                } else {
                    target.put(column, segment.from(), segment.rows());
                }
            }
        });
    }

    private static void skipNull(VectorSchemaRoot table, String name, Buffer target, int rows) {
        ArrowBuffers.setNull(table.getVector(name), target.position(), rows);
        target.position(target.position() + rows);
    }

    /** Booleans that all rows of a segment have in common. */
    private static <C> VectorColumn<C> flags(String name, Predicate<C> flag) {
        return new VectorColumn<>(Field.notNullable(name, ArrowType.Bool.INSTANCE), (table, batch, rows) -> {
            BitVector target = ArrowBuffers.bits(table, name, rows);
            int row = 0;
            for (Segment<C> segment : batch) {
                if (flag.test(segment.columns())) {
                    target.setRangeToOne(row, segment.rows());
                }
                row += segment.rows();
            }
        });
    }

    private static <C> VectorColumn<C> lasts(Function<C, boolean[]> lasts) {
        String name = "is_last_prompt";
        return new VectorColumn<>(Field.notNullable(name, ArrowType.Bool.INSTANCE), (table, batch, rows) -> {
            BitVector target = ArrowBuffers.bits(table, name, rows);
            int row = 0;
            for (Segment<C> segment : batch) {
                boolean[] last = lasts.apply(segment.columns());
                for (int i = segment.from(); i < segment.to(); i++, row++) {
                    if (last[i]) {
                        target.set(row, 1);
                    }
                }
            }
        });
    }

    /** Writes the values of some rows to the position of the elements of a column of lists, which it need not advance. */
    private interface Elements<C> {
        void put(ByteBuffer elements, C columns, int from, int rows);
    }

    private static <C> VectorColumn<C> lists(String name, ArrowType type, ToIntFunction<C> width, Elements<C> values) {
        return new VectorColumn<>(ArrowBuffers.list(name, type), (table, batch, rows) -> {
            int[] offsets = Segment.offsets(batch, width);
            ByteBuffer elements = ArrowBuffers.lists(table, name, offsets);
            int bytes = elements.capacity() / Math.max(1, offsets[rows]);
            for (Segment<C> segment : batch) {
                values.put(elements, segment.columns(), segment.from(), segment.rows());
                elements.position(elements.position() + segment.rows() * width.applyAsInt(segment.columns()) * bytes);
            }
        });
    }

    /**
     * A field of the structures in a column of lists.
     *
     * @param known whether a segment has it; else it is NULL
     */
    private record StructField<C>(String name, ArrowType type, Predicate<C> known, Elements<C> values) {
        Field field() {
            return Field.nullable(name, type);
        }
    }

    /** Lists of structures; they are NULL where the width of a segment is 0. */
    private static <C> VectorColumn<C> structs(String name, ToIntFunction<C> width, List<StructField<C>> fields) {
        Field column = ArrowBuffers.structs(
                name, fields.stream().map(StructField::field).toList());
        return new VectorColumn<>(column, (table, batch, rows) -> {
            int[] offsets = Segment.offsets(batch, width);
            StructVector elements = ArrowBuffers.structs(table, name, offsets);
            fields.forEach(field -> fillField(elements, field, batch, width, offsets[rows]));
            int row = 0;
            for (Segment<C> segment : batch) {
                if (width.applyAsInt(segment.columns()) == 0) {
                    ArrowBuffers.setNull(table.getVector(name), row, segment.rows());
                }
                row += segment.rows();
            }
        });
    }

    private static <C> void fillField(
            StructVector elements, StructField<C> field, List<Segment<C>> batch, ToIntFunction<C> width, int count) {
        ByteBuffer values = ArrowBuffers.field(elements, field.name(), count);
        int bytes = values.capacity() / Math.max(1, count);
        int element = 0;
        for (Segment<C> segment : batch) {
            int ofSegment = segment.rows() * width.applyAsInt(segment.columns());
            if (field.known().test(segment.columns())) {
                values.position(element * bytes);
                field.values().put(values, segment.columns(), segment.from(), segment.rows());
            } else {
                ArrowBuffers.setNull(elements.getChild(field.name()), element, ofSegment);
            }
            element += ofSegment;
        }
    }

    /** Texts that are NULL where the array of a segment is empty. */
    private static <C> VectorColumn<C> knownTexts(String name, Function<C, String[]> values) {
        return new VectorColumn<>(Field.nullable(name, ArrowType.Utf8.INSTANCE), (table, batch, rows) -> {
            VarCharVector target = (VarCharVector) table.getVector(name);
            target.allocateNew(rows);
            int row = 0;
            for (Segment<C> segment : batch) {
                String[] column = values.apply(segment.columns());
                for (int i = segment.from(); i < segment.to(); i++, row++) {
                    if (column.length > 0) {
                        target.setSafe(row, column[i].getBytes(UTF_8));
                    }
                }
            }
        });
    }
}
