package io.gatehouse.trace.reader;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import java.nio.file.Path;
import java.util.BitSet;

/** What can be kept of routing: layers and experts have numbers of 16 bits, and a token goes to an expert once. */
public final class TraceBounds {
    /** One more than the largest number of a layer or an expert. */
    public static final int MOST = Short.MAX_VALUE;

    /** By expert, the last token of all that were looked at which was sent to it. */
    private final long[] lastRow = new long[MOST];

    private long row;

    /** CORRUPT_DATASET with the file and the sequence if it goes beyond them. */
    public void require(Object file, TracedSequence sequence) {
        BitSet layers = new BitSet();
        for (TracedLayer layer : sequence.layers()) {
            if (layer.layer() >= MOST) {
                throw corrupt(file, sequence, hasLayer(layer.layer()));
            }
            if (layers.get(layer.layer())) {
                throw corrupt(file, sequence, "has layer %d twice".formatted(layer.layer()));
            }
            layers.set(layer.layer());
            int before = -1;
            for (int position : layer.positions()) {
                if (position <= before) {
                    throw corrupt(
                            file,
                            sequence,
                            "has position %d after position %d in layer %d".formatted(position, before, layer.layer()));
                }
                before = position;
            }
            for (int i = 0; i < layer.experts().length; i++) {
                row += i % layer.topK() == 0 ? 1 : 0;
                int expert = layer.experts()[i];
                if (expert < 0 || expert >= MOST) {
                    throw corrupt(file, sequence, hasExpert(expert, layer.layer()));
                }
                if (lastRow[expert] == row) {
                    throw corrupt(
                            file,
                            sequence,
                            "names expert %d twice for token %d of layer %d"
                                    .formatted(expert, layer.positions()[i / layer.topK()], layer.layer()));
                }
                lastRow[expert] = row;
            }
        }
    }

    /** What is wrong with a number of a layer, for those who find it. */
    public static String hasLayer(int layer) {
        return "has a layer %d; layers have numbers from 0 to %d".formatted(layer, MOST - 1);
    }

    public static String hasExpert(int expert, int layer) {
        return "has an expert %d in layer %d; experts have numbers from 0 to %d".formatted(expert, layer, MOST - 1);
    }

    /** The same of counts. */
    public void require(Path file, ExpertCounts counts) {
        if (counts.layer() >= MOST || counts.counts().length > MOST) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s counts %d experts of layer %d; there are at most %d, and layers have numbers from 0 to %d"
                            .formatted(file, counts.counts().length, counts.layer(), MOST, MOST - 1));
        }
    }

    /** CORRUPT_DATASET if a layer has more experts than have numbers, before anything is made of them. */
    public static void requireExperts(Path file, int experts) {
        if (experts > MOST) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s has %,d experts in a layer; there are at most %,d".formatted(file, experts, MOST));
        }
    }

    private static GatehouseException corrupt(Object file, TracedSequence sequence, String what) {
        // Sequences without a name have their place for one.
        String place = sequence.name().startsWith(file.toString())
                ? sequence.name()
                : "%s, sequence %s".formatted(file, sequence.name());
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }
}
