package io.gatehouse.jdbc;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Session;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What DatabaseMetaData says of a file: its relations, their columns, and the types. There is no schema and no catalog. */
final class MetaDataQueries {
    private static final List<String> COMPATIBLE = List.of("TABLE", "VIEW");

    private final GatehouseConnection connection;
    private final Session session;

    MetaDataQueries(GatehouseConnection connection) throws SQLException {
        this.connection = connection;
        this.session = connection.session();
    }

    void checkOpen() throws SQLException {
        connection.checkOpen();
    }

    Connection getConnection() {
        return connection;
    }

    String getURL() {
        return connection.settings().url();
    }

    String getUserName() {
        return connection.settings().user().orElse("");
    }

    String getDatabaseProductVersion() {
        return session.version();
    }

    int getDatabaseMajorVersion() {
        return DriverVersion.part(session.version(), 0);
    }

    int getDatabaseMinorVersion() {
        return DriverVersion.part(session.version(), 1);
    }

    String getDriverVersion() {
        return DriverVersion.text();
    }

    int getDriverMajorVersion() {
        return DriverVersion.major();
    }

    int getDriverMinorVersion() {
        return DriverVersion.minor();
    }

    boolean supportsResultSetType(int type) {
        return type == ResultSet.TYPE_FORWARD_ONLY;
    }

    boolean supportsResultSetConcurrency(int type, int concurrency) {
        return type == ResultSet.TYPE_FORWARD_ONLY && concurrency == ResultSet.CONCUR_READ_ONLY;
    }

    boolean supportsResultSetHoldability(int holdability) {
        return holdability == ResultSet.HOLD_CURSORS_OVER_COMMIT;
    }

    boolean supportsTransactionIsolationLevel(int level) {
        return level == Connection.TRANSACTION_NONE;
    }

    ResultSet getTableTypes() throws SQLException {
        return ListRows.resultSet(texts("TABLE_TYPE"), List.of(List.of("TABLE"), List.of("VIEW")));
    }

