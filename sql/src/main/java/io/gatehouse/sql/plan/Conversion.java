package io.gatehouse.sql.plan;

import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.function.FunctionTable;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.sql2rel.SqlToRelConverter;
import org.apache.calcite.sql2rel.StandardConvertletTable;

/** Validates one parsed statement against the catalog and turns it into relational algebra. */
final class Conversion {
    private final CalciteCatalogReader reader;
    private final SqlValidator validator;

    Conversion(Catalog catalog) {
        this.reader = catalog.userReader();
        this.validator = SqlValidatorUtil.newValidator(
                FunctionTable.INSTANCE,
                reader,
                reader.getTypeFactory(),
                SqlValidator.Config.DEFAULT
                        .withConformance(Grammar.conformance())
                        .withDefaultNullCollation(NullCollation.LAST)
                        .withCallRewrite(false)
                        .withIdentifierExpansion(true));
    }

    RelRoot convert(SqlNode parsed) {
        SqlNode validated = validator.validate(parsed);
        RelOptCluster cluster = RelOptCluster.create(
                new HepPlanner(HepProgram.builder().build()), new RexBuilder(reader.getTypeFactory()));
        SqlToRelConverter converter = new SqlToRelConverter(
                (type, query, schema, view) -> {
                    throw new IllegalStateException("No views yet: " + query);
                },
                validator,
                reader,
                cluster,
                StandardConvertletTable.INSTANCE,
                // Nothing is computed or rearranged here: what a statement means is left to DuckDB.
                SqlToRelConverter.config()
                        .withExpand(false)
                        .withTrimUnusedFields(false)
                        .withRemoveSortInSubQuery(false)
                        .addRelBuilderConfigTransform(config -> config.withSimplify(false)));
        return converter.convertQuery(validated, false, true);
    }
}
