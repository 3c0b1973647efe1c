package io.gatehouse.sql;

import io.gatehouse.sql.Phrase.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Expressions of random statements: of each type, over what a scope has, without more parentheses than chance gives. */
final class RandomExpressions {
    private static final List<Category> NUMBERS = List.of(Category.INT, Category.DECIMAL, Category.DOUBLE);
    private static final List<Category> SCALARS = List.of(
            Category.INT,
            Category.INT,
            Category.DECIMAL,
            Category.DOUBLE,
            Category.TEXT,
            Category.TEXT,
            Category.BOOL,
            Category.DATE,
            Category.TIMESTAMP);

    private final Draw draw;
    private final RandomStatements queries;
    private final boolean parameters;

    /** @param parameters whether some values are parameters */
    RandomExpressions(Draw draw, RandomStatements queries, boolean parameters) {
        this.draw = draw;
        this.queries = queries;
        this.parameters = parameters;
    }

    /** A type that can be compared and ordered. */
    Category scalar() {
        return draw.chance(3) ? draw.one(Category.TIME, Category.INTERVAL) : draw.oneOf(SCALARS);
    }

    Category any() {
        return draw.chance(12) ? draw.one(Category.INTS, Category.TEXTS, Category.DOUBLES) : scalar();
    }

    /** A type of which the scope has a column, if it has one. */
    Category present(Scope scope) {
        List<Category> types =
                scope.columns().stream().map(Scope.Column::type).distinct().toList();
        return types.isEmpty() || draw.chance(20) ? any() : draw.oneOf(types);
    }

    /** A type that goes with another one in a comparison, a CASE or a set operation. */
    Category like(Category type) {
        if (draw.chance(75)) {
            return type;
        }
        return switch (type) {
            case INT, DECIMAL, DOUBLE -> draw.oneOf(NUMBERS);
            case DATE, TIMESTAMP -> draw.one(Category.DATE, Category.TIMESTAMP);
            default -> type;
        };
    }

    Phrase value(Category type, int depth, Scope scope) {
        if (depth <= 0 || draw.chance(22)) {
            return leaf(type, scope);
        }
        if (scope.grouped() && draw.chance(50)) {
            return aggregate(type, depth, scope);
        }
        if (scope.windows() && draw.chance(scope.window().isPresent() ? 40 : 8)) {
            return window(type, depth, scope);
        }
        if (draw.chance(7) && queries.more()) {
            return queries.scalar(type, scope);
        }
        return draw.chance(22) ? general(type, depth - 1, scope) : special(type, depth - 1, scope);
    }

    private Phrase leaf(Category type, Scope scope) {
        List<String> names = scope.names(type);
        List<String> outer = scope.outerNames(type);
        if (!outer.isEmpty() && draw.chance(names.isEmpty() ? 60 : 30)) {
            return Phrase.of(type, draw.oneOf(outer));
        }
        if (scope.grouped() && draw.chance(names.isEmpty() ? 60 : 30)) {
            return aggregate(type, 0, scope);
        }
        return !names.isEmpty() && draw.chance(75) ? Phrase.of(type, draw.oneOf(names)) : literal(type);
    }

    Phrase literal(Category type) {
        if (draw.chance(6)) {
            return Phrase.of(type, draw.one("NULL", "NULL", "CAST(NULL AS %s)".formatted(typeName(type))));
        }
        if (parameters && draw.chance(40)) {
            return parameter(type);
        }
        return Phrase.of(
                type,
                switch (type) {
                    case INT -> draw.one("0", "1", "2", "3", "-1", "7", "1", "2", "4", "10", "1000", "3000000000");
                    case DECIMAL -> draw.one("1.5", "0.25", "2.0", "-0.5", "10.125", "3.");
                    case DOUBLE -> draw.one("0.5e0", "2e0", "-1.25e0", "1e3", "CAST(0.25 AS FLOAT)", "'NaN'::DOUBLE");
                    case TEXT ->
                        draw.one(
                                "'a'",
                                "'A'",
                                "''",
                                "'it''s'",
                                "'日本'",
                                "'prompt'",
                                "'b_%'",
                                "'12'",
                                "'algebra'",
                                "' x '");
                    case BOOL -> draw.one("TRUE", "FALSE");
                    case DATE -> draw.one("DATE '2026-03-05'", "DATE '2024-02-29'", "'2026-03-06'::DATE");
                    case TIMESTAMP ->
                        draw.one(
                                "TIMESTAMP '2026-03-05 10:20:30.123456'",
                                "TIMESTAMP '2026-03-06 00:00:00'",
                                "'2026-03-06 23:59:59'::TIMESTAMP");
                    case TIME -> draw.one("TIME '10:20:30'", "TIME '23:59:59.5'");
                    case INTERVAL -> interval();
                    case INTS -> draw.one("[1, 2]", "[3]", "[1, NULL, 2]", "[0, 1, 2, 3]");
                    case DOUBLES -> draw.one("[0.5e0, 0.25e0]", "[1e0]");
                    case TEXTS -> draw.one("['a', 'b']", "['one', NULL]", "['it''s']");
                    case QUERY, ORDER, OTHER -> throw new IllegalArgumentException("No literal of " + type);
                });
    }

    private Phrase parameter(Category type) {
        Object value = switch (type) {
            case INT -> draw.one(1, 2, 0, 7L, -1);
            case DECIMAL -> new java.math.BigDecimal(draw.one("1.50", "0.25", "-2.00"));
            case DOUBLE -> draw.one(0.5, 2.0, -1.25);
            case TEXT -> draw.one("a", "it's", "日本", "prompt", "");
            case BOOL -> draw.one(true, false);
            default -> "";
        };
        if (value.equals("") && type != Category.TEXT) {
            return Phrase.of(type, draw.one("NULL"));
        }
        Phrase parameter = new Phrase.Parameter(draw.chance(5) ? null : value);
        return Phrase.of(type, "CAST(# AS %s)".formatted(typeName(type)), parameter);
    }