    ResultSet getTables(
            @Nullable String catalog, @Nullable String schema, @Nullable String name, String @Nullable [] types)
            throws SQLException {
        List<String> wanted = types == null ? COMPATIBLE : Arrays.asList(types);
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Relation table : relations(catalog, schema, name)) {
            String type = table.view() ? "VIEW" : "TABLE";
            if (wanted.contains(type)) {
                rows.add(Arrays.asList(null, null, table.name(), type, table.comment(), null, null, null, null, null));
            }
        }
        rows.sort(Comparator.comparing(row -> row.get(3) + "." + row.get(2)));
        return ListRows.resultSet(
                texts(
                        "TABLE_CAT",
                        "TABLE_SCHEM",
                        "TABLE_NAME",
                        "TABLE_TYPE",
                        "REMARKS",
                        "TYPE_CAT",
                        "TYPE_SCHEM",
                        "TYPE_NAME",
                        "SELF_REFERENCING_COL_NAME",
                        "REF_GENERATION"),
                rows);
    }

    private List<Relation> relations(@Nullable String catalog, @Nullable String schema, @Nullable String name)
            throws SQLException {
        boolean elsewhere = (catalog != null && !catalog.isEmpty()) || !matches(schema, "");
        return elsewhere
                ? List.of()
                : SqlErrors.get(session::relations).stream()
                        .filter(table -> matches(name, table.name()))
                        .toList();
    }

    ResultSet getColumns(
            @Nullable String catalog, @Nullable String schema, @Nullable String table, @Nullable String column)
            throws SQLException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        List<Relation> relations = new ArrayList<>(relations(catalog, schema, table));
        relations.sort(Comparator.comparing(Relation::name));
        for (Relation found : relations) {
            for (int i = 0; i < found.columns().size(); i++) {
                if (matches(column, found.columns().get(i).name())) {
                    rows.add(column(found.name(), found.columns().get(i), i + 1));
                }
            }
        }
        return ListRows.resultSet(COLUMN_COLUMNS, rows);
    }

    private static final List<ResultColumn> COLUMN_COLUMNS = List.of(
            new ResultColumn("TABLE_CAT", "VARCHAR"),
            new ResultColumn("TABLE_SCHEM", "VARCHAR"),
            new ResultColumn("TABLE_NAME", "VARCHAR"),
            new ResultColumn("COLUMN_NAME", "VARCHAR"),
            new ResultColumn("DATA_TYPE", "INTEGER"),
            new ResultColumn("TYPE_NAME", "VARCHAR"),
            new ResultColumn("COLUMN_SIZE", "INTEGER"),
            new ResultColumn("BUFFER_LENGTH", "INTEGER"),
            new ResultColumn("DECIMAL_DIGITS", "INTEGER"),
            new ResultColumn("NUM_PREC_RADIX", "INTEGER"),
            new ResultColumn("NULLABLE", "INTEGER"),
            new ResultColumn("REMARKS", "VARCHAR"),
            new ResultColumn("COLUMN_DEF", "VARCHAR"),
            new ResultColumn("SQL_DATA_TYPE", "INTEGER"),
            new ResultColumn("SQL_DATETIME_SUB", "INTEGER"),
            new ResultColumn("CHAR_OCTET_LENGTH", "INTEGER"),
            new ResultColumn("ORDINAL_POSITION", "INTEGER"),
            new ResultColumn("IS_NULLABLE", "VARCHAR"),
            new ResultColumn("SCOPE_CATALOG", "VARCHAR"),
            new ResultColumn("SCOPE_SCHEMA", "VARCHAR"),
            new ResultColumn("SCOPE_TABLE", "VARCHAR"),
            new ResultColumn("SOURCE_DATA_TYPE", "SMALLINT"),
            new ResultColumn("IS_AUTOINCREMENT", "VARCHAR"),
            new ResultColumn("IS_GENERATEDCOLUMN", "VARCHAR"));

    private static List<@Nullable Object> column(String table, Column column, int position) {
        SqlType type = SqlType.of(column.type());
        boolean number = isNumber(type);
        return Arrays.asList(
                null,
                null,
                table,
                column.name(),
                type.jdbcType(),
                type.name(),
                type.precision() == 0 ? null : type.precision(),
                null,
                number ? type.scale() : null,
                number ? 10 : null,
                column.nullable() ? DatabaseMetaData.columnNullable : DatabaseMetaData.columnNoNulls,
                column.comment(),
                null,
                null,
                null,
                type.isText() ? type.precision() : null,
                position,
                column.nullable() ? "YES" : "NO",
                null,
                null,
                null,
                null,
                "NO",
                "NO");
    }

    private static boolean isNumber(SqlType type) {
        return switch (type.jdbcType()) {
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.DECIMAL, Types.REAL, Types.DOUBLE ->
                true;
            default -> false;
        };
    }

    ResultSet getTypeInfo() throws SQLException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        List<SqlType> types = new ArrayList<>(SqlType.simple());
        types.add(new SqlType("DECIMAL", Types.DECIMAL, BigDecimal.class, 38, 38, 40, true));
        types.sort(Comparator.comparingInt(SqlType::jdbcType).thenComparing(type -> !type.signed()));
        for (SqlType type : types) {
            boolean quoted = !isNumber(type) && type.jdbcType() != Types.BOOLEAN;
            rows.add(Arrays.asList(
                    type.name(),
                    type.jdbcType(),
                    type.precision(),
                    quoted ? "'" : null,
                    quoted ? "'" : null,
                    type.name().equals("DECIMAL") ? "precision,scale" : null,
                    DatabaseMetaData.typeNullable,
                    type.isText(),
                    DatabaseMetaData.typeSearchable,
                    !type.signed(),
                    false,
                    false,
                    type.name(),
                    0,
                    type.scale(),
                    null,
                    null,
                    isNumber(type) ? 10 : null));
        }
        return ListRows.resultSet(TYPE_COLUMNS, rows);
    }

    private static final List<ResultColumn> TYPE_COLUMNS = List.of(
            new ResultColumn("TYPE_NAME", "VARCHAR"),
            new ResultColumn("DATA_TYPE", "INTEGER"),
            new ResultColumn("PRECISION", "INTEGER"),
            new ResultColumn("LITERAL_PREFIX", "VARCHAR"),
            new ResultColumn("LITERAL_SUFFIX", "VARCHAR"),
            new ResultColumn("CREATE_PARAMS", "VARCHAR"),
            new ResultColumn("NULLABLE", "SMALLINT"),
            new ResultColumn("CASE_SENSITIVE", "BOOLEAN"),
            new ResultColumn("SEARCHABLE", "SMALLINT"),
            new ResultColumn("UNSIGNED_ATTRIBUTE", "BOOLEAN"),
            new ResultColumn("FIXED_PREC_SCALE", "BOOLEAN"),
            new ResultColumn("AUTO_INCREMENT", "BOOLEAN"),
            new ResultColumn("LOCAL_TYPE_NAME", "VARCHAR"),
            new ResultColumn("MINIMUM_SCALE", "SMALLINT"),
            new ResultColumn("MAXIMUM_SCALE", "SMALLINT"),
            new ResultColumn("SQL_DATA_TYPE", "INTEGER"),
            new ResultColumn("SQL_DATETIME_SUB", "INTEGER"),
            new ResultColumn("NUM_PREC_RADIX", "INTEGER"));

    private static List<ResultColumn> texts(String... names) {
        return Arrays.stream(names)
                .map(name -> new ResultColumn(name, "VARCHAR"))
                .toList();
    }

    /** Whether a name fits a pattern of JDBC's: % for any characters, _ for one, \ before either for itself. */
    private static boolean matches(@Nullable String pattern, String name) {
        if (pattern == null) {
            return true;
        }
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            boolean escaped = c == '\\' && i + 1 < pattern.length();
            if (escaped) {
                i++;
                regex.append(Pattern.quote(String.valueOf(pattern.charAt(i))));
            } else {
                regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE)
                .matcher(name)
                .matches();
    }
}
