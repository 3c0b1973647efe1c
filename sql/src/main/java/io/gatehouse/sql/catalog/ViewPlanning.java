package io.gatehouse.sql.catalog;

import org.apache.calcite.rel.RelNode;

/** How the query of a view becomes algebra. */
@FunctionalInterface
public interface ViewPlanning {
    /**
     * Plans a view.
     *
     * @param catalog all that the view may name
     * @param correlations how many correlations are numbered already; the view numbers its own from there on
     */
    RelNode plan(AnalysisView view, Catalog catalog, int correlations);
}
