package io.gatehouse.sql;

import io.gatehouse.sql.Phrase.Category;
import io.gatehouse.sql.Scope.Column;
import io.gatehouse.sql.Scope.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Draws statements over the relations of a file: joins, LATERAL, UNNEST, PIVOT, WITH, set operations, groups, windows and
 * sub-queries in each other, such that DuckDB accepts most of them, and such that what they give is not left open.
 */
final class RandomStatements {
    /** @param ordered whether its last clause puts the rows into an order that leaves nothing open */
    record Statement(Phrase phrase, boolean ordered) {}

    /** @param merged columns that can be named without saying of which source they are */
    private record From(Phrase phrase, List<Source> sources, Set<String> merged) {
        From(Phrase phrase, Source source) {
            this(phrase, List.of(source), Set.of());
        }

        int rows() {
            return Scope.of(sources, Optional.empty()).rows();
        }
    }

    /** @param ends whether it ends in an order of its own, so that nothing can follow it outside of parentheses */
    private record Query(Phrase phrase, List<Column> columns, int rows, boolean ends) {
        Query(Phrase phrase, List<Column> columns, int rows) {
            this(phrase, columns, rows, false);
        }

        Phrase operand() {
            return ends ? Phrase.of(Category.QUERY, "(#)", phrase) : phrase;
        }
    }

    /** @param name as WITH gives it */
    private record Shared(String name, List<Column> columns, int rows) {}

    /** @param wanted types of the columns, if they matter; one row only if it matters */
    private record Wish(Optional<List<Category>> wanted, boolean oneRow, boolean top) {
        private static final Wish ANY = new Wish(Optional.empty(), false, false);
        private static final Wish TOP = new Wish(Optional.empty(), false, true);

        private static Wish of(Category... types) {
            return new Wish(Optional.of(List.of(types)), false, false);
        }
    }

    /** Name, rows and columns; those with * are its key. */
    private static final List<String> RELATIONS = List.of(
            "runs 4 run_id*:INT name:TEXT top_k:INT recorded:TEXT status:TEXT started_at:TIMESTAMP finished_at:TIMESTAMP norms:BOOL",
            "questions 6 question_id*:INT subject:TEXT ordinal:INT question:TEXT choices:TEXTS answer:TEXT",
            "question_attributes 5 question_id*:INT name*:TEXT value*:TEXT",
            "answers 20 run_id*:INT question_id*:INT predicted:TEXT correct:BOOL log_probabilities:DOUBLES top_token_id:INT top_token:TEXT prompt_tokens:INT",
            "tokens 60 run_id*:INT question_id*:INT \"position\"*:INT phase:TEXT is_last_prompt:BOOL token_id:INT token:TEXT",
            "token_routing 200 run_id*:INT question_id*:INT \"position\"*:INT layer*:INT phase:TEXT is_last_prompt:BOOL experts:INTS weights:DOUBLES entropy:DOUBLE mass:DOUBLE margin:DOUBLE",
            "activations 400 run_id*:INT question_id*:INT \"position\"*:INT layer*:INT phase:TEXT is_last_prompt:BOOL \"rank\"*:INT expert*:INT weight:DOUBLE",
            "experts 150 run_id*:INT scope*:TEXT layer*:INT expert*:INT activations:INT weight_sum:DOUBLE");

    private static final List<String> VIEWS = List.of(
            "expert_accuracy 100 run_id*:INT scope*:TEXT layer*:INT expert*:INT n:INT correct:INT accuracy:DOUBLE",
            "layer_load 20 run_id*:INT scope*:TEXT layer*:INT experts:INT n:INT busiest_share:DOUBLE uniform_share:DOUBLE",
            "unused_experts 20 run_id*:INT scope*:TEXT layer*:INT experts:INT unused:INT n:INT tokens:INT",
            "answer_difference 10 run_id*:INT other_run_id*:INT scope*:TEXT n:INT both_right:INT neither:INT",
            "routing_margins 20 run_id*:INT scope*:TEXT layer*:INT n:INT near_ties:INT least_margin:DOUBLE");

    private static final int MOST_ROWS = 4_000;
    private static final int MOST_QUERIES = 5;

    private final Draw draw;
    private final RandomExpressions expressions;
    private final List<Shared> shared = new ArrayList<>();
    private int aliases;
    private int queries;

    private RandomStatements(long seed) {
        draw = new Draw(new SplittableRandom(seed));
        expressions = new RandomExpressions(draw, this, draw.chance(4));
    }

    /** The statement of a seed. */
    static Statement of(long seed) {
        return new RandomStatements(seed).statement();
    }

    private Statement statement() {
        Query query = query(3, Optional.empty(), Wish.TOP);
        if (query.ends() || draw.chance(45)) {
            return new Statement(query.phrase(), false);
        }
        Phrase limit = draw.chance(35) ? limit() : Phrase.nothing();
        Phrase order = total(query.columns());
        return new Statement(Phrase.of(Category.QUERY, "# ORDER BY ##", query.phrase(), order, limit), true);
    }

    private Phrase limit() {
        return Phrase.optional(
                draw.one(" LIMIT 3", " LIMIT 1", " LIMIT 5 OFFSET 1", " LIMIT 0", " OFFSET 2", " LIMIT 2 + 1"));
    }

