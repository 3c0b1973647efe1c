package io.gatehouse.sql.validate;

import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.TableCall;
import io.gatehouse.sql.dialect.DialectForms;
import io.gatehouse.sql.dialect.PartialValidator;
import io.gatehouse.sql.dialect.TableCalls;
import io.gatehouse.sql.rollup.RollupRewrite;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelOptPredicateList;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql2rel.SqlToRelConverter;

/** Validates one parsed statement against the catalog and turns it, and the views in it, into relational algebra. */
public final class Conversion implements PartialValidator {
    /**
     * Nothing is computed or rearranged: what a statement means is left to DuckDB. Each SELECT stays one, because in
     * merging two of them Calcite 1.42 mixes up their columns (CALCITE-7405), and what unnests in one must not stand in an
     * expression of another.
     */
    private static final SqlToRelConverter.Config CONVERSION = SqlToRelConverter.config()
            .withExpand(false)
            .withTrimUnusedFields(false)
            .withRemoveSortInSubQuery(false)
            .addRelBuilderConfigTransform(config -> config.withSimplify(false)
                    .withSimplifyLimit(false)
                    .withSimplifyValues(false)
                    .withPushJoinCondition(false)
                    .withAggregateUnique(true)
                    .withBloat(-1));

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
    public record Result(RelRoot root, SqlNode validated) {}

    private final Catalog catalog;
    private final RelDataTypeFactory types = Catalog.types();
    private final RelOptCluster cluster = cluster(types);

    /** Of a user's statement. */
    public Conversion(Catalog catalog) {
        this(catalog, catalog.correlations());
    }

    /** @param correlations how many correlations are numbered already */
    public Conversion(Catalog catalog, int correlations) {
        this.catalog = catalog;
        reserveCorrelations(correlations);
    }

    private static RelOptCluster cluster(RelDataTypeFactory types) {
        RelOptCluster cluster =
                RelOptCluster.create(new HepPlanner(HepProgram.builder().build()), new DuckDbRexBuilder(types));
        cluster.setMetadataQuerySupplier(NoPredicates::new);
        return cluster;
    }

    /** Calcite would compute what is the same in all rows, and cannot with the values of DuckDB's types. */
    private static final class NoPredicates extends RelMetadataQuery {
        @Override
        public RelOptPredicateList getPulledUpPredicates(RelNode node) {
            return RelOptPredicateList.EMPTY;
        }
    }

    /** A correlation has a number in its cluster; those of the views keep theirs. */
    private void reserveCorrelations(int count) {
        for (int i = 0; i < count; i++) {
            cluster.createCorrel();
        }
    }

    /** How many correlations are numbered so far, those that were reserved included. */
    public int correlations() {
        return cluster.createCorrel().getId();
    }

    /**
     * Converts a statement of a user.
     *
     * @param calls the table functions that it calls
     */
    public Result convert(SqlNode parsed, TableCalls calls) {
        return convert(parsed, catalog.userReader(types, made(calls)), CONVERSION);
    }

    /** A statement of a user with every name and star written out. */
    @Override
    public SqlNode validated(SqlNode parsed, TableCalls calls) {
        return new DuckDbValidator(catalog.userReader(types, made(calls))).validate(parsed);
    }

    /** The columns of a statement of a user. */
    @Override
    public RelDataType rowType(SqlNode parsed, TableCalls calls) {
        SqlValidator validator = new DuckDbValidator(catalog.userReader(types, made(calls)));
        return validator.getValidatedNodeType(validator.validate(parsed));
    }

    /** The calls with their arguments converted. An argument may be a query that holds calls of its own, before it. */
    private List<TableCall> made(TableCalls calls) {
        List<TableCall> made = new ArrayList<>();
        for (TableCalls.Call call : calls.all()) {
            List<RexNode> arguments = new ArrayList<>();
            for (int i = 0; i < call.arguments().size(); i++) {
                arguments.add(argument(call, i, catalog.userReader(types, made)));
            }
            made.add(new TableCall(call.schema(), call.function(), arguments));
        }
        return made;
    }

    private RexNode argument(TableCalls.Call call, int index, CalciteCatalogReader reader) {
        SqlSelect query = call.arguments().get(index);
        SqlValidator validator = new DuckDbValidator(reader);
        SqlNode validated = validator.validate(query);
        call.checkType(index, validator);
        RelNode algebra = converted(validated, validator, reader, CONVERSION).project();
        boolean value = algebra instanceof Project project
                && project.getInput() instanceof Values
                && !project.containsOver()
                && !UnnestPlaces.unnests(project);
        if (!value) {
            throw DialectForms.refused(query, call.mustBeValue(index));
        }
        return ((Project) algebra).getProjects().get(0);
    }

    /** The same with what rollups of the file can answer of it, if they may. */
    public RollupRewrite.Result answered(RelNode algebra, boolean rollups) {
        return rollups
                ? RollupRewrite.of(algebra, catalog.viewReader(types))
                : new RollupRewrite.Result(algebra, List.of(), "switched off");
    }

    /** Converts the query of a view, which may read what users may not. */
    public Result convertView(SqlNode parsed) {
        return convert(parsed, catalog.viewReader(types), CONVERSION);
    }

    private Result convert(SqlNode parsed, CalciteCatalogReader reader, SqlToRelConverter.Config config) {
        SqlValidator validator = new DuckDbValidator(reader);
        SqlNode validated = validator.validate(parsed);
        return new Result(converted(validated, validator, reader, config), validated);
    }

    private RelRoot converted(
            SqlNode validated, SqlValidator validator, CalciteCatalogReader reader, SqlToRelConverter.Config config) {
        RelRoot root =
                new AlgebraConverter(VIEWS, validator, reader, cluster, config).convertQuery(validated, false, true);
        return root.withRel(GroupedCorrelations.of(root.rel));
    }
}
