package io.gatehouse.jdbc;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Session;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Decimal;
import io.gatehouse.type.SqlType.Scalar;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.RowIdLifetime;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a database file holds: its relations, their columns and the types; and what SQL can do here. There are neither
 * schemas nor catalogs, because SQL cannot name any.
 */
final class GatehouseMetaData implements DatabaseMetaData, SelfWrapper {
    private static final List<String> COMPATIBLE = List.of("TABLE", "VIEW");

    private final GatehouseConnection connection;
    private final Session session;

    GatehouseMetaData(GatehouseConnection connection) throws SQLException {
        this.connection = connection;
        this.session = connection.session();
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public String getURL() {
        return connection.settings().url();
    }

    @Override
    public String getUserName() {
        return connection.settings().user().orElse("");
    }

    @Override
    public String getDatabaseProductVersion() {
        return session.version();
    }

    @Override
    public int getDatabaseMajorVersion() {
        return Driver.part(session.version(), 0);
    }

    @Override
    public int getDatabaseMinorVersion() {
        return Driver.part(session.version(), 1);
    }

    @Override
    public String getDriverVersion() {
        return Driver.version();
    }

    @Override
    public int getDriverMajorVersion() {
        return Driver.part(Driver.version(), 0);
    }

    @Override
    public int getDriverMinorVersion() {
        return Driver.part(Driver.version(), 1);
    }

    @Override
    public boolean supportsResultSetType(int type) {
        return type == ResultSet.TYPE_FORWARD_ONLY;
    }

    @Override
    public boolean supportsResultSetConcurrency(int type, int concurrency) {
        return type == ResultSet.TYPE_FORWARD_ONLY && concurrency == ResultSet.CONCUR_READ_ONLY;
    }

    @Override
    public boolean supportsResultSetHoldability(int holdability) {
        return holdability == ResultSet.HOLD_CURSORS_OVER_COMMIT;
    }

    @Override
    public boolean supportsTransactionIsolationLevel(int level) {
        return level == Connection.TRANSACTION_NONE;
    }

    @Override
    public ResultSet getTableTypes() throws SQLException {
        connection.checkOpen();
        return ListRows.resultSet(columns("TABLE_TYPE"), List.of(List.of("TABLE"), List.of("VIEW")));
    }

    @Override
    public ResultSet getTables(
            @Nullable String catalog, @Nullable String schema, @Nullable String name, String @Nullable [] types)
            throws SQLException {
        connection.checkOpen();
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
                columns("TABLE_CAT TABLE_SCHEM TABLE_NAME TABLE_TYPE REMARKS TYPE_CAT "
                        + "TYPE_SCHEM TYPE_NAME SELF_REFERENCING_COL_NAME REF_GENERATION"),
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

    @Override
    public ResultSet getColumns(
            @Nullable String catalog, @Nullable String schema, @Nullable String table, @Nullable String column)
            throws SQLException {
        connection.checkOpen();
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

    private static final List<ResultColumn> COLUMN_COLUMNS =
            columns("TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME DATA_TYPE:INTEGER TYPE_NAME "
                    + "COLUMN_SIZE:INTEGER BUFFER_LENGTH:INTEGER DECIMAL_DIGITS:INTEGER NUM_PREC_RADIX:INTEGER "
                    + "NULLABLE:INTEGER REMARKS COLUMN_DEF SQL_DATA_TYPE:INTEGER SQL_DATETIME_SUB:INTEGER "
                    + "CHAR_OCTET_LENGTH:INTEGER ORDINAL_POSITION:INTEGER IS_NULLABLE SCOPE_CATALOG "
                    + "SCOPE_SCHEMA SCOPE_TABLE SOURCE_DATA_TYPE:SMALLINT IS_AUTOINCREMENT IS_GENERATEDCOLUMN");

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

    @Override
    public ResultSet getTypeInfo() throws SQLException {
        connection.checkOpen();
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

    private static final List<ResultColumn> TYPE_COLUMNS =
            columns("TYPE_NAME DATA_TYPE:INTEGER PRECISION:INTEGER LITERAL_PREFIX LITERAL_SUFFIX "
                    + "CREATE_PARAMS NULLABLE:SMALLINT CASE_SENSITIVE:BOOLEAN SEARCHABLE:SMALLINT "
                    + "UNSIGNED_ATTRIBUTE:BOOLEAN FIXED_PREC_SCALE:BOOLEAN AUTO_INCREMENT:BOOLEAN "
                    + "LOCAL_TYPE_NAME MINIMUM_SCALE:SMALLINT MAXIMUM_SCALE:SMALLINT SQL_DATA_TYPE:INTEGER "
                    + "SQL_DATETIME_SUB:INTEGER NUM_PREC_RADIX:INTEGER");

    /** Whether a name matches a JDBC pattern: % stands for any characters, _ for one, and \ escapes both. */
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

    @Override
    public String toString() {
        return "Metadata of " + getURL();
    }

    // Schemas, procedures, keys and the like, which do not exist here: results without rows

    /** A result without rows. */
    private ResultSet empty(String columns) throws SQLException {
        connection.checkOpen();
        return ListRows.resultSet(columns(columns), List.of());
    }

    /** Columns separated by blanks; one that is not VARCHAR is written {@code NAME:TYPE}. */
    private static List<ResultColumn> columns(String text) {
        return Arrays.stream(text.split(" ", -1))
                .map(column -> column.split(":", -1))
                .map(parts -> new ResultColumn(parts[0], parts.length < 2 ? Scalar.VARCHAR : SqlType.parse(parts[1])))
                .toList();
    }

    @Override
    public ResultSet getSchemas() throws SQLException {
        return empty("TABLE_SCHEM TABLE_CATALOG");
    }

    @Override
    public ResultSet getSchemas(String catalog, String schema) throws SQLException {
        return empty("TABLE_SCHEM TABLE_CATALOG");
    }

    @Override
    public ResultSet getCatalogs() throws SQLException {
        return empty("TABLE_CAT");
    }

    @Override
    public ResultSet getProcedures(String catalog, String schema, String name) throws SQLException {
        return empty("PROCEDURE_CAT PROCEDURE_SCHEM PROCEDURE_NAME RESERVED1 RESERVED2 RESERVED3 REMARKS "
                + "PROCEDURE_TYPE:SMALLINT SPECIFIC_NAME");
    }

    @Override
    public ResultSet getProcedureColumns(String catalog, String schema, String name, String column)
            throws SQLException {
        return empty("PROCEDURE_CAT PROCEDURE_SCHEM PROCEDURE_NAME COLUMN_NAME COLUMN_TYPE:SMALLINT "
                + "DATA_TYPE:INTEGER TYPE_NAME PRECISION:INTEGER LENGTH:INTEGER SCALE:SMALLINT "
                + "RADIX:SMALLINT NULLABLE:SMALLINT REMARKS COLUMN_DEF SQL_DATA_TYPE:INTEGER "
                + "SQL_DATETIME_SUB:INTEGER CHAR_OCTET_LENGTH:INTEGER ORDINAL_POSITION:INTEGER IS_NULLABLE "
                + "SPECIFIC_NAME");
    }

    @Override
    public ResultSet getFunctions(String catalog, String schema, String name) throws SQLException {
        return empty("FUNCTION_CAT FUNCTION_SCHEM FUNCTION_NAME REMARKS FUNCTION_TYPE:SMALLINT SPECIFIC_NAME");
    }

    @Override
    public ResultSet getFunctionColumns(String catalog, String schema, String name, String column) throws SQLException {
        return empty("FUNCTION_CAT FUNCTION_SCHEM FUNCTION_NAME COLUMN_NAME COLUMN_TYPE:SMALLINT "
                + "DATA_TYPE:INTEGER TYPE_NAME PRECISION:INTEGER LENGTH:INTEGER SCALE:SMALLINT "
                + "RADIX:SMALLINT NULLABLE:SMALLINT REMARKS CHAR_OCTET_LENGTH:INTEGER "
                + "ORDINAL_POSITION:INTEGER IS_NULLABLE SPECIFIC_NAME");
    }

    @Override
    public ResultSet getColumnPrivileges(String catalog, String schema, String name, String column)
            throws SQLException {
        return empty("TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME GRANTOR GRANTEE PRIVILEGE IS_GRANTABLE");
    }

    @Override
    public ResultSet getTablePrivileges(String catalog, String schema, String name) throws SQLException {
        return empty("TABLE_CAT TABLE_SCHEM TABLE_NAME GRANTOR GRANTEE PRIVILEGE IS_GRANTABLE");
    }

    @Override
    public ResultSet getBestRowIdentifier(String catalog, String schema, String table, int scope, boolean nullable)
            throws SQLException {
        return empty("SCOPE:SMALLINT COLUMN_NAME DATA_TYPE:INTEGER TYPE_NAME COLUMN_SIZE:INTEGER "
                + "BUFFER_LENGTH:INTEGER DECIMAL_DIGITS:SMALLINT PSEUDO_COLUMN:SMALLINT");
    }

    @Override
    public ResultSet getVersionColumns(String catalog, String schema, String name) throws SQLException {
        return empty("SCOPE:SMALLINT COLUMN_NAME DATA_TYPE:INTEGER TYPE_NAME COLUMN_SIZE:INTEGER "
                + "BUFFER_LENGTH:INTEGER DECIMAL_DIGITS:SMALLINT PSEUDO_COLUMN:SMALLINT");
    }

    @Override
    public ResultSet getPrimaryKeys(String catalog, String schema, String name) throws SQLException {
        return empty("TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME KEY_SEQ:SMALLINT PK_NAME");
    }

    @Override
    public ResultSet getImportedKeys(String catalog, String schema, String name) throws SQLException {
        return empty("PKTABLE_CAT PKTABLE_SCHEM PKTABLE_NAME PKCOLUMN_NAME FKTABLE_CAT FKTABLE_SCHEM "
                + "FKTABLE_NAME FKCOLUMN_NAME KEY_SEQ:SMALLINT UPDATE_RULE:SMALLINT DELETE_RULE:SMALLINT "
                + "FK_NAME PK_NAME DEFERRABILITY:SMALLINT");
    }

    @Override
    public ResultSet getExportedKeys(String catalog, String schema, String name) throws SQLException {
        return empty("PKTABLE_CAT PKTABLE_SCHEM PKTABLE_NAME PKCOLUMN_NAME FKTABLE_CAT FKTABLE_SCHEM "
                + "FKTABLE_NAME FKCOLUMN_NAME KEY_SEQ:SMALLINT UPDATE_RULE:SMALLINT DELETE_RULE:SMALLINT "
                + "FK_NAME PK_NAME DEFERRABILITY:SMALLINT");
    }

    @Override
    public ResultSet getCrossReference(
            String catalog,
            String schema,
            String table,
            String foreignCatalog,
            String foreignSchema,
            String foreignTable)
            throws SQLException {
        return empty("PKTABLE_CAT PKTABLE_SCHEM PKTABLE_NAME PKCOLUMN_NAME FKTABLE_CAT FKTABLE_SCHEM "
                + "FKTABLE_NAME FKCOLUMN_NAME KEY_SEQ:SMALLINT UPDATE_RULE:SMALLINT DELETE_RULE:SMALLINT "
                + "FK_NAME PK_NAME DEFERRABILITY:SMALLINT");
    }

    @Override
    public ResultSet getIndexInfo(String catalog, String schema, String table, boolean unique, boolean approximate)
            throws SQLException {
        return empty("TABLE_CAT TABLE_SCHEM TABLE_NAME NON_UNIQUE:BOOLEAN INDEX_QUALIFIER INDEX_NAME "
                + "TYPE:SMALLINT ORDINAL_POSITION:SMALLINT COLUMN_NAME ASC_OR_DESC CARDINALITY:BIGINT "
                + "PAGES:BIGINT FILTER_CONDITION");
    }

    @Override
    public ResultSet getUDTs(String catalog, String schema, String name, int[] types) throws SQLException {
        return empty("TYPE_CAT TYPE_SCHEM TYPE_NAME CLASS_NAME DATA_TYPE:INTEGER REMARKS BASE_TYPE:SMALLINT");
    }

    @Override
    public ResultSet getSuperTypes(String catalog, String schema, String name) throws SQLException {
        return empty("TYPE_CAT TYPE_SCHEM TYPE_NAME SUPERTYPE_CAT SUPERTYPE_SCHEM SUPERTYPE_NAME");
    }

    @Override
    public ResultSet getSuperTables(String catalog, String schema, String name) throws SQLException {
        return empty("TABLE_CAT TABLE_SCHEM TABLE_NAME SUPERTABLE_NAME");
    }

    @Override
    public ResultSet getAttributes(String catalog, String schema, String name, String column) throws SQLException {
        return empty("TYPE_CAT TYPE_SCHEM TYPE_NAME ATTR_NAME DATA_TYPE:INTEGER ATTR_TYPE_NAME "
                + "ATTR_SIZE:INTEGER DECIMAL_DIGITS:INTEGER NUM_PREC_RADIX:INTEGER NULLABLE:INTEGER REMARKS "
                + "ATTR_DEF SQL_DATA_TYPE:INTEGER SQL_DATETIME_SUB:INTEGER CHAR_OCTET_LENGTH:INTEGER "
                + "ORDINAL_POSITION:INTEGER IS_NULLABLE SCOPE_CATALOG SCOPE_SCHEMA SCOPE_TABLE "
                + "SOURCE_DATA_TYPE:SMALLINT");
    }

    @Override
    public ResultSet getPseudoColumns(String catalog, String schema, String name, String column) throws SQLException {
        return empty("TABLE_CAT TABLE_SCHEM TABLE_NAME COLUMN_NAME DATA_TYPE:INTEGER COLUMN_SIZE:INTEGER "
                + "DECIMAL_DIGITS:INTEGER NUM_PREC_RADIX:INTEGER COLUMN_USAGE REMARKS "
                + "CHAR_OCTET_LENGTH:INTEGER IS_NULLABLE");
    }

    @Override
    public ResultSet getClientInfoProperties() throws SQLException {
        return empty("NAME MAX_LEN:INTEGER DEFAULT_VALUE DESCRIPTION");
    }

    // spotless:off

    // Names and numbers
    @Override public String getDatabaseProductName() { return "Gatehouse"; }
    @Override public String getDriverName() { return "Gatehouse JDBC"; }
    @Override public int getJDBCMajorVersion() { return 4; }
    @Override public int getJDBCMinorVersion() { return 3; }
    @Override public int getSQLStateType() { return 2; }
    @Override public String getIdentifierQuoteString() { return "\""; }
    @Override public String getSearchStringEscape() { return "\\"; }
    @Override public String getExtraNameCharacters() { return ""; }
    @Override public String getSQLKeywords() { return "DESCRIBE,EXCLUDE,ILIKE,LIMIT,OFFSET,QUALIFY,REPLACE,SHOW,SUMMARIZE,TRY_CAST"; }
    @Override public String getNumericFunctions() { return "ABS,CEIL,EXP,FLOOR,LN,LOG10,MOD,POWER,ROUND,SIGN,SQRT"; }
    @Override public String getStringFunctions() { return "CONCAT,LENGTH,LOWER,LTRIM,POSITION,REPLACE,RTRIM,SUBSTRING,TRIM,UPPER"; }
    @Override public String getSystemFunctions() { return "COALESCE,NULLIF"; }
    @Override public String getTimeDateFunctions() { return "CURRENT_DATE,CURRENT_TIMESTAMP,DATE_DIFF,DATE_PART,DATE_TRUNC,EXTRACT"; }
    @Override public String getSchemaTerm() { return "schema"; }
    @Override public String getProcedureTerm() { return "procedure"; }
    @Override public String getCatalogTerm() { return "catalog"; }
    @Override public String getCatalogSeparator() { return "."; }
    @Override public int getDefaultTransactionIsolation() { return 0; }
    @Override public int getResultSetHoldability() { return 1; }
    @Override public RowIdLifetime getRowIdLifetime() { return RowIdLifetime.ROWID_UNSUPPORTED; }

    // Limits; 0 where there is none, or none is known
    @Override public int getMaxBinaryLiteralLength() { return 0; }
    @Override public int getMaxCharLiteralLength() { return 0; }
    @Override public int getMaxColumnNameLength() { return 256; }
    @Override public int getMaxColumnsInGroupBy() { return 0; }
    @Override public int getMaxColumnsInIndex() { return 0; }
    @Override public int getMaxColumnsInOrderBy() { return 0; }
    @Override public int getMaxColumnsInSelect() { return 0; }
    @Override public int getMaxColumnsInTable() { return 0; }
    @Override public int getMaxConnections() { return 0; }
    @Override public int getMaxCursorNameLength() { return 0; }
    @Override public int getMaxIndexLength() { return 0; }
    @Override public int getMaxSchemaNameLength() { return 0; }
    @Override public int getMaxProcedureNameLength() { return 0; }
    @Override public int getMaxCatalogNameLength() { return 0; }
    @Override public int getMaxRowSize() { return 0; }
    @Override public boolean doesMaxRowSizeIncludeBlobs() { return true; }
    @Override public int getMaxStatementLength() { return 100000; }
    @Override public int getMaxStatements() { return 0; }
    @Override public int getMaxTableNameLength() { return 256; }
    @Override public int getMaxTablesInSelect() { return 17; }
    @Override public int getMaxUserNameLength() { return 0; }
    @Override public long getMaxLogicalLobSize() { return 0; }

    // What SQL and results can do here
    @Override public boolean isCatalogAtStart() { return true; }
    @Override public boolean isReadOnly() { return true; }
    @Override public boolean allProceduresAreCallable() { return false; }
    @Override public boolean allTablesAreSelectable() { return true; }
    @Override public boolean usesLocalFiles() { return false; }
    @Override public boolean usesLocalFilePerTable() { return false; }
    @Override public boolean nullsAreSortedHigh() { return false; }
    @Override public boolean nullsAreSortedLow() { return false; }
    @Override public boolean nullsAreSortedAtStart() { return false; }
    @Override public boolean nullsAreSortedAtEnd() { return true; }
    @Override public boolean supportsMixedCaseIdentifiers() { return false; }
    @Override public boolean storesUpperCaseIdentifiers() { return false; }
    @Override public boolean storesLowerCaseIdentifiers() { return true; }
    @Override public boolean storesMixedCaseIdentifiers() { return false; }
    @Override public boolean supportsMixedCaseQuotedIdentifiers() { return false; }
    @Override public boolean storesUpperCaseQuotedIdentifiers() { return false; }
    @Override public boolean storesLowerCaseQuotedIdentifiers() { return false; }
    @Override public boolean storesMixedCaseQuotedIdentifiers() { return true; }
    @Override public boolean supportsAlterTableWithAddColumn() { return false; }
    @Override public boolean supportsAlterTableWithDropColumn() { return false; }
    @Override public boolean supportsColumnAliasing() { return true; }
    @Override public boolean nullPlusNonNullIsNull() { return true; }
    @Override public boolean supportsConvert() { return false; }
    @Override public boolean supportsConvert(int from, int to) { return false; }
    @Override public boolean supportsTableCorrelationNames() { return true; }
    @Override public boolean supportsDifferentTableCorrelationNames() { return false; }
    @Override public boolean supportsExpressionsInOrderBy() { return true; }
    @Override public boolean supportsOrderByUnrelated() { return true; }
    @Override public boolean supportsGroupBy() { return true; }
    @Override public boolean supportsGroupByUnrelated() { return true; }
    @Override public boolean supportsGroupByBeyondSelect() { return true; }
    @Override public boolean supportsLikeEscapeClause() { return true; }
    @Override public boolean supportsMultipleResultSets() { return false; }
    @Override public boolean supportsMultipleTransactions() { return true; }
    @Override public boolean supportsNonNullableColumns() { return true; }
    @Override public boolean supportsMinimumSQLGrammar() { return true; }
    @Override public boolean supportsCoreSQLGrammar() { return true; }
    @Override public boolean supportsExtendedSQLGrammar() { return false; }
    @Override public boolean supportsANSI92EntryLevelSQL() { return false; }
    @Override public boolean supportsANSI92IntermediateSQL() { return false; }
    @Override public boolean supportsANSI92FullSQL() { return false; }
    @Override public boolean supportsIntegrityEnhancementFacility() { return false; }
    @Override public boolean supportsOuterJoins() { return true; }
    @Override public boolean supportsFullOuterJoins() { return true; }
    @Override public boolean supportsLimitedOuterJoins() { return true; }
    @Override public boolean supportsSchemasInDataManipulation() { return false; }
    @Override public boolean supportsSchemasInProcedureCalls() { return false; }
    @Override public boolean supportsSchemasInTableDefinitions() { return false; }
    @Override public boolean supportsSchemasInIndexDefinitions() { return false; }
    @Override public boolean supportsSchemasInPrivilegeDefinitions() { return false; }
    @Override public boolean supportsCatalogsInDataManipulation() { return false; }
    @Override public boolean supportsCatalogsInProcedureCalls() { return false; }
    @Override public boolean supportsCatalogsInTableDefinitions() { return false; }
    @Override public boolean supportsCatalogsInIndexDefinitions() { return false; }
    @Override public boolean supportsCatalogsInPrivilegeDefinitions() { return false; }
    @Override public boolean supportsPositionedDelete() { return false; }
    @Override public boolean supportsPositionedUpdate() { return false; }
    @Override public boolean supportsSelectForUpdate() { return false; }
    @Override public boolean supportsStoredProcedures() { return false; }
    @Override public boolean supportsSubqueriesInComparisons() { return true; }
    @Override public boolean supportsSubqueriesInExists() { return true; }
    @Override public boolean supportsSubqueriesInIns() { return true; }
    @Override public boolean supportsSubqueriesInQuantifieds() { return true; }
    @Override public boolean supportsCorrelatedSubqueries() { return true; }
    @Override public boolean supportsUnion() { return true; }
    @Override public boolean supportsUnionAll() { return true; }
    @Override public boolean supportsOpenCursorsAcrossCommit() { return true; }
    @Override public boolean supportsOpenCursorsAcrossRollback() { return true; }
    @Override public boolean supportsOpenStatementsAcrossCommit() { return true; }
    @Override public boolean supportsOpenStatementsAcrossRollback() { return true; }
    @Override public boolean supportsTransactions() { return false; }
    @Override public boolean supportsDataDefinitionAndDataManipulationTransactions() { return false; }
    @Override public boolean supportsDataManipulationTransactionsOnly() { return false; }
    @Override public boolean dataDefinitionCausesTransactionCommit() { return false; }
    @Override public boolean dataDefinitionIgnoredInTransactions() { return false; }
    @Override public boolean ownUpdatesAreVisible(int type) { return false; }
    @Override public boolean ownDeletesAreVisible(int type) { return false; }
    @Override public boolean ownInsertsAreVisible(int type) { return false; }
    @Override public boolean othersUpdatesAreVisible(int type) { return false; }
    @Override public boolean othersDeletesAreVisible(int type) { return false; }
    @Override public boolean othersInsertsAreVisible(int type) { return false; }
    @Override public boolean updatesAreDetected(int type) { return false; }
    @Override public boolean deletesAreDetected(int type) { return false; }
    @Override public boolean insertsAreDetected(int type) { return false; }
    @Override public boolean supportsBatchUpdates() { return false; }
    @Override public boolean supportsSavepoints() { return false; }
    @Override public boolean supportsNamedParameters() { return false; }
    @Override public boolean supportsMultipleOpenResults() { return false; }
    @Override public boolean supportsGetGeneratedKeys() { return false; }
    @Override public boolean locatorsUpdateCopy() { return false; }
    @Override public boolean supportsStatementPooling() { return false; }
    @Override public boolean supportsStoredFunctionsUsingCallSyntax() { return false; }
    @Override public boolean autoCommitFailureClosesAllResultSets() { return false; }
    @Override public boolean generatedKeyAlwaysReturned() { return false; }
    @Override public boolean supportsRefCursors() { return false; }
    @Override public boolean supportsSharding() { return false; }
    // spotless:on
}
