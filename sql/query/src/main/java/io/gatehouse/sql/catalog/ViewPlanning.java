package io.gatehouse.sql.catalog;

import io.gatehouse.sql.catalog.ViewTable.PlannedView;
import org.apache.calcite.rel.RelNode;

/** Plans the queries of views and table functions. */
public interface ViewPlanning {
    /**
     * Plans and writes a view.
     *
     * @param catalog all that it may name
     */
    PlannedView view(AnalysisView view, Catalog catalog);

    /**
     * Plans a function; its parameters become those of the algebra, in order.
     *
     * @param catalog all that it may name
     * @param correlations how many correlations are numbered already; it numbers its own from there on
     */
    RelNode function(TableFunction function, Catalog catalog, int correlations);
}
