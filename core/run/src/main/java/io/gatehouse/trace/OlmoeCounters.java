package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.trace.format.Pickle;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Expert counts that OLMoE's repository ships ({@code scripts/routing_output/MODEL/expert_counts/DOMAIN.pkl}): a pickle of
 * a list of three Counters, of layers 0, 7 and 15, by expert. Counts only. Experts that were never counted have no entry,
 * so that their number goes by the largest one of all layers.
 */
final class OlmoeCounters implements TraceReader {
    private static final List<Integer> LAYERS = List.of(0, 7, 15);
    private static final String SUFFIX = ".pkl";
    private static final long MAX_EXPERT = 1 << 16;

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        if (!(Pickle.read(file) instanceof List<?> counters) || counters.size() != LAYERS.size()) {
            throw corrupt(file, "is not a list of %d Counters".formatted(LAYERS.size()));
        }
        int experts = 1
                + counters.stream()
                        .mapToInt(counter -> largest(file, counter))
                        .max()
                        .orElse(-1);
        String name = String.valueOf(file.getFileName());
        Optional<String> domain =
                Optional.of(name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name);
        for (int i = 0; i < LAYERS.size(); i++) {
            long[] counts = new long[experts];
            entries(file, counters.get(i))
                    .forEach((expert, count) -> counts[number(file, expert)] = count(file, count));
            listener.counts(new ExpertCounts(domain, LAYERS.get(i), counts));
        }
    }

    private static int largest(Path file, Object counter) {
        return entries(file, counter).keySet().stream()
                .mapToInt(expert -> number(file, expert))
                .max()
                .orElse(-1);
    }

    private static Map<?, ?> entries(Path file, Object counter) {
        if (counter instanceof Map<?, ?> entries) {
            return entries;
        }
        throw corrupt(file, "holds %s instead of a Counter".formatted(Pickle.shown(counter)));
    }

    private static int number(Path file, Object expert) {
        if (expert instanceof Long number && number >= 0 && number < MAX_EXPERT) {
            return number.intValue();
        }
        throw corrupt(file, "counts expert %s".formatted(Pickle.shown(expert)));
    }

    private static long count(Path file, Object count) {
        if (count instanceof Long number && number >= 0) {
            return number;
        }
        throw corrupt(file, "has the count %s".formatted(Pickle.shown(count)));
    }

    private static GatehouseException corrupt(Path file, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(file, what));
    }
}
