package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.DecisionTable;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * FLAME-MoE's traces (CMU-FLAME/FLAME-MoE-Traces): a Parquet file a layer whose name holds the layer's number, with the
 * columns {@code indices} and {@code scores}, each a list of top-k, a row a token; row i is the same token in every file.
 */
final class FlameTrace implements TraceReader {
    /** Heap that an expert of a token takes while its table grows. */
    private static final int DECISION_BYTES = 32;
    /** The number after the word, or else the last one; other numbers may say the rank or the step. */
    private static final List<Pattern> NUMBERS =
            List.of(Pattern.compile("(?i)layer\\D*(\\d{1,5})(?!\\d)"), Pattern.compile("(?<!\\d)(\\d{1,5})(?=\\D*$)"));

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        int layer = layer(file);
        DecisionTable table = new DecisionTable(file.toString(), true);
        int[] token = new int[1];
        FileMemory memory = FileMemory.of(file);
        JsonRecords.read(file, row -> {
            int[] experts = row.field("indices").indices();
            JsonValue scores = row.field("scores");
            if (scores.size() != experts.length) {
                throw scores.corrupt("has %d numbers for %d experts".formatted(scores.size(), experts.length));
            }
            memory.take((long) experts.length * DECISION_BYTES);
            for (int rank = 0; rank < experts.length; rank++) {
                table.add(layer, token[0], experts[rank], scores.item(rank).number());
            }
            token[0]++;
        });
        listener.sequence(new TracedSequence("trace", Optional.empty(), "", new int[0], token[0], table.layers()));
    }

    private static int layer(Path file) {
        for (Pattern pattern : NUMBERS) {
            Matcher number = pattern.matcher(String.valueOf(file.getFileName()));
            if (number.find()) {
                return Integer.parseInt(number.group(1));
            }
        }
        throw new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "The file name of %s contains no layer number".formatted(file));
    }
}
