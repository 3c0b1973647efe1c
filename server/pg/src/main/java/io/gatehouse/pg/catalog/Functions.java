package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.TextValues;
import io.gatehouse.pg.wire.WireType;
import io.gatehouse.sql.parse.StatementErrors;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlNode;
import org.jspecify.annotations.Nullable;

/** The functions that clients call in queries of the catalogue. */
final class Functions {
    /** Elements that generate_series may have. */
    private static final long MAX_SERIES = 1_000_000;

    private final Relations relations;
    private final Values values;
    private final SessionFacts session;

    Functions(Relations relations, SessionFacts session) {
        this.relations = requireNonNull(relations, "relations is null");
        this.values = new Values(relations);
        this.session = requireNonNull(session, "session is null");
    }

    /** Binds a call; most functions give NULL where an argument is NULL. */
    Expr call(String name, List<Expr> arguments, SqlNode node) {
        return switch (name) {
            // The session.
            case "version" -> text(frame -> "PostgreSQL 16.0 (Gatehouse %s)".formatted(session.version()));
            case "current_schema" -> name(frame -> "public");
            case "current_schemas" ->
                Expr.of(
                        WireType.arrayOf(PgType.NAME),
                        frame -> Boolean.TRUE.equals(arguments.get(0).evaluate(frame))
                                ? List.of("pg_catalog", "public")
                                : List.of("public"));
            case "current_database", "current_catalog" -> name(frame -> session.database());
            case "current_user", "session_user", "user", "current_role" -> name(frame -> session.user());
            case "current_setting" -> text(frame -> setting(arguments, frame));
            case "set_config" -> text(frame -> setConfig(arguments, frame));
            case "pg_backend_pid" -> Expr.of(PgType.INT4, frame -> (long) session.id());
            case "now",
                    "current_timestamp",
                    "transaction_timestamp",
                    "statement_timestamp",
                    "clock_timestamp",
                    "pg_postmaster_start_time" ->
                Expr.of(PgType.TIMESTAMPTZ, frame -> OffsetDateTime.now(ZoneOffset.UTC));
            case "localtimestamp" -> Expr.of(PgType.TIMESTAMP, frame -> LocalDateTime.now(ZoneOffset.UTC));
            case "current_date" -> Expr.of(PgType.DATE, frame -> LocalDate.now(ZoneOffset.UTC));
            case "pg_is_in_recovery", "pg_is_other_temp_schema" -> Expr.constant(PgType.BOOL, false);
            case "pg_my_temp_schema" -> Expr.constant(PgType.OID, 0L);
            case "inet_server_addr", "inet_client_addr" -> text(frame -> null);
            case "inet_server_port", "inet_client_port" -> Expr.constant(PgType.INT4, null);
            case "txid_current" -> Expr.constant(PgType.INT8, 1L);
            // Names and descriptions of what the catalogue lists.
            case "pg_get_userbyid" -> name(frame -> session.user());
            case "pg_encoding_to_char" -> name(frame -> Long.valueOf(6).equals(first(arguments, frame)) ? "UTF8" : "");
            case "getdatabaseencoding" -> name(frame -> "UTF8");
            case "pg_char_to_encoding" -> Expr.constant(PgType.INT4, 6L);
            case "format_type" -> text(frame -> formatType(arguments, frame));
            case "obj_description", "shobj_description" -> text(frame -> description(first(arguments, frame), 0L));
            case "col_description" ->
                text(frame ->
                        description(first(arguments, frame), arguments.get(1).evaluate(frame)));
            case "pg_get_viewdef" -> text(frame -> viewDefinition(first(arguments, frame)));
            case "pg_get_expr",
                    "pg_get_indexdef",
                    "pg_get_constraintdef",
                    "pg_get_ruledef",
                    "pg_get_triggerdef",
                    "pg_get_functiondef",
                    "pg_get_function_result",
                    "pg_get_function_arguments",
                    "pg_get_function_identity_arguments",
                    "pg_get_function_sqlbody",
                    "pg_get_serial_sequence",
                    "pg_get_partkeydef",
                    "pg_get_statisticsobjdef",
                    "pg_get_statisticsobjdef_columns",
                    "pg_tablespace_location" -> text(frame -> null);
            case "to_regclass" -> Expr.of(PgType.REGCLASS, frame -> findRelation(first(arguments, frame)));
            case "to_regtype" -> Expr.of(PgType.REGTYPE, frame -> findType(first(arguments, frame)));
            case "pg_table_is_visible" -> Expr.of(PgType.BOOL, frame -> isVisible(first(arguments, frame)));
            case "pg_type_is_visible",
                    "pg_function_is_visible",
                    "pg_operator_is_visible",
                    "pg_opclass_is_visible",
                    "pg_opfamily_is_visible",
                    "pg_collation_is_visible",
                    "pg_conversion_is_visible",
                    "pg_statistics_obj_is_visible",
                    "pg_ts_config_is_visible",
                    "pg_ts_dict_is_visible",
                    "pg_ts_parser_is_visible",
                    "pg_ts_template_is_visible" -> strict(PgType.BOOL, arguments, given -> true);
            case "pg_relation_is_publishable" -> strict(PgType.BOOL, arguments, given -> false);
            case "has_table_privilege", "has_column_privilege", "has_any_column_privilege" ->
                Expr.of(
                        PgType.BOOL,
                        frame -> mayRead(arguments.get(arguments.size() - 1).evaluate(frame)));
            case "has_schema_privilege" ->
                Expr.of(
                        PgType.BOOL,
                        frame -> "usage"
                                .equals(lower(
                                        arguments.get(arguments.size() - 1).evaluate(frame))));
            case "has_database_privilege" ->
                Expr.of(
                        PgType.BOOL,
                        frame -> "connect"
                                .equals(lower(
                                        arguments.get(arguments.size() - 1).evaluate(frame))));
            case "has_function_privilege", "has_sequence_privilege", "has_type_privilege", "pg_has_role" ->
                Expr.constant(PgType.BOOL, name.equals("pg_has_role"));
            case "pg_relation_size",
                    "pg_total_relation_size",
                    "pg_table_size",
                    "pg_indexes_size",
                    "pg_database_size",
                    "pg_tablespace_size",
                    "pg_stat_get_numscans" -> strict(PgType.INT8, arguments, given -> 0L);
            case "pg_size_pretty" -> strict(PgType.TEXT, arguments, given -> given.get(0) + " bytes");
            case "json_build_object", "jsonb_build_object" -> Expr.of(PgType.JSON, frame -> json(arguments, frame));
            default -> ordinary(name, arguments, node);
        };
    }

