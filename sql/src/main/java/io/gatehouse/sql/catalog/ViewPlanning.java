package io.gatehouse.sql.catalog;

import org.apache.calcite.rel.RelNode;

/** How the query of a view or a function becomes algebra. */
@FunctionalInterface
public interface ViewPlanning {
    /**
     * Plans one.
     *
     * @param query the view or the function; the parameters of a function become those of the algebra, in order
     * @param catalog all that it may name
     * @param correlations how many correlations are numbered already; it numbers its own from there on
     */
    RelNode plan(DefinedQuery query, Catalog catalog, int correlations);
}
