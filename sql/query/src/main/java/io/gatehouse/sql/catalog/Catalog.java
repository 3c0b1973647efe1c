package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Suppliers;
import io.gatehouse.client.Relation;
import java.sql.Connection;
import java.sql.SQLException;
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
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.Table;
import org.apache.calcite.schema.impl.AbstractSchema;

/**
 * Everything that can be named in a statement: the relations of a file, read once because its schema does not change
 * while it is open, the analysis views, and the functions that stand in FROM. Immutable.
 */
public final class Catalog {
    /** What users may name, in the order in which a newcomer would read it. The other tables serve the views. */
    private static final List<String> PUBLIC = List.of(
            "runs",
            "questions",
            "question_attributes",
            "answers",
            "tokens",
            "token_routing",
            "activations",
            "scopes",
            "layers",
            "experts",
            "expert_norms",
            "router_probabilities",
            "model_experts");

    /** Numbers that each function has for its correlations; those of a statement come after. */
    public static final int CORRELATIONS_OF_A_FUNCTION = 16;

    private static final CalciteConnectionConfig CONFIG = config();

    private final List<Relation> visible;
    private final Map<String, Table> tables;
    private final Map<String, TableFunction> functions = new LinkedHashMap<>();
    private final Map<String, Supplier<RelNode>> algebraOfFunctions = new LinkedHashMap<>();
    private final Map<String, Table> tablesOfUsers;
    private final CalciteSchema schema;
    private final CalciteSchema schemaOfUsers;
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
        this.schema = schema(tables);
        this.schemaOfUsers = schema(tablesOfUsers);
        this.correlations = taken;
    }

    /**
     * The relations of the file behind a connection, and the views and functions over them, each of which is planned
     * when it is first named.
     */
    public static Catalog read(Connection connection, ViewPlanning planning) throws SQLException {
        requireNonNull(planning, "planning is null");
        List<Relation> relations = DuckDbCatalogue.relations(requireNonNull(connection, "connection is null"));
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

    /** The function of that name which stands in FROM. */
    public Optional<TableFunction> findFunction(String name) {
        return Optional.ofNullable(functions.get(name.toLowerCase(Locale.ROOT)));
    }

    /** The name as DuckDB knows it of a relation that users can name and that is in the file itself. */
    public Optional<String> findStored(String name) {
        return visible.stream()
                .map(Relation::name)
                .filter(known -> known.equalsIgnoreCase(name) && tables.get(known) instanceof StoredTable)
                .findFirst();
    }

    /** How many correlations the functions may hold; a statement numbers its own from there on. */
    public int correlations() {
        return correlations;
    }

    /** A factory of types for one statement. */
    public static RelDataTypeFactory types() {
        return new DuckDbTypes();
    }

    /** What a user's statement may name, beside the functions that it calls. */
    public CalciteCatalogReader userReader(RelDataTypeFactory types, List<TableCall> calls) {
        if (calls.isEmpty()) {
            return reader(schemaOfUsers, types);
        }
        CalciteSchema withCalls = schema(tablesOfUsers);
        for (TableCall call : calls) {
            Supplier<RelNode> algebra =
                    requireNonNull(algebraOfFunctions.get(call.function().name()), "an own function");
            withCalls
                    .add(call.schema(), new AbstractSchema())
                    .add(call.function().name(), new CallTable(algebra, call.arguments()));
        }
        return reader(withCalls, types);
    }

    /** What the query of a view may name: the tables behind the public ones too. */
    public CalciteCatalogReader viewReader(RelDataTypeFactory types) {
        return reader(schema, types);
    }

    private static CalciteSchema schema(Map<String, Table> named) {
        CalciteSchema root = CalciteSchema.createRootSchema(false, false);
        named.forEach(root::add);
        return root;
    }

    private static CalciteCatalogReader reader(CalciteSchema root, RelDataTypeFactory types) {
        return new CalciteCatalogReader(root, List.of(), types, CONFIG);
    }

    private static CalciteConnectionConfig config() {
        Properties properties = new Properties();
        properties.setProperty(CalciteConnectionProperty.CASE_SENSITIVE.camelName(), "false");
        return new CalciteConnectionConfigImpl(properties);
    }
}
