package io.gatehouse.store.schema;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.store.database.Macros;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A function of the field, defined as an expression over its arguments in one .sql file, whose first comment says what
 * it returns. The SQL layer writes a call out before it validates a statement, with the arguments as DOUBLE; the file
 * has it as a {@link Macros macro}, for whoever opens it with DuckDB's own tools.
 *
 * @param comment what it returns, in one line
 * @param arguments their names, in order
 * @param expression the expression over them
 */
public record DomainFunction(String name, String comment, List<String> arguments, String expression) {
    private static final List<String> NAMES = List.of(
            "wilson_low",
            "wilson_high",
            "two_proportion_z",
            "two_sided_p",
            "lift",
            "normalised_entropy",
            "effective_number",
            "share",
            "significant");
    private static final String ARGUMENTS = "-- Arguments: ";

    public DomainFunction {
        requireNonNull(name, "name is null");
        requireNonNull(comment, "comment is null");
        requireNonNull(expression, "expression is null");
        arguments = List.copyOf(arguments);
    }

    /** All of them, in the order of the documentation. */
    public static List<DomainFunction> all() {
        return NAMES.stream().map(DomainFunction::read).toList();
    }

    /** How it is called, such as {@code share(value)}. */
    public String signature() {
        return "%s(%s)".formatted(name, String.join(", ", arguments));
    }

    /** The expression with its arguments as DOUBLE, as the SQL layer has them. */
    public String overDoubles() {
        String names = arguments.stream().collect(Collectors.joining("|", "\\b(", ")\\b"));
        return expression.replaceAll(names, "CAST($1 AS DOUBLE)");
    }

    private static DomainFunction read(String name) {
        List<String> lines =
                Resources.text(DomainFunction.class, "functions/%s.sql".formatted(name)).lines().toList();
        String arguments = lines.stream()
                .filter(line -> line.startsWith(ARGUMENTS))
                .findFirst()
                .orElseThrow()
                .substring(ARGUMENTS.length());
        String expression =
                lines.stream().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
        return new DomainFunction(
                name, lines.get(0).substring("-- ".length()), Arrays.asList(arguments.split(", ")), expression);
    }
}
