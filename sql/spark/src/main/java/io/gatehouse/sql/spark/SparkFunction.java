package io.gatehouse.sql.spark;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.function.RandomNumbers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;

/** A Spark expression that is written by a template. */
final class SparkFunction extends SqlFunction {
    private final Template template;

    private SparkFunction(Template template) {
        super(
                "spark",
                SqlKind.OTHER_FUNCTION,
                ReturnTypes.ARG0,
                null,
                OperandTypes.VARIADIC,
                SqlFunctionCategory.USER_DEFINED_FUNCTION);
        this.template = requireNonNull(template, "template is null");
    }

    static RexNode call(RexBuilder rex, RelDataType type, String template, List<? extends RexNode> operands) {
        Template form = Template.of(template);
        for (int i = 0; i < operands.size(); i++) {
            if (form.repeats(i)) {
                RandomNumbers.requireNone(operands.get(i));
            }
        }
        return rex.makeCall(type, new SparkFunction(form), List.copyOf(operands));
    }

    static RexNode call(RexBuilder rex, RelDataType type, String template, RexNode... operands) {
        return call(rex, type, template, List.of(operands));
    }

    /** Compares templates, because all have the same name. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SparkFunction function && function.template.equals(template);
    }

    @Override
    public int hashCode() {
        return template.hashCode();
    }

    @Override
    public void unparse(SqlWriter writer, SqlCall call, int leftPrecedence, int rightPrecedence) {
        template.write(writer, call.getOperandList(), place -> {
            throw new IllegalStateException("No place " + place);
        });
    }

    /**
     * SQL with placeholders: {@code {0}} for the first argument, {@code {*}} for all arguments with commas, and others
     * by name.
     */
    record Template(List<String> pieces) {
        private static final Pattern PLACE = Pattern.compile("\\{([^}]*)}");

        Template {
            pieces = List.copyOf(pieces);
        }

        /** Splits a template into texts and placeholder names, alternating, a text first. */
        static Template of(String text) {
            List<String> pieces = new ArrayList<>();
            Matcher place = PLACE.matcher(text);
            int from = 0;
            while (place.find()) {
                pieces.add(text.substring(from, place.start()));
                pieces.add(place.group(1));
                from = place.end();
            }
            pieces.add(text.substring(from));
            return new Template(pieces);
        }

        private boolean repeats(int argument) {
            String place = String.valueOf(argument);
            return pieces.indexOf(place) != pieces.lastIndexOf(place);
        }

        /** @param named writes a place that is not an argument */
        void write(SqlWriter writer, List<? extends SqlNode> arguments, Consumer<String> named) {
            for (int i = 0; i < pieces.size(); i++) {
                String piece = pieces.get(i);
                if (i % 2 == 0) {
                    print(writer, piece);
                } else if (piece.equals("*")) {
                    all(writer, arguments);
                } else if (piece.matches("\\d+")) {
                    arguments.get(Integer.parseInt(piece)).unparse(writer, 0, 0);
                } else {
                    named.accept(piece);
                }
            }
        }

        private static void all(SqlWriter writer, List<? extends SqlNode> arguments) {
            for (int i = 0; i < arguments.size(); i++) {
                if (i > 0) {
                    print(writer, ",");
                }
                arguments.get(i).unparse(writer, 0, 0);
            }
        }

        /** Prints text with unbalanced parentheses, which the writer's own methods do not accept. */
        static void print(SqlWriter writer, String text) {
            if (!text.isEmpty()) {
                writer.print(text + " ");
                writer.setNeedWhitespace(false);
            }
        }
    }
}
