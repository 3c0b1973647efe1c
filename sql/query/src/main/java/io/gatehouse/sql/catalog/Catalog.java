package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Suppliers;
import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.ListOf;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.calcite.config.CalciteConnectionConfig;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.config.CalciteConnectionProperty;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.schema.Table;
import org.apache.calcite.schema.TranslatableTable;
import org.apache.calcite.schema.impl.AbstractSchema;
import org.apache.calcite.schema.impl.AbstractTable;

/**
 * Everything that can be named in a statement: the relations of a file, read once because its schema does not change
 * while it is open, the analysis views, and the functions that stand in FROM. Immutable.
 */
public final class Catalog {
    static {
        // Calcite asserts that it supports what it converts. Without these checks it would write a statement that
        // means something else, so they are on even if the assertions of the virtual machine are off. Others are off
        // even if those are on, as in tests: Calcite breaks some of them itself, such as that a condition has no cast
        // that changes only whether a value may be NULL. This must come before a class of Calcite is initialised, and
        // whoever plans has a catalog first.
        ClassLoader calcite = RelNode.class.getClassLoader();
        calcite.setPackageAssertionStatus("org.apache.calcite", false);
        calcite.setPackageAssertionStatus("org.apache.calcite.rel.rel2sql", true);
        calcite.setPackageAssertionStatus("org.apache.calcite.sql2rel", true);
    }

    /** What users may name, in the order in which a newcomer would read it. The other tables serve the views. */
    private static final List<String> PUBLIC = List.of(
            "runs",
            "questions",
            "question_attributes",
            "answers",
            "generations",
            "tokens",
            "token_routing",
            "activations",
            "scopes",
            "layers",
            "experts",
            "expert_norms",
            "router_probabilities",
            "model_experts",
            "expert_notes");

    /** How many correlation numbers are reserved for each table function; a statement's own numbers follow. */
    public static final int CORRELATIONS_OF_A_FUNCTION = 16;

    private static final CalciteConnectionConfig CONFIG = config();
    private static final RelDataTypeFactory TYPES = new DuckDbTypes();

    private final List<Relation> visible;
    private final Map<String, Table> tables;
    private final Map<String, TableFunction> functions = new LinkedHashMap<>();
    private final Map<String, Supplier<RelNode>> algebraOfFunctions = new LinkedHashMap<>();
    private final Map<String, Table> tablesOfUsers;
    private final CalciteCatalogReader reader;
    private final CalciteCatalogReader readerOfUsers;
    private final int correlations;

    private Catalog(List<Relation> stored, Map<String, Table> storedTables, ViewPlanning planning) {
        List<Relation> relations = new ArrayList<>(stored);
        Map<String, Table> named = new LinkedHashMap<>(storedTables);
        for (AnalysisView view : AnalysisView.all()) {
            relations.add(view.relation());
            named.put(view.name(), new ViewTable(Suppliers.memoize(() -> planning.view(view, this))));
        }
        int taken = 0;
        for (TableFunction function : TableFunction.all()) {
            int first = taken;
            functions.put(function.name(), function);
            algebraOfFunctions.put(function.name(), Suppliers.memoize(() -> planning.function(function, this, first)));
            taken += CORRELATIONS_OF_A_FUNCTION;
        }
        this.visible = List.copyOf(relations);
        this.tables = named;
        this.tablesOfUsers = new LinkedHashMap<>(named);
        tablesOfUsers.keySet().retainAll(visible.stream().map(Relation::name).collect(Collectors.toSet()));
        this.reader = reader(schema(tables));
        this.readerOfUsers = reader(schema(tablesOfUsers));
        this.correlations = taken;
    }

    /**
     * The relations of the file behind a connection, and the views and functions over them, each of which is planned
     * when it is first named.
     */
    public static Catalog read(Connection connection, ViewPlanning planning) throws SQLException {
        requireNonNull(planning, "planning is null");
        List<Relation> relations = stored(requireNonNull(connection, "connection is null"));
        Map<String, Table> tables = new LinkedHashMap<>();
        relations.forEach(relation -> tables.put(relation.name(), new StoredTable(relation)));
        List<Relation> visible = relations.stream()
                .filter(relation -> PUBLIC.contains(relation.name()))
                .sorted(Comparator.comparing(relation -> PUBLIC.indexOf(relation.name())))
                .toList();
        return new Catalog(visible, tables, planning);
    }

    /** The relations that users can name. */
    public List<Relation> relations() {
        return visible;
    }

