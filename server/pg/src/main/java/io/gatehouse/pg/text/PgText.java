package io.gatehouse.pg.text;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.text.PgToken.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * One statement of a client.
 *
 * @param source the whole text that it stands in
 * @param tokens of the statement, at least one
 */
public record PgText(String source, List<PgToken> tokens) {
    private static final int MAX_PARAMETER = 65_535;

    public PgText {
        requireNonNull(source, "source is null");
        tokens = List.copyOf(tokens);
    }

    /** The statements of a text, which semicolons part; empty ones are left out. */
    public static List<PgText> statements(String text) {
        List<PgText> statements = new ArrayList<>();
        List<PgToken> current = new ArrayList<>();
        for (PgToken token : new PgLexer(text).tokens()) {
            if (token.is(";")) {
                add(statements, text, current);
                current = new ArrayList<>();
            } else {
                current.add(token);
            }
        }
        add(statements, text, current);
        return statements;
    }

    private static void add(List<PgText> statements, String text, List<PgToken> tokens) {
        if (!tokens.isEmpty()) {
            statements.add(new PgText(text, tokens));
        }
    }

    /** Where the statement begins in the source. */
    public int start() {
        return tokens.get(0).start();
    }

    /** The statement as it is written. */
    public String text() {
        return source.substring(start(), tokens.get(tokens.size() - 1).end());
    }

    /** What follows the first tokens, as a statement of its own. */
    public PgText after(int count) {
        if (count >= tokens.size()) {
            throw syntax("The statement ends too early");
        }
        return new PgText(source, tokens.subList(count, tokens.size()));
    }

    /** The token at an index; an empty one before the first and behind the last. */
    public PgToken token(int index) {
        return index >= 0 && index < tokens.size() ? tokens.get(index) : new PgToken(Kind.SYMBOL, "", source.length());
    }

    /** Whether these words stand at an index. */
    public boolean hasAt(int index, String... words) {
        for (int i = 0; i < words.length; i++) {
            if (!token(index + i).is(words[i])) {
                return false;
            }
        }
        return true;
    }

    /** An error that names the statement. */
    public GatehouseException syntax(String message) {
        String text = text();
        return new GatehouseException(
                ErrorCode.SQL_SYNTAX,
                "%s: %s".formatted(message, text.length() <= 80 ? text : text.substring(0, 79) + "…"));
    }

    /**
     * A statement in the spelling of the SQL layer.
     *
     * @param sql of the same length as the statement, so that positions are the same
     * @param parameters for each {@code ?}, the number of the client's parameter, from 1
     */
    public record Spelled(String sql, List<Integer> parameters) {
        public Spelled {
            requireNonNull(sql, "sql is null");
            parameters = List.copyOf(parameters);
        }

        /** How many parameters the client has to give. */
        public int parameterCount() {
            return parameters.stream().mapToInt(Integer::intValue).max().orElse(0);
        }
    }

    /**
     * Writes parameters as {@code ?} and {@code substring(x FOR n)} as {@code substring(x,1,n)}, and leaves out the schema
     * "public" and the name of the database before names, which the SQL layer does not have, and the casts that change
     * nothing in a catalogue.
     *
     * @param databases names of the database
     */
    public Spelled spelled(Set<String> databases) {
        StringBuilder sql = new StringBuilder(text());
        List<Integer> parameters = new ArrayList<>();
        int offset = start();
        // For each open bracket, whether it is that of a substring without FROM so far.
        Deque<Boolean> substrings = new ArrayDeque<>();
        for (int i = 0; i < tokens.size(); i++) {
            PgToken token = tokens.get(i);
            if (token.is("(")) {
                substrings.push(token(i - 1).is("substring"));
            } else if (token.is(")")) {
                substrings.poll();
            } else if (token.is("from") && substrings.poll() != null) {
                substrings.push(false);
            } else if (token.is("for") && Boolean.TRUE.equals(substrings.peek())) {
                replace(sql, token, ",1,", offset);
            } else if (token.kind() == Kind.PARAMETER) {
                parameters.add(number(token));
                replace(sql, token, "?", offset);
            } else if (token.kind() == Kind.ESCAPED) {
                replace(sql, token, "'" + token.value().replace("'", "''") + "'", offset);
            } else if (isSchema(i, databases)) {
                replace(sql, token, "", offset);
                replace(sql, token(i + 1), "", offset);
            } else if (hasAt(i, "operator", "(", "pg_catalog", ".")
                    && token(i + 5).is(")")) {
                blank(sql, i, 4, offset);
                blank(sql, i + 5, 1, offset);
                i += 5;
            } else if (hasAt(i, "collate", "pg_catalog", ".", "default")) {
                blank(sql, i, 4, offset);
                i += 3;
            }
        }
        return new Spelled(sql.toString(), parameters);
    }

    private boolean isSchema(int index, Set<String> databases) {
        PgToken token = token(index);
        boolean name = token.kind() == Kind.WORD || token.kind() == Kind.NAME;
        if (!name
                || !token(index + 1).is(".")
                || (index > 0 && tokens.get(index - 1).is(".") && !isDatabase(index - 2, databases))) {
            return false;
        }
        return token.value().equals("public") || isDatabase(index, databases);
    }

    private boolean isDatabase(int index, Set<String> databases) {
        return index >= 0
                && databases.contains(token(index).value())
                && token(index + 1).is(".")
                && Set.of("public", "pg_catalog", "information_schema")
                        .contains(token(index + 2).value());
    }

    private void blank(StringBuilder sql, int first, int count, int offset) {
        for (int i = first; i < first + count; i++) {
            replace(sql, token(i), "", offset);
        }
    }

    private static void replace(StringBuilder sql, PgToken token, String by, int offset) {
        int start = token.start() - offset;
        String padded = by.length() < token.text().length()
                ? by + " ".repeat(token.text().length() - by.length())
                : by;
        sql.replace(start, start + token.text().length(), padded);
    }

    private int number(PgToken token) {
        String digits = token.text().substring(1);
        int number = digits.length() > 5 ? 0 : Integer.parseInt(digits);
        if (number < 1 || number > MAX_PARAMETER) {
            throw syntax("There is no parameter " + token.text());
        }
        return number;
    }
}
