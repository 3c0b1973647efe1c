package io.gatehouse.sql.validate;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.TableCall;
import io.gatehouse.sql.dialect.OutputColumns;
import io.gatehouse.sql.dialect.TableCalls;
import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.function.StatementFunction;
import io.gatehouse.sql.parse.StatementErrors;
import io.gatehouse.sql.rollup.RollupRewrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.util.SqlOperatorTables;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql2rel.SqlToRelConverter;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/** Validates one parsed statement against the catalog and turns it, and the views in it, into relational algebra. */
public final class Conversion implements OutputColumns.PartialValidator {
    /**
     * Nothing is evaluated or optimised; that is left to DuckDB. SELECTs are not merged, because Calcite 1.42 mixes up
     * their columns (CALCITE-7405), and an unnest of one must not end up inside an expression of another.
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

    /** Views are planned already, so none is ever expanded from its text. */
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

    private static final SqlOperatorTable FUNCTIONS_OF_VIEWS =
            SqlOperatorTables.chain(FunctionTable.INSTANCE, SqlOperatorTables.of(StatementFunction.ALL));

    private static final HepProgram NO_RULES = HepProgram.builder().build();
    private static final Convertlets CONVERTLETS = new Convertlets();

    private final Catalog catalog;
    private final RelOptCluster cluster = cluster();

    /** For a statement of a user. */
    public Conversion(Catalog catalog) {
        this(catalog, 0);
    }

    /** @param correlations how many correlations are numbered already */
    public Conversion(Catalog catalog, int correlations) {
        this.catalog = catalog;
        reserveCorrelations(correlations);
    }

    private static RelOptCluster cluster() {
        RelOptCluster cluster = RelOptCluster.create(new HepPlanner(NO_RULES), new DuckDbRexBuilder(Catalog.types()));
        cluster.setMetadataQuerySupplier(NoPredicates::new);
        return cluster;
    }

    /** Disables Calcite's evaluation of constant predicates, which fails for values of DuckDB's types. */
    private static final class NoPredicates extends RelMetadataQuery {
        @Override
        public RelOptPredicateList getPulledUpPredicates(RelNode node) {
            return RelOptPredicateList.EMPTY;
        }
    }

    /** Correlations are numbered within a cluster; those of table functions keep their numbers. */
    private void reserveCorrelations(int count) {
        for (int i = 0; i < count; i++) {
            cluster.createCorrel();
        }
    }

    /** Returns how many correlations have a number so far, including the reserved ones. */
    public int correlations() {
        return cluster.createCorrel().getId();
    }

    /**
     * Converts a statement of a user.
     *
     * @param calls the table functions that it calls
     */
    public Result convert(SqlNode parsed, TableCalls calls) {
        CalciteCatalogReader reader = catalog.userReader(madeByUser(calls));
        return convert(parsed, reader, new DuckDbValidator(reader));
    }

    /** Returns a user's statement with all names qualified and stars expanded. */
    @Override
    public SqlNode validated(SqlNode parsed, TableCalls calls) {
        return new DuckDbValidator(catalog.userReader(madeByUser(calls))).validate(parsed);
    }

    /** Returns the columns of a user's statement. */
    @Override
    public RelDataType rowType(SqlNode parsed, TableCalls calls) {
        SqlValidator validator = new DuckDbValidator(catalog.userReader(madeByUser(calls)));
        return validator.getValidatedNodeType(validator.validate(parsed));
    }

    /** The calls of a user's statement, whose correlations are numbered after those of the functions. */
    private List<TableCall> madeByUser(TableCalls calls) {
        if (!calls.all().isEmpty()) {
            reserveCorrelations(catalog.correlations());
        }
        return made(calls);
    }

    /** Converts the arguments of the calls. An argument may be a query that uses earlier calls. */
    private List<TableCall> made(TableCalls calls) {
        List<TableCall> made = new ArrayList<>();
        for (TableCalls.Call call : calls.all()) {
            List<RexNode> arguments = new ArrayList<>();
            for (int i = 0; i < call.arguments().size(); i++) {
                arguments.add(argument(call, i, catalog.userReader(made)));
            }
            made.add(new TableCall(call.schema(), call.function(), arguments));
        }
        return made;
    }

    private RexNode argument(TableCalls.Call call, int index, CalciteCatalogReader reader) {
        SqlSelect query = call.arguments().get(index);
        SqlValidator validator = new DuckDbValidator(reader);
        SqlNode validated = validator.validate(query);
        call.check(index, validator);
        RelNode algebra = converted(validated, validator, reader).project();
        boolean value = algebra instanceof Project project
                && project.getInput() instanceof Values
                && !project.containsOver()
                && !UnnestPositions.unnests(project);
        if (!value) {
            throw StatementErrors.notSupported(query, call.mustBeValue(index));
        }
        return ((Project) algebra).getProjects().get(0);
    }

