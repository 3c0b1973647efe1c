package io.gatehouse.sql;

import java.util.Random;

/**
 * Statements over questions, made at random: expressions of numbers, texts and conditions in all types, without more
 * parentheses than chance gives, in projections, groups, windows, set operations and sub-queries.
 */
final class RandomStatements {
    private static final String FROM = """
             FROM (SELECT q.*, CASE WHEN ordinal = 4 THEN NULL ELSE ordinal * 2 END AS n, CAST(ordinal AS FLOAT) / 3 AS f,
                CAST(ordinal AS DECIMAL(6, 2)) AS d, CASE WHEN ordinal = 3 THEN NULL ELSE subject END AS s
            FROM questions AS q) AS q""";

    private final Random random;

    RandomStatements(long seed) {
        this.random = new Random(seed);
    }

    String next() {
        String where = random.nextBoolean() ? " WHERE " + condition(2) : "";
        return switch (random.nextInt(12)) {
            case 0 ->
                "SELECT question_id AS k, %s AS a, %s AS b, %s AS c".formatted(number(3), text(2), condition(2)) + FROM
                        + where + " ORDER BY k";
            case 1 ->
                "SELECT %s AS a".formatted(number(2)) + FROM + where + " ORDER BY "
                        + one("a", "1", "a DESC", "a DESC NULLS FIRST, 1") + ", question_id LIMIT 5";
            case 2, 3 ->
                "SELECT %s AS g, %s AS x, %s AS y"
                                .formatted(one("subject", "ordinal", "answer", "n"), aggregate(2), aggregate(1))
                        + FROM + where + " GROUP BY g"
                        + (random.nextBoolean() ? " HAVING %s > 1".formatted(aggregateOfNumbers(1)) : "")
                        + " ORDER BY 1, 2, 3";
            case 4 -> "SELECT %s / %s AS x".formatted(aggregateOfNumbers(2), aggregateOfNumbers(1)) + FROM + where;
            case 5 ->
                "SELECT %s AS a".formatted(number(2)) + FROM + where
                        + one(" UNION ALL ", " UNION ", " EXCEPT ", " INTERSECT ")
                        + "SELECT " + number(2) + FROM + " ORDER BY 1";
            case 6 -> window(where);
            case 7 ->
                "WITH t AS (SELECT question_id, ordinal, %s AS a%s%s) SELECT x.question_id, x.a, y.a AS b FROM t AS x %s t AS y ON y.question_id = x.question_id + 1 AND x.ordinal < y.ordinal ORDER BY 1, 2, 3"
                        .formatted(number(2), FROM, where, one("JOIN", "LEFT JOIN", "FULL JOIN"));
            case 8 ->
                "SELECT question_id, (SELECT count(*) FROM answers AS a WHERE a.question_id = q.question_id AND %s) AS c%s%s ORDER BY 1"
                        .formatted(condition(1), FROM, where);
            case 9 ->
                "SELECT ordinal AS o FROM questions UNION ALL SELECT %s%s WHERE %sEXISTS (SELECT 1 FROM answers AS a WHERE a.question_id = q.question_id AND a.run_id <= %s) ORDER BY 1"
                        .formatted(number(2), FROM, one("", "NOT "), number(1));
            case 10 ->
                "SELECT q.question_id, l.x%s, LATERAL (SELECT %s(b.ordinal + %s) AS x FROM questions AS b WHERE b.subject = q.subject AND b.ordinal %s q.ordinal) AS l ORDER BY 1, 2"
                        .formatted(FROM, one("max", "sum", "min"), one("1", "q.n", "q.f"), one("<", ">=", "="));
            default ->
                "SELECT question_id FROM questions WHERE ordinal %sIN (SELECT %s%s%s) ORDER BY 1"
                        .formatted(one("", "NOT "), number(2), FROM, where);
        };
    }