    /** An order by all columns, by their numbers or, if they differ, by their names. */
    private Phrase total(List<Column> columns) {
        if (draw.chance(20)) {
            return Phrase.of(Category.ORDER, draw.one("ALL", "ALL DESC", "ALL NULLS FIRST"));
        }
        List<String> names = columns.stream().map(Column::text).toList();
        boolean named = Set.copyOf(names).size() == names.size() && draw.chance(40);
        List<String> keys = named
                ? names
                : IntStream.rangeClosed(1, columns.size())
                        .mapToObj(Integer::toString)
                        .toList();
        return Phrase.of(
                Category.ORDER,
                draw.some(keys, keys.size()).stream()
                        .map(key -> key + draw.one("", "", " DESC", " NULLS FIRST", " DESC NULLS LAST"))
                        .collect(Collectors.joining(", ")));
    }

    /** Whether a statement can do with one more query in it. */
    boolean more() {
        return queries < MOST_QUERIES;
    }

    private Query query(int depth, Optional<Scope> outer, Wish wish) {
        queries++;
        int chance = draw.below(100);
        if (chance < (wish.top() ? 16 : 3) && depth > 1) {
            return withQueries(depth, outer, wish);
        }
        if (chance < 24 && depth > 1 && !wish.oneRow() && more()) {
            return setOperation(depth, outer, wish);
        }
        if (chance < 28 && wish.wanted().isEmpty()) {
            return values();
        }
        if (chance < 30 && wish.top()) {
            return draw.chance(70) ? recursive() : pivotStatement();
        }
        return select(depth, outer, wish);
    }

    private Query withQueries(int depth, Optional<Scope> outer, Wish wish) {
        List<Phrase> definitions = new ArrayList<>();
        int before = shared.size();
        for (int i = draw.between(1, 2); i > 0; i--) {
            Query query = query(depth - 1, Optional.empty(), Wish.ANY);
            String name = draw.chance(5) ? "questions" : "w" + ++aliases;
            List<Column> columns = query.columns();
            String renamed = "";
            if (draw.chance(20)) {
                columns = renamed(columns);
                renamed = names(columns);
            }
            definitions.add(Phrase.of(
                    name + renamed + " AS " + draw.one("", "", "", "MATERIALIZED ", "NOT MATERIALIZED ") + "(#)",
                    query.phrase()));
            shared.add(new Shared(name, columns, query.rows()));
        }
        Query body = draw.chance(25) && !wish.oneRow() && more()
                ? setOperation(depth, outer, wish)
                : select(depth - 1, outer, wish);
        while (shared.size() > before) {
            shared.remove(shared.size() - 1);
        }
        return new Query(
                Phrase.of(Category.QUERY, "WITH # #", Phrase.series(", ", definitions), body.phrase()),
                body.columns(),
                body.rows(),
                body.ends());
    }

    private List<Column> renamed(List<Column> columns) {
        return columns.stream()
                .map(column -> new Column("n" + ++aliases, column.type()))
                .toList();
    }

    private static String names(List<Column> columns) {
        return columns.stream().map(Column::text).collect(Collectors.joining(", ", "(", ")"));
    }

    private Query setOperation(int depth, Optional<Scope> outer, Wish wish) {
        List<Category> types = wish.wanted()
                .orElseGet(() ->
                        draw.times(draw.between(1, 3), () -> draw.chance(60) ? Category.INT : expressions.scalar()));
        Query left = select(depth - 1, outer, new Wish(Optional.of(types), false, false));
        String operator = draw.one(
                "UNION ALL",
                "UNION ALL",
                "UNION",
                "EXCEPT",
                "INTERSECT",
                "EXCEPT ALL",
                "INTERSECT ALL",
                "UNION ALL BY NAME",
                "UNION BY NAME");
        if (operator.endsWith("BY NAME") && wish.wanted().isPresent()) {
            operator = "UNION ALL";
        }
        List<Category> others = types.stream().map(expressions::like).toList();
        Query right = select(depth - 1, outer, new Wish(Optional.of(others), false, false));
        List<Column> columns = left.columns();
        if (operator.endsWith("BY NAME")) {
            Set<Column> all = new LinkedHashSet<>(columns);
            for (Column column : right.columns()) {
                if (columns.stream().noneMatch(other -> other.text().equals(column.text()))) {
                    all.add(column);
                }
            }
            columns = List.copyOf(all);
        }
        Phrase whole = Phrase.of(Category.QUERY, "# " + operator + " #", left.operand(), right.operand());
        if (draw.chance(15) && more()) {
            Query third = select(depth - 1, outer, new Wish(Optional.of(types), false, false));
            if (columns.size() == types.size()) {
                whole = Phrase.of(
                        Category.QUERY,
                        "# " + draw.one("UNION ALL", "EXCEPT", "INTERSECT", "UNION") + " #",
                        whole,
                        third.operand());
            }
        }
        return new Query(whole, columns, left.rows() + right.rows());
    }

    private Query values() {
        List<Category> types = draw.times(draw.between(1, 3), expressions::scalar);
        int rows = draw.between(1, 4);
        List<Column> columns = IntStream.range(0, types.size())
                .mapToObj(i -> new Column("col" + i, types.get(i)))
                .toList();
        return new Query(Phrase.of(Category.QUERY, "VALUES #", rows(types, rows)), columns, rows);
    }

    private Phrase rows(List<Category> types, int count) {
        return Phrase.series(
                ", ",
                draw.times(
                        count,
                        () -> Phrase.of(
                                "("
                                        + String.join(
                                                ", ",
                                                types.stream().map(type -> "#").toList()) + ")",
                                types.stream()
                                        .map(expressions::like)
                                        .map(expressions::literal)
                                        .toArray(Phrase[]::new))));
    }