    /** What stands beside a column, which tells the type of a parameter. */
    private Phrase beside(Category type) {
        Phrase literal = literal(type);
        return literal.text().contains("?") && draw.chance(50)
                ? Phrase.of(
                        type,
                        "#",
                        new Phrase.Parameter(literal.parameters().toList().get(0)))
                : literal;
    }

    private String interval() {
        String unit = draw.one("DAY", "HOUR", "MONTH", "YEAR", "WEEK", "MINUTE", "SECOND", "QUARTER");
        String number = draw.one("1", "2", "-3", "30", "0");
        return draw.one(
                "INTERVAL '%s' %s".formatted(number, unit),
                "INTERVAL '%s' %s".formatted(number, unit),
                "INTERVAL %s %s".formatted(number.replace("-", ""), unit),
                "INTERVAL (%s) %s".formatted(number, unit),
                "INTERVAL '%s %ss'".formatted(number, unit.toLowerCase(java.util.Locale.ROOT)));
    }

    String typeName(Category type) {
        return switch (type) {
            case INT -> draw.one("INTEGER", "INTEGER", "BIGINT", "BIGINT", "SMALLINT", "INT", "HUGEINT", "INT8");
            case DECIMAL ->
                draw.one("DECIMAL(10, 2)", "DECIMAL(12, 3)", "DECIMAL(18, 4)", "NUMERIC(9, 1)", "DECIMAL(10)");
            case DOUBLE -> draw.one("DOUBLE", "DOUBLE", "FLOAT", "REAL");
            case TEXT -> draw.one("VARCHAR", "VARCHAR", "TEXT", "VARCHAR(10)");
            case BOOL -> draw.one("BOOLEAN", "BOOL");
            case DATE -> "DATE";
            case TIMESTAMP -> "TIMESTAMP";
            case TIME -> "TIME";
            case INTERVAL -> "INTERVAL";
            case INTS -> draw.one("INTEGER[]", "BIGINT[]");
            case DOUBLES -> draw.one("DOUBLE[]", "FLOAT[]");
            case TEXTS -> "VARCHAR[]";
            case QUERY, ORDER, OTHER -> throw new IllegalArgumentException("No type is " + type);
        };
    }

    /** Forms that every type has. */
    private Phrase general(Category type, int depth, Scope scope) {
        Phrase a = value(like(type), depth, scope);
        Phrase b = value(like(type), depth - 1, scope);
        return switch (draw.below(13)) {
            case 12 -> Phrase.of(type, "if(#, #, #)", condition(depth, scope), a, b);
            case 0, 1 -> Phrase.of(type, "CASE WHEN # THEN # ELSE # END", condition(depth, scope), a, b);
            case 2 ->
                Phrase.of(
                        type,
                        "CASE WHEN # THEN ## END",
                        condition(depth, scope),
                        a,
                        Phrase.optional(" WHEN # THEN #", condition(depth - 1, scope), b));
            case 3 -> {
                Category of = scalar();
                yield Phrase.of(
                        type,
                        "CASE # WHEN # THEN # ELSE # END",
                        closed(value(of, depth - 1, scope)),
                        closed(value(like(of), depth - 1, scope)),
                        a,
                        b);
            }
            case 4, 5 -> Phrase.of(type, "coalesce(#, #)", a, b);
            case 6 -> Phrase.of(type, "nullif(#, #)", a, b);
            case 7 -> Phrase.of(type, draw.one("greatest", "least") + "(#, #)", a, b);
            case 8 -> Phrase.of(type, draw.one("ifnull", "coalesce", "least") + "(#, #)", a, b);
            case 9 ->
                Phrase.of(type, draw.one("CAST(# AS %s)", "TRY_CAST(# AS %s)").formatted(typeName(type)), a);
            case 10 -> Phrase.of(type, "(#)::%s".formatted(typeName(type)), a);
            default -> Phrase.of(type, "(#)", a);
        };
    }

    /** With parentheses, or not. */
    private Phrase closed(Phrase a) {
        return draw.chance(60) ? Phrase.of("(#)", a) : a;
    }

    /** With parentheses where it is more than a word. */
    private static Phrase inParentheses(Phrase a) {
        return a.text().matches("[\\w.\"]+") ? a : Phrase.of("(#)", a);
    }

    private Phrase number(int depth, Scope scope) {
        return value(draw.oneOf(NUMBERS), depth, scope);
    }

    private Phrase special(Category type, int depth, Scope scope) {
        return switch (type) {
            case INT -> integer(depth, scope);
            case DECIMAL -> decimal(depth, scope);
            case DOUBLE -> fraction(depth, scope);
            case TEXT -> text(depth, scope);
            case BOOL -> condition(depth + 1, scope);
            case DATE -> date(depth, scope);
            case TIMESTAMP -> timestamp(depth, scope);
            case INTS, DOUBLES, TEXTS -> list(type, depth, scope);
            case TIME -> Phrase.of(type, "CAST(# AS TIME)", value(Category.TIMESTAMP, depth, scope));
            case INTERVAL ->
                draw.chance(60)
                        ? literal(type)
                        : draw.one(
                                Phrase.of(
                                        type,
                                        "# - #",
                                        value(Category.TIMESTAMP, 0, scope),
                                        value(Category.TIMESTAMP, 0, scope)),
                                Phrase.of(
                                        type,
                                        "INTERVAL (#) " + draw.one("DAY", "MONTH", "HOUR"),
                                        value(Category.INT, 0, scope)),
                                Phrase.of(type, "# * 2", literal(type)));
            case QUERY, ORDER, OTHER -> throw new IllegalArgumentException("No value is " + type);
        };
    }

