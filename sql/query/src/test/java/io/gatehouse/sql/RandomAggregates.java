package io.gatehouse.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes aggregates over the facts at random: joins, conditions, keys and calls that rollups can and cannot answer. */
final class RandomAggregates {
    /** A relation of facts with its joins, and the columns that can be used of it. */
    private record Source(String from, List<String> keys, List<String> conditions, List<String> measures) {}

    private static final List<String> KEYS = List.of(
            "a.run_id",
            "a.layer",
            "a.phase",
            "a.is_last_prompt",
            "a.layer + 1",
            "CASE WHEN a.layer < 1 THEN 'lo' ELSE 'hi' END");
    private static final List<String> CONDITIONS = List.of(
            "a.layer = 1",
            "a.layer BETWEEN 1 AND 2",
            "a.is_last_prompt",
            "a.run_id <> 2",
            "a.run_id IN (SELECT run_id FROM runs WHERE status = 'complete')",
            "a.layer = 77");

    private static final List<Source> SOURCES = List.of(
            source("activations AS a", List.of("a.expert", "a.question_id"), List.of("a.expert <> 3"), "a.weight"),
            source("activations AS a", List.of("a.expert"), List.of("a.expert IN (1, 2, 5)"), "a.weight"),
            source("activations AS a", List.of("a.expert", "a.rank"), List.of("a.weight > 0.125"), "a.weight"),
            source(
                    "activations AS a JOIN questions AS q ON q.question_id = a.question_id",
                    List.of("q.subject", "a.expert"),
                    List.of("q.subject LIKE 'a%'"),
                    "a.weight"),
            source(
                    "questions AS q JOIN activations AS a USING (question_id)",
                    List.of("q.subject", "q.answer", "upper(q.subject)"),
                    List.of("q.ordinal > 1", "q.subject = 'Chemie'"),
                    "a.weight"),
            source(
                    "activations AS a JOIN answers AS w ON w.run_id = a.run_id AND w.question_id = a.question_id",
                    List.of("w.correct", "w.predicted", "a.expert"),
                    List.of("w.correct", "NOT w.correct OR a.layer = 0"),
                    "a.weight"),
            source(
                    "activations AS a JOIN answers AS w USING (run_id, question_id) JOIN questions AS q USING (question_id)",
                    List.of("w.correct", "q.answer", "a.expert", "q.answer || '!'"),
                    List.of("w.correct", "q.answer IN ('A', 'C')", "a.expert < 4"),
                    "a.weight"),
            source(
                    "activations AS a LEFT JOIN answers AS w ON w.question_id = a.question_id AND w.correct",
                    List.of("w.correct", "a.expert"),
                    List.of("w.question_id IS NULL"),
                    "a.weight"),
            source(
                    "activations AS a JOIN scopes AS s ON s.phase = a.phase AND s.is_last_prompt = a.is_last_prompt",
                    List.of("s.scope", "a.expert"),
                    List.of("s.scope = 'prompt'", "s.scope <> 'prompt' OR a.layer = 0"),
                    "a.weight"),
            source(
                    "runs AS r, activations AS a, questions AS q",
                    List.of("r.name", "q.subject"),
                    List.of("r.run_id = a.run_id AND q.question_id = a.question_id"),
                    "a.weight"),
            source("token_routing AS a", List.of("a.phase || '!'"), List.of("a.layer <> 0"), "a.entropy", "a.margin"),
            source("token_routing AS a", List.of("a.position"), List.of("a.entropy > 0.5"), "a.mass", "a.entropy"));

    private final Random random;

    RandomAggregates(Random random) {
        this.random = random;
    }

    private static Source source(String from, List<String> keys, List<String> conditions, String... measures) {
        List<String> allKeys = new ArrayList<>(KEYS);
        allKeys.addAll(keys);
        List<String> allConditions = new ArrayList<>(CONDITIONS);
        allConditions.addAll(conditions);
        return new Source(from, allKeys, allConditions, List.of(measures));
    }

    String next() {
        Source source = one(SOURCES);
        List<String> keys = some(source.keys(), random.nextInt(3));
        List<String> items = new ArrayList<>();
        IntStream.range(0, keys.size()).forEach(i -> items.add(keys.get(i) + " AS k" + i));
        int calls = random.nextInt(3) + (keys.isEmpty() ? 1 : 0);
        for (int i = 0; i < calls; i++) {
            items.add(call(source) + " AS c" + i);
        }
        String sql = "SELECT %s FROM %s%s%s%s"
                .formatted(String.join(", ", items), source.from(), where(source), group(keys), having(keys));
        return around(sql, items.size());
    }

    private String call(Source source) {
        String measure = one(source.measures());
        String call = one(List.of(
                "count(*)",
                "count(*)",
                "sum(" + measure + ")",
                "avg(" + measure + ")",
                "count(" + measure + ")",
                "count(DISTINCT a.layer)",
                "min(" + one(source.keys()) + ")",
                "max(a.layer)",
                "sum(a.layer)",
                "avg(a.layer)",
                "avg(CASE WHEN a.is_last_prompt THEN 0.0 ELSE 1.0 END)",
                "sum(a.layer * 0.25)",
                "max(" + measure + ")",
                "min(" + measure + ")",
                "stddev_pop(" + measure + ")",
                "var_samp(" + measure + ")",
                "sum(" + measure + " * 2)",
                "bool_or(a.layer = 1)"));
        String filtered = random.nextInt(5) == 0 ? call + " FILTER (WHERE " + one(source.conditions()) + ")" : call;
        // DuckDB's own last digits of these depend on how its threads shared the rows.
        boolean moments = call.startsWith("stddev") || call.startsWith("var");
        return moments ? "round(" + filtered + ", 9)" : filtered;
    }

    private String where(Source source) {
        List<String> conditions = some(source.conditions(), random.nextInt(3));
        return conditions.isEmpty()
                ? ""
                : conditions.stream().map(c -> "(" + c + ")").collect(Collectors.joining(" AND ", " WHERE ", ""));
    }

    private String group(List<String> keys) {
        if (keys.isEmpty()) {
            return "";
        }
        String list = String.join(", ", keys);
        return " GROUP BY "
                + switch (random.nextInt(6)) {
                    case 0 -> "ROLLUP (" + list + ")";
                    case 1 -> "CUBE (" + list + ")";
                    case 2 -> "GROUPING SETS ((" + list + "), ())";
                    default -> list;
                };
    }

    private String having(List<String> keys) {
        return keys.isEmpty() || random.nextInt(4) > 0 ? "" : " HAVING count(*) > " + random.nextInt(20);
    }

    private String around(String sql, int columns) {
        return switch (random.nextInt(6)) {
            case 0 -> "SELECT count(*) AS n FROM (%s) AS t".formatted(sql);
            case 1 -> "WITH t AS (%s) SELECT x.* FROM t AS x JOIN runs AS y ON y.run_id = 1".formatted(sql);
            case 2 -> "%s ORDER BY %d LIMIT 100".formatted(sql, random.nextInt(columns) + 1);
            default -> sql;
        };
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private List<String> some(List<String> of, int count) {
        List<String> chosen = new ArrayList<>();
        while (chosen.size() < count) {
            String next = one(of);
            if (!chosen.contains(next)) {
                chosen.add(next);
            }
        }
        return chosen;
    }
}