    private static Expr text(Expr.Evaluation evaluation) {
        return Expr.of(PgType.TEXT, evaluation);
    }

    private static Expr name(Expr.Evaluation evaluation) {
        return Expr.of(PgType.NAME, evaluation);
    }

    /** Texts, numbers and arrays. */
    private Expr ordinary(String name, List<Expr> arguments, SqlNode node) {
        return switch (name) {
            case "lower" -> strictText(arguments, given -> given.get(0).toLowerCase(Locale.ROOT));
            case "upper" -> strictText(arguments, given -> given.get(0).toUpperCase(Locale.ROOT));
            case "length", "char_length", "character_length" ->
                strict(PgType.INT4, arguments, given -> {
                    String text = TextValues.text(given.get(0));
                    return (long) text.codePointCount(0, text.length());
                });
            case "octet_length" ->
                strict(PgType.INT4, arguments, given ->
                        (long) TextValues.text(given.get(0)).getBytes(StandardCharsets.UTF_8).length);
            case "replace" ->
                strictText(
                        arguments,
                        given -> given.get(1).isEmpty()
                                ? given.get(0)
                                : given.get(0).replace(given.get(1), given.get(2)));
            case "btrim", "trim" -> strictText(arguments, given -> trimmed(given, true, true));
            case "ltrim" -> strictText(arguments, given -> trimmed(given, true, false));
            case "rtrim" -> strictText(arguments, given -> trimmed(given, false, true));
            case "substring", "substr" -> strict(PgType.TEXT, arguments, Functions::substring);
            case "left" ->
                strict(PgType.TEXT, arguments, given -> left(TextValues.text(given.get(0)), number(given.get(1))));
            case "right" ->
                strict(PgType.TEXT, arguments, given -> right(TextValues.text(given.get(0)), number(given.get(1))));
            case "strpos" ->
                strict(
                        PgType.INT4,
                        arguments,
                        given -> TextValues.text(given.get(0)).indexOf(TextValues.text(given.get(1))) + 1L);
            case "split_part" -> strict(PgType.TEXT, arguments, Functions::part);
            case "concat" -> text(frame -> joined("", arguments, frame));
            case "concat_ws" ->
                text(frame -> arguments.get(0).evaluate(frame) instanceof String separator
                        ? joined(separator, arguments.subList(1, arguments.size()), frame)
                        : null);
            case "quote_ident" ->
                strictText(
                        arguments,
                        given -> given.get(0).matches("[a-z_][a-z0-9_$]*")
                                ? given.get(0)
                                : '"' + given.get(0).replace("\"", "\"\"") + '"');
            case "quote_literal" ->
                strictText(arguments, given -> "'" + given.get(0).replace("'", "''") + "'");
            case "abs" ->
                strict(
                        PgType.NUMERIC,
                        arguments,
                        given -> Values.decimal(given.get(0)).abs());
            case "array_length", "array_upper" ->
                strict(
                        PgType.INT4,
                        arguments,
                        given -> given.get(0) instanceof List<?> list && !list.isEmpty() && number(given.get(1)) == 1
                                ? (Long) (long) list.size()
                                : null);
            case "array_lower" ->
                strict(
                        PgType.INT4,
                        arguments,
                        given -> given.get(0) instanceof List<?> list && !list.isEmpty() && number(given.get(1)) == 1
                                ? (Long) 1L
                                : null);
            case "cardinality" ->
                strict(
                        PgType.INT4,
                        arguments,
                        given -> given.get(0) instanceof List<?> list ? (Long) (long) list.size() : null);
            case "array_to_string" -> text(frame -> arrayText(arguments, frame));
            case "array_position" -> Expr.of(PgType.INT4, frame -> position(arguments, frame));
            case "string_to_array" -> Expr.of(WireType.arrayOf(PgType.TEXT), frame -> parts(arguments, frame));
            default ->
                throw StatementErrors.notSupported(
                        node,
                        "The catalogue has no function \"%s\" with %d argument(s).".formatted(name, arguments.size()));
        };
    }

