package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.trace.format.GgufFile;
import io.gatehouse.trace.format.NamedArray;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * llama.cpp's importance matrix in GGUF: {@code blk.N.ffn_gate_exps.weight.counts} says how many tokens each expert of
 * layer N saw; models whose gate and up projections are one tensor have {@code ffn_gate_up_exps} or only {@code
 * ffn_down_exps}. Counts only.
 */
final class ImatrixCounts implements TraceReader {
    private static final String SUFFIX = ".ffn_gate_exps.weight.counts";

    /** Every expert's projections see the same tokens: the first of these that a file has is enough. */
    private static final List<String> SUFFIXES =
            List.of(SUFFIX, ".ffn_gate_up_exps.weight.counts", ".ffn_down_exps.weight.counts");

    private static final Pattern LAYER = Pattern.compile("blk\\.(\\d{1,6})\\.ffn_[a-z_]+\\.weight\\.counts");

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        List<NamedArray> arrays = SUFFIXES.stream()
                .map(suffix -> GgufFile.read(file, suffix))
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse(List.of());
        if (arrays.isEmpty()) {
            throw new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s has no tensor blk.N%s".formatted(file, SUFFIX));
        }
        for (NamedArray array : arrays) {
            Matcher layer = LAYER.matcher(array.name());
            if (!layer.matches()) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET, "%s has tensor %s of no layer".formatted(file, array.name()));
            }
            listener.counts(new ExpertCounts(Optional.empty(), Integer.parseInt(layer.group(1)), counts(file, array)));
        }
    }

    private static long[] counts(Path file, NamedArray array) {
        TraceBounds.requireExperts(file, array.size());
        long[] counts = new long[array.size()];
        for (int i = 0; i < counts.length; i++) {
            double count = array.value(i);
            if (!(count >= 0) || count != Math.rint(count)) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET,
                        "%s, tensor %s counts %s tokens for expert %d".formatted(file, array.name(), count, i));
            }
            counts[i] = (long) count;
        }
        return counts;
    }
}
