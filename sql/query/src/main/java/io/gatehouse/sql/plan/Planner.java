package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import io.gatehouse.client.ParameterName;
import io.gatehouse.client.Relation;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.sql.dialect.DialectForms;
import io.gatehouse.sql.dialect.DomainCalls;
import io.gatehouse.sql.dialect.Expansion;
import io.gatehouse.sql.dialect.TableCalls;
import io.gatehouse.sql.function.RandomNumbers;
import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.limits.AlgebraFence;
import io.gatehouse.sql.limits.StatementPolicy;
import io.gatehouse.sql.limits.TextSizeBound;
import io.gatehouse.sql.limits.TreeLimits;
import io.gatehouse.sql.parse.Grammar;
import io.gatehouse.sql.parse.Literals;
import io.gatehouse.sql.parse.ParameterNames;
import io.gatehouse.sql.parse.Positions;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import io.gatehouse.sql.parse.StatementText;
import io.gatehouse.sql.rollup.RollupRewrite;
import io.gatehouse.sql.validate.Conversion;
import io.gatehouse.sql.validate.NullOrder;
import io.gatehouse.sql.validate.UnnestPositions;
import io.gatehouse.sql.write.EngineSql;
import io.gatehouse.sql.write.Parameters;
import io.gatehouse.sql.write.StatementWriter;
import io.gatehouse.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;

/**
 * Plans statements, one stage after another. Safe for use by many threads. A deep statement needs a deep stack and
 * some statements need long: callers plan in {@link PlanningThreads}.
 */
public final class Planner {
    private final Catalog catalog;
    private final boolean rollups;
    private final EngineSql sql;
    private final Optional<Planner> ofNames;
    private final SavedRelations saved;
    private final DomainCalls functions = new DomainCalls();

    /** For statements that name no saved queries. */
    public Planner(Catalog catalog) {
        this(catalog, true, name -> Optional.empty());
    }

    /**
     * Plans for DuckDB.
     *
     * @param rollups whether aggregates may be answered from rollups
     * @param saved finds the text of a saved query by its name
     */
    public Planner(Catalog catalog, boolean rollups, Function<String, Optional<String>> saved) {
        this(catalog, rollups, EngineSql.DUCKDB, Optional.empty(), new SavedRelations(saved));
    }

    /** @param sql DuckDB's SQL, for the texts of its file */
    public Planner(Catalog catalog, boolean rollups, Function<String, Optional<String>> saved, EngineSql sql) {
        this(catalog, rollups, sql, Optional.empty(), new SavedRelations(saved));
    }

    /**
     * For an engine other than DuckDB.
     *
     * @param ofNames plans, for DuckDB, what is asked about names
     */
    public Planner(Catalog catalog, EngineSql sql, Planner ofNames) {
        this(catalog, true, sql, Optional.of(ofNames), ofNames.saved);
    }

    private Planner(Catalog catalog, boolean rollups, EngineSql sql, Optional<Planner> ofNames, SavedRelations saved) {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.saved = requireNonNull(saved, "saved is null");
        this.rollups = rollups;
        this.sql = requireNonNull(sql, "sql is null");
        this.ofNames = ofNames;
    }

    /** The bytes of the longest stored text that plans are made for. */
    long longestText() {
        return sql.longestText();
    }

    /** Plans one statement. What is wrong with it is a GatehouseException with the place in the text. */
    Plan plan(StatementText text) {
        long start = System.nanoTime();
        CalciteErrors errors = new CalciteErrors(catalog);
        try {
            SqlNode parsed = SqlParser.create(text.text(), Grammar.parser()).parseStmt();
            TreeLimits.check(parsed);
            if (!(parsed instanceof SqlCall call) || !DialectOperators.isStatement(call.getOperator())) {
                Plan plan = query(parsed, text).plan();
                return ofNames.map(names -> plan.besides(names.plan(text))).orElse(plan);
            }
            SqlOperator form = call.getOperator();
            if (form.equals(DialectOperators.SHOW_TABLES)) {
                return Descriptions.tables(catalog);
            }
            if (form.equals(DialectOperators.SHOW_FUNCTIONS)) {
                return Descriptions.functions();
            }
            if (form.equals(DialectOperators.SHOW_EXAMPLES)) {
                return Descriptions.examples();
            }
            if (form.equals(DialectOperators.EXPLAIN)) {
                return Descriptions.explained(query(call.operand(0), text), sql);
            }
            if (ofNames.isPresent()) {
                requireNames(call);
                return ofNames.get().plan(text);
            }
            if (form.equals(DialectOperators.EXPLAIN_ANALYZE)) {
                return Descriptions.analyzed(query(call.operand(0), text), System.nanoTime() - start);
            }
            return described(call, text);
        } catch (SqlParseException e) {
            throw errors.syntax(e, text);
        } catch (RuntimeException | AssertionError e) {
            throw errors.other(e, text);
        }
    }

    /** Refuses statements about rows that only DuckDB supports. */
    private void requireNames(SqlCall call) {
        SqlOperator form = call.getOperator();
        if (form.equals(DialectOperators.EXPLAIN_ANALYZE) || form.equals(DialectOperators.SUMMARIZE)) {
            throw StatementErrors.notSupported(
                    call, "%s is not available on %s.".formatted(form.getName(), sql.engine()));
        }
    }