    /** Rewrites algebra to read rollups where possible, if that is enabled. */
    public RollupRewrite.Result answered(RelNode algebra, boolean rollups) {
        return rollups
                ? RollupRewrite.of(algebra, catalog.viewReader(List.of()))
                : new RollupRewrite.Result(algebra, List.of(), "switched off");
    }

    /**
     * Converts the query of a view, which may read and call what users may not.
     *
     * @param calls the table functions that it calls
     */
    public Result convertView(SqlNode parsed, TableCalls calls) {
        CalciteCatalogReader reader = catalog.viewReader(made(calls));
        return convert(parsed, reader, new DuckDbValidator(reader, FUNCTIONS_OF_VIEWS));
    }

    private Result convert(SqlNode parsed, CalciteCatalogReader reader, SqlValidator validator) {
        SqlNode validated = validator.validate(parsed);
        return new Result(converted(validated, validator, reader), validated);
    }

    private RelRoot converted(SqlNode validated, SqlValidator validator, CalciteCatalogReader reader) {
        RelRoot root = new AlgebraConverter(validator, reader, cluster).convertQuery(validated, false, true);
        // Before outer columns get the nullability of groups, which an aggregate of them would not have.
        OuterAggregates.check(root.rel);
        return root.withRel(GroupedCorrelations.of(root.rel));
    }

    /**
     * Calcite's converter, but without the check that validation and conversion infer the same nullability. Calcite
     * itself infers it differently for keys of ROLLUP below a window and for IGNORE NULLS, and would refuse such a
     * statement.
     */
    private static final class AlgebraConverter extends SqlToRelConverter {
        AlgebraConverter(SqlValidator validator, CalciteCatalogReader reader, RelOptCluster cluster) {
            super(VIEWS, validator, reader, cluster, CONVERTLETS, CONVERSION);
        }

        /** Converts a statement that has been validated. */
        @Override
        public RelRoot convertQuery(SqlNode query, boolean needsValidation, boolean top) {
            RelNode result = convertQueryRecursive(query, top, null).rel;
            RelDataType validated =
                    requireNonNull(validator, "validator is null").getValidatedNodeType(query);
            checkTypes(validated, result.getRowType());
            return RelRoot.of(result, validated, query.getKind());
        }

        /**
         * Names the columns of a relation as its list of columns does. Calcite leaves the names that the query inside
         * has, by which {@link GroupedCorrelations} would not know what a sub-query looks back at.
         */
        @Override
        protected void convertFrom(Blackboard bb, @Nullable SqlNode from, @Nullable List<String> fieldNames) {
            super.convertFrom(bb, from, fieldNames);
            List<String> names = columnNames(from);
            if (!names.isEmpty() && !bb.root().getRowType().getFieldNames().equals(names)) {
                bb.setRoot(renamed(bb.root(), names), true);
            }
        }

        /** Not by Calcite's builder, which would simplify the expressions below and change their types in DuckDB. */
        private static RelNode renamed(RelNode node, List<String> names) {
            return node instanceof Project project
                    ? LogicalProject.create(
                            project.getInput(),
                            project.getHints(),
                            project.getProjects(),
                            names,
                            project.getVariablesSet())
                    : LogicalProject.create(
                            node,
                            List.of(),
                            node.getCluster().getRexBuilder().identityProjects(node.getRowType()),
                            names,
                            Set.of());
        }

        /** The columns in {@code AS name (columns)} or {@code WITH name (columns)}; empty without. */
        private static List<String> columnNames(@Nullable SqlNode from) {
            if (from instanceof SqlWithItem item) {
                return item.columnList == null ? List.of() : SqlIdentifier.simpleNames(item.columnList);
            }
            return from instanceof SqlCall as && as.getKind() == SqlKind.AS
                    ? SqlIdentifier.simpleNames(Util.skip(as.getOperandList(), 2))
                    : List.of();
        }

        private void checkTypes(RelDataType validated, RelDataType converted) {
            List<RelDataTypeField> fields = validated.getFieldList();
            for (int i = 0; i < fields.size(); i++) {
                RelDataType type = converted.getFieldList().get(i).getType();
                if (!SqlTypeUtil.equalSansNullability(typeFactory, fields.get(i).getType(), type)) {
                    throw new IllegalStateException(
                            "Conversion changed the type of column %d from %s to %s".formatted(i, fields.get(i), type));
                }
            }
        }
    }
}
