package io.gatehouse.store.schema;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A function of the field, defined as an expression over its arguments in one .sql file, whose first comment says what
 * it returns. The SQL layer replaces a call by the expression before it validates a statement, with the arguments as
 * values of their types; a database file has it as a macro, for users of DuckDB's own tools.
 *
 * @param comment what it returns, in one line
 * @param arguments in order
 * @param expression the expression over them
 */
public record DomainFunction(String name, String comment, List<Argument> arguments, String expression) {
    /** An argument, a DOUBLE unless the file names another type behind it. */
    public record Argument(String name, Type type) {
        private static Argument of(String written) {
            String[] nameAndType = written.split(" ", 2);
            return new Argument(nameAndType[0], nameAndType.length == 1 ? Type.DOUBLE : Type.valueOf(nameAndType[1]));
        }
    }

    /** The type that the values of an argument are converted to. */
    public enum Type {
        DOUBLE,
        VARCHAR
    }

    private static final List<String> NAMES = List.of(
            "wilson_low",
            "wilson_high",
            "two_proportion_z",
            "two_sided_p",
            "lift",
            "normalised_entropy",
            "effective_number",
            "share",
            "significant",
            "token_class",
            "hot_set_verdict");
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
        return "%s(%s)".formatted(name, String.join(", ", names()));
    }

    /** Returns the names of the arguments. */
    public List<String> names() {
        return arguments.stream().map(Argument::name).toList();
    }

    /** Returns the expression with its arguments converted to their types, as in the SQL layer. */
    public String converted() {
        String converted = expression;
        for (Argument argument : arguments) {
            converted = converted.replaceAll(
                    "\\b%s\\b".formatted(argument.name()), "CAST($0 AS %s)".formatted(argument.type()));
        }
        return converted;
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
                name,
                lines.get(0).substring("-- ".length()),
                Stream.of(arguments.split(", ")).map(Argument::of).toList(),
                expression);
    }
}
