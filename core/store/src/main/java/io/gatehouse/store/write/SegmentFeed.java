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
import java.util.function.IntConsumer;
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

    private final Schema schema;
    private final List<VectorColumn<C>> columns;
    private final Iterator<List<Segment<C>>> batches;

    /** A column of the table. */
    private record VectorColumn<C>(Field field, Filler<C> filler) {}

    /** Fills the vector of a column with the rows of a batch. */
    private interface Filler<C> {
        void fill(VectorSchemaRoot table, Batch<C> batch);
    }

    /**
     * Segments of a batch.
     *
     * @param rows of all together
     * @param longest rows of the longest
     */
    private record Batch<C>(List<Segment<C>> segments, int rows, int longest) {
        static <C> Batch<C> of(List<Segment<C>> segments) {
            int rows = 0;
            int longest = 0;
            for (Segment<C> segment : segments) {
                rows += segment.rows();
                longest = Math.max(longest, segment.rows());
            }
            return new Batch<>(segments, rows, longest);
        }
    }

    private SegmentFeed(List<Segment<C>> segments, int batchRows, List<VectorColumn<C>> columns) {
        this.schema = new Schema(columns.stream().map(VectorColumn::field).toList());
        this.columns = columns;
        this.batches = Segment.batches(segments, batchRows).iterator();
    }

    /** Leaves out columns that are NULL in all segments, because a column of NULLs costs time, too. */
    static SegmentFeed<RoutingBlock> routing(List<Segment<RoutingBlock>> segments) {
        List<VectorColumn<RoutingBlock>> columns = new ArrayList<>(List.of(
                questionIds(),
                ints("position", block -> block.source().positions()),
                layers(),
                flags("is_generated", block -> block.source().generated()),
                lasts(block -> block.source().last()),
                flags("ranked", block -> block.source().ranked()),
                knownShorts("entropy", RoutingBlock::hasEntropy, RoutingBlock::entropy),
                knownShorts("spare_mass", RoutingBlock::hasSpareMass, RoutingBlock::spareMass),
                knownInts("margin", RoutingBlock::hasMargin, RoutingBlock::margin)));
        int experts = largest(segments, RoutingBlock::topK);
        int weights = largest(segments, block -> block.source().isWeighed() ? block.topK() : 0);
        for (int rank = 1; rank <= Math.min(experts, RankColumns.COUNT); rank++) {
            int place = rank - 1;
            columns.add(knownShorts(
                    RankColumns.expert(rank),
                    block -> block.hasRank(place),
                    (block, from, rows, target) -> block.experts(place, from, rows, target)));
        }
        for (int rank = 1; rank <= Math.min(weights, RankColumns.COUNT); rank++) {
            int place = rank - 1;
            columns.add(knownInts(
                    RankColumns.weight(rank),
                    block -> block.hasWeight(place),
                    (block, from, rows, target) -> block.weights(place, from, rows, target)));
        }
        if (experts > RankColumns.COUNT) {
            columns.add(moreRanks());
        }
        if (largest(segments, block -> block.source().detailsPerRow()) > 0) {
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

    private static VectorColumn<RoutingBlock> moreRanks() {
        return structs(
                RankColumns.MORE_RANKS,
                block -> Math.max(0, block.topK() - RankColumns.COUNT),
                List.of(
                        new StructField<>("expert", ArrowBuffers.SMALLINT, block -> true, (elements, segment) -> {
                            ShortBuffer experts = elements.asShortBuffer();
                            forMoreRanks(
                                    segment,
                                    i -> experts.put(segment.columns().source().experts()[i]));
                        }),
                        new StructField<>(
                                "weight",
                                ArrowBuffers.INTEGER,
                                block -> block.source().isWeighed(),
                                (elements, segment) -> {
                                    IntBuffer weights = elements.asIntBuffer();
                                    forMoreRanks(
                                            segment,
                                            i -> weights.put(segment.columns().weight(i)));
                                })));
    }

    /** Calls {@code each} with the place of every activation in the columns whose rank has no column in the file. */
    private static void forMoreRanks(Segment<RoutingBlock> segment, IntConsumer each) {
        int topK = segment.columns().topK();
        for (int row = segment.from(); row < segment.to(); row++) {
            for (int rank = RankColumns.COUNT; rank < topK; rank++) {
                each.accept(row * topK + rank);
            }
        }
    }

    private static VectorColumn<RoutingBlock> rankDetails() {
        List<StructField<RoutingBlock>> fields = new ArrayList<>();
        fields.add(new StructField<>(
                "score", ArrowBuffers.FLOAT, block -> block.source().isScored(), (elements, segment) -> {
                    int topK = segment.columns().topK();
                    elements.asFloatBuffer()
                            .put(segment.columns().source().scores(), segment.from() * topK, segment.rows() * topK);
                }));
        for (int distance = 1; distance <= Recording.MAX_LOOKAHEAD; distance++) {
            int back = distance;
            fields.add(new StructField<>(
                    "lookahead_" + back,
                    ArrowBuffers.SMALLINT,
                    block -> block.source().looksAhead(back),
                    (elements, segment) -> {
                        int topK = segment.columns().topK();
                        short[] chosen = segment.columns().source().lookahead().get(back - 1);
                        elements.asShortBuffer().put(chosen, segment.from() * topK, segment.rows() * topK);
                    }));
        }
        return structs(RankColumns.RANK_DETAILS, block -> block.source().detailsPerRow(), fields);
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
        return values(norms, lists("norms", ArrowBuffers.FLOAT, TokenValues::width, (elements, segment) -> {
            TokenValues values = segment.columns();
            elements.asFloatBuffer()
                    .put(values.values(), segment.from() * values.width(), segment.rows() * values.width());
        }));
    }

    /** Probabilities become whole numbers of their unit. */
    static SegmentFeed<TokenValues> gates(List<Segment<TokenValues>> gates) {
        return values(gates, lists("gates", ArrowBuffers.INTEGER, TokenValues::width, (elements, segment) -> {
            TokenValues values = segment.columns();
            IntBuffer units = elements.asIntBuffer();
            for (int i = segment.from() * values.width(); i < segment.to() * values.width(); i++) {
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
        Batch<C> batch = Batch.of(batches.next());
        columns.forEach(column -> column.filler().fill(table, batch));
        return batch.rows();
    }

    private static <C> VectorColumn<C> questionIds() {
        return new VectorColumn<>(Field.notNullable("question_id", ArrowBuffers.INTEGER), (table, batch) -> {
            IntBuffer target = ArrowBuffers.ints(table, "question_id", batch.rows());
            batch.segments().forEach(segment -> ArrowBuffers.repeat(target, segment.questionId(), segment.rows()));
        });
    }

    private static <C> VectorColumn<C> layers() {
        return new VectorColumn<>(Field.notNullable("layer", ArrowBuffers.SMALLINT), (table, batch) -> {
            ShortBuffer target = ArrowBuffers.shorts(table, "layer", batch.rows());
            batch.segments().forEach(segment -> ArrowBuffers.repeat(target, (short) segment.layer(), segment.rows()));
        });
    }

    private static <C> VectorColumn<C> ints(String name, Function<C, int[]> values) {
        return new VectorColumn<>(Field.notNullable(name, ArrowBuffers.INTEGER), (table, batch) -> {
            IntBuffer target = ArrowBuffers.ints(table, name, batch.rows());
            batch.segments()
                    .forEach(segment -> target.put(values.apply(segment.columns()), segment.from(), segment.rows()));
        });
    }

    /** Writes the values of the rows {@code [from, from + rows)} to the start of an array. */
    private interface Conversion<C, A> {
        void put(C columns, int from, int rows, A target);
    }

    /** Numbers that are NULL where the columns of a segment lack them. */
    private static <C> VectorColumn<C> knownInts(String name, Predicate<C> known, Conversion<C, int[]> conversion) {
        return new VectorColumn<>(Field.nullable(name, ArrowBuffers.INTEGER), (table, batch) -> {
            IntBuffer target = ArrowBuffers.ints(table, name, batch.rows());
            int[] converted = new int[batch.longest()];
            for (Segment<C> segment : batch.segments()) {
                if (known.test(segment.columns())) {
                    conversion.put(segment.columns(), segment.from(), segment.rows(), converted);
                    target.put(converted, 0, segment.rows());
                } else {
                    skipNull(table, name, target, segment.rows());
                }
            }
        });
    }

    /** Numbers that are NULL where the columns of a segment lack them. */
    private static <C> VectorColumn<C> knownShorts(String name, Predicate<C> known, Conversion<C, short[]> conversion) {
        return new VectorColumn<>(Field.nullable(name, ArrowBuffers.SMALLINT), (table, batch) -> {
            ShortBuffer target = ArrowBuffers.shorts(table, name, batch.rows());
            short[] converted = new short[batch.longest()];
            for (Segment<C> segment : batch.segments()) {
                if (known.test(segment.columns())) {
                    conversion.put(segment.columns(), segment.from(), segment.rows(), converted);
                    target.put(converted, 0, segment.rows());
                } else {
                    skipNull(table, name, target, segment.rows());
                }
            }
        });
    }

    /** Numbers that are NULL where the array of a segment is empty. */
    private static <C> VectorColumn<C> knownFloats(String name, Function<C, float[]> values) {
        return new VectorColumn<>(Field.nullable(name, ArrowBuffers.FLOAT), (table, batch) -> {
            FloatBuffer target = ArrowBuffers.floats(table, name, batch.rows());
            for (Segment<C> segment : batch.segments()) {
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
        return new VectorColumn<>(Field.notNullable(name, ArrowType.Bool.INSTANCE), (table, batch) -> {
            BitVector target = ArrowBuffers.bits(table, name, batch.rows());
            int row = 0;
            for (Segment<C> segment : batch.segments()) {
                if (flag.test(segment.columns())) {
                    target.setRangeToOne(row, segment.rows());
                }
                row += segment.rows();
            }
        });
    }

    private static <C> VectorColumn<C> lasts(Function<C, boolean[]> lasts) {
        String name = "is_last_prompt";
        return new VectorColumn<>(Field.notNullable(name, ArrowType.Bool.INSTANCE), (table, batch) -> {
            BitVector target = ArrowBuffers.bits(table, name, batch.rows());
            int row = 0;
            for (Segment<C> segment : batch.segments()) {
                boolean[] last = lasts.apply(segment.columns());
                for (int i = segment.from(); i < segment.to(); i++, row++) {
                    if (last[i]) {
                        target.set(row, 1);
                    }
                }
            }
        });
    }

    /** Writes the values of a segment to the position of the elements of a column of lists, which it need not advance. */
    private interface Elements<C> {
        void put(ByteBuffer elements, Segment<C> segment);
    }

    private static <C> VectorColumn<C> lists(String name, ArrowType type, ToIntFunction<C> width, Elements<C> values) {
        return new VectorColumn<>(ArrowBuffers.list(name, type), (table, batch) -> {
            int[] offsets = Segment.offsets(batch.segments(), width);
            ByteBuffer elements = ArrowBuffers.lists(table, name, offsets);
            int bytes = elements.capacity() / Math.max(1, offsets[batch.rows()]);
            for (Segment<C> segment : batch.segments()) {
                values.put(elements, segment);
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
        return new VectorColumn<>(column, (table, batch) -> {
            int[] offsets = Segment.offsets(batch.segments(), width);
            StructVector elements = ArrowBuffers.structs(table, name, offsets);
            fields.forEach(field -> fillField(elements, field, batch, width, offsets[batch.rows()]));
            int row = 0;
            for (Segment<C> segment : batch.segments()) {
                if (width.applyAsInt(segment.columns()) == 0) {
                    ArrowBuffers.setNull(table.getVector(name), row, segment.rows());
                }
                row += segment.rows();
            }
        });
    }

    private static <C> void fillField(
            StructVector elements, StructField<C> field, Batch<C> batch, ToIntFunction<C> width, int count) {
        ByteBuffer values = ArrowBuffers.field(elements, field.name(), count);
        int bytes = values.capacity() / Math.max(1, count);
        int element = 0;
        for (Segment<C> segment : batch.segments()) {
            int ofSegment = segment.rows() * width.applyAsInt(segment.columns());
            if (field.known().test(segment.columns())) {
                values.position(element * bytes);
                field.values().put(values, segment);
            } else {
                ArrowBuffers.setNull(elements.getChild(field.name()), element, ofSegment);
            }
            element += ofSegment;
        }
    }

    /** Texts that are NULL where the array of a segment is empty. */
    private static <C> VectorColumn<C> knownTexts(String name, Function<C, String[]> values) {
        return new VectorColumn<>(Field.nullable(name, ArrowType.Utf8.INSTANCE), (table, batch) -> {
            VarCharVector target = (VarCharVector) table.getVector(name);
            target.allocateNew(batch.rows());
            int row = 0;
            for (Segment<C> segment : batch.segments()) {
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
