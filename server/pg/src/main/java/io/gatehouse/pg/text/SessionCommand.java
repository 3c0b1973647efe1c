package io.gatehouse.pg.text;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.text.PgToken.Kind;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** A statement about the session itself, which is answered without the engine. */
public sealed interface SessionCommand {
    /** BEGIN, START TRANSACTION. Every statement reads what is committed; options are not looked at. */
    record Begin() implements SessionCommand {}

    /** COMMIT, END. */
    record Commit() implements SessionCommand {}

    /** ROLLBACK, ABORT. */
    record Rollback() implements SessionCommand {}

    /** SAVEPOINT, RELEASE: there is nothing to save. */
    record Savepoint(String tag) implements SessionCommand {}

    /** ROLLBACK TO name. */
    record RollbackTo() implements SessionCommand {}

    /** SET name TO value. */
    record Set(String name, String value) implements SessionCommand {
        public Set {
            requireNonNull(name, "name is null");
            requireNonNull(value, "value is null");
        }
    }

    /** RESET name, or ALL. */
    record Reset(String name) implements SessionCommand {}

    /** SHOW name, or ALL. */
    record Show(String name) implements SessionCommand {}

    /** DISCARD ALL and its parts. */
    record Discard(String what) implements SessionCommand {}

    /** DEALLOCATE name; empty for ALL. */
    record Deallocate(Optional<String> name) implements SessionCommand {}

    /** DECLARE name CURSOR FOR query. */
    record Declare(String name, boolean binary, boolean hold, PgText query) implements SessionCommand {}

    /**
     * FETCH and MOVE.
     *
     * @param count rows; empty for all that are left
     */
    record Fetch(String name, OptionalLong count, boolean move) implements SessionCommand {}

    /** CLOSE name; empty for ALL. */
    record Close(Optional<String> name) implements SessionCommand {}

    /** COPY (query) TO STDOUT. */
    record Copy(PgText query, CopyOptions options) implements SessionCommand {}

    /** LISTEN, UNLISTEN and NOTIFY: nobody ever notifies. */
    record Listen(String tag) implements SessionCommand {}

    /** Reads a statement; empty if it is not one about the session. */
    static Optional<SessionCommand> parse(PgText text) {
        String first = text.token(0).kind() == Kind.WORD ? text.token(0).value() : "";
        return Optional.ofNullable(
                switch (first) {
                    case "begin" -> new Begin();
                    case "start" -> text.hasAt(1, "transaction") ? new Begin() : null;
                    case "commit", "end" -> new Commit();
                    case "rollback", "abort" -> rollback(text);
                    case "savepoint" -> new Savepoint("SAVEPOINT");
                    case "release" -> new Savepoint("RELEASE");
                    case "set" -> set(text);
                    case "reset" -> new Reset(setting(text, 1));
                    case "show" -> text.hasAt(1, "tables") ? null : new Show(setting(text, 1));
                    case "discard" -> new Discard(text.token(1).value().toUpperCase(Locale.ROOT));
                    case "deallocate" -> new Deallocate(name(text, text.hasAt(1, "prepare") ? 2 : 1));
                    case "declare" -> declare(text);
                    case "fetch", "move" -> fetch(text, first.equals("move"));
                    case "close" -> new Close(name(text, 1));
                    case "copy" -> copy(text);
                    case "listen", "unlisten", "notify" -> new Listen(first.toUpperCase(Locale.ROOT));
                    default -> null;
                });
    }

    private static SessionCommand rollback(PgText text) {
        boolean to = text.hasAt(1, "to") || text.hasAt(2, "to");
        return to ? new RollbackTo() : new Rollback();
    }

    /** SET [SESSION|LOCAL] name {TO|=} value, SET TIME ZONE value, SET [SESSION CHARACTERISTICS AS] TRANSACTION … */
    private static SessionCommand set(PgText text) {
        if (text.hasAt(1, "transaction") || text.hasAt(1, "session", "characteristics")) {
            return new Set("transaction", "");
        }
        int at = text.hasAt(1, "session") || text.hasAt(1, "local") ? 2 : 1;
        if (text.hasAt(at, "time", "zone")) {
            return new Set("timezone", value(text, at + 2));
        }
        if (text.hasAt(at, "names")) {
            return new Set("client_encoding", value(text, at + 1));
        }
        String name = text.token(at).value();
        int next = at + 1;
        while (text.hasAt(next, ".")) {
            name += "." + text.token(next + 1).value();
            next += 2;
        }
        if (!text.hasAt(next, "to") && !text.hasAt(next, "=")) {
            throw text.syntax("SET takes a name, TO or =, and a value");
        }
        return new Set(name.toLowerCase(Locale.ROOT), value(text, next + 1));
    }

