package io.gatehouse.jdbc;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Session;
import io.gatehouse.type.SqlType.Decimal;
import io.gatehouse.type.SqlType.Scalar;
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
            new ResultColumn("TABLE_CAT", Scalar.VARCHAR),
            new ResultColumn("TABLE_SCHEM", Scalar.VARCHAR),
            new ResultColumn("TABLE_NAME", Scalar.VARCHAR),
            new ResultColumn("COLUMN_NAME", Scalar.VARCHAR),
            new ResultColumn("DATA_TYPE", Scalar.INTEGER),
            new ResultColumn("TYPE_NAME", Scalar.VARCHAR),
            new ResultColumn("COLUMN_SIZE", Scalar.INTEGER),
            new ResultColumn("BUFFER_LENGTH", Scalar.INTEGER),
            new ResultColumn("DECIMAL_DIGITS", Scalar.INTEGER),
            new ResultColumn("NUM_PREC_RADIX", Scalar.INTEGER),
            new ResultColumn("NULLABLE", Scalar.INTEGER),
            new ResultColumn("REMARKS", Scalar.VARCHAR),
            new ResultColumn("COLUMN_DEF", Scalar.VARCHAR),
            new ResultColumn("SQL_DATA_TYPE", Scalar.INTEGER),
            new ResultColumn("SQL_DATETIME_SUB", Scalar.INTEGER),
            new ResultColumn("CHAR_OCTET_LENGTH", Scalar.INTEGER),
            new ResultColumn("ORDINAL_POSITION", Scalar.INTEGER),
            new ResultColumn("IS_NULLABLE", Scalar.VARCHAR),
            new ResultColumn("SCOPE_CATALOG", Scalar.VARCHAR),
            new ResultColumn("SCOPE_SCHEMA", Scalar.VARCHAR),
            new ResultColumn("SCOPE_TABLE", Scalar.VARCHAR),
            new ResultColumn("SOURCE_DATA_TYPE", Scalar.SMALLINT),
            new ResultColumn("IS_AUTOINCREMENT", Scalar.VARCHAR),
            new ResultColumn("IS_GENERATEDCOLUMN", Scalar.VARCHAR));

    private static List<@Nullable Object> column(String table, Column column, int position) {
        JdbcType type = JdbcType.of(column.type());
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

    private static boolean isNumber(JdbcType type) {
        return switch (type.jdbcType()) {
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.DECIMAL, Types.REAL, Types.DOUBLE ->
                true;
            default -> false;
        };
    }

    ResultSet getTypeInfo() throws SQLException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        List<JdbcType> types = new ArrayList<>(JdbcType.simple());
        types.add(JdbcType.of(new Decimal(38, 38)));
        types.sort(Comparator.comparingInt(JdbcType::jdbcType).thenComparing(type -> !type.signed()));
        for (JdbcType type : types) {
            boolean quoted = !isNumber(type) && type.jdbcType() != Types.BOOLEAN;
            boolean decimal = type.type() instanceof Decimal;
            String name = decimal ? "DECIMAL" : type.name();
            rows.add(Arrays.asList(
                    name,
                    type.jdbcType(),
                    type.precision(),
                    quoted ? "'" : null,
                    quoted ? "'" : null,
                    decimal ? "precision,scale" : null,
                    DatabaseMetaData.typeNullable,
                    type.isText(),
                    DatabaseMetaData.typeSearchable,
                    !type.signed(),
                    false,
                    false,
                    name,
                    0,
                    type.scale(),
                    null,
                    null,
                    isNumber(type) ? 10 : null));
        }
        return ListRows.resultSet(TYPE_COLUMNS, rows);
    }

    private static final List<ResultColumn> TYPE_COLUMNS = List.of(
            new ResultColumn("TYPE_NAME", Scalar.VARCHAR),
            new ResultColumn("DATA_TYPE", Scalar.INTEGER),
            new ResultColumn("PRECISION", Scalar.INTEGER),
            new ResultColumn("LITERAL_PREFIX", Scalar.VARCHAR),
            new ResultColumn("LITERAL_SUFFIX", Scalar.VARCHAR),
            new ResultColumn("CREATE_PARAMS", Scalar.VARCHAR),
            new ResultColumn("NULLABLE", Scalar.SMALLINT),
            new ResultColumn("CASE_SENSITIVE", Scalar.BOOLEAN),
            new ResultColumn("SEARCHABLE", Scalar.SMALLINT),
            new ResultColumn("UNSIGNED_ATTRIBUTE", Scalar.BOOLEAN),
            new ResultColumn("FIXED_PREC_SCALE", Scalar.BOOLEAN),
            new ResultColumn("AUTO_INCREMENT", Scalar.BOOLEAN),
            new ResultColumn("LOCAL_TYPE_NAME", Scalar.VARCHAR),
            new ResultColumn("MINIMUM_SCALE", Scalar.SMALLINT),
            new ResultColumn("MAXIMUM_SCALE", Scalar.SMALLINT),
            new ResultColumn("SQL_DATA_TYPE", Scalar.INTEGER),
            new ResultColumn("SQL_DATETIME_SUB", Scalar.INTEGER),
            new ResultColumn("NUM_PREC_RADIX", Scalar.INTEGER));

    private static List<ResultColumn> texts(String... names) {
        return Arrays.stream(names)
                .map(name -> new ResultColumn(name, Scalar.VARCHAR))
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
