package io.gatehouse.sql;

import io.gatehouse.sql.Outcome.Kind;
import io.gatehouse.testing.store.RoutingFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What may differ from DuckDB, and why: a list of reasons, each followed by lines of a kind of outcome and a pattern. It is
 * searched for in what differs, a space and the statement; of types, each pair must be known.
 */
record KnownDifferences(List<Entry> entries) {
    record Entry(Kind kind, Pattern pattern, String reason) {}

    static KnownDifferences read() throws IOException {
        List<Entry> entries = new ArrayList<>();
        StringBuilder reason = new StringBuilder();
        boolean within = false;
        for (String line :
                RoutingFile.resource("/sql/random.differences.txt").lines().toList()) {
            if (line.startsWith("#")) {
                if (!within) {
                    reason.setLength(0);
                }
                within = true;
                reason.append(reason.isEmpty() ? "" : " ")
                        .append(line.substring(1).strip());
            } else if (!line.isBlank()) {
                within = false;
                String[] halves = line.split(" ", 2);
                entries.add(new Entry(
                        Kind.valueOf(halves[0]), Pattern.compile(halves[1], Pattern.DOTALL), reason.toString()));
            }
        }
        return new KnownDifferences(entries);
    }

    Optional<String> reason(Outcome outcome, String sql) {
        if (outcome.kind() != Kind.TYPES) {
            return find(outcome.kind(), outcome.detail() + " " + sql);
        }
        List<Optional<String>> reasons = List.of(outcome.detail().split("; ", -1)).stream()
                .map(pair -> find(Kind.TYPES, pair + " " + sql))
                .toList();
        return reasons.stream().allMatch(Optional::isPresent) ? reasons.get(0) : Optional.empty();
    }

    private Optional<String> find(Kind kind, String text) {
        return entries.stream()
                .filter(entry ->
                        entry.kind() == kind && entry.pattern().matcher(text).find())
                .map(Entry::reason)
                .findFirst();
    }
}
