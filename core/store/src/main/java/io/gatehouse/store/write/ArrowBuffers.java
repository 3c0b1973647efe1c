package io.gatehouse.store.write;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * The memory of Arrow vectors as buffers that take whole array ranges. Almost nothing in a shard is NULL, so all rows are
 * made valid at once, and those that are NULL afterwards.
 */
final class ArrowBuffers {
    static final ArrowType BIGINT = new ArrowType.Int(64, true);
    static final ArrowType INTEGER = new ArrowType.Int(32, true);
    static final ArrowType SMALLINT = new ArrowType.Int(16, true);
    static final ArrowType FLOAT = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);

    private ArrowBuffers() {}

    static Field list(String name, ArrowType element) {
        FieldType type = FieldType.notNullable(ArrowType.List.INSTANCE);
        return new Field(name, type, List.of(Field.notNullable("element", element)));
    }

    /** A nullable column of lists of structures. */
    static Field structs(String name, List<Field> fields) {
        FieldType struct = FieldType.notNullable(ArrowType.Struct.INSTANCE);
        return new Field(
                name, FieldType.nullable(ArrowType.List.INSTANCE), List.of(new Field("element", struct, fields)));
    }

    static IntBuffer ints(VectorSchemaRoot table, String column, int rows) {
        return allocate((IntVector) table.getVector(column), rows).asIntBuffer();
    }

    static ShortBuffer shorts(VectorSchemaRoot table, String column, int rows) {
        return allocate((SmallIntVector) table.getVector(column), rows).asShortBuffer();
    }

    static FloatBuffer floats(VectorSchemaRoot table, String column, int rows) {
        return allocate((Float4Vector) table.getVector(column), rows).asFloatBuffer();
    }

    static LongBuffer longs(VectorSchemaRoot table, String column, int rows) {
        return allocate((BigIntVector) table.getVector(column), rows).asLongBuffer();
    }

    /** A column of booleans, all false. */
    static BitVector bits(VectorSchemaRoot table, String column, int rows) {
        BitVector vector = (BitVector) table.getVector(column);
        vector.allocateNew(rows);
        vector.setValueCount(rows);
        vector.getDataBuffer().setZero(0, vector.getDataBuffer().capacity());
        allValid(vector.getValidityBuffer());
        return vector;
    }

    /** A column of lists with the given offsets, {@code rows + 1} of them from 0; returns the elements to fill. */
    static ByteBuffer lists(VectorSchemaRoot table, String column, int[] offsets) {
        FieldVector elements = withOffsets((ListVector) table.getVector(column), offsets);
        return allocate((BaseFixedWidthVector) elements, offsets[offsets.length - 1]);
    }

    /** A column of lists of structures with the given offsets; returns the structures, whose fields are to be filled. */
    static StructVector structs(VectorSchemaRoot table, String column, int[] offsets) {
        StructVector elements = (StructVector) withOffsets((ListVector) table.getVector(column), offsets);
        try (ArrowBuf validity = elements.getAllocator().getEmpty()) {
            elements.loadFieldBuffers(new ArrowFieldNode(offsets[offsets.length - 1], 0), List.of(validity));
        }
        return elements;
    }

    /** The values of a field of structures, to be filled. */
    static ByteBuffer field(StructVector structs, String field, int count) {
        return allocate((BaseFixedWidthVector) structs.getChild(field), count);
    }

    private static FieldVector withOffsets(ListVector vector, int[] offsets) {
        BufferAllocator allocator = vector.getAllocator();
        long bytes = (long) offsets.length * Integer.BYTES;
        try (ArrowBuf starts = allocator.buffer(bytes);
                ArrowBuf validity = allocator.getEmpty()) {
            starts.writerIndex(bytes);
            nio(starts, bytes).asIntBuffer().put(offsets);
            vector.loadFieldBuffers(new ArrowFieldNode(offsets.length - 1, 0), List.of(validity, starts));
        }
        return vector.getDataVector();
    }

    /** Makes values of a column NULL. */
    static void setNull(FieldVector column, int from, int count) {
        ArrowBuf validity = column.getValidityBuffer();
        for (int row = from; row < from + count; row++) {
            BitVectorHelper.unsetBit(validity, row);
        }
    }

    static void repeat(IntBuffer target, int value, int count) {
        for (int i = 0; i < count; i++) {
            target.put(value);
        }
    }

    static void repeat(ShortBuffer target, short value, int count) {
        for (int i = 0; i < count; i++) {
            target.put(value);
        }
    }

    static void allValid(ArrowBuf validity) {
        validity.setOne(0, validity.capacity());
    }

    /** Allocates memory without clearing it, which the vector's own allocation would do. */
    private static ByteBuffer allocate(BaseFixedWidthVector vector, int values) {
        BufferAllocator allocator = vector.getAllocator();
        long bytes = (long) values * vector.getTypeWidth();
        try (ArrowBuf data = allocator.buffer(bytes);
                ArrowBuf validity = allocator.getEmpty()) {
            data.writerIndex(bytes);
            vector.loadFieldBuffers(new ArrowFieldNode(values, 0), List.of(validity, data));
            return nio(data, bytes);
        }
    }

    private static ByteBuffer nio(ArrowBuf buffer, long bytes) {
        return buffer.nioBuffer(0, Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    }
}
