package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.config.CalciteConnectionProperty;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeSystem;
import org.apache.calcite.sql.type.SqlTypeFactoryImpl;

/**
 * Everything that can be named in a statement. Read once from a file; the schema of a file does not change while it
 * is open.
 */
public final class Catalog {
    private final List<Relation> relations;

    private Catalog(List<Relation> relations) {
        this.relations = List.copyOf(relations);
    }

    public static Catalog read(Connection connection) throws SQLException {
        return new Catalog(DuckDbCatalogue.relations(requireNonNull(connection, "connection is null")));
    }

    /** The relations that users can name, by name. */
    public List<Relation> relations() {
        return relations.stream().filter(Relation::visible).toList();
    }

    public static RelDataTypeSystem typeSystem() {
        return DuckDbTypeSystem.INSTANCE;
    }

    /** What a user's statement may name; types come from a factory of its own, so a reader serves one statement. */
    public CalciteCatalogReader userReader() {
        return reader(Relation::visible);
    }

    private CalciteCatalogReader reader(Predicate<Relation> which) {
        CalciteSchema root = CalciteSchema.createRootSchema(false, false);
        relations.stream().filter(which).forEach(relation -> root.add(relation.name(), new StoredTable(relation)));
        Properties properties = new Properties();
        properties.setProperty(CalciteConnectionProperty.CASE_SENSITIVE.camelName(), "false");
        RelDataTypeFactory types = new SqlTypeFactoryImpl(DuckDbTypeSystem.INSTANCE);
        return new CalciteCatalogReader(root, List.of(), types, new CalciteConnectionConfigImpl(properties));
    }
}
