package io.gatehouse.trace;

import io.gatehouse.memory.FileMemory;
import io.gatehouse.trace.format.BinaryFile;
import io.gatehouse.trace.reader.ForwardPasses;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;

/**
 * What llama.cpp with mbolt's patch writes to {@code MBOLT_TRACE} (mbolt 0.1.0, {@code trace.py}): whole numbers of 32 bits,
 * {@code MBLT}, the version 1 and the number of experts, and then records of a layer in a pass: the layer, top-k, the number
 * of tokens and the experts, token after token. Ids only, whose order is not said to be their rank.
 */
final class MboltTrace implements TraceReader {
    private static final int MAGIC = 0x544C424D;
    private static final int VERSION = 1;
    private static final int HEAD_BYTES = 3 * Integer.BYTES;

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        try (BinaryFile trace = BinaryFile.open(file)) {
            int magic = trace.i32();
            if (magic != MAGIC) {
                throw trace.corrupt("begins with %08x instead of MBLT".formatted(magic));
            }
            int version = trace.i32();
            if (version != VERSION) {
                throw trace.corrupt("has version %d of the format; version %d is read".formatted(version, VERSION));
            }
            // 0 if the tensor of the experts was not known.
            int experts = trace.i32();
            if (experts < 0 || experts > TraceBounds.MOST) {
                throw trace.corrupt("has %,d experts in a layer; there are at most %,d"
                        .formatted(Integer.toUnsignedLong(experts), TraceBounds.MOST));
            }
            records(file, trace, experts, listener);
        }
    }

    private static void records(Path file, BinaryFile trace, int experts, TraceListener listener) {
        ForwardPasses passes = new ForwardPasses(file, listener);
        for (long number = 1; trace.remaining() > 0; number++) {
            if (trace.remaining() < HEAD_BYTES) {
                cutOff(trace, number, listener);
                break;
            }
            int layer = trace.i32();
            int topK = trace.i32();
            int tokens = trace.i32();
            if (layer < 0 || layer >= TraceBounds.MOST || topK < 1 || topK > TraceBounds.MOST || tokens < 0) {
                throw trace.corrupt("has layer %d with %d tokens of %d experts in record %,d"
                        .formatted(layer, tokens, topK, number));
            }
            long size = (long) tokens * topK * Integer.BYTES;
            if (size > trace.remaining()) {
                cutOff(trace, number, listener);
                break;
            }
            FileMemory.of(file).take(2 * size);
            int[] ids = trace.ints(tokens * topK);
            requireExperts(trace, ids, experts, number);
            if (experts > 0 && topK == experts) {
                // When llama.cpp warms up, it sends each token to every expert.
                listener.leftOut("passes that warm up");
            } else if (tokens > 0) {
                passes.add(layer, topK, ids, new float[0], "%s, record %,d".formatted(file, number));
            }
        }
        passes.finish();
    }

    /** A server that is killed leaves a part of a record. */
    private static void cutOff(BinaryFile trace, long number, TraceListener listener) {
        listener.leftOut(
                "record %,d, which is cut off at byte %,d".formatted(number, trace.position() + trace.remaining()));
    }

    private static void requireExperts(BinaryFile trace, int[] ids, int experts, long number) {
        int most = experts == 0 ? TraceBounds.MOST : experts;
        for (int id : ids) {
            if (id < 0 || id >= most) {
                throw trace.corrupt("has the expert %d in record %,d; experts have numbers from 0 to %d"
                        .formatted(id, number, most - 1));
            }
        }
    }
}