    /** A function of arguments none of which is NULL. */
    private interface Given<T> {
        @Nullable
        Object apply(List<T> arguments);
    }

    private static Expr strict(PgType type, List<Expr> arguments, Given<Object> function) {
        return Expr.of(type, frame -> {
            List<Object> given = new ArrayList<>();
            for (Expr argument : arguments) {
                Object value = argument.evaluate(frame);
                if (value == null) {
                    return null;
                }
                given.add(value);
            }
            try {
                Object result = function.apply(given);
                return result instanceof String made ? Run.bounded(made) : result;
            } catch (IndexOutOfBoundsException e) {
                throw new GatehouseException(
                        ErrorCode.SQL_VALIDATION, "A function of the catalogue has too few arguments.", e);
            }
        });
    }

    private Expr strictText(List<Expr> arguments, Given<String> function) {
        return strict(
                PgType.TEXT,
                arguments,
                given -> function.apply(given.stream().map(TextValues::text).toList()));
    }

    private static @Nullable Object first(List<Expr> arguments, Frame frame) {
        return arguments.isEmpty() ? null : arguments.get(0).evaluate(frame);
    }

    private static String lower(@Nullable Object value) {
        return String.valueOf(value).toLowerCase(Locale.ROOT);
    }

    private static long number(Object value) {
        return Values.decimal(value instanceof Number ? value : 0L).longValue();
    }

    private @Nullable String setting(List<Expr> arguments, Frame frame) {
        String name = String.valueOf(first(arguments, frame));
        Optional<String> value = session.setting(name);
        boolean lenient = arguments.size() > 1 && arguments.get(1).isTrue(frame);
        if (value.isEmpty() && !lenient) {
            throw new GatehouseException(
                    ErrorCode.SQL_NOT_SUPPORTED,
                    "There is no setting \"%s\"; SHOW ALL lists those of a session.".formatted(name));
        }
        return value.orElse(null);
    }

    private @Nullable String setConfig(List<Expr> arguments, Frame frame) {
        Object value = arguments.size() > 1 ? arguments.get(1).evaluate(frame) : null;
        if (first(arguments, frame) instanceof String name && value != null) {
            session.set(name, TextValues.text(value));
            return session.setting(name).orElse("");
        }
        return null;
    }

    private static @Nullable String formatType(List<Expr> arguments, Frame frame) {
        Object oid = first(arguments, frame);
        Object modifier = arguments.size() > 1 ? arguments.get(1).evaluate(frame) : null;
        if (!(oid instanceof Number number)) {
            return null;
        }
        int given = modifier instanceof Number size ? size.intValue() : -1;
        return WireType.find(number.intValue())
                .map(type -> new WireType(type.base(), type.array(), given).sqlName())
                .orElseGet(() -> Values.typeName(number.longValue()));
    }

