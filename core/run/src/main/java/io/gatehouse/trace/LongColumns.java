package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the columns of a table of routing mean, as expressions of DuckDB over them.
 *
 * @param names name of the column of each meaning that the table has
 * @param lists whether a row has all experts of a token and layer; else it has one
 * @param ordered whether the experts of a token come in the order of their rank
 */
record LongColumns(Map<Meaning, String> names, boolean lists, boolean ordered) {
    /** In place of a column of counts: each row is one activation. */
    private static final String ROWS = "rows";

    /** In place of a column for the rank: the order of the experts is it. */
    static final String ORDER = "order";

    private static final String GENERATED = """
            CASE lower(CAST(%1$s AS VARCHAR))
                WHEN 'prompt' THEN 0 WHEN 'prefill' THEN 0 WHEN '0' THEN 0
                WHEN 'generated' THEN 1 WHEN 'decode' THEN 1 WHEN '1' THEN 1
                ELSE error('The phase of a row is ' || coalesce(CAST(%1$s AS VARCHAR), 'NULL')
                    || '; it is prompt, prefill or 0, or generated, decode or 1')
            END""";

    private static final Pattern WHOLE = Pattern.compile(
            "(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|UHUGEINT)(\\[])?");
    private static final Pattern NUMBERS =
            Pattern.compile(WHOLE.pattern() + "|(FLOAT|DOUBLE|DECIMAL\\(\\d+,\\d+\\))(\\[])?");

    /** What a column may mean; its name in lower case is the default name of the column. */
    enum Meaning {
        SEQUENCE,
        PHASE,
        POSITION,
        LAYER,
        RANK,
        EXPERT,
        WEIGHT,
        SCORE,
        ENTROPY,
        PROBABILITIES,
        COUNT;

        private final String id = name().toLowerCase(Locale.ROOT);

        String id() {
            return id;
        }

        private static Meaning of(String id) {
            return Arrays.stream(values())
                    .filter(meaning -> meaning.id.equals(id))
                    .findFirst()
                    .orElseThrow(() -> new GatehouseException(
                            ErrorCode.INVALID_ARGUMENT,
                            "No column means '%s'; there are %s"
                                    .formatted(
                                            id,
                                            Arrays.stream(values())
                                                    .map(Meaning::id)
                                                    .collect(Collectors.joining(", ")))));
        }
    }