    /** Plans DESCRIBE and SUMMARIZE. For a stored relation DuckDB also reports the keys. */
    private Plan described(SqlCall call, StatementText text) {
        if (call.getOperator().equals(DialectOperators.DESCRIBE_FUNCTION)) {
            return Descriptions.function(call.operand(0));
        }
        boolean describe = call.getOperator().equals(DialectOperators.DESCRIBE);
        if (call.operand(0) instanceof SqlIdentifier name) {
            Optional<TableFunction> function = catalog.findFunction(name.toString());
            if (describe && function.isPresent()) {
                return Descriptions.result(function.get());
            }
            Optional<Relation> relation = catalog.findRelation(name.toString());
            Query all = query(SqlTrees.everythingFrom(name), text);
            if (!describe) {
                return Descriptions.summary(all);
            }
            return relation.map(known ->
                            catalog.isStored(known) ? Descriptions.relation(known) : Descriptions.view(known, all))
                    .orElseGet(() -> Descriptions.columns(all));
        }
        Query query = query(call.operand(0), text);
        return describe ? Descriptions.columns(query) : Descriptions.summary(query);
    }

    /** Returns the columns of a query; empty if it is invalid. */
    public Optional<List<Column>> columnsOf(String sql) {
        try {
            StatementText text = StatementText.of(sql);
            SqlNode parsed = SqlParser.create(text.text(), Grammar.parser()).parseQuery();
            TreeLimits.check(parsed);
            TableCalls calls = new TableCalls(catalog);
            List<SqlNode> queries = queries(saved.inline(parsed).statement(), calls, text);
            return Optional.of(CalciteTypes.columns(new Conversion(catalog).rowType(queries.get(0), calls)));
        } catch (SqlParseException | RuntimeException | AssertionError e) {
            return Optional.empty();
        }
    }

    private Query query(SqlNode parsed, StatementText text) {
        SavedRelations.Inlined inlined = saved.inline(parsed);
        try {
            return planned(inlined.statement(), text);
        } catch (RuntimeException | AssertionError e) {
            inlined.uses().forEach(this::requireValid);
            throw e;
        }
    }

    /** Tells errors of a saved query from those of the statement that uses it. */
    private void requireValid(SavedRelations.Use use) {
        CalciteErrors errors = new CalciteErrors(catalog);
        try {
            query(SavedRelations.parsed(use.text()), use.text());
        } catch (SqlParseException e) {
            throw invalid(use, errors.syntax(e, use.text()));
        } catch (RuntimeException | AssertionError e) {
            throw invalid(use, errors.other(e, use.text()));
        }
    }

    private static GatehouseException invalid(SavedRelations.Use use, GatehouseException cause) {
        return new GatehouseException(
                cause.code(),
                "The saved query '%s' is not valid: %s".formatted(use.name(), cause.getMessage()),
                Positions.of(use.place()),
                cause);
    }

    /** Refuses what no format of results has. */
    private static void checkColumns(RelDataType rows) {
        for (RelDataTypeField column : rows.getFieldList()) {
            RelDataType type = column.getType();
            while (type.getComponentType() != null) {
                type = type.getComponentType();
            }
            if (type.isStruct()) {
                throw new GatehouseException(
                        ErrorCode.SQL_NOT_SUPPORTED,
                        "Column %d of the result has rows of several values, such as (a, b); select the values as columns of their own."
                                .formatted(column.getIndex() + 1));
            }
        }
    }

    private Query planned(SqlNode parsed, StatementText text) {
        List<ParameterName> names = ParameterNames.of(parsed);
        RandomNumbers.number(parsed);
        TableCalls calls = new TableCalls(catalog);
        List<SqlNode> queries = queries(parsed, calls, text);
        queries.forEach(NullOrder::makeExplicit);
        Conversion conversion = new Conversion(catalog);
        Conversion.Result converted = conversion.convert(queries.get(0), calls);
        RelNode algebra = converted.root().project();
        checkColumns(algebra.getRowType());
        AlgebraFence.check(algebra);
        RandomNumbers.check(algebra);
        UnnestPositions.check(algebra);
        TextSizeBound.check(algebra);
        List<SqlType> parameters = Parameters.types(queries, algebra);
        List<String> columns = ResultColumnNames.of(converted.root(), converted.validated(), text);
        RollupRewrite.Result rolledUp = conversion.answered(algebra, rollups);
        return new Query(
                algebra,
                rolledUp.explanation(),
                StatementWriter.write(rolledUp.algebra(), sql),
                columns,
                parameters,
                names,
                GivenArgument.of(calls.all()));
    }

    /** Returns the statement in standard SQL, followed by the arguments of the table functions that it calls. */
    private List<SqlNode> queries(SqlNode parsed, TableCalls calls, StatementText text) {
        List<SqlNode> queries = new ArrayList<>();
        queries.add(DialectForms.replace(
                Measures.inline(parsed), functions, calls, () -> new Conversion(catalog), Optional.of(text)));
        calls.all().forEach(call -> queries.addAll(call.arguments()));
        queries.forEach(StatementPolicy::check);
        queries.forEach(Expansion::check);
        return queries;
    }

    /**
     * A planned query.
     *
     * @param algebra what it means, before it is written
     * @param rollup which rollups answer it, or why none
     * @param sql the engine's statement
     * @param columns the names of its columns as the user is to see them
     * @param parameters the types of its parameters
     * @param names of its parameters; empty if they have none
     * @param given arguments of table functions to be checked before it runs
     */
    record Query(
            RelNode algebra,
            String rollup,
            String sql,
            List<String> columns,
            List<SqlType> parameters,
            List<ParameterName> names,
            List<GivenArgument> given) {
        Plan plan() {
            List<SqlType> types = CalciteTypes.columns(algebra.getRowType()).stream()
                    .map(Column::type)
                    .toList();
            return new Plan(sql, columns, List.of(), parameters, names, types, Optional.empty(), given, false);
        }

        /** Returns the query as a relation whose columns have the user-visible names. */
        String relation() {
            String names = columns.stream().map(Literals::name).collect(Collectors.joining(", "));
            return "(\n%s\n) AS \"query\" (%s)".formatted(sql, names);
        }
    }
}