    private @Nullable Object description(@Nullable Object oid, @Nullable Object column) {
        PgRelation descriptions = relations.find("pg_catalog", "pg_description").orElseThrow();
        for (@Nullable Object[] row : descriptions.rows()) {
            if (oid != null && oid.equals(row[0]) && column != null && column.equals(row[2])) {
                return row[3];
            }
        }
        return null;
    }

    /** A view has no text that PostgreSQL could run; what it is said to be is the best there is. */
    private @Nullable Object viewDefinition(@Nullable Object relation) {
        Object oid = relation instanceof String ? findRelation(relation) : relation;
        return description(oid, 0L);
    }

    private @Nullable Object findRelation(@Nullable Object text) {
        return text == null
                ? null
                : relations.oid(Relations.unquoted(TextValues.text(text))).orElse(null);
    }

    private static @Nullable Object findType(@Nullable Object text) {
        return text == null ? null : Values.findType(TextValues.text(text)).orElse(null);
    }

    /** What is in the search path: pg_catalog and public. */
    private @Nullable Boolean isVisible(@Nullable Object oid) {
        return oid instanceof Long number
                ? relations.name(number).filter(name -> !name.contains(".")).isPresent()
                : null;
    }

    private static boolean mayRead(@Nullable Object privileges) {
        return Arrays.asList(lower(privileges).split("\\s*,\\s*", -1)).contains("select");
    }