    private Query pivotStatement() {
        if (draw.chance(50)) {
            return new Query(
                    Phrase.word(
                            "PIVOT (SELECT layer AS k, scope, expert AS n FROM experts) ON scope IN ('prompt', 'last_prompt') USING "
                                    + draw.one("count(*)", "sum(n)", "max(n)") + " GROUP BY k"),
                    List.of(
                            new Column("k", Category.INT),
                            new Column("prompt", Category.INT),
                            new Column("last_prompt", Category.INT)),
                    3);
        }
        return new Query(
                Phrase.word(
                        "UNPIVOT (SELECT run_id AS k, layers AS a, experts AS b FROM runs) ON a, b INTO NAME n VALUE v"),
                List.of(new Column("k", Category.INT), new Column("n", Category.TEXT), new Column("v", Category.INT)),
                8);
    }

    private Query recursive() {
        Source itself = new Source(
                "r", List.of(new Column("i", Category.INT), new Column("x", Category.INT)), List.of("i", "x"), 4);
        Scope step = Scope.of(List.of(itself), Optional.empty());
        Query first = select(1, Optional.empty(), Wish.of(Category.INT));
        String join = draw.one("", "", "", " JOIN runs AS s ON s.run_id = r.i + 1", ", (VALUES (1), (2)) AS v(j)");
        Phrase query = Phrase.of(
                Category.QUERY,
                "WITH RECURSIVE r(i, x) AS (SELECT 0, * FROM (#) AS b " + draw.one("UNION", "UNION", "UNION ALL")
                        + " SELECT r.i + 1, # % 1000 FROM r" + join + " WHERE r.i < 2#) SELECT i AS c1, x AS c2 FROM r",
                first.phrase(),
                Phrase.of("(#)", expressions.value(Category.INT, 2, step)),
                Phrase.optional(" AND #", expressions.condition(1, step)));
        return new Query(query, List.of(new Column("c1", Category.INT), new Column("c2", Category.INT)), 30);
    }

    // ------------------------------------------------------------------------------------------------- FROM

    private String alias() {
        return "t" + ++aliases;
    }

    private From from(int depth, Optional<Scope> outer) {
        From from = table(depth);
        int joins = depth <= 0 ? 0 : draw.one(0, 0, 0, 0, 0, 1, 1, 1, 1, 2);
        for (int i = 0; i < joins && from.rows() < MOST_ROWS; i++) {
            from = joined(from, depth, outer, i == joins - 1);
        }
        return joins > 0 && draw.chance(8) && from.rows() < MOST_ROWS ? afterComma(from) : from;
    }

    /** A small relation before a comma, of which joins behind the comma know nothing. */
    private From afterComma(From joined) {
        Source first = new Source(alias(), List.of(new Column("b0", Category.INT)), List.of("b0"), 2);
        List<Source> sources = new ArrayList<>(List.of(first));
        sources.addAll(joined.sources());
        return new From(
                Phrase.of("(VALUES (1), (2)) AS " + first.alias() + "(b0), #", joined.phrase()),
                sources,
                joined.merged());
    }

    private From joined(From left, int depth, Optional<Scope> outer, boolean last) {
        Scope scope = Scope.of(left.sources(), outer).merging(left.merged());
        int chance = draw.below(100);
        if (chance < 22 && more()) {
            return lateral(left, scope, depth, last);
        }
        if (chance < 40) {
            return unnested(left, scope, last);
        }
        From right = table(depth - 1);
        Source source = right.sources().get(0);
        List<Source> sources = new ArrayList<>(left.sources());
        long product = (long) left.rows() * source.rows();
        sources.add(new Source(source.alias(), source.columns(), source.key(), source.rows() / 4 + 1, source.whole()));
        Set<String> common = common(left, source);
        if (chance < 58 && !common.isEmpty()) {
            boolean natural = draw.chance(20) && left.sources().size() == 1;
            List<String> using = natural ? List.copyOf(common) : draw.some(List.copyOf(common), draw.between(1, 3));
            Set<String> merged = new LinkedHashSet<>(left.merged());
            merged.addAll(using);
            String kind = draw.one("", "", "LEFT ", "FULL ", "RIGHT ", "INNER ");
            Phrase phrase = natural
                    ? Phrase.of("##", left.phrase(), Phrase.optional(" NATURAL " + kind + "JOIN #", right.phrase()))
                    : Phrase.of(
                            "##",
                            left.phrase(),
                            Phrase.optional(
                                    " " + kind + "JOIN # USING (" + String.join(", ", using) + ")", right.phrase()));
            return new From(phrase, sources, merged);
        }
        if (product < 3_000 && chance < 68) {
            return new From(
                    Phrase.of(
                            "##",
                            left.phrase(),
                            Phrase.optional(
                                    (last ? draw.one(", ", " CROSS JOIN ") : " CROSS JOIN ") + "#", right.phrase())),
                    sources,
                    left.merged());
        }
        Scope both = Scope.of(sources, outer).merging(left.merged());
        Phrase on = on(left, source, both, product);
        return new From(
                Phrase.of(
                        "##",
                        left.phrase(),
                        Phrase.optional(
                                " " + draw.one("", "", "LEFT ", "LEFT ", "RIGHT ", "FULL ", "INNER ", "FULL OUTER ")
                                        + "JOIN # ON #",
                                right.phrase(),
                                on)),
                sources,
                left.merged());
    }

    private static Set<String> common(From left, Source right) {
        Set<String> common = new LinkedHashSet<>();
        for (Column column : right.columns()) {
            List<Column> others = left.sources().stream()
                    .flatMap(source -> source.columns().stream())
                    .filter(other -> other.text().equals(column.text()))
                    .toList();
            if (!others.isEmpty()
                    && (others.size() == 1 || left.merged().contains(column.text()))
                    && others.get(0).type() == column.type()) {
                common.add(column.text());
            }
        }
        return common;
    }

