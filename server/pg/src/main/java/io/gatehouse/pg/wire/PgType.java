package io.gatehouse.pg.wire;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The base types that clients meet, with the OIDs that PostgreSQL has given them for good ({@code pg_type.dat}). */
public enum PgType {
    BOOL(16, "bool", "boolean", 1, 'B', 1000),
    BYTEA(17, "bytea", "bytea", -1, 'U', 1001),
    CHAR(18, "char", "\"char\"", 1, 'Z', 1002),
    NAME(19, "name", "name", 64, 'S', 1003),
    INT8(20, "int8", "bigint", 8, 'N', 1016),
    INT2(21, "int2", "smallint", 2, 'N', 1005),
    INT2VECTOR(22, "int2vector", "int2vector", -1, 'A', 1006),
    INT4(23, "int4", "integer", 4, 'N', 1007),
    REGPROC(24, "regproc", "regproc", 4, 'N', 1008),
    TEXT(25, "text", "text", -1, 'S', 1009),
    OID(26, "oid", "oid", 4, 'N', 1028),
    XID(28, "xid", "xid", 4, 'U', 1011),
    OIDVECTOR(30, "oidvector", "oidvector", -1, 'A', 1013),
    JSON(114, "json", "json", -1, 'U', 199),
    PG_NODE_TREE(194, "pg_node_tree", "pg_node_tree", -1, 'Z', 0),
    FLOAT4(700, "float4", "real", 4, 'N', 1021),
    FLOAT8(701, "float8", "double precision", 8, 'N', 1022),
    UNKNOWN(705, "unknown", "unknown", -2, 'X', 0),
    ACLITEM(1033, "aclitem", "aclitem", 16, 'U', 1034),
    BPCHAR(1042, "bpchar", "character", -1, 'S', 1014),
    VARCHAR(1043, "varchar", "character varying", -1, 'S', 1015),
    DATE(1082, "date", "date", 4, 'D', 1182),
    TIME(1083, "time", "time without time zone", 8, 'D', 1183),
    TIMESTAMP(1114, "timestamp", "timestamp without time zone", 8, 'D', 1115),
    TIMESTAMPTZ(1184, "timestamptz", "timestamp with time zone", 8, 'D', 1185),
    INTERVAL(1186, "interval", "interval", 16, 'T', 1187),
    NUMERIC(1700, "numeric", "numeric", -1, 'N', 1231),
    REGCLASS(2205, "regclass", "regclass", 4, 'N', 2210),
    REGTYPE(2206, "regtype", "regtype", 4, 'N', 2211),
    RECORD(2249, "record", "record", -1, 'P', 2287),
    ANYARRAY(2277, "anyarray", "anyarray", -1, 'P', 0),
    VOID(2278, "void", "void", 4, 'P', 0),
    UUID(2950, "uuid", "uuid", 16, 'U', 2951),
    JSONB(3802, "jsonb", "jsonb", -1, 'U', 3807),
    REGNAMESPACE(4089, "regnamespace", "regnamespace", 4, 'N', 4090);

    private static final Map<String, PgType> BY_NAME = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(type -> type.internalName, Function.identity()));

    private static final Map<String, PgType> BY_SQL_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(type -> type.sqlName, Function.identity()));

    private static final Map<Integer, PgType> BY_OID =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(type -> type.oid, Function.identity()));

    private final int oid;
    private final String internalName;
    private final String sqlName;
    private final int length;
    private final char category;
    private final int arrayOid;

    PgType(int oid, String internalName, String sqlName, int length, char category, int arrayOid) {
        this.oid = oid;
        this.internalName = internalName;
        this.sqlName = sqlName;
        this.length = length;
        this.category = category;
        this.arrayOid = arrayOid;
    }

    public int oid() {
        return oid;
    }

    /** The name in {@code pg_type}, such as int4. */
    public String internalName() {
        return internalName;
    }

    /** The name that SQL has for it, such as integer. */
    public String sqlName() {
        return sqlName;
    }

    /** Bytes of a value in memory as {@code pg_type.typlen} has them; -1 if it varies. */
    public int length() {
        return length;
    }

    /** {@code pg_type.typcategory}. */
    public char category() {
        return category;
    }

    /** The OID of the type of its arrays, 0 if there is none. */
    public int arrayOid() {
        return arrayOid;
    }

    /** Whether its values are whole numbers, for comparisons and casts. */
    public boolean isWhole() {
        return switch (this) {
            case INT2, INT4, INT8, OID, XID, REGPROC, REGCLASS, REGTYPE, REGNAMESPACE -> true;
            default -> false;
        };
    }

    /** Finds a type by either of its names, in lower case. */
    public static Optional<PgType> find(String name) {
        return switch (name) {
            case "int" -> Optional.of(INT4);
            case "decimal" -> Optional.of(NUMERIC);
            case "float", "double" -> Optional.of(FLOAT8);
            case "timestamp with time zone" -> Optional.of(TIMESTAMPTZ);
            default -> Optional.ofNullable(BY_NAME.get(name)).or(() -> Optional.ofNullable(BY_SQL_NAME.get(name)));
        };
    }

    static Optional<PgType> find(int oid) {
        return Optional.ofNullable(BY_OID.get(oid));
    }
}
