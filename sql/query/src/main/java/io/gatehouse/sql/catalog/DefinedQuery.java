package io.gatehouse.sql.catalog;

import io.gatehouse.client.Column;
import java.util.List;

/** A named query: a view or a table function. */
public sealed interface DefinedQuery permits AnalysisView, TableFunction {
    String name();

    /** The query, in which {@code $name} is a parameter. */
    String sql();

    /** The parameters, in order; none for a view. */
    List<Column> parameters();
}
