package io.gatehouse.sql.completion;

import io.gatehouse.sql.completion.Part.Group;
import io.gatehouse.sql.completion.Part.Word;
import java.util.List;
import java.util.Optional;

/** What kind of word can stand at a place, told from the one before it. */
enum Expected {
    /** Something that has a value. */
    OPERAND,
    /** A relation. */
    RELATION,
    /** A type. */
    TYPE,
    /** The first word of a query, or of a whole statement. */
    BEGIN,
    /** A word of the language. */
    KEYWORD,
    /** A name that is made up here. */
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
    static Expected at(Clause clause, List<Part> parts, int index, Optional<Part> caller) {
        if (index == 0) {
            return atBegin(clause, caller);
        }
        Part before = parts.get(index - 1);
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
            boolean distinctOn =
                    clause == Clause.SELECT && index > 1 && parts.get(index - 2).is("ON");
            return distinctOn ? OPERAND : KEYWORD;
        }
        if (before.is("*")) {
            boolean star = index == 1 || parts.get(index - 2).isOneOf(List.of("SELECT", "DISTINCT", ",", ".", "ALL"));
            return star ? KEYWORD : OPERAND;
        }
        boolean symbol = before instanceof Word word && word.kind() == Word.Kind.SYMBOL;
        return symbol || before.isOneOf(BEFORE_OPERANDS) ? OPERAND : KEYWORD;
    }

    private static Expected atBegin(Clause clause, Optional<Part> caller) {
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