    private Phrase integer(int depth, Scope scope) {
        Category type = Category.INT;
        Phrase a = value(type, depth, scope);
        return switch (draw.below(24)) {
            case 0, 1, 2, 3 ->
                Phrase.of(
                        type, "#" + draw.one(" + ", " - ", " * ") + "#", closed(a), closed(value(type, depth, scope)));
            case 4 ->
                Phrase.of(type, "#" + draw.one(" // ", " % ") + "#", closed(a), closed(value(type, depth - 1, scope)));
            case 5 -> Phrase.of(type, "#" + draw.one(" & ", " | ") + "#", closed(a), closed(value(type, 0, scope)));
            case 6 -> Phrase.of(type, "- #", inParentheses(a));
            case 7 -> Phrase.of(type, draw.one("abs", "sign", "bit_count") + "(#)", a);
            case 8, 9 ->
                Phrase.of(
                        type,
                        draw.one("length", "strlen", "ascii", "unicode") + "(#)",
                        value(Category.TEXT, depth, scope));
            case 10 -> Phrase.of(type, "strpos(#, #)", value(Category.TEXT, depth, scope), literal(Category.TEXT));
            case 11 ->
                Phrase.of(type, draw.one("len", "list_unique", "list_count") + "(#)", value(anyList(), depth, scope));
            case 12 ->
                Phrase.of(type, "#[#]", inParentheses(value(Category.INTS, depth, scope)), value(type, 0, scope));
            case 13 ->
                Phrase.of(
                        type,
                        draw.one("list_max", "list_min", "list_sum", "list_first") + "(#)",
                        value(Category.INTS, depth, scope));
            case 14 -> Phrase.of(type, "list_position(#, #)", value(Category.INTS, depth, scope), a);
            case 15 ->
                Phrase.of(
                        type,
                        draw.one("year", "month", "day", "quarter", "dayofweek", "dayofyear", "week") + "(#)",
                        value(time(), depth, scope));
            case 16 ->
                Phrase.of(
                        type,
                        "extract(" + draw.one("year", "month", "dow", "hour", "minute", "quarter", "week") + " FROM #)",
                        value(Category.TIMESTAMP, depth, scope));
            case 17 ->
                Phrase.of(
                        type,
                        "date_diff('" + draw.one("day", "month", "hour", "week", "year") + "', #, #)",
                        value(time(), depth, scope),
                        value(time(), depth, scope));
            case 18 -> Phrase.of(type, "# - #", value(Category.DATE, 0, scope), value(Category.DATE, 0, scope));
            case 19 -> Phrase.of(type, "TRY_CAST(# AS %s)".formatted(typeName(type)), value(scalar(), depth, scope));
            case 20 -> Phrase.of(type, "CAST(# AS %s)".formatted(typeName(type)), number(depth, scope));
            case 21 -> Phrase.of(type, "CAST(# AS %s)".formatted(typeName(type)), condition(depth, scope));
            case 22 -> Phrase.of(type, "#::%s".formatted(typeName(type)), closed(a));
            default -> Phrase.of(type, "#" + draw.one(" + ", " * ") + "#", a, value(type, depth - 1, scope));
        };
    }

    private Phrase decimal(int depth, Scope scope) {
        Category type = Category.DECIMAL;
        Phrase a = value(type, depth, scope);
        return switch (draw.below(7)) {
            case 0, 1 ->
                Phrase.of(
                        type,
                        "#" + draw.one(" + ", " - ", " * ") + "#",
                        closed(a),
                        closed(value(draw.one(type, Category.INT), depth - 1, scope)));
            case 2 -> Phrase.of(type, "CAST(# AS %s)".formatted(typeName(type)), number(depth, scope));
            case 3 -> Phrase.of(type, "round(#, " + draw.one("0", "1", "2", "-1") + ")", a);
            case 4 -> Phrase.of(type, draw.one("abs", "floor", "ceil", "trunc", "round") + "(#)", a);
            case 5 -> Phrase.of(type, "TRY_CAST(# AS %s)".formatted(typeName(type)), value(scalar(), depth, scope));
            default -> Phrase.of(type, "- #", inParentheses(a));
        };
    }

    private Phrase fraction(int depth, Scope scope) {
        Category type = Category.DOUBLE;
        Phrase a = number(depth, scope);
        return switch (draw.below(13)) {
            case 12 ->
                Phrase.of(
                        type,
                        "list_aggregate(#, " + draw.one("'sum'", "'avg'", "'max'") + ")",
                        value(Category.DOUBLES, depth, scope));
            case 0, 1, 2 ->
                Phrase.of(
                        type,
                        "#" + draw.one(" / ", " / ", " + ", " * ", " - ") + "#",
                        closed(a),
                        closed(number(depth, scope)));
            case 3 -> Phrase.of(type, "CAST(# AS %s)".formatted(typeName(type)), a);
            case 4 -> Phrase.of(type, "sqrt(abs(#))", a);
            case 5 -> Phrase.of(type, "ln(abs(#) + 1)", a);
            case 6 -> Phrase.of(type, "round(#, " + draw.one("0", "1", "3") + ")", value(type, depth, scope));
            case 7 ->
                Phrase.of(
                        type, draw.one("floor", "ceil", "abs", "exp", "trunc", "sign") + "(#)", value(type, 0, scope));
            case 8 ->
                Phrase.of(
                        type,
                        "#[#]",
                        inParentheses(value(Category.DOUBLES, depth, scope)),
                        value(Category.INT, 0, scope));
            case 9 ->
                Phrase.of(
                        type,
                        draw.one("list_sum", "list_avg", "list_max") + "(#)",
                        value(draw.one(Category.DOUBLES, Category.INTS), depth, scope));
            case 10 -> Phrase.of(type, "power(#, 2)", a);
            default -> Phrase.of(type, "epoch(#)", value(Category.TIMESTAMP, depth, scope));
        };
    }