    private Phrase on(From left, Source right, Scope both, long product) {
        List<Phrase> equal = new ArrayList<>();
        for (Column column : right.columns()) {
            for (Source source : left.sources()) {
                for (Column other : source.columns()) {
                    boolean namesake = other.text().equals(column.text());
                    if (other.type() == column.type() && (namesake || draw.chance(5))) {
                        equal.add(Phrase.of(
                                Category.BOOL,
                                "%s.%s %s %s.%s"
                                        .formatted(
                                                source.alias(),
                                                other.text(),
                                                draw.one("=", "=", "=", "=", "IS NOT DISTINCT FROM"),
                                                right.alias(),
                                                column.text())));
                    }
                }
            }
        }
        List<Phrase> conditions = new ArrayList<>(draw.some(equal, draw.between(1, 2)));
        if (conditions.isEmpty() && product > 3_000) {
            conditions.add(Phrase.of(Category.BOOL, "FALSE"));
        }
        if (conditions.isEmpty() || draw.chance(40)) {
            conditions.add(Phrase.of(Category.BOOL, "(#)", expressions.condition(draw.between(0, 2), both)));
        }
        return Phrase.series(" AND ", conditions);
    }

    private From lateral(From left, Scope scope, int depth, boolean last) {
        Query query =
                select(Math.min(depth - 1, 1), Optional.of(scope), new Wish(Optional.empty(), draw.chance(40), false));
        String alias = alias();
        Source source = new Source(alias, query.columns(), key(query.columns()), 2);
        String form = last
                ? draw.one(
                        ", LATERAL (#) AS ",
                        " CROSS JOIN LATERAL (#) AS ",
                        " LEFT JOIN LATERAL (#) AS ",
                        " JOIN LATERAL (#) AS ")
                : draw.one(" CROSS JOIN LATERAL (#) AS ", " LEFT JOIN LATERAL (#) AS ");
        List<Source> sources = new ArrayList<>(left.sources());
        sources.add(source);
        String on = form.startsWith(" LEFT") || form.startsWith(" JOIN") ? " ON TRUE" : "";
        return new From(
                Phrase.of("##", left.phrase(), Phrase.optional(form + alias + on, query.phrase())),
                sources,
                left.merged());
    }

    private From unnested(From left, Scope scope, boolean last) {
        Category type = draw.one(Category.INTS, Category.INTS, Category.TEXTS, Category.DOUBLES);
        Category element =
                type == Category.INTS ? Category.INT : type == Category.TEXTS ? Category.TEXT : Category.DOUBLE;
        List<String> lists = scope.names(type);
        Phrase list = lists.isEmpty() || draw.chance(20)
                ? expressions.value(type, 1, scope)
                : Phrase.of(type, draw.oneOf(lists));
        String alias = alias();
        boolean ordinality = draw.chance(30);
        String columns = ordinality ? "(e, o)" : "(e)";
        String left1 = draw.chance(25) ? " LEFT JOIN " : last && draw.chance(20) ? ", " : " CROSS JOIN ";
        List<Source> sources = new ArrayList<>(left.sources());
        List<Column> columnList = ordinality
                ? List.of(new Column("e", element), new Column("o", Category.INT))
                : List.of(new Column("e", element));
        sources.add(new Source(alias, columnList, List.of(ordinality ? "o" : "e"), 3));
        return new From(
                Phrase.of(
                        "##",
                        left.phrase(),
                        Phrase.optional(
                                left1 + "UNNEST(#)" + (ordinality ? " WITH ORDINALITY" : "") + " AS " + alias + columns
                                        + (left1.startsWith(" LEFT") ? " ON TRUE" : ""),
                                list)),
                sources,
                left.merged());
    }

    private static List<String> key(List<Column> columns) {
        return columns.size() > 6
                ? List.of()
                : columns.stream().map(Column::text).toList();
    }

    private From table(int depth) {
        int chance = draw.below(100);
        if (!shared.isEmpty() && chance < 50) {
            Shared query = draw.oneOf(shared);
            String alias = alias();
            return new From(
                    Phrase.word(query.name() + " AS " + alias),
                    new Source(alias, query.columns(), key(query.columns()), query.rows()));
        }
        if (chance < 72 || depth <= 0 || !more()) {
            return relation(draw.oneOf(draw.chance(12) ? VIEWS : RELATIONS));
        }
        if (chance < 80) {
            return valuesTable();
        }
        if (chance < 83) {
            String alias = alias();
            return new From(
                    Phrase.word(
                            draw.one("range(3)", "generate_series(1, 3)", "range(1, 9, 3)") + " AS " + alias + "(i)"),
                    new Source(alias, List.of(new Column("i", Category.INT)), List.of("i"), 3));
        }
        if (chance < 86) {
            return pivot();
        }
        if (chance < 88) {
            return unpivot();
        }
        Query query = query(depth - 1, Optional.empty(), Wish.ANY);
        String alias = alias();
        List<Column> columns = query.columns();
        String renamed = "";
        if (draw.chance(15)) {
            columns = renamed(columns);
            renamed = names(columns);
        }
        return new From(
                Phrase.of("(#) AS " + alias + renamed, query.phrase()),
                new Source(alias, columns, key(columns), query.rows()));
    }

