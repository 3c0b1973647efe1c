package io.gatehouse.sql.spark;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;

/** Text functions and pattern matching. */
final class TextFunctions {
    private static final Pattern PIECE = Pattern.compile("\\\\(.?)|([^\\\\]+)", Pattern.DOTALL);

    private final SparkForms forms;

    TextFunctions(SparkForms forms) {
        this.forms = forms;
    }

    /** LIKE. Without ESCAPE, DuckDB has no escape character, while Spark uses the backslash. */
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
            throw SparkForms.refused("SIMILAR TO with ESCAPE");
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
                call.getType(), "trim(%s {1} FROM {2})".formatted(SparkForms.symbol(operands.get(0))), operands);
    }

    /** The concatenation by ||. */
    RexNode joined(RelDataType type, List<RexNode> operands) {
        return forms.form(type, "({0} || {1})", forms.texts(operands));
    }

    /**
     * regexp_replace, which on Spark is Java's replaceAll. To replace only the first match, the pattern is extended to
     * match all text before it, lazily.
     */
    RexNode replaced(RexCall call, List<RexNode> operands) {
        if (call.getOperands().stream().limit(3).anyMatch(SparkForms::isNull)) {
            return forms.form(call.getType(), "CAST(NULL AS STRING)", List.of());
        }
        String options = operands.size() == 4 ? SparkForms.literalArgument(call, 3, "regexp_replace") : "";
        if (!options.matches("[gcil]*")) {
            throw SparkForms.refused("regexp_replace with the options %s".formatted(options));
        }
        boolean all = options.contains("g");
        String by = replacement(SparkForms.literalArgument(call, 2, "regexp_replace"), all ? 0 : 2);
        String pattern = options.contains("l") ? "'\\\\Q', {1}, '\\\\E'" : "{1}";
        String flags = options.lastIndexOf('i') > options.lastIndexOf('c') ? "(?iu)" : "";
        String form = all
                ? "regexp_replace({0}, concat('%s', %s), {2})".formatted(flags, pattern)
                : "regexp_replace({0}, concat('\\\\A([\\\\s\\\\S]*?)(%s', %s, ')'), {2})".formatted(flags, pattern);
        RexNode replacement = forms.literal(all ? by : "$1" + by);
        return forms.form(call.getType(), form, List.of(operands.get(0), operands.get(1), replacement));
    }

    /**
     * Translates a replacement from RE2's syntax, which DuckDB uses, to Java's: {@code \1} becomes {@code $1}, and
     * {@code $} and {@code \} are escaped.
     *
     * @param groupsBefore how many groups stand before those that are meant
     */
    static String replacement(String re2, int groupsBefore) {
        StringBuilder text = new StringBuilder();
        Matcher piece = PIECE.matcher(re2);
        boolean behindGroup = groupsBefore > 0;
        while (piece.find()) {
            String escaped = piece.group(1);
            if (escaped == null) {
                // A digit after a group would be read as part of its number.
                text.append(behindGroup && Character.isDigit(piece.group().charAt(0)) ? "\\" : "")
                        .append(Matcher.quoteReplacement(piece.group()));
            } else if (escaped.equals("\\")) {
                text.append("\\\\");
            } else if (escaped.matches("[0-9]") && Integer.parseInt(escaped) + groupsBefore <= 9) {
                // Java reads a second digit as part of the number only if there are enough groups.
                text.append('$').append(Integer.parseInt(escaped) + groupsBefore);
            } else {
                throw SparkForms.refused("regexp_replace with %s".formatted(piece.group()));
            }
            behindGroup = escaped != null;
        }
        return text.toString();
    }
}