    private Phrase text(int depth, Scope scope) {
        Category type = Category.TEXT;
        Phrase a = value(type, depth, scope);
        return switch (draw.below(23)) {
            case 21 ->
                Phrase.of(
                        type,
                        draw.one(
                                "sha256(#)",
                                "split(#, ' ')[1]",
                                "regexp_split_to_array(#, 'o')[1]",
                                "chr(#)".replace("#", "65 + length(#)"),
                                "coalesce(#, 'x')[2]"),
                        a);
            case 22 -> Phrase.of(type, "typeof(#)", value(scalar(), depth, scope));
            case 0, 1, 2 -> Phrase.of(type, "# || #", closed(a), closed(value(type, depth, scope)));
            case 3 -> Phrase.of(type, draw.one("substring", "substr") + "(#, #, 3)", a, value(Category.INT, 0, scope));
            case 4 -> Phrase.of(type, draw.one("lower", "upper", "trim", "reverse", "ltrim", "md5") + "(#)", a);
            case 5 -> Phrase.of(type, "replace(#, #, 'x')", a, literal(type));
            case 6, 7 -> Phrase.of(type, "CAST(# AS VARCHAR)", value(any(), depth, scope));
            case 8 -> Phrase.of(type, draw.one("left", "right") + "(#, #)", a, value(Category.INT, 0, scope));
            case 9 -> Phrase.of(type, "concat(#, #)", a, value(scalar(), depth, scope));
            case 10 -> Phrase.of(type, "concat_ws('-', #, #)", a, value(type, depth, scope));
            case 11 -> Phrase.of(type, "split_part(#, ' ', #)", a, value(Category.INT, 0, scope));
            case 12 -> Phrase.of(type, "strftime(#, '%Y-%m')", value(Category.TIMESTAMP, depth, scope));
            case 13 ->
                Phrase.of(
                        type,
                        "#[#]",
                        inParentheses(value(draw.one(type, Category.TEXTS), depth, scope)),
                        value(Category.INT, 0, scope));
            case 14 -> Phrase.of(type, "#[1:2]", inParentheses(a));
            case 15 -> Phrase.of(type, "array_to_string(#, ',')", value(anyList(), depth, scope));
            case 16 -> Phrase.of(type, "regexp_replace(#, '[aeiou]', '*'" + draw.one("", ", 'g'") + ")", a);
            case 17 -> Phrase.of(type, "regexp_extract(#, '([a-z]+)_?', 1)", a);
            case 18 -> Phrase.of(type, draw.one("dayname", "monthname") + "(#)", value(time(), depth, scope));
            case 19 ->
                Phrase.of(
                        type,
                        draw.one(
                                "lpad(#, 5, '*')",
                                "rpad(#, 3, 'x')",
                                "repeat(#, 2)",
                                "translate(#, 'ab', 'xy')",
                                "strip_accents(#)"),
                        a);
            default -> Phrase.of(type, "#::VARCHAR", closed(value(scalar(), depth, scope)));
        };
    }

    private Category time() {
        return draw.one(Category.DATE, Category.TIMESTAMP);
    }

    private Phrase date(int depth, Scope scope) {
        Category type = Category.DATE;
        return switch (draw.below(8)) {
            case 0, 1 ->
                Phrase.of(type, draw.one("CAST(# AS DATE)", "(#)::DATE"), value(Category.TIMESTAMP, depth, scope));
            case 2, 3 ->
                Phrase.of(
                        type,
                        "#" + draw.one(" + ", " - ") + "#",
                        value(type, depth, scope),
                        closed(value(Category.INT, 0, scope)));
            case 4 -> Phrase.of(type, "TRY_CAST(# AS DATE)", value(Category.TEXT, depth, scope));
            case 5 -> Phrase.of(type, "make_date(2024, 2, #)", value(Category.INT, 0, scope));
            case 6 -> Phrase.of(type, "last_day(#)", value(time(), depth, scope));
            default ->
                Phrase.of(
                        type,
                        "date_trunc('" + draw.one("month", "year", "week", "quarter") + "', #)",
                        value(type, depth, scope));
        };
    }

    private Phrase timestamp(int depth, Scope scope) {
        Category type = Category.TIMESTAMP;
        return switch (draw.below(9)) {
            case 8 ->
                Phrase.of(
                        type,
                        draw.one(
                                "strptime(strftime(#, '%Y-%m-%d'), '%Y-%m-%d')",
                                "time_bucket(INTERVAL '1' DAY, #)",
                                "greatest(#, TIMESTAMP '2025-01-01')",
                                "make_timestamp(epoch_us(#))"),
                        value(type, depth, scope));
            case 0, 1, 2 ->
                Phrase.of(
                        type,
                        "#" + draw.one(" + ", " - ") + "#",
                        value(time(), depth, scope),
                        value(Category.INTERVAL, 0, scope));
            case 3, 4 ->
                Phrase.of(
                        type,
                        "date_trunc('" + draw.one("day", "month", "hour", "week", "quarter", "minute") + "', #)",
                        value(type, depth, scope));
            case 5 -> Phrase.of(type, "CAST(# AS TIMESTAMP)", value(Category.DATE, depth, scope));
            case 6 -> Phrase.of(type, "TRY_CAST(# AS TIMESTAMP)", value(Category.TEXT, depth, scope));
            default -> Phrase.of(type, "coalesce(#, #)", value(type, depth, scope), value(time(), depth, scope));
        };
    }

