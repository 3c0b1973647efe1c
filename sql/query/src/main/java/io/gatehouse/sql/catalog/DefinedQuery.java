package io.gatehouse.sql.catalog;

import io.gatehouse.client.Column;
import java.util.List;

/** A query that has a name: a view, or a function that stands in FROM. */
public sealed interface DefinedQuery permits AnalysisView, TableFunction {
    String name();

    /** The query, in which {@code $name} is a parameter. */
    String sql();

    /** What it takes, in order; nothing for a view. */
    List<Column> parameters();
}
