package io.gatehouse.dataset;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.util.ValueVectorUtility;

/**
 * Batches whose every offset, length and index is checked: native code follows them without a check, even outside of the
 * memory of this process.
 */
final class CheckedBatches extends ArrowStreamReader {
    CheckedBatches(ReadableByteChannel messages, BufferAllocator allocator) {
        super(messages, allocator);
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        if (!super.loadNextBatch()) {
            return false;
        }
        try {
            for (Dictionary dictionary : getDictionaryVectors().values()) {
                ValueVectorUtility.validateFull(dictionary.getVector());
            }
            ValueVectorUtility.validateFull(getVectorSchemaRoot());
            for (FieldVector column : getVectorSchemaRoot().getFieldVectors()) {
                requireIndices(column);
            }
        } catch (RuntimeException e) {
            throw new IOException("a batch is damaged: " + e.getMessage(), e);
        }
        return true;
    }

    /** Every index into a dictionary is one of an entry. */
    private void requireIndices(FieldVector vector) {
        if (vector.getField().getDictionary() != null) {
            int entries = lookup(vector.getField().getDictionary().getId())
                    .getVector()
                    .getValueCount();
            BaseIntVector indices = (BaseIntVector) vector;
            for (int i = 0; i < vector.getValueCount(); i++) {
                long index = vector.isNull(i) ? 0 : indices.getValueAsLong(i);
                if (!vector.isNull(i) && (index < 0 || index >= entries)) {
                    throw new IllegalArgumentException(
                            "entry %d of a dictionary of %d entries".formatted(index, entries));
                }
            }
        }
        vector.getChildrenFromFields().forEach(this::requireIndices);
    }
}