    private Category anyList() {
        return draw.one(Category.INTS, Category.TEXTS, Category.DOUBLES);
    }

    private static Category element(Category list) {
        return switch (list) {
            case INTS -> Category.INT;
            case DOUBLES -> Category.DOUBLE;
            default -> Category.TEXT;
        };
    }

    private Phrase list(Category type, int depth, Scope scope) {
        Phrase a = value(type, depth, scope);
        return switch (draw.below(10)) {
            case 9 ->
                type == Category.DOUBLES
                        ? Phrase.of(type, "list_sort(#::DOUBLE[])", inParentheses(a))
                        : Phrase.of(type, "flatten([#, #])", a, value(type, depth - 1, scope));
            case 0 ->
                Phrase.of(
                        type,
                        "[#, #]",
                        value(element(type), depth, scope),
                        value(like(element(type)), depth - 1, scope));
            case 1 -> Phrase.of(type, draw.one("list_sort", "list_reverse", "list_reverse_sort") + "(#)", a);
            case 2 -> Phrase.of(type, "list_sort(list_distinct(#))", a);
            case 3 ->
                Phrase.of(
                        type, "#[#:#]", inParentheses(a), value(Category.INT, 0, scope), value(Category.INT, 0, scope));
            case 4 -> Phrase.of(type, "list_concat(#, #)", a, value(type, depth - 1, scope));
            case 5 -> Phrase.of(type, "list_append(#, #)", a, value(element(type), depth, scope));
            case 6 -> Phrase.of(type, "list_sort(list_intersect(#, #))", a, value(type, depth - 1, scope));
            case 7 ->
                type == Category.TEXTS
                        ? Phrase.of(type, "string_split(#, ' ')", value(Category.TEXT, depth, scope))
                        : Phrase.of(type, "list_value(#)", value(element(type), depth, scope));
            default -> Phrase.of(type, "list_slice(#, 1, #)", a, value(Category.INT, 0, scope));
        };
    }

    Phrase condition(int depth, Scope scope) {
        Category type = Category.BOOL;
        if (depth <= 0) {
            return simpleCondition(scope);
        }
        if (scope.grouped() && draw.chance(15)) {
            return aggregate(type, depth, scope);
        }
        return switch (draw.below(24)) {
            case 0, 1 ->
                Phrase.of(
                        type,
                        "#" + draw.one(" AND ", " OR ") + "#",
                        condition(depth - 1, scope),
                        condition(depth - 1, scope));
            case 2 -> Phrase.of(type, "NOT #", inParentheses(condition(depth - 1, scope)));
            case 3 ->
                Phrase.of(
                        type,
                        "#" + draw.one(" = ", " <> ", " IS DISTINCT FROM ") + "#",
                        inParentheses(condition(depth - 1, scope)),
                        inParentheses(condition(depth - 1, scope)));
            case 4 ->
                Phrase.of(
                        type,
                        "# IS " + draw.one("", "NOT ") + draw.one("TRUE", "FALSE", "NULL"),
                        inParentheses(condition(depth - 1, scope)));
            case 5 ->
                Phrase.of(type, "# IS " + draw.one("", "NOT ") + "NULL", inParentheses(value(any(), depth - 1, scope)));
            case 6, 7, 8, 9, 10 -> {
                Category of = draw.chance(85) ? scalar() : any();
                yield comparison(
                        draw.one(
                                " < ",
                                " = ",
                                " >= ",
                                " <> ",
                                " = ",
                                " <= ",
                                " IS DISTINCT FROM ",
                                " IS NOT DISTINCT FROM "),
                        of,
                        depth,
                        scope);
            }
            case 11 -> {
                Category of = scalar();
                yield Phrase.of(
                        type,
                        "# " + draw.one("", "NOT ") + "IN (#, #, #)",
                        inParentheses(value(of, depth - 1, scope)),
                        value(of, depth - 1, scope),
                        value(like(of), 0, scope),
                        literal(of));
            }
            case 12 -> {
                Category of = scalar();
                yield Phrase.of(
                        type,
                        "# " + draw.one("", "NOT ") + "BETWEEN # AND #",
                        inParentheses(value(of, depth - 1, scope)),
                        inParentheses(value(like(of), depth - 1, scope)),
                        inParentheses(value(of, 0, scope)));
            }
            case 13 ->
                Phrase.of(
                        type,
                        "# " + draw.one("", "NOT ") + draw.one("LIKE", "ILIKE") + " #",
                        inParentheses(value(Category.TEXT, depth - 1, scope)),
                        Phrase.of(Category.TEXT, draw.one("'%a%'", "'_'", "'%''%'", "'a%'", "'%本_'")));
            case 14 ->
                Phrase.of(
                        type,
                        draw.one("starts_with", "contains", "ends_with", "regexp_matches") + "(#, #)",
                        value(Category.TEXT, depth - 1, scope),
                        Phrase.of(Category.TEXT, draw.one("'a'", "'b'", "'1'", "''")));
            case 15 -> {
                Category of = anyList();
                yield Phrase.of(
                        type,
                        draw.one("list_contains(#, #)", "list_has(#, #)"),
                        value(of, depth - 1, scope),
                        value(element(of), depth - 1, scope));
            }
            case 16 -> {
                Category of = anyList();
                yield Phrase.of(
                        type,
                        draw.one("list_has_any(#, #)", "list_has_all(#, #)"),
                        value(of, depth - 1, scope),
                        value(of, depth - 1, scope));
            }
            case 20 -> rare(depth - 1, scope);
            case 17, 18, 19 -> queries.more() ? queries.predicate(scope, this, depth) : simpleCondition(scope);
            default -> simpleCondition(scope);
        };
    }