    private From relation(String description) {
        String[] parts = description.split(" ", -1);
        List<Column> columns = new ArrayList<>();
        List<String> key = new ArrayList<>();
        for (String column : Arrays.asList(parts).subList(2, parts.length)) {
            String[] halves = column.split(":", -1);
            String name = halves[0].replace("*", "");
            columns.add(new Column(name, Category.valueOf(halves[1])));
            if (halves[0].endsWith("*")) {
                key.add(name);
            }
        }
        String alias = alias();
        return new From(
                Phrase.word(parts[0] + draw.one(" AS ", " ") + alias),
                new Source(
                        alias,
                        columns,
                        key,
                        Integer.parseInt(parts[1]),
                        parts[0].matches("question_attributes|activations|experts")));
    }

    private From valuesTable() {
        List<Category> types = draw.times(draw.between(1, 3), expressions::scalar);
        int rows = draw.between(1, 4);
        String alias = alias();
        List<Column> columns = IntStream.range(0, types.size())
                .mapToObj(i -> new Column("" + (char) ('x' + i), types.get(i)))
                .toList();
        return new From(
                Phrase.of("(VALUES #) AS " + alias + names(columns), rows(types, rows)),
                new Source(alias, columns, key(columns), rows));
    }

    /** In parentheses: behind a join it would be of the whole join to DuckDB. */
    private From pivot() {
        String alias = alias();
        String aggregate = draw.one("count(*)", "sum(n)", "max(n)", "min(n)");
        String[] form = draw.one(
                new String[] {
                    "SELECT scope, layer AS k, expert AS n FROM experts", "scope IN ('prompt' AS p, 'last_prompt' AS l)"
                },
                new String[] {"SELECT layer AS k, run_id, expert AS n FROM experts", "run_id IN (1 AS p, 4 AS l)"},
                new String[] {
                    "SELECT predicted, question_id AS k, prompt_tokens AS n FROM answers",
                    "predicted IN ('A' AS p, 'B' AS l)"
                },
                new String[] {
                    "SELECT run_id AS k, correct, question_id AS n FROM answers", "correct IN (TRUE AS p, FALSE AS l)"
                });
        String source = aggregate.startsWith("count") ? form[0].replaceFirst(", \\w+ AS n", "") : form[0];
        List<Column> columns =
                List.of(new Column("k", Category.INT), new Column("p", Category.INT), new Column("l", Category.INT));
        return new From(
                Phrase.word(
                        "(SELECT * FROM (" + source + ") PIVOT (" + aggregate + " FOR " + form[1] + ")) AS " + alias),
                new Source(alias, columns, List.of("k"), 6));
    }

    private From unpivot() {
        String alias = alias();
        String nulls = draw.one("", "", "INCLUDE NULLS ");
        String[] form = draw.one(
                new String[] {"SELECT run_id AS k, layer AS a, CAST(expert AS SMALLINT) AS b FROM experts", "a, b"},
                new String[] {"SELECT question_id AS k, top_token_id AS a, prompt_tokens AS b FROM answers", "a, b"},
                new String[] {"SELECT run_id AS k, layers AS a, experts AS b FROM runs", "a, b"});
        return new From(
                Phrase.word("(SELECT * FROM (" + form[0] + ") UNPIVOT " + nulls + "(v FOR n IN (" + form[1] + "))) AS "
                        + alias),
                new Source(
                        alias,
                        List.of(
                                new Column("k", Category.INT),
                                new Column("n", Category.TEXT),
                                new Column("v", Category.INT)),
                        List.of("k", "n", "v"),
                        40));
    }

    // ----------------------------------------------------------------------------------------------- SELECT

    private record Item(Phrase phrase, List<Column> columns) {}

    private Query select(int depth, Optional<Scope> outer, Wish wish) {
        if (draw.chance(3) && !wish.oneRow()) {
            return withoutFrom(outer, wish);
        }
        From from = from(depth, outer);
        Scope rows = Scope.of(from.sources(), outer).merging(from.merged());
        boolean grouped = wish.oneRow() || draw.chance(38);
        Phrase where = where(depth, rows, outer);
        return grouped ? grouped(from, rows, where, depth, wish) : plain(from, rows, where, depth, wish);
    }

    private Query withoutFrom(Optional<Scope> outer, Wish wish) {
        Scope scope = Scope.of(List.of(), outer);
        if (draw.chance(10) && wish.wanted().isEmpty()) {
            return new Query(
                    Phrase.of(
                            Category.QUERY,
                            "SELECT # AS c1 HAVING #",
                            expressions.aggregate(Category.INT, 1, scope),
                            expressions.condition(1, scope.groupedBy(List.of()))),
                    List.of(new Column("c1", Category.INT)),
                    1);
        }
        List<Category> types = wish.wanted().orElseGet(() -> draw.times(draw.between(1, 3), expressions::any));
        List<Column> columns = new ArrayList<>();
        List<Phrase> items = new ArrayList<>();
        for (Category type : types) {
            columns.add(new Column("c" + (columns.size() + 1), type));
            items.add(Phrase.of("# AS c" + columns.size(), expressions.value(type, 2, scope)));
        }
        return new Query(Phrase.of(Category.QUERY, "SELECT #", Phrase.series(", ", items)), columns, 1);
    }

    private Phrase where(int depth, Scope rows, Optional<Scope> outer) {
        List<Phrase> conditions = new ArrayList<>();
        if (outer.isPresent() && draw.chance(65)) {
            correlation(rows).ifPresent(conditions::add);
        }
        if (draw.chance(45)) {
            conditions.add(closed(expressions.condition(draw.between(0, Math.max(1, depth)), rows)));
        }
        return conditions.isEmpty()
                ? Phrase.nothing()
                : Phrase.optional(" WHERE #", Phrase.series(" AND ", conditions));
    }

    private static Phrase closed(Phrase condition) {
        return Phrase.of(Category.BOOL, "(#)", condition);
    }

