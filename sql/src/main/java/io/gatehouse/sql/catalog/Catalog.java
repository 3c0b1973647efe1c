package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.config.CalciteConnectionProperty;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.Table;

/**
 * Everything that can be named in a statement: the relations of a file, read once because its schema does not change
 * while it is open, and the analysis views. Immutable.
 */
public final class Catalog {
    /** What users may name, in the order in which a newcomer would read it. The other tables serve the views. */
    private static final List<String> PUBLIC = List.of(
            "runs",
            "questions",
            "answers",
            "tokens",
            "token_routing",
            "activations",
            "experts",
            "expert_norms",
            "router_probabilities",
            "model_experts");

    /** Numbers that each view has for its correlations; those of a statement come after. */
    public static final int CORRELATIONS_OF_A_VIEW = 16;

    private final List<Relation> visible;
    private final Map<String, Table> tables;
    private final int correlations;

    private Catalog(
            List<Relation> stored, Map<String, Table> storedTables, List<AnalysisView> views, ViewPlanning planning) {
        List<Relation> relations = new ArrayList<>(stored);
        Map<String, Table> named = new LinkedHashMap<>(storedTables);
        for (int i = 0; i < views.size(); i++) {
            AnalysisView view = views.get(i);
            int taken = i * CORRELATIONS_OF_A_VIEW;
            relations.add(view.relation());
            named.put(view.name(), new ViewTable(() -> planning.plan(view, this, taken)));
        }
        this.visible = List.copyOf(relations);
        this.tables = named;
        this.correlations = views.size() * CORRELATIONS_OF_A_VIEW;
    }

    /**
     * The relations of the file behind a connection, and the views over them, each of which is planned when it is first
     * named.
     */
    public static Catalog read(Connection connection, List<AnalysisView> views, ViewPlanning planning)
            throws SQLException {
        requireNonNull(planning, "planning is null");
        List<Relation> relations = DuckDbCatalogue.relations(requireNonNull(connection, "connection is null"));
        Map<String, Table> tables = new LinkedHashMap<>();
        relations.forEach(relation -> tables.put(relation.name(), new StoredTable(relation)));
        List<Relation> visible = relations.stream()
                .filter(relation -> PUBLIC.contains(relation.name()))
                .sorted(Comparator.comparing(relation -> PUBLIC.indexOf(relation.name())))
                .toList();
        return new Catalog(visible, tables, views, planning);
    }

    /** The relations that users can name. */
    public List<Relation> relations() {
        return visible;
    }

    /** The name as DuckDB knows it of a relation that users can name and that is in the file itself. */
    public Optional<String> findStored(String name) {
        return visible.stream()
                .map(Relation::name)
                .filter(known -> known.equalsIgnoreCase(name) && tables.get(known) instanceof StoredTable)
                .findFirst();
    }

    /** How many correlations the views may hold; a statement numbers its own from there on. */
    public int correlations() {
        return correlations;
    }

    /** A factory of types for one statement. */
    public static RelDataTypeFactory types() {
        return new DuckDbTypes();
    }

    /** What a user's statement may name. */
    public CalciteCatalogReader userReader(RelDataTypeFactory types) {
        Map<String, Table> named = new LinkedHashMap<>(tables);
        named.keySet().retainAll(visible.stream().map(Relation::name).toList());
        return reader(named, types);
    }

    /** What the query of a view may name: the tables behind the public ones too. */
    public CalciteCatalogReader viewReader(RelDataTypeFactory types) {
        return reader(tables, types);
    }

    private static CalciteCatalogReader reader(Map<String, Table> named, RelDataTypeFactory types) {
        CalciteSchema root = CalciteSchema.createRootSchema(false, false);
        named.forEach(root::add);
        Properties properties = new Properties();
        properties.setProperty(CalciteConnectionProperty.CASE_SENSITIVE.camelName(), "false");
        return new CalciteCatalogReader(root, List.of(), types, new CalciteConnectionConfigImpl(properties));
    }
}
