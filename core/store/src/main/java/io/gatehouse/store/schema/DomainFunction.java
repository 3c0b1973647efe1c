package io.gatehouse.store.schema;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A function of the field, defined as an expression over its arguments in one .sql file, whose first comment says what
 * it returns. The SQL layer replaces a call by the expression before it validates a statement, with the arguments as
 * DOUBLE; a database file has it as a macro, for users of DuckDB's own tools.
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

    /** Returns all of them, in the order of the documentation. */
    public static List<DomainFunction> all() {
        return NAMES.stream().map(DomainFunction::read).toList();
    }

    /** Returns how it is called, such as {@code share(value)}. */
    public String signature() {
        return "%s(%s)".formatted(name, String.join(", ", arguments));
    }

    /** Returns the expression with its arguments as DOUBLE, as in the SQL layer. */
    public String overDoubles() {
        String names = arguments.stream().collect(Collectors.joining("|", "\\b(", ")\\b"));
        return expression.replaceAll(names, "CAST($1 AS DOUBLE)");
    }

    private static DomainFunction read(String name) {
        List<String> lines = Resources.text(DomainFunction.class, "functions/%s.sql".formatted(name))
                .lines()
                .toList();
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