    private String window(String where) {
        return "SELECT question_id, %s(%s) OVER (%s%s%s) AS w%s%s ORDER BY 1"
                .formatted(
                        one("sum", "avg", "min", "max", "count"),
                        number(2),
                        one("", "PARTITION BY subject "),
                        one("ORDER BY question_id DESC", "ORDER BY n, question_id", "ORDER BY n DESC, question_id"),
                        one("", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING"),
                        FROM,
                        where);
    }

    private String aggregate(int depth) {
        return random.nextInt(5) == 0 ? "max(%s)".formatted(text(depth)) : aggregateOfNumbers(depth);
    }

    private String aggregateOfNumbers(int depth) {
        return switch (random.nextInt(6)) {
            case 0 -> "count(*) FILTER (WHERE %s)".formatted(condition(depth));
            case 1 -> "count(%s%s)".formatted(one("", "DISTINCT "), number(depth));
            case 2 -> "sum(CASE WHEN %s THEN %s END)".formatted(condition(depth), number(depth));
            default -> "%s(%s)".formatted(one("sum", "avg", "min", "max"), number(depth));
        };
    }

    private String number(int depth) {
        if (depth <= 0 || random.nextInt(4) == 0) {
            return one(
                    "ordinal",
                    "question_id",
                    "1",
                    "2",
                    "2.5",
                    "0.5e0",
                    "q.ordinal",
                    "n",
                    "3",
                    "-1",
                    "f",
                    "d",
                    "CAST(ordinal AS BIGINT)",
                    "CAST(question_id AS SMALLINT)",
                    "len(choices)",
                    "length(subject)",
                    "CAST(NULL AS INTEGER)");
        }
        String a = number(depth - 1);
        String b = number(depth - 1);
        return switch (random.nextInt(11)) {
            case 0, 1 -> "(" + a + one(" + ", " - ", " * ", " / ") + b + ")";
            case 2, 3 -> a + one(" + ", " - ", " * ", " / ") + b;
            case 4 -> "CASE WHEN %s THEN %s ELSE %s END".formatted(condition(depth - 1), a, b);
            case 5 -> "CASE %s WHEN %s THEN %s WHEN 2 THEN %s END".formatted(a, b, b, a);
            case 6 -> "%s(%s, %s)".formatted(one("coalesce", "greatest", "least", "nullif"), a, b);
            case 7 -> "%s(%s)".formatted(one("abs", "round", "floor", "ceil", "sign"), a);
            case 8 -> "- " + a;
            case 9 -> a + "::" + one("DOUBLE", "BIGINT", "DECIMAL(10, 2)", "FLOAT", "INTEGER");
            default -> "CAST(%s AS %s)".formatted(a, one("DOUBLE", "BIGINT", "DECIMAL(12, 3)", "FLOAT"));
        };
    }

    private String text(int depth) {
        if (depth <= 0 || random.nextInt(3) == 0) {
            return one("subject", "answer", "'a'", "'algebra'", "''", "choices[1]", "choices[9]", "s");
        }
        String a = text(depth - 1);
        return switch (random.nextInt(6)) {
            case 0 -> a + " || " + text(depth - 1);
            case 1 -> "substring(%s, 2, 3)".formatted(a);
            case 2 -> "%s(%s)".formatted(one("lower", "upper", "trim"), a);
            case 3 -> "coalesce(%s, %s)".formatted(a, text(depth - 1));
            case 4 -> "CAST(ordinal AS VARCHAR)";
            default -> "CASE WHEN %s THEN %s ELSE %s END".formatted(condition(depth - 1), a, text(depth - 1));
        };
    }

    private String condition(int depth) {
        if (depth <= 0 || random.nextInt(5) == 0) {
            return one(
                    "ordinal > 2",
                    "subject = 'algebra'",
                    "question_id % 2 = 0",
                    "TRUE",
                    "f < 1.1",
                    "n IS NULL",
                    "subject LIKE '%o%'",
                    "answer IN ('A', 'B')",
                    "ordinal BETWEEN 2 AND 3",
                    "ordinal = n");
        }
        String a = number(depth - 1);
        String b = number(depth - 1);
        return switch (random.nextInt(9)) {
            case 0 -> condition(depth - 1) + one(" AND ", " OR ") + condition(depth - 1);
            case 1 -> "NOT " + condition(depth - 1);
            case 2 -> a + one(" < ", " = ", " >= ", " <> ") + b;
            case 3 -> "(%s) IS %sNULL".formatted(a, one("", "NOT "));
            case 4 -> "%s %sIN (%s, %s, 3)".formatted(a, one("", "NOT "), b, number(depth - 2));
            case 5 -> "%s %sBETWEEN %s AND %s".formatted(a, one("", "NOT "), b, number(depth - 2));
            case 6 -> text(depth - 1) + one(" < ", " = ", " <> ") + text(depth - 1);
            case 7 -> "%s IS %sDISTINCT FROM %s".formatted(a, one("", "NOT "), b);
            default -> "(%s) IS %s".formatted(condition(depth - 1), one("TRUE", "FALSE", "NOT TRUE", "UNKNOWN"));
        };
    }

    private String one(String... forms) {
        return forms[random.nextInt(forms.length)];
    }
}
