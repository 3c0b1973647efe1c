package io.gatehouse.handover;

import io.gatehouse.client.Column;
import io.gatehouse.client.Query;
import io.gatehouse.client.Relation;
import io.gatehouse.client.Rows;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.PlainFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A DuckDB file with a table for each relation of SQL, analysis views included, in plain units. */
final class DuckDbFormat implements HandoverFormat {
    @Override
    public String id() {
        return "duckdb";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RELATIONS);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        List<Relation> relations = relations(handover);
        Path rows = file.resolveSibling(file.getFileName() + ".parquet");
        long count = 0;
        try (PlainFile plain = PlainFile.create(file)) {
            for (Relation relation : relations) {
                Query query = new Query(
                        "SELECT * FROM \"%s\"".formatted(relation.name()),
                        List.of(),
                        Optional.of(ExportedRun.TIMEOUT),
                        0);
                try (Rows result = handover.session().query(query)) {
                    count += result.writeParquet(rows);
                }
                Map<String, String> comments = new LinkedHashMap<>();
                for (Column column : relation.columns()) {
                    comments.put(column.name(), column.comment());
                }
                plain.add(relation.name(), relation.comment(), comments, rows);
                Files.delete(rows);
            }
        }
        return new Written("", count);
    }

    private static List<Relation> relations(Handover handover) {
        List<Relation> all = handover.session().relations();
        List<String> names = all.stream().map(Relation::name).toList();
        Optional<List<String>> wanted = handover.choices().relations();
        wanted.stream()
                .flatMap(List::stream)
                .filter(name -> !names.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new GatehouseException(
                            ErrorCode.INVALID_ARGUMENT,
                            "There is no relation '%s'; the relations are %s."
                                    .formatted(name, String.join(", ", names)));
                });
        return all.stream()
                .filter(relation ->
                        wanted.map(some -> some.contains(relation.name())).orElse(true))
                .toList();
    }
}