    private Optional<Phrase> correlation(Scope rows) {
        Category type = draw.one(Category.INT, Category.INT, Category.INT, Category.TEXT);
        List<String> inner = rows.names(type);
        List<String> outer = rows.outerNames(type);
        if (inner.isEmpty() || outer.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Phrase.of(
                Category.BOOL,
                "%s %s %s"
                        .formatted(
                                draw.oneOf(inner),
                                draw.one("=", "=", "=", "<", "<>", "IS NOT DISTINCT FROM"),
                                draw.oneOf(outer))));
    }

    private Query plain(From from, Scope rows, Phrase where, int depth, Wish wish) {
        boolean named = rows.key().isPresent() && draw.chance(8);
        boolean upon = draw.chance(30);
        Scope scope = rows.withWindows(named ? Optional.of(upon ? "w2" : "w") : Optional.empty());
        List<Item> items = wish.wanted().isEmpty() && draw.chance(18) ? stars(from, rows, wish.top()) : List.of();
        if (items.isEmpty()) {
            items = items(depth, scope, wish);
        }
        List<Column> columns =
                items.stream().flatMap(item -> item.columns().stream()).toList();
        Phrase list = Phrase.series(", ", items.stream().map(Item::phrase).toList());
        Phrase window = named
                ? Phrase.optional(
                        " WINDOW w AS ##",
                        expressions.windowDefinition(rows),
                        Phrase.word(upon ? ", w2 AS (w ROWS 1 PRECEDING)" : ""))
                : Phrase.nothing();
        Phrase qualify = draw.chance(7) ? Phrase.optional(" QUALIFY #", qualified(scope)) : Phrase.nothing();
        if (rows.key().isPresent() && draw.chance(4)) {
            Phrase on = expressions.value(expressions.present(rows), 1, rows);
            Phrase query = Phrase.of(
                    Category.QUERY,
                    "SELECT DISTINCT ON (" + "#) # FROM ## ORDER BY " + "#, "
                            + String.join(", ", rows.key().get()) + draw.one("", " DESC"),
                    on,
                    list,
                    from.phrase(),
                    where,
                    on);
            return new Query(query, columns, from.rows(), true);
        }
        String distinct = draw.chance(9) ? "DISTINCT " : "";
        if (!wish.top() && columns.size() < 6 && draw.chance(10)) {
            return new Query(
                    Phrase.of(
                            Category.QUERY,
                            "(SELECT " + distinct + "# FROM ####)",
                            list,
                            from.phrase(),
                            where,
                            qualify.text().isEmpty() ? window : Phrase.of("##", window, qualify),
                            Phrase.optional(" ORDER BY # LIMIT " + draw.one("1", "2", "5 OFFSET 1"), total(columns))),
                    columns,
                    5);
        }
        if (draw.chance(1)) {
            return new Query(
                    Phrase.of(
                            Category.QUERY,
                            "SELECT " + distinct + "#, FROM ####",
                            list,
                            from.phrase(),
                            where,
                            window,
                            qualify),
                    columns,
                    from.rows());
        }
        if (draw.chance(3)) {
            return new Query(
                    Phrase.of(
                            Category.QUERY,
                            "FROM # SELECT " + distinct + "####",
                            from.phrase(),
                            list,
                            where,
                            window,
                            qualify),
                    columns,
                    from.rows());
        }
        return new Query(
                Phrase.of(
                        Category.QUERY,
                        "SELECT " + distinct + "# FROM ####",
                        list,
                        from.phrase(),
                        where,
                        window,
                        qualify),
                columns,
                from.rows());
    }

    private Phrase qualified(Scope scope) {
        return Phrase.of(
                Category.BOOL,
                "#" + draw.one(" <= ", " = ", " > ", " < ") + draw.one("1", "2", "3"),
                expressions.window(Category.INT, 1, scope));
    }

    private List<Item> items(int depth, Scope scope, Wish wish) {
        List<Category> types =
                wish.wanted().orElseGet(() -> draw.times(draw.between(1, 4), () -> expressions.present(scope)));
        List<Item> items = new ArrayList<>();
        Set<String> used = new LinkedHashSet<>();
        for (Category type : types) {
            items.add(item(type, depth, scope, used));
        }
        return items;
    }

    private Item item(Category type, int depth, Scope scope, Set<String> used) {
        List<String> names = scope.names(type);
        if (!names.isEmpty() && draw.chance(30)) {
            String name = draw.oneOf(names);
            String last = name.substring(name.lastIndexOf('.') + 1);
            if (last.matches("[\\w\"]+") && used.add(last)) {
                return new Item(Phrase.of(type, name), List.of(new Column(last, type)));
            }
        }
        String alias = aliasName(scope, used);
        List<String> earlier =
                used.stream().filter(name -> name.matches("c\\d+")).toList();
        used.add(alias);
        Phrase value = type == Category.INT && !earlier.isEmpty() && draw.chance(5)
                ? Phrase.of(type, "coalesce(TRY_CAST(" + draw.oneOf(earlier) + " AS INTEGER), 0) + 1")
                : expressions.value(type, draw.between(0, Math.max(1, depth)), scope);
        return new Item(
                Phrase.of("#" + draw.one(" AS ", " AS ", " AS ", " ") + alias, value),
                List.of(new Column(alias, type)));
    }