    private Phrase rare(int depth, Scope scope) {
        Category type = Category.BOOL;
        return switch (draw.below(6)) {
            case 0 -> {
                Category of = scalar();
                String a = leaf(of, scope).text();
                String b = leaf(of, scope).text();
                yield a.contains("?") || b.contains("?")
                        ? simpleCondition(scope)
                        : Phrase.of(
                                type,
                                draw.one("", "NOT ")
                                        + "((%1$s) = (%2$s) OR ((%1$s) IS NULL AND (%2$s) IS NULL))".formatted(a, b));
            }
            case 1 -> {
                Category of = anyList();
                yield Phrase.of(
                        type,
                        "# " + draw.one("", "NOT ") + "IN #",
                        inParentheses(value(element(of), depth, scope)),
                        inParentheses(value(of, depth, scope)));
            }
            case 2 -> comparison(" == ", scalar(), depth, scope);
            case 3 ->
                Phrase.of(
                        type,
                        "#" + draw.one(" ~ ", " !~ ", " ^@ ", " GLOB ", " SIMILAR TO ", " ~~ ") + "#",
                        inParentheses(value(Category.TEXT, depth, scope)),
                        Phrase.of(Category.TEXT, draw.one("'a'", "'a*'", "'.*o.*'", "''")));
            case 4 -> {
                Category of = anyList();
                yield Phrase.of(
                        type,
                        "#" + draw.one(" && ", " @> ") + "#",
                        inParentheses(value(of, depth, scope)),
                        inParentheses(value(of, depth, scope)));
            }
            default -> comparison(" = ", draw.one(Category.INTS, Category.TEXTS), depth, scope);
        };
    }

    private Phrase comparison(String operator, Category of, int depth, Scope scope) {
        return Phrase.of(
                Category.BOOL,
                "#" + operator + "#",
                inParentheses(value(of, depth - 1, scope)),
                inParentheses(value(like(of), depth - 1, scope)));
    }

    private Phrase simpleCondition(Scope scope) {
        Category of = present(scope);
        if (of == Category.BOOL) {
            return draw.chance(70)
                    ? leaf(of, scope)
                    : Phrase.of(Category.BOOL, "NOT #", inParentheses(leaf(of, scope)));
        }
        return draw.chance(20)
                ? Phrase.of(Category.BOOL, "# IS " + draw.one("", "NOT ") + "NULL", inParentheses(leaf(of, scope)))
                : Phrase.of(
                        Category.BOOL,
                        "#" + draw.one(" = ", " < ", " > ", " <> ", " >= ") + "#",
                        inParentheses(leaf(of, scope)),
                        inParentheses(draw.chance(50) ? beside(of) : leaf(like(of), scope)));
    }

    /** An aggregate over the rows of the groups of the scope. */
    Phrase aggregate(Category type, int depth, Scope scope) {
        Scope rows = scope.ofRows();
        Phrase call = call(type, depth, rows);
        return draw.chance(18)
                ? Phrase.of(type, "##", call, Phrase.optional(" FILTER (WHERE #)", condition(Math.min(depth, 2), rows)))
                : call;
    }