    /**
     * Finds the columns of a table.
     *
     * @param file names the file or the stream in errors
     * @param types types of the columns of the table by their names
     * @param given names of columns by what they mean; an empty name if no column means it
     * @throws GatehouseException INVALID_ARGUMENT if a name is not there, or a column that is needed, or if there are both
     *     positions and counts; CORRUPT_DATASET if the type of a column cannot mean it
     */
    static LongColumns of(Object file, Map<String, String> types, Map<String, String> given) {
        Map<String, String> table = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        types.keySet().forEach(name -> table.put(name, name));
        Map<Meaning, String> names = new EnumMap<>(Meaning.class);
        for (Meaning meaning : Meaning.values()) {
            Optional.ofNullable(table.get(meaning.id()))
                    .or(() -> Optional.ofNullable(table.get(meaning.id() + "s")))
                    .ifPresent(name -> names.put(meaning, name));
        }
        boolean ordered = false;
        boolean rows = false;
        for (Map.Entry<String, String> entry : given.entrySet()) {
            Meaning meaning = Meaning.of(entry.getKey());
            if (meaning == Meaning.RANK && entry.getValue().equals(ORDER)) {
                ordered = true;
                names.remove(meaning);
                continue;
            }
            if (meaning == Meaning.COUNT && entry.getValue().equals(ROWS)) {
                rows = true;
                names.remove(meaning);
                continue;
            }
            if (entry.getValue().isEmpty()) {
                names.remove(meaning);
                continue;
            }
            String name = table.get(entry.getValue());
            if (name == null) {
                throw missing(file, entry.getValue(), types);
            }
            names.put(meaning, name);
        }
        for (Meaning needed : List.of(Meaning.LAYER, Meaning.EXPERT)) {
            if (!names.containsKey(needed)) {
                throw missing(file, needed.id(), types);
            }
        }
        if (!names.containsKey(Meaning.POSITION) && !names.containsKey(Meaning.COUNT) && !rows) {
            throw missing(file, Meaning.POSITION.id(), types);
        }
        if (names.containsKey(Meaning.POSITION) && (names.containsKey(Meaning.COUNT) || rows)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has positions and counts, but a row names a token or counts tokens; leave one out with --columns count= or --columns position="
                            .formatted(file));
        }
        boolean lists =
                types.getOrDefault(names.getOrDefault(Meaning.EXPERT, ""), "").endsWith("[]");
        if (lists && rows) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has lists of experts, but --columns count=rows counts rows of one expert".formatted(file));
        }
        LongColumns columns = new LongColumns(Map.copyOf(names), lists, ordered);
        columns.requireTypes(file, types);
        return columns;
    }

    /**
     * Refuses a column that is read if there are two of its name.
     *
     * @param written the names of all columns in the file or the stream
     */
    void requireOnce(Object file, List<String> written) {
        for (String name : names.values()) {
            if (written.stream().filter(name::equalsIgnoreCase).count() > 1) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET, "%s has two columns '%s'".formatted(file, JsonValue.shown(name)));
            }
        }
    }

    private static GatehouseException missing(Object file, String name, Map<String, String> types) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "%s has no column '%s', but %s; name its columns with --columns"
                        .formatted(
                                file,
                                name,
                                types.keySet().stream().map(JsonValue::shown).collect(Collectors.joining(", "))));
    }

    private void requireTypes(Object file, Map<String, String> types) {
        names.forEach((meaning, name) -> {
            String type = types.getOrDefault(name, "");
            boolean list = type.endsWith("[]");
            boolean fits = switch (meaning) {
                case SEQUENCE, PHASE -> !list;
                case POSITION, LAYER, RANK, COUNT -> WHOLE.matcher(type).matches() && !list;
                case EXPERT -> WHOLE.matcher(type).matches();
                case WEIGHT, SCORE -> NUMBERS.matcher(type).matches() && list == lists;
                case PROBABILITIES -> NUMBERS.matcher(type).matches() && list && lists;
                case ENTROPY -> NUMBERS.matcher(type).matches() && !list;
            };
            if (!fits || (lists && (meaning == Meaning.RANK || meaning == Meaning.COUNT))) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET,
                        "%s has column '%s' of type %s, which cannot be the %s of %s"
                                .formatted(
                                        file,
                                        JsonValue.shown(name),
                                        type,
                                        meaning.id(),
                                        lists ? "a list of experts" : "an expert"));
            }
        });
    }

    Optional<String> name(Meaning meaning) {
        return Optional.ofNullable(names.get(meaning));
    }

    boolean has(Meaning meaning) {
        return names.containsKey(meaning);
    }

    /** Whether rows count activations instead of naming tokens. */
    boolean counts() {
        return !has(Meaning.POSITION);
    }

    /** Whether the rank of each expert is known. */
    boolean ranked() {
        return ordered || has(Meaning.RANK);
    }

    /** The column of a meaning as an expression, or another one without it. */
    String of(Meaning meaning, String otherwise) {
        String name = names.get(meaning);
        return name == null ? otherwise : "\"%s\"".formatted(name.replace("\"", "\"\""));
    }

    /** Whether a token was generated: 0 or 1. */
    private String generated() {
        return has(Meaning.PHASE) ? GENERATED.formatted(of(Meaning.PHASE, "")) : "0";
    }

    /** The query for how often rows of another sequence begin, how many sequences there are, and how many rows of none. */
    String runsOfSequences(String table) {
        return """
                SELECT count_if(s IS DISTINCT FROM before), count(DISTINCT s), count_if(s IS NULL)
                FROM (SELECT s, lag(s) OVER () AS before FROM (SELECT %s AS s FROM %s))""".formatted(of(Meaning.SEQUENCE, "''"), table);
    }

    /**
     * The query for one row an expert, those of a sequence together: sequence, generated, position, layer, expert, rank,
     * weight, score, entropy; and the probabilities at the first expert of a token, if the table has them.
     *
     * @param together whether the table has the rows of each sequence together
     */
    String decisions(String table, boolean together) {
        String each = lists ? "unnest(%s)" : "%s";
        String rows = """
                SELECT %s AS s, %s AS g, %s AS p, %s AS l, %s AS e, %s AS r, %s AS w, %s AS c, %s AS h%s%s FROM %s""".formatted(
                of(Meaning.SEQUENCE, "''"),
                generated(),
                of(Meaning.POSITION, "NULL"),
                of(Meaning.LAYER, "NULL"),
                each.formatted(of(Meaning.EXPERT, "NULL")),
                lists ? "generate_subscripts(%s, 1)".formatted(of(Meaning.EXPERT, "NULL")) : of(Meaning.RANK, "0"),
                has(Meaning.WEIGHT) ? each.formatted(of(Meaning.WEIGHT, "")) : "0",
                has(Meaning.SCORE) ? each.formatted(of(Meaning.SCORE, "")) : "0",
                of(Meaning.ENTROPY, "0"),
                has(Meaning.PROBABILITIES) ? ", %s AS q".formatted(of(Meaning.PROBABILITIES, "")) : "",
                together ? "" : ", gatehouse_row AS n",
                together ? table : "(SELECT *, row_number() OVER () AS gatehouse_row FROM %s)".formatted(table));
        return """
                SELECT CAST(s AS VARCHAR) AS sequence, CAST(g AS INTEGER) AS generated, CAST(p AS INTEGER) AS "position",
                    CAST(l AS INTEGER) AS layer, CAST(e AS INTEGER) AS expert, CAST(r AS INTEGER) AS "rank",
                    CAST(w AS FLOAT) AS weight, CAST(c AS FLOAT) AS score, CAST(h AS FLOAT) AS entropy%s
                FROM (%s)%s""".formatted(
                        has(Meaning.PROBABILITIES)
                                ? ", CASE r WHEN 1 THEN CAST(q AS FLOAT[]) ELSE [] END AS probabilities"
                                : "",
                        rows,
                        together ? "" : " ORDER BY s, n, r");
    }

    /** The query for counts: sequence, layer, expert, n, and whether some of these tokens were generated. */
    String counts(String table) {
        return """
                SELECT CAST(s AS VARCHAR) AS sequence, CAST(l AS INTEGER) AS layer, CAST(e AS INTEGER) AS expert,
                    CAST(sum(n) AS BIGINT) AS n, max(g) = 1 AS generated
                FROM (SELECT %s AS s, %s AS g, %s AS l, %s AS e, %s AS n FROM %s)
                GROUP BY s, l, e
                ORDER BY s, l, e""".formatted(
                        of(Meaning.SEQUENCE, "''"),
                        generated(),
                        of(Meaning.LAYER, "NULL"),
                        of(Meaning.EXPERT, "NULL"),
                        of(Meaning.COUNT, "1"),
                        table);
    }
}
