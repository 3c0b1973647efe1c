package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import java.util.List;
import java.util.Map;

/** A named query: a view or a table function. */
public sealed interface DefinedQuery permits AnalysisView, TableFunction {
    String name();

    /** What one row is. */
    String comment();

    /** The sections of its head by name, in order, without columns and parameters. */
    Map<String, String> sections();

    /** The query, in which {@code $name} is a parameter. */
    String sql();

    /** The parameters, in order; none for a view. */
    List<Column> parameters();

    /** Returns the text of a section that every definition has. */
    default String section(String section) {
        return requireNonNull(sections().get(section), () -> "%s has no section %s".formatted(name(), section));
    }

    /** Returns a statement that shows its use. */
    default String example() {
        return section("Example");
    }
}
