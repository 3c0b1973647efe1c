package io.gatehouse.sql.completion;

import io.gatehouse.sql.completion.TextPart.Group;
import io.gatehouse.sql.completion.TextPart.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The syntactic context of the cursor.
 *
 * @param with the WITH queries that can be named
 * @param queries the queries around the cursor, the innermost first
 * @param qualifier the name before a dot before the cursor
 * @param caller what stands before the parentheses around the cursor
 */
record CursorContext(
        Expected expected,
        WithItems with,
        List<QueryParts> queries,
        Optional<String> qualifier,
        Optional<TextPart> caller) {
    static CursorContext of(Group statement) {
        return in(statement, WithItems.NONE, List.of());
    }

    private static CursorContext in(Group level, WithItems outerWith, List<QueryParts> outer) {
        WithItems.Read read = WithItems.read(level.parts());
        for (WithItems.Item item : read.with().items()) {
            if (item.body().holdsCursor()) {
                return in(item.body(), outerWith.and(read.with().before(item)), List.of());
            }
        }
        WithItems with = outerWith.and(read.with());
        QueryParts query = QueryParts.around(
                level.parts().subList(read.rest(), level.parts().size()));
        List<QueryParts> queries = new ArrayList<>(List.of(query));
        queries.addAll(outer);
        return inQuery(query, with, queries);
    }

    private static CursorContext inQuery(QueryParts query, WithItems with, List<QueryParts> queries) {
        List<TextPart> parts = query.parts();
        int index = QueryParts.cursorIndex(parts);
        Clause clause = query.clauseAt(index);
        Optional<TextPart> caller = Optional.empty();
        while (index < parts.size() && parts.get(index) instanceof Group group) {
            if (group.begins(FromRelations.QUERY_WORDS)) {
                return in(group, with, clause == Clause.FROM ? List.of() : queries);
            }
            caller = index == 0 ? caller : Optional.of(parts.get(index - 1));
            parts = group.parts();
            index = QueryParts.cursorIndex(parts);
        }
        boolean qualified = index > 1 && parts.get(index - 1).is(".") && parts.get(index - 2) instanceof Word;
        Optional<String> qualifier = qualified ? Optional.of(((Word) parts.get(index - 2)).name()) : Optional.empty();
        return new CursorContext(Expected.at(clause, parts, index, caller), with, queries, qualifier, caller);
    }

    /** The kind of word that can stand at the cursor, derived from the preceding word. */
    enum Expected {
        /** An expression. */
        OPERAND,
        /** A relation. */
        RELATION,
        /** A type. */
        TYPE,
        /** The first word of a query, or of a whole statement. */
        BEGIN,
        /** A keyword. */
        KEYWORD,
        /** A new name, such as an alias. */
        NEW_NAME;

        /** Words that a value follows. */
        private static final List<String> BEFORE_OPERANDS = List.of(
                "SELECT",
                "DISTINCT",
                "ALL",
                "WHERE",
                "HAVING",
                "QUALIFY",
                "BY",
                "ON",
                "AND",
                "OR",
                "NOT",
                "IN",
                "LIKE",
                "ILIKE",
                "TO",
                "BETWEEN",
                "CASE",
                "WHEN",
                "THEN",
                "ELSE",
                "ESCAPE",
                "ANY",
                "SOME",
                "LIMIT",
                "OFFSET");

        private static final List<String> BEFORE_RELATIONS =
                List.of("FROM", "JOIN", ",", "LATERAL", "DESCRIBE", "SUMMARIZE", "TABLE");

        static boolean operandAfter(Word word) {
            return word.isOneOf(BEFORE_OPERANDS);
        }

        /**
         * What is expected at a place.
         *
         * @param parts what stands between the same parentheses
         * @param index where among them the cursor is
         * @param caller what stands before these parentheses, if there are any
         */
        static Expected at(Clause clause, List<TextPart> parts, int index, Optional<TextPart> caller) {
            if (index == 0) {
                return atBegin(clause, caller);
            }
            TextPart before = parts.get(index - 1);
            if (before.is("AS")) {
                boolean cast = caller.isPresent() && caller.get().isOneOf(List.of("CAST", "TRY_CAST"));
                return cast ? TYPE : NEW_NAME;
            }
            if (before.is("::")) {
                return TYPE;
            }
            if (clause == Clause.FROM || clause == Clause.START) {
                boolean query = clause == Clause.START && before.isOneOf(List.of("EXPLAIN", "ANALYZE"));
                return query ? BEGIN : before.isOneOf(BEFORE_RELATIONS) ? RELATION : KEYWORD;
            }
            if (clause == Clause.LIMIT) {
                return KEYWORD;
            }
            if (before instanceof Group) {
                boolean distinctOn = clause == Clause.SELECT
                        && index > 1
                        && parts.get(index - 2).is("ON");
                return distinctOn ? OPERAND : KEYWORD;
            }
            if (before.is("*")) {
                boolean star =
                        index == 1 || parts.get(index - 2).isOneOf(List.of("SELECT", "DISTINCT", ",", ".", "ALL"));
                return star ? KEYWORD : OPERAND;
            }
            boolean symbol = before instanceof Word word && word.kind() == Word.Kind.SYMBOL;
            return symbol || before.isOneOf(BEFORE_OPERANDS) ? OPERAND : KEYWORD;
        }

        private static Expected atBegin(Clause clause, Optional<TextPart> caller) {
            if (caller.isEmpty()) {
                return BEGIN;
            }
            if (clause == Clause.FROM) {
                boolean relations = caller.get().isOneOf(BEFORE_RELATIONS);
                return relations ? RELATION : OPERAND;
            }
            return caller.get().isOneOf(List.of("OVER", "FILTER", "AS")) ? KEYWORD : OPERAND;
        }
    }
}