    private Phrase call(Category type, int depth, Scope rows) {
        int below = depth - 1;
        String distinct = draw.chance(15) ? "DISTINCT " : "";
        return switch (type) {
            case INT ->
                switch (draw.below(12)) {
                    case 0, 1 -> Phrase.of(type, draw.one("count(*)", "count(*)", "count()"));
                    case 2 -> Phrase.of(type, "count(" + distinct + "#)", value(any(), below, rows));
                    case 3, 4, 5 ->
                        Phrase.of(
                                type, draw.one("sum", "min", "max") + "(" + distinct + "#)", value(type, below, rows));
                    case 6 -> Phrase.of(type, draw.one("count_if", "countif") + "(#)", condition(below, rows));
                    case 7 -> Phrase.of(type, "quantile_disc(#, 0.5)", value(type, below, rows));
                    case 8 ->
                        Phrase.of(
                                type,
                                "percentile_disc(" + draw.one("0.5", "0.25", "1") + ") WITHIN GROUP (ORDER BY #"
                                        + direction() + ")",
                                value(type, below, rows));
                    case 9 ->
                        Phrase.of(type, draw.one("bit_and", "bit_or", "bit_xor") + "(#)", value(type, below, rows));
                    case 10 -> first(type, rows);
                    default ->
                        Phrase.of(
                                type, "sum(CASE WHEN # THEN # END)", condition(below, rows), value(type, below, rows));
                };
            case DECIMAL ->
                Phrase.of(type, draw.one("sum", "min", "max") + "(" + distinct + "#)", value(type, below, rows));
            case DOUBLE ->
                switch (draw.below(10)) {
                    case 0, 1 -> Phrase.of(type, "avg(" + distinct + "#)", value(draw.oneOf(NUMBERS), below, rows));
                    case 2, 3 -> Phrase.of(type, draw.one("sum", "min", "max") + "(#)", value(type, below, rows));
                    case 4 ->
                        Phrase.of(
                                type,
                                draw.one("stddev", "var_pop", "var_samp", "stddev_pop") + "(#)",
                                value(draw.oneOf(NUMBERS), below, rows));
                    case 5 -> Phrase.of(type, "median(#)", value(draw.oneOf(NUMBERS), below, rows));
                    case 6 -> Phrase.of(type, "quantile_cont(#, 0.25)", value(draw.oneOf(NUMBERS), below, rows));
                    case 7 ->
                        Phrase.of(
                                type,
                                "percentile_cont(" + draw.one("0.5", "0.25") + ") WITHIN GROUP (ORDER BY #"
                                        + direction() + ")",
                                value(draw.oneOf(NUMBERS), below, rows));
                    case 8 ->
                        Phrase.of(
                                type,
                                draw.one("corr", "covar_pop", "regr_slope") + "(#, #)",
                                value(draw.oneOf(NUMBERS), below, rows),
                                value(draw.oneOf(NUMBERS), below, rows));
                    default -> first(type, rows);
                };
            case TEXT ->
                switch (draw.below(6)) {
                    case 0, 1, 2 -> Phrase.of(type, draw.one("min", "max") + "(#)", value(type, below, rows));
                    case 3 -> ordered(type, "string_agg(", ", ','", Category.TEXT, below, rows);
                    case 4 -> withinGroup(rows);
                    default -> first(type, rows);
                };
            case BOOL -> Phrase.of(type, draw.one("bool_and", "bool_or") + "(#)", condition(below, rows));
            case DATE, TIMESTAMP, TIME, INTERVAL ->
                Phrase.of(type, draw.one("min", "max") + "(#)", value(type, below, rows));
            case INTS, DOUBLES, TEXTS ->
                type == Category.DOUBLES && draw.chance(25)
                        ? Phrase.of(
                                type,
                                draw.one("quantile_cont(#, [0.25, 0.5])", "quantile_disc(#, [0.5, 1])"),
                                value(Category.DOUBLE, below, rows))
                        : draw.chance(20)
                                ? Phrase.of(
                                        type,
                                        "list_sort(" + draw.one("list", "array_agg") + "(" + distinct + "#))",
                                        value(element(type), below, rows))
                                : ordered(
                                        type,
                                        draw.one("array_agg(", "array_agg(", "list("),
                                        "",
                                        element(type),
                                        below,
                                        rows);
            case QUERY, ORDER, OTHER -> throw new IllegalArgumentException("No aggregate gives " + type);
        };
    }

    private String direction() {
        return draw.one("", "", " DESC", " ASC", " DESC NULLS LAST", " NULLS FIRST");
    }

    private Phrase first(Category type, Scope rows) {
        Optional<List<String>> key = rows.key();
        if (key.isEmpty()) {
            return Phrase.of(type, "min(#)", value(type, 0, rows));
        }
        return key.get().size() > 1 || draw.chance(60)
                ? Phrase.of(
                        type,
                        draw.one("first", "last") + "(# ORDER BY #" + String.join(", ", key.get()) + ")",
                        value(type, 0, rows),
                        sortKeys(rows))
                : Phrase.of(
                        type,
                        draw.one("arg_min", "arg_max") + "(#, " + key.get().get(0) + ")",
                        value(type, 0, rows));
    }

    /** An aggregate whose result depends on the order of the rows, which leaves nothing open. */
    private Phrase ordered(Category type, String head, String tail, Category argument, int depth, Scope rows) {
        Optional<List<String>> key = rows.key();
        List<String> columns = rows.names(argument);
        if (key.isPresent() && draw.chance(60)) {
            return Phrase.of(
                    type,
                    head + "#" + tail + " ORDER BY #" + String.join(", ", key.get()) + direction() + ")",
                    value(argument, depth, rows),
                    sortKeys(rows));
        }
        if (columns.isEmpty()) {
            return Phrase.of(type, head + "#" + tail + ")", literal(argument));
        }
        String column = draw.oneOf(columns);
        String order = argument == Category.TEXT
                ? draw.one("%s", "%s", "%s || 'x'", "(%s)", "upper(%1$s), %1$s", "length(%1$s), %1$s")
                : draw.one("- %s", "%s + 1", "%s", "2 * %s", "abs(%1$s), %1$s", "(SELECT %s)");
        String distinct = order.equals("%s") && draw.chance(40) ? "DISTINCT " : "";
        return Phrase.of(
                type, head + distinct + column + tail + " ORDER BY " + order.formatted(column) + direction() + ")");
    }

    private Phrase sortKeys(Scope rows) {
        return draw.chance(50)
                ? Phrase.nothing()
                : Phrase.optional(
                        "#, ",
                        Phrase.series(
                                ", ",
                                draw.times(draw.between(1, 2), () -> Phrase.of("#" + direction(), sortKey(rows)))));
    }

    /** No constant: as a number it would name a column of the result. */
    private Phrase sortKey(Scope scope) {
        Phrase key = value(scalar(), draw.between(0, 2), scope);
        return key.text().matches("-?[\\d.]+(e\\d+)?|'.*'|NULL") ? Phrase.of("(#) IS NULL", key) : key;
    }

    private Phrase withinGroup(Scope rows) {
        List<String> columns = rows.names(Category.TEXT);
        String column = columns.isEmpty() ? "'x'" : draw.oneOf(columns);
        return Phrase.of(
                Category.TEXT, "listagg(" + column + ", '|') WITHIN GROUP (ORDER BY " + column + direction() + ")");
    }

