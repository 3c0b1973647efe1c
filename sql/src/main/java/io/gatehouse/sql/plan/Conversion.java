package io.gatehouse.sql.plan;

import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.rollup.RollupRewrite;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql2rel.SqlToRelConverter;

/** Validates one parsed statement against the catalog and turns it, and the views in it, into relational algebra. */
final class Conversion {
    /** Nothing is computed or rearranged: what a statement means is left to DuckDB. */
    private static final SqlToRelConverter.Config CONVERSION = SqlToRelConverter.config()
            .withExpand(false)
            .withTrimUnusedFields(false)
            .withRemoveSortInSubQuery(false)
            .addRelBuilderConfigTransform(config ->
                    config.withSimplify(false).withSimplifyLimit(false).withSimplifyValues(false));

    /** In a view each SELECT stays one: what unnests in one must not be merged into an expression of another. */
    private static final SqlToRelConverter.Config VIEW_CONVERSION =
            CONVERSION.addRelBuilderConfigTransform(config -> config.withBloat(-1));

    /** Views are algebra already, so that none is ever expanded from its text. */
    private static final RelOptTable.ViewExpander VIEWS = (rowType, sql, schemaPath, viewPath) -> {
        throw new UnsupportedOperationException("No view has a text: %s".formatted(viewPath));
    };

    /**
     * A converted statement.
     *
     * @param root the algebra
     * @param validated the statement with every name and star written out
     */
    record Result(RelRoot root, SqlNode validated) {}

    private final Catalog catalog;
    private final RelDataTypeFactory types = Catalog.types();
    private final RelOptCluster cluster =
            RelOptCluster.create(new HepPlanner(HepProgram.builder().build()), new DuckDbRexBuilder(types));

    /** Of a user's statement. */
    Conversion(Catalog catalog) {
        this(catalog, catalog.correlations());
    }

    /** @param correlations how many correlations are numbered already */
    Conversion(Catalog catalog, int correlations) {
        this.catalog = catalog;
        reserveCorrelations(correlations);
    }

    /** A correlation has a number in its cluster; those of the views keep theirs. */
    private void reserveCorrelations(int count) {
        for (int i = 0; i < count; i++) {
            cluster.createCorrel();
        }
    }

    /** How many correlations are numbered so far, those that were reserved included. */
    int correlations() {
        return cluster.createCorrel().getId();
    }

    /** Converts a statement of a user. */
    Result convert(SqlNode parsed) {
        return convert(parsed, catalog.userReader(types), CONVERSION);
    }

    /** The columns of a statement of a user. */
    RelDataType rowType(SqlNode parsed) {
        SqlValidator validator = new DuckDbValidator(catalog.userReader(types));
        return validator.getValidatedNodeType(validator.validate(parsed));
    }

    /** What rollups of the file can answer of it. */
    RollupRewrite.Result overRollups(RelNode algebra) {
        return RollupRewrite.of(algebra, catalog.viewReader(types));
    }

    /** Converts the query of a view, which may read what users may not. */
    Result convertView(SqlNode parsed) {
        return convert(parsed, catalog.viewReader(types), VIEW_CONVERSION);
    }

    private Result convert(SqlNode parsed, CalciteCatalogReader reader, SqlToRelConverter.Config config) {
        SqlValidator validator = new DuckDbValidator(reader);
        SqlNode validated = validator.validate(parsed);
        SqlToRelConverter converter =
                new SqlToRelConverter(VIEWS, validator, reader, cluster, new Convertlets(), config);
        return new Result(converter.convertQuery(validated, false, true), validated);
    }
}