    private static String value(PgText text, int from) {
        if (from >= text.tokens().size()) {
            throw text.syntax("SET takes a value");
        }
        StringBuilder value = new StringBuilder();
        for (int i = from; i < text.tokens().size(); i++) {
            String part = text.token(i).value();
            boolean joined =
                    value.isEmpty() || part.equals(",") || value.toString().endsWith("-");
            value.append(joined ? part : " " + part);
        }
        return value.toString();
    }

    private static String setting(PgText text, int at) {
        if (text.hasAt(at, "time", "zone")) {
            return "timezone";
        }
        if (text.hasAt(at, "transaction", "isolation", "level")) {
            return "transaction_isolation";
        }
        if (at >= text.tokens().size()) {
            throw text.syntax("The name of a setting is missing");
        }
        return text.tokens().subList(at, text.tokens().size()).stream()
                .map(token -> token.value().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    /** A name, or empty for ALL. */
    private static Optional<String> name(PgText text, int at) {
        if (at >= text.tokens().size()) {
            throw text.syntax("A name is missing");
        }
        return text.hasAt(at, "all")
                ? Optional.empty()
                : Optional.of(text.token(at).value());
    }

    private static SessionCommand declare(PgText text) {
        String name = text.token(1).value();
        boolean binary = false;
        boolean hold = false;
        int at = 2;
        java.util.Set<String> options = java.util.Set.of(
                "binary", "asensitive", "insensitive", "no", "scroll", "cursor", "with", "without", "hold");
        while (options.contains(text.token(at).value())) {
            binary |= text.hasAt(at, "binary");
            hold |= text.hasAt(at, "with", "hold");
            at++;
        }
        if (!text.hasAt(at, "for")) {
            throw text.syntax("DECLARE takes a name, CURSOR FOR, and a query");
        }
        return new Declare(name, binary, hold, text.after(at + 1));
    }

    /** FETCH [direction] [FROM|IN] name: forward only. */
    private static SessionCommand fetch(PgText text, boolean move) {
        int last = text.tokens().size() - 1;
        if (last < 1) {
            throw text.syntax("FETCH takes the name of a cursor");
        }
        OptionalLong count = OptionalLong.of(1);
        for (int at = 1; at < last; at++) {
            PgToken token = text.token(at);
            if (token.is("all")) {
                count = OptionalLong.empty();
            } else if (token.kind() == Kind.NUMBER && token.text().matches("\\d{1,18}")) {
                count = OptionalLong.of(Long.parseLong(token.text()));
            } else if (!(token.is("next") || token.is("forward") || token.is("from") || token.is("in"))) {
                throw text.syntax("A cursor only goes forward");
            }
        }
        return new Fetch(text.token(last).value(), count, move);
    }

    private static SessionCommand copy(PgText text) {
        int depth = 0;
        int at = 1;
        PgText query;
        if (text.hasAt(1, "(")) {
            do {
                depth += text.token(at).is("(") ? 1 : text.token(at).is(")") ? -1 : 0;
                at++;
            } while (depth > 0 && at < text.tokens().size());
            if (at < 4) {
                throw text.syntax("COPY takes a query in brackets");
            }
            query = new PgText(text.source(), text.tokens().subList(2, at - 1));
        } else {
            while (at < text.tokens().size()
                    && !text.hasAt(at, "to")
                    && !text.hasAt(at, "from")
                    && !text.hasAt(at, "(")) {
                at++;
            }
            query = relation(text, at);
        }
        if (!text.hasAt(at, "to", "stdout")) {
            throw new GatehouseException(
                    ErrorCode.SQL_READ_ONLY, "Only COPY … TO STDOUT is supported, because SQL can only read.");
        }
        return new Copy(query, CopyOptions.parse(text, at + 2));
    }

    /** COPY relation is COPY (SELECT * FROM relation). */
    private static PgText relation(PgText text, int end) {
        String name = text.source()
                .substring(
                        text.token(1).start(), text.token(Math.max(1, end - 1)).end());
        return PgText.statements("SELECT * FROM " + name).get(0);
    }
}