    private String aliasName(Scope scope, Set<String> used) {
        if (draw.chance(10)) {
            List<String> names = scope.sources().stream()
                    .flatMap(source -> source.columns().stream())
                    .map(Column::text)
                    .filter(name -> !used.contains(name))
                    .toList();
            if (!names.isEmpty()) {
                return draw.oneOf(names);
            }
        }
        if (draw.chance(3)) {
            String word = draw.one(
                    "date", "day", "value", "time", "month", "range", "start", "\"order\"", "year", "values", "row");
            if (!used.contains(word)) {
                return word;
            }
        }
        int number = used.size() + 1;
        while (used.contains("c" + number)) {
            number++;
        }
        return "c" + number;
    }

    /** Items that stand for several columns. */
    private List<Item> stars(From from, Scope rows, boolean top) {
        List<Column> all = from.sources().stream()
                .flatMap(source -> source.columns().stream())
                .toList();
        boolean distinct = all.stream().map(Column::text).distinct().count() == all.size();
        Source source = draw.oneOf(from.sources());
        String alias = source.alias();
        Column column = draw.oneOf(source.columns());
        if (source.columns().size() < 2) {
            return List.of();
        }
        // Of runs and views the grammar does not know all columns.
        boolean relation = from.sources().stream().allMatch(Source::whole);
        return switch (draw.below(6)) {
            case 0 -> (distinct || top) && relation ? List.of(new Item(Phrase.word("*"), all)) : List.of();
            case 1 -> relation ? List.of(new Item(Phrase.word(alias + ".*"), source.columns())) : List.of();
            case 2 ->
                relation
                        ? List.of(new Item(
                                Phrase.word("* EXCLUDE (" + column.text() + ")"),
                                all.stream()
                                        .filter(other -> !other.equals(column))
                                        .toList()))
                        : List.of();
            case 3 ->
                relation
                        ? List.of(new Item(
                                Phrase.of(
                                        "* REPLACE (# AS " + column.text() + ")",
                                        expressions.value(column.type(), 1, rows)),
                                all))
                        : List.of();
            case 4 ->
                List.of(new Item(Phrase.of(alias + "." + column.text()), List.of(column)), unnest(rows, column.text()));
            default ->
                (distinct || top) && relation
                        ? List.of(new Item(
                                Phrase.word("COLUMNS('^" + column.text().replace("\"", "") + "$')"),
                                all.stream()
                                        .filter(other -> other.text().equals(column.text()))
                                        .toList()))
                        : List.of();
        };
    }

    private Item unnest(Scope rows, String used) {
        Category type = draw.one(Category.INTS, Category.TEXTS, Category.DOUBLES);
        Category element =
                type == Category.INTS ? Category.INT : type == Category.TEXTS ? Category.TEXT : Category.DOUBLE;
        String alias = used.equals("c1") ? "c2" : "c1";
        return new Item(
                Phrase.of("unnest(#) AS " + alias, expressions.value(type, 1, rows)),
                List.of(new Column(alias, element)));
    }

    private Query grouped(From from, Scope rows, Phrase where, int depth, Wish wish) {
        List<Column> keys = new ArrayList<>();
        int count = wish.oneRow() ? 0 : draw.one(0, 1, 1, 1, 1, 2, 2, 3);
        for (int i = 0; i < count; i++) {
            Column key = key(rows);
            if (keys.stream().noneMatch(other -> bare(other).equals(bare(key)))) {
                keys.add(key);
            }
        }
        boolean named = !keys.isEmpty() && draw.chance(8);
        Scope scope = rows.groupedBy(keys).withWindows(named ? Optional.of("w") : Optional.empty());
        if (wish.oneRow()) {
            scope = scope.withoutWindows();
        }
        List<Item> items = new ArrayList<>();
        Set<String> used = new LinkedHashSet<>();
        List<Phrase> groups = new ArrayList<>();
        if (wish.wanted().isEmpty()) {
            for (Column key : keys) {
                boolean plain = key.text().matches("[\\w.\"]+");
                if (plain && draw.chance(15) && used.add(bare(key))) {
                    items.add(new Item(Phrase.word(key.text()), List.of(new Column(bare(key), key.type()))));
                    groups.add(Phrase.word(key.text()));
                    continue;
                }
                String alias = aliasName(rows, used);
                if (draw.chance(80) && used.add(alias)) {
                    items.add(new Item(
                            Phrase.of("%s AS %s".formatted(key.text(), alias)),
                            List.of(new Column(alias, key.type()))));
                    boolean shadows = rows.columns().stream()
                            .anyMatch(column -> column.text().equals(alias));
                    groups.add(Phrase.word(
                            draw.chance(75) || shadows ? key.text() : draw.one(alias, String.valueOf(items.size()))));
                } else {
                    groups.add(Phrase.word(key.text()));
                }
            }
        } else {
            keys.forEach(key -> groups.add(Phrase.word(key.text())));
        }
        boolean all = items.size() == keys.size() && !keys.isEmpty() && draw.chance(12);
        Scope ofItems = all ? scope.groupedBy(List.of()) : scope;
        List<Category> types = wish.wanted()
                .orElseGet(() -> draw.times(
                        draw.between(items.isEmpty() ? 1 : 0, 2),
                        () -> draw.chance(50) ? Category.INT : expressions.any()));
        for (Category type : types) {
            String alias = aliasName(rows, used);
            used.add(alias);
            Phrase value = draw.chance(60) || all
                    ? expressions.aggregate(type, Math.max(1, depth), ofItems)
                    : draw.chance(8) && !keys.isEmpty() && type == Category.INT
                            ? Phrase.word("grouping(" + draw.oneOf(keys).text() + ")")
                            : expressions.value(type, Math.max(1, depth), ofItems);
            items.add(new Item(Phrase.of("# AS " + alias, value), List.of(new Column(alias, type))));
        }
        if (keys.size() > 1 && wish.wanted().isEmpty() && !all && draw.chance(20)) {
            String alias = aliasName(rows, used);
            used.add(alias);
            items.add(
                    new Item(Phrase.word(reversed(keys) + " AS " + alias), List.of(new Column(alias, Category.TEXT))));
        }
        List<Column> columns =
                items.stream().flatMap(item -> item.columns().stream()).toList();
        Phrase list = Phrase.series(", ", items.stream().map(Item::phrase).toList());
        Phrase group = all ? Phrase.word(" GROUP BY ALL") : groups.isEmpty() ? Phrase.nothing() : group(groups);
        Phrase having = draw.chance(14)
                ? Phrase.optional(
                        " HAVING #",
                        draw.chance(10)
                                ? Phrase.word("FALSE")
                                : draw.chance(10) && types.contains(Category.INT)
                                        ? Phrase.word(
                                                columns.get(columns.size() - types.size() + types.indexOf(Category.INT))
                                                                .text()
                                                        + " > 1")
                                        : expressions.condition(draw.between(1, 2), scope.withoutWindows()))
                : Phrase.nothing();
        Phrase window = named
                ? Phrase.optional(" WINDOW w AS #", expressions.windowDefinition(scope.withoutWindows()))
                : Phrase.nothing();
        return new Query(
                Phrase.of(Category.QUERY, "SELECT # FROM #####", list, from.phrase(), where, group, having, window),
                columns,
                keys.isEmpty() ? 1 : 20);
    }