    private static String trimmed(List<String> given, boolean begin, boolean end) {
        String text = given.get(0);
        String characters = given.size() > 1 ? given.get(1) : " ";
        int from = 0;
        int to = text.length();
        while (begin && from < to && characters.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (end && to > from && characters.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Counts from 1; a begin before that shortens the length. */
    private static Object substring(List<Object> given) {
        String text = TextValues.text(given.get(0));
        long begin = number(given.get(1));
        long end = given.size() > 2 ? begin + Math.max(0, number(given.get(2))) : Long.MAX_VALUE;
        int from = (int) Math.max(0, Math.min(text.length(), begin - 1));
        int to = (int) Math.max(from, Math.min(text.length(), end - 1));
        return text.substring(from, to);
    }

    private static String left(String text, long count) {
        long end = count < 0 ? text.length() + count : count;
        return text.substring(0, (int) Math.max(0, Math.min(text.length(), end)));
    }

    private static String right(String text, long count) {
        long begin = count < 0 ? -count : text.length() - count;
        return text.substring((int) Math.max(0, Math.min(text.length(), begin)));
    }

    private static Object part(List<Object> given) {
        String[] parts = TextValues.text(given.get(0)).split(Pattern.quote(TextValues.text(given.get(1))), -1);
        long number = number(given.get(2));
        return number >= 1 && number <= parts.length ? parts[(int) number - 1] : "";
    }

    private String joined(String separator, List<Expr> arguments, Frame frame) {
        StringBuilder text = new StringBuilder();
        boolean any = false;
        for (Expr argument : arguments) {
            Object value = argument.evaluate(frame);
            if (value != null) {
                text.append(any ? separator : "").append(values.text(value, argument.type()));
                any = true;
            }
        }
        return Run.bounded(text);
    }

    private @Nullable String arrayText(List<Expr> arguments, Frame frame) {
        if (!(first(arguments, frame) instanceof List<?> list) || arguments.size() < 2) {
            return null;
        }
        String separator = String.valueOf(arguments.get(1).evaluate(frame));
        StringBuilder text = new StringBuilder();
        for (Object element : list) {
            if (element != null) {
                text.append(text.isEmpty() ? "" : separator).append(TextValues.text(element));
            }
        }
        return Run.bounded(text);
    }

    private static @Nullable Object position(List<Expr> arguments, Frame frame) {
        Object value = arguments.get(1).evaluate(frame);
        if (first(arguments, frame) instanceof List<?> list && value != null) {
            for (int i = 0; i < list.size(); i++) {
                Object element = list.get(i);
                if (element != null && Values.compare(element, value) == 0) {
                    return i + 1L;
                }
            }
        }
        return null;
    }

    private static @Nullable Object parts(List<Expr> arguments, Frame frame) {
        Object separator = arguments.get(1).evaluate(frame);
        return first(arguments, frame) instanceof String text && separator != null
                ? Arrays.asList(text.split(Pattern.quote(TextValues.text(separator)), -1))
                : null;
    }

    private static String json(List<Expr> arguments, Frame frame) {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i + 1 < arguments.size(); i += 2) {
            Object value = arguments.get(i + 1).evaluate(frame);
            json.append(i == 0 ? "" : ", ")
                    .append(quoted(String.valueOf(arguments.get(i).evaluate(frame))))
                    .append(" : ")
                    .append(
                            value == null || value instanceof Number || value instanceof Boolean
                                    ? String.valueOf(value)
                                    : quoted(TextValues.text(value)));
        }
        return Run.bounded(json.append('}'));
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    // Set-returning functions: each gives the list of its elements.

    Expr series(String name, List<Expr> arguments, SqlNode node) {
        return switch (name) {
            case "unnest" -> arguments.get(0);
            case "generate_series" -> Expr.of(WireType.arrayOf(PgType.INT4), frame -> numbers(arguments, frame));
            case "generate_subscripts" ->
                Expr.of(
                        WireType.arrayOf(PgType.INT4),
                        frame -> first(arguments, frame) instanceof List<?> list
                                ? range(arguments.get(0).type().array() ? 1 : 0, list.size(), frame)
                                : List.of());
            case "_pg_expandarray" ->
                Expr.of(WireType.arrayOf(PgType.RECORD), frame -> expanded(first(arguments, frame)));
            // Clients ask for the words that PostgreSQL reserves beyond the standard's; of ours they need none.
            case "pg_get_keywords", "aclexplode", "pg_options_to_table" ->
                Expr.of(WireType.arrayOf(PgType.RECORD), frame -> List.of());
            default ->
                throw StatementErrors.notSupported(
                        node, "The catalogue has no set-returning function \"%s\".".formatted(name));
        };
    }

    private static List<Object> numbers(List<Expr> arguments, Frame frame) {
        Object from = first(arguments, frame);
        Object to = arguments.size() > 1 ? arguments.get(1).evaluate(frame) : null;
        Object by = arguments.size() > 2 ? arguments.get(2).evaluate(frame) : (Object) 1L;
        if (!(from instanceof Long first) || !(to instanceof Long last) || !(by instanceof Long step)) {
            return List.of();
        }
        if (step == 0
                || Values.decimal(last).subtract(Values.decimal(first)).abs().longValue() / Math.abs(step)
                        > MAX_SERIES) {
            throw new GatehouseException(
                    ErrorCode.SQL_TOO_LARGE, "generate_series gives %,d numbers at most here.".formatted(MAX_SERIES));
        }
        List<Object> numbers = new ArrayList<>();
        for (long number = first; step > 0 ? number <= last : number >= last; number += step) {
            frame.run().step(1);
            numbers.add(number);
        }
        return numbers;
    }

    private static List<Object> range(long first, int count, Frame frame) {
        List<Object> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            frame.run().step(1);
            numbers.add(first + i);
        }
        return numbers;
    }

    private static List<Object> expanded(@Nullable Object array) {
        List<Object> rows = new ArrayList<>();
        if (array instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                rows.add(new Composite(List.of("x", "n"), Arrays.asList(list.get(i), i + 1L)));
            }
        }
        return rows;
    }

    /** The columns that a set-returning function has in FROM: one with the name of its alias, or those of its rows. */
    static List<Field> elementFields(String name, WireType list, String alias) {
        WireType text = WireType.of(PgType.TEXT);
        return switch (name) {
            case "_pg_expandarray" ->
                List.of(new Field("x", WireType.of(PgType.INT4)), new Field("n", WireType.of(PgType.INT4)));
            case "pg_get_keywords" ->
                List.of(
                        new Field("word", text),
                        new Field("catcode", WireType.of(PgType.CHAR)),
                        new Field("barelabel", WireType.of(PgType.BOOL)),
                        new Field("catdesc", text),
                        new Field("baredesc", text));
            case "aclexplode" ->
                List.of(
                        new Field("grantor", WireType.of(PgType.OID)),
                        new Field("grantee", WireType.of(PgType.OID)),
                        new Field("privilege_type", text),
                        new Field("is_grantable", WireType.of(PgType.BOOL)));
            case "pg_options_to_table" -> List.of(new Field("option_name", text), new Field("option_value", text));
            default -> List.of(new Field(alias.isEmpty() ? name : alias, QueryBinder.element(list)));
        };
    }
}
