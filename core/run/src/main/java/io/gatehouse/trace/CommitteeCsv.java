package io.gatehouse.trace;

import io.gatehouse.dataset.RecordReader;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.DecisionTable;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * CommitteeAudit's CSV: {@code layer,domain,expert_idx,expert_weight[,topk_rank]}, one row per expert that fired at the
 * last token of a prompt. A prompt ends where the domain changes, the layer begins anew, or a rank comes again in a
 * layer.
 */
final class CommitteeCsv implements TraceReader {
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();

    /** Heap that a row takes, in the table that is made of it, too. */
    private static final int ROW_BYTES = 256;

    private record Row(int layer, String domain, int expert, float weight, String rank, String place) {}

    /** A place that a prompt has once. */
    private record Rank(int layer, String rank) {}

    /** The rows of one prompt. */
    private static final class Prompt {
        private final List<Row> rows = new ArrayList<>();
        private final Set<Rank> ranks = new HashSet<>();
        private int lastLayer;

        boolean takes(Row row) {
            return rows.isEmpty()
                    || (row.layer() >= lastLayer
                            && row.domain().equals(rows.get(0).domain())
                            && !ranks.contains(new Rank(row.layer(), row.rank())));
        }

        void add(Row row) {
            rows.add(row);
            lastLayer = row.layer();
            if (!row.rank().isEmpty()) {
                ranks.add(new Rank(row.layer(), row.rank()));
            }
        }

        TracedSequence sequence(int number) {
            DecisionTable table = new DecisionTable(rows.get(0).place(), true);
            rows.stream()
                    .sorted(Comparator.comparingInt(Row::layer).thenComparing(Row::weight, Comparator.reverseOrder()))
                    .forEach(row -> table.add(row.layer(), 0, row.expert(), row.weight()));
            return new TracedSequence(
                    "prompt %d".formatted(number),
                    Optional.of(rows.get(0).domain()),
                    "",
                    new int[0],
                    1,
                    table.layers());
        }
    }

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        Prompt prompt = new Prompt();
        int number = 0;
        // A prompt that never ends is held whole.
        FileMemory memory = FileMemory.of(file);
        try (RecordReader reader = new RecordReader(Files.newBufferedReader(file), file.toString());
                CSVParser parser = CSVParser.parse(reader, FORMAT)) {
            for (CSVRecord fields : parser) {
                reader.recordRead();
                Row row = row(file, fields);
                if (!prompt.takes(row)) {
                    listener.sequence(prompt.sequence(++number));
                    prompt = new Prompt();
                    memory = FileMemory.of(file);
                }
                memory.take(ROW_BYTES);
                prompt.add(row);
            }
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            // The parser throws the last of these for the names of columns.
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s cannot be read: %s".formatted(file, JsonValue.shown(String.valueOf(e.getMessage()))),
                    e);
        }
        if (!prompt.rows.isEmpty()) {
            listener.sequence(prompt.sequence(++number));
        }
    }

    private static Row row(Path file, CSVRecord fields) {
        String place = "%s, row %d".formatted(file, fields.getRecordNumber());
        return new Row(
                number(place, fields, "layer"),
                text(place, fields, "domain"),
                number(place, fields, "expert_idx"),
                weight(place, fields),
                fields.isSet("topk_rank") ? fields.get("topk_rank") : "",
                place);
    }

    private static String text(String place, CSVRecord fields, String name) {
        if (!fields.isSet(name)) {
            throw new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s has no field '%s'".formatted(place, name));
        }
        return fields.get(name);
    }

    private static int number(String place, CSVRecord fields, String name) {
        String text = text(place, fields, name);
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, like negative ones.
        }
        throw new GatehouseException(
                ErrorCode.CORRUPT_DATASET,
                "%s, field '%s' is '%s' instead of a whole number".formatted(place, name, JsonValue.shown(text)));
    }

    private static float weight(String place, CSVRecord fields) {
        String text = text(place, fields, "expert_weight");
        try {
            float weight = Float.parseFloat(text);
            if (Float.isFinite(weight)) {
                return weight;
            }
        } catch (NumberFormatException e) {
            // Said below, like infinite ones.
        }
        throw new GatehouseException(
                ErrorCode.CORRUPT_DATASET,
                "%s, field 'expert_weight' is '%s' instead of a number".formatted(place, JsonValue.shown(text)));
    }
}
