package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.TracedSequence;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private record Row(int layer, String domain, int expert, float weight, String rank, String place) {
        /** Whether it cannot be of the prompt of an earlier row. */
        private boolean endsPromptOf(Row earlier) {
            boolean again = layer == earlier.layer && !rank.isEmpty() && rank.equals(earlier.rank);
            return again || layer < earlier.layer || !domain.equals(earlier.domain);
        }
    }

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        List<Row> prompt = new ArrayList<>();
        int number = 0;
        for (Row row : rows(file)) {
            if (prompt.stream().anyMatch(row::endsPromptOf)) {
                listener.sequence(sequence(prompt, ++number));
                prompt.clear();
            }
            prompt.add(row);
        }
        if (!prompt.isEmpty()) {
            listener.sequence(sequence(prompt, ++number));
        }
    }

    private static TracedSequence sequence(List<Row> prompt, int number) {
        DecisionTable table = new DecisionTable(true);
        Map<Integer, List<Row>> byLayer = new LinkedHashMap<>();
        prompt.forEach(row -> byLayer.computeIfAbsent(row.layer(), unseen -> new ArrayList<>())
                .add(row));
        byLayer.values()
                .forEach(rows -> rows.stream()
                        .sorted((a, b) -> Float.compare(b.weight(), a.weight()))
                        .forEach(row -> table.add(row.layer(), 0, row.expert(), row.weight())));
        return new TracedSequence(
                "prompt %d".formatted(number),
                Optional.of(prompt.get(0).domain()),
                "",
                new int[0],
                1,
                table.layers(prompt.get(0).place()));
    }

    private static List<Row> rows(Path file) {
        List<Row> rows = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(file);
                CSVParser parser = CSVParser.parse(reader, FORMAT)) {
            for (CSVRecord fields : parser) {
                rows.add(row(file, fields));
            }
        } catch (IOException | UncheckedIOException e) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
        return rows;
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
                "%s, field '%s' is '%s' instead of a whole number".formatted(place, name, text));
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
                "%s, field 'expert_weight' is '%s' instead of a number".formatted(place, text));
    }
}
