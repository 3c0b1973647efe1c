package io.gatehouse.sql.catalog;

import org.apache.calcite.rel.RelNode;

/** How the queries of views and table functions are planned. */
public interface ViewPlanning {
    /**
     * Plans and writes a view.
     *
     * @param catalog all that it may name
     */
    WrittenView view(AnalysisView view, Catalog catalog);

    /**
     * Plans a function; its parameters become those of the algebra, in order.
     *
     * @param catalog all that it may name
     * @param correlations how many correlations are numbered already; it numbers its own from there on
     */
    RelNode function(TableFunction function, Catalog catalog, int correlations);
}
