package io.gatehouse.sql.spark;

import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;

/** Texts, and what they are like. */
final class Texts {
    private final SparkForms forms;

    Texts(SparkForms forms) {
        this.forms = forms;
    }

    /** Without ESCAPE nothing escapes in DuckDB, where on Spark a backslash does. */
    RexNode like(RexCall call, List<RexNode> operands) {
        String word = call.getOperator().getName().contains("ILIKE") ? "ILIKE" : "LIKE";
        String escape = operands.size() == 3 ? "{2}" : "'\\u0001'";
        RexNode like = forms.form(call.getType(), "({0} %s {1} ESCAPE %s)".formatted(word, escape), operands);
        return call.getOperator().getName().startsWith("NOT ")
                ? forms.form(call.getType(), "(NOT {0})", List.of(like))
                : like;
    }

    RexNode matches(RexCall call, List<RexNode> operands) {
        if (operands.size() > 2) {
            throw Refusal.of("SIMILAR TO with ESCAPE");
        }
        String not = call.getOperator().getName().startsWith("NOT ") ? "NOT " : "";
        if (call.getKind() == SqlKind.POSIX_REGEX_CASE_SENSITIVE) {
            return forms.form(call.getType(), "(%s{0} RLIKE {1})".formatted(not), operands);
        }
        return forms.form(call.getType(), "(%s{0} RLIKE concat('\\\\A(?:', {1}, ')\\\\z'))".formatted(not), operands);
    }

    RexNode length(RexNode operand, RelDataType type) {
        String function = SparkAlgebra.isList(operand.getType()) ? "size" : "char_length";
        return forms.form(type, "CAST(%s({0}) AS BIGINT)".formatted(function), List.of(operand));
    }

    RexNode substring(RexCall call, List<RexNode> operands) {
        String length = operands.size() == 3 ? ", {2}" : "";
        String beforeFirst = operands.size() == 3 ? "substring({0}, 1, greatest({2} - 1, 0))" : "{0}";
        return forms.form(
                call.getType(),
                "CASE WHEN {1} = 0 THEN %s ELSE substring({0}, {1}%s) END".formatted(beforeFirst, length),
                operands);
    }

    RexNode trimmed(RexCall call, List<RexNode> operands) {
        return forms.form(
                call.getType(), "trim(%s {1} FROM {2})".formatted(WrittenOut.symbol(operands.get(0))), operands);
    }

    /** What || puts together. */
    RexNode joined(RelDataType type, List<RexNode> operands) {
        return forms.form(type, "({0} || {1})", forms.texts(operands));
    }

    /**
     * regexp_replace, which on Spark is Java's replaceAll. Only the first match is replaced along with all that is before
     * it, which the pattern then takes in with as few letters as will do.
     */
    RexNode replaced(RexCall call, List<RexNode> operands) {
        if (call.getOperands().stream().limit(3).anyMatch(WrittenOut::isNull)) {
            return forms.form(call.getType(), "CAST(NULL AS STRING)", List.of());
        }
        String options = operands.size() == 4 ? WrittenOut.literal(call, 3, "regexp_replace") : "";
        if (!options.matches("[gcil]*")) {
            throw Refusal.of("regexp_replace with the options %s".formatted(options));
        }
        boolean all = options.contains("g");
        Replacement by = Replacement.of(WrittenOut.literal(call, 2, "regexp_replace"), all ? 0 : 2);
        String pattern = options.contains("l") ? "'\\\\Q', {1}, '\\\\E'" : "{1}";
        String flags = options.lastIndexOf('i') > options.lastIndexOf('c') ? "(?iu)" : "";
        String form = all
                ? "regexp_replace({0}, concat('%s', %s), {2})".formatted(flags, pattern)
                : "regexp_replace({0}, concat('\\\\A([\\\\s\\\\S]*?)(%s', %s, ')'), {2})".formatted(flags, pattern);
        RexNode replacement = forms.literal(all ? by.text() : "$1" + by.text());
        return forms.form(call.getType(), form, List.of(operands.get(0), operands.get(1), replacement));
    }
}