    /** Finds a table function by name. */
    public Optional<TableFunction> findFunction(String name) {
        return Optional.ofNullable(functions.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Finds a relation that users can name. */
    public Optional<Relation> findRelation(String name) {
        return visible.stream()
                .filter(relation -> relation.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /** Whether a relation is stored, rather than a view. */
    public boolean isStored(Relation relation) {
        return tables.get(relation.name()) instanceof StoredTable;
    }

    /** Returns how many correlation numbers are reserved; those of a statement that calls functions follow. */
    public int correlations() {
        return correlations;
    }

    /** Returns the type factory of all statements, which has no state. */
    public static RelDataTypeFactory types() {
        return TYPES;
    }

    /** Returns what a user's statement may name, including the table functions that it calls. */
    public CalciteCatalogReader userReader(List<TableCall> calls) {
        return calls.isEmpty() ? readerOfUsers : reader(tablesOfUsers, calls);
    }

    /** Returns what the query of a view may name, including internal tables and the table functions that it calls. */
    public CalciteCatalogReader viewReader(List<TableCall> calls) {
        return calls.isEmpty() ? reader : reader(tables, calls);
    }

    private CalciteCatalogReader reader(Map<String, Table> named, List<TableCall> calls) {
        CalciteSchema withCalls = schema(named);
        for (TableCall call : calls) {
            Supplier<RelNode> algebra =
                    requireNonNull(algebraOfFunctions.get(call.function().name()), "an own function");
            withCalls
                    .add(call.schema(), new AbstractSchema())
                    .add(call.function().name(), new CallTable(algebra, call.arguments()));
        }
        return reader(withCalls);
    }

    private static CalciteSchema schema(Map<String, Table> named) {
        CalciteSchema root = CalciteSchema.createRootSchema(false, false);
        named.forEach(root::add);
        return root;
    }

    private static CalciteCatalogReader reader(CalciteSchema root) {
        return new CalciteCatalogReader(root, List.of(), TYPES, CONFIG);
    }

    private static CalciteConnectionConfig config() {
        Properties properties = new Properties();
        properties.setProperty(CalciteConnectionProperty.CASE_SENSITIVE.camelName(), "false");
        return new CalciteConnectionConfigImpl(properties);
    }

    /** A relation of the file as Calcite sees it: without its structures, which only views of the file read. */
    private static final class StoredTable extends AbstractTable {
        private final RelDataType rowType;

        StoredTable(Relation relation) {
            RelDataTypeFactory.Builder row = TYPES.builder();
            for (Column column : relation.columns()) {
                if (!isStructure(column.type())) {
                    row.add(column.name(), CalciteTypes.of(column, TYPES));
                }
            }
            this.rowType = row.build();
        }

        private static boolean isStructure(SqlType type) {
            return type instanceof ListOf list
                    ? isStructure(list.element())
                    : type.toString().startsWith("STRUCT(");
        }

        @Override
        public RelDataType getRowType(RelDataTypeFactory types) {
            return rowType;
        }
    }

    /**
     * A call of a table function as Calcite sees it: a copy of the function's algebra takes its place in a statement, with
     * the arguments in the place of the parameters.
     */
    private static final class CallTable extends AbstractTable implements TranslatableTable {
        private final Supplier<RelNode> algebra;
        private final List<RexNode> arguments;

        /** @param algebra planned when it is first asked for, and once */
        CallTable(Supplier<RelNode> algebra, List<RexNode> arguments) {
            this.algebra = algebra;
            this.arguments = List.copyOf(arguments);
        }

        @Override
        public RelDataType getRowType(RelDataTypeFactory types) {
            return algebra.get().getRowType();
        }

        @Override
        public RelNode toRel(RelOptTable.ToRelContext context, RelOptTable table) {
            return ClusterCopy.of(algebra.get(), context.getCluster(), arguments);
        }
    }

    /** Reads the relations and columns from DuckDB's catalog. */
    private static List<Relation> stored(Connection connection) throws SQLException {
        Map<String, String> comments = new LinkedHashMap<>();
        Map<String, List<Column>> columns = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SqlResource.text("catalog/columns.sql"))) {
            while (rows.next()) {
                String relation = rows.getString("relation");
                String name = rows.getString("column_name");
                boolean constraint = rows.getBoolean("is_nullable");
                comments.put(relation, rows.getString("relation_comment"));
                columns.computeIfAbsent(relation, missing -> new ArrayList<>())
                        .add(new Column(
                                name,
                                SqlType.of(rows.getString("data_type")),
                                DatabaseSchema.find(relation)
                                        .flatMap(declared -> declared.column(name))
                                        .map(declared -> declared.nullable())
                                        .orElse(constraint),
                                rows.getString("column_comment")));
            }
        }
        return columns.entrySet().stream()
                .map(entry -> new Relation(
                        entry.getKey(), false, comments.getOrDefault(entry.getKey(), ""), entry.getValue()))
                .toList();
    }
}