    /** A sub-query that looks back at all keys, in another order than that of GROUP BY. */
    private static String reversed(List<Column> keys) {
        List<String> names = keys.stream().map(Column::text).collect(Collectors.toCollection(ArrayList::new));
        Collections.reverse(names);
        return names.stream().collect(Collectors.joining(", '|', ", "(SELECT concat(", "))"));
    }

    /** Without the source: two keys that are the same column are drawn on purpose only. */
    private static String bare(Column key) {
        return key.text().substring(key.text().lastIndexOf('.') + 1);
    }

    private Column key(Scope rows) {
        List<Column> columns = rows.columns();
        if (!columns.isEmpty() && draw.chance(75)) {
            return draw.oneOf(columns);
        }
        Category type = expressions.scalar();
        Phrase value = expressions.value(type, 2, rows);
        // A constant would be the number of a column, and a sub-query or a parameter is no key that can be said twice.
        boolean usable = rows.columns().stream().anyMatch(column -> value.text().contains(column.text()))
                && !value.text().contains("SELECT")
                && !value.text().contains("?");
        return usable
                ? new Column(value.text(), type)
                : columns.isEmpty() ? new Column("1 + 1", Category.INT) : draw.oneOf(columns);
    }

    private Phrase group(List<Phrase> groups) {
        Phrase series = Phrase.series(", ", groups);
        String first = groups.get(0).text();
        return switch (draw.below(12)) {
            case 0 -> Phrase.of(" GROUP BY ROLLUP (#)", series);
            case 1 -> Phrase.of(" GROUP BY CUBE (#)", series);
            case 2 -> Phrase.of(" GROUP BY GROUPING SETS ((#), ())", series);
            case 3 ->
                groups.size() < 2
                        ? Phrase.of(
                                " GROUP BY GROUPING SETS (#, #)", series, draw.one(Phrase.word("()"), groups.get(0)))
                        : Phrase.of(
                                " GROUP BY #, ROLLUP (#)",
                                groups.get(0),
                                Phrase.series(", ", groups.subList(1, groups.size())));
            case 4 ->
                draw.chance(15)
                        ? Phrase.of(" GROUP BY ROLLUP (#, " + first + ")", series)
                        : Phrase.of(" GROUP BY #", series);
            default -> Phrase.of(" GROUP BY #", series);
        };
    }

    // ------------------------------------------------------------------------------------------ sub-queries

    /** One value. */
    Phrase scalar(Category type, Scope scope) {
        Optional<Scope> outer = Optional.of(scope.withoutWindows());
        if (draw.chance(8)) {
            return Phrase.of(type, "(SELECT #)", expressions.value(type, 1, Scope.of(List.of(), outer)));
        }
        queries++;
        Query query = select(draw.one(0, 0, 1), outer, new Wish(Optional.of(List.of(type)), true, false));
        return Phrase.of(type, "(#)", query.phrase());
    }

    /** A condition with a sub-query in it. */
    Phrase predicate(Scope scope, RandomExpressions of, int depth) {
        Optional<Scope> outer = Optional.of(scope.withoutWindows());
        Category type =
                draw.one(Category.INT, Category.INT, Category.TEXT, Category.DOUBLE, Category.DATE, Category.TIMESTAMP);
        int chance = draw.below(100);
        if (chance < 40) {
            queries++;
            return Phrase.of(
                    Category.BOOL,
                    draw.one("", "NOT ") + "EXISTS (#)",
                    select(draw.one(0, 0, 1), outer, Wish.ANY).phrase());
        }
        Phrase value = of.value(type, Math.min(depth - 1, 1), scope);
        Phrase left = value.text().matches("[\\w.\"]+") ? value : Phrase.of(type, "(#)", value);
        queries++;
        Query query = select(draw.one(0, 0, 1), outer, Wish.of(of.like(type)));
        if (chance < 78) {
            return Phrase.of(Category.BOOL, "# " + draw.one("", "NOT ") + "IN (#)", left, query.phrase());
        }
        return Phrase.of(
                Category.BOOL,
                "# " + draw.one("=", "<", ">=", "<>", ">") + draw.one(" ANY", " ALL", " SOME") + " (#)",
                left,
                query.phrase());
    }
}