    /** A window function whose result does not depend on an order that is left open. */
    Phrase window(Category type, int depth, Scope scope) {
        Scope inner = scope.withoutWindows();
        int below = Math.min(depth - 1, 2);
        Optional<List<String>> key = scope.key();
        boolean positional = key.isPresent() && draw.chance(55);
        String call = switch (type) {
            case INT ->
                positional
                        ? draw.one(
                                "row_number()",
                                "ntile(3)",
                                "sum(#)",
                                "count(*)",
                                "lag(#)",
                                "first_value(#)",
                                "lead(#, 2)",
                                "count(#)")
                        : draw.one(
                                "rank()",
                                "dense_rank()",
                                "count(*)",
                                "sum(#)",
                                "min(#)",
                                "max(#)",
                                "count(DISTINCT #)");
            case DOUBLE ->
                positional
                        ? draw.one(
                                "avg(#)", "sum(#)", "last_value(#)", "nth_value(#, 2)", "lag(#, 1, 0.5e0)", "median(#)")
                        : draw.one("percent_rank()", "cume_dist()", "avg(#)", "max(#)");
            case DECIMAL -> draw.one("sum(#)", "min(#)", "max(#)");
            case INTS, DOUBLES, TEXTS -> "max(#)";
            case BOOL -> draw.one("bool_or(#)", "bool_and(#)");
            default ->
                positional
                        ? draw.one("lag(#)", "first_value(#)", "last_value(#)", "nth_value(#, 2)", "lead(#)", "min(#)")
                        : draw.one("min(#)", "max(#)");
        };
        boolean value = call.contains("#");
        Phrase argument = value(type, below, inner);
        boolean moves = call.startsWith("lag") || call.startsWith("lead") || call.contains("_value");
        boolean ranks = (!value && !call.startsWith("count")) || call.startsWith("lag") || call.startsWith("lead");
        String nulls = moves && draw.chance(15) ? " IGNORE NULLS" : "";
        String form = nulls.isEmpty()
                ? call
                : draw.chance(50) ? call.substring(0, call.length() - 1) + nulls + ")" : call + nulls;
        Phrase filter = !ranks && !moves && draw.chance(12)
                ? Phrase.optional(" FILTER (WHERE #)", condition(1, inner))
                : Phrase.nothing();
        Phrase over = over(
                inner,
                positional ? key : Optional.empty(),
                !ranks && !call.contains("DISTINCT"),
                scope.window().filter(name -> positional));
        return value
                ? Phrase.of(type, form + "# OVER #", argument, filter, over)
                : Phrase.of(type, form + "# OVER #", filter, over);
    }

    private Phrase over(Scope scope, Optional<List<String>> key, boolean framed, Optional<String> named) {
        if (named.isPresent() && draw.chance(80)) {
            return draw.chance(50) || named.get().equals("w2")
                    ? Phrase.word(named.get())
                    : Phrase.of(
                            "(" + named.get() + "#)", framed ? Phrase.optional(" #", rowsFrame()) : Phrase.nothing());
        }
        Phrase partition = draw.chance(50)
                ? Phrase.optional(
                        "PARTITION BY # ",
                        Phrase.series(", ", draw.times(draw.between(1, 2), () -> value(present(scope), 1, scope))))
                : Phrase.nothing();
        if (key.isPresent()) {
            Phrase frame = framed && draw.chance(60) ? Phrase.optional(" #", rowsFrame()) : Phrase.nothing();
            return Phrase.of(
                    "(#ORDER BY #" + String.join(", ", key.get()) + direction() + "#)",
                    partition,
                    sortKeys(scope),
                    frame);
        }
        if (draw.chance(25)) {
            return Phrase.of("(#ORDER BY #)", partition, Phrase.of("#" + direction(), sortKey(scope)));
        }
        if (framed && draw.chance(35)) {
            return Phrase.of(
                    "(#ORDER BY ##)",
                    partition,
                    inParentheses(value(Category.INT, 1, scope)),
                    Phrase.optional(" #", rangeFrame()));
        }
        return Phrase.of(
                "(#ORDER BY #)",
                partition,
                Phrase.series(
                        ", ", draw.times(draw.between(1, 2), () -> Phrase.of("#" + direction(), sortKey(scope)))));
    }

    Phrase windowDefinition(Scope scope) {
        Phrase partition = draw.chance(50)
                ? Phrase.optional("PARTITION BY # ", value(present(scope), 1, scope))
                : Phrase.nothing();
        return Phrase.of(
                "(#ORDER BY #" + String.join(", ", scope.key().orElseThrow()) + direction() + ")",
                partition,
                sortKeys(scope));
    }

    private Phrase rowsFrame() {
        String unit = draw.one("ROWS", "ROWS", "GROUPS");
        return Phrase.of("%s %s#".formatted(unit, bounds("1", "2")), exclude());
    }

    /** Of peers: what it gives does not depend on their order. */
    private Phrase rangeFrame() {
        return Phrase.of("%s %s#".formatted(draw.one("RANGE", "RANGE", "GROUPS"), bounds("1", "2")), exclude());
    }

    private String bounds(String before, String after) {
        return draw.one(
                before + " PRECEDING",
                "BETWEEN " + before + " PRECEDING AND " + after + " FOLLOWING",
                "BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
                "BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
                "BETWEEN " + after + " PRECEDING AND " + before + " PRECEDING",
                "UNBOUNDED PRECEDING",
                "BETWEEN CURRENT ROW AND " + after + " FOLLOWING");
    }

    private Phrase exclude() {
        return draw.chance(30)
                ? Phrase.optional(
                        draw.one(" EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES", " EXCLUDE NO OTHERS"))
                : Phrase.nothing();
    }

    /** For ORDER BY, which may name what it likes. */
    List<Phrase> values(int count, int depth, Scope scope) {
        List<Phrase> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(value(present(scope), depth, scope));
        }
        return values;
    }
}
