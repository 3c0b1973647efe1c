package io.gatehouse.sql.dialect;

import static java.util.Map.entry;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.parse.Positions;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCollectionTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlUserDefinedTypeNameSpec;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;

/** DuckDB's names of types in casts: TEXT is VARCHAR, and DECIMAL alone is DECIMAL(18, 3). */
final class TypeAliases {
    private static final int MICROSECONDS = 6;
    private static final int NONE = RelDataType.PRECISION_NOT_SPECIFIED;

    /** A decimal type with precision and scale. */
    private record Meaning(SqlTypeName name, int precision, int scale) {
        Meaning(SqlTypeName name) {
            this(name, NONE, RelDataType.SCALE_NOT_SPECIFIED);
        }

        Meaning(SqlTypeName name, int precision) {
            this(name, precision, RelDataType.SCALE_NOT_SPECIFIED);
        }
    }

    private static final Meaning TEXT = new Meaning(SqlTypeName.VARCHAR);
    private static final Meaning HUGEINT = new Meaning(SqlTypeName.DECIMAL, 38, 0);
    private static final Meaning INSTANT = new Meaning(SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE, MICROSECONDS);

    private static final Map<String, Meaning> ALIASES = Map.ofEntries(
            entry("bool", new Meaning(SqlTypeName.BOOLEAN)),
            entry("logical", new Meaning(SqlTypeName.BOOLEAN)),
            entry("int1", new Meaning(SqlTypeName.TINYINT)),
            entry("int2", new Meaning(SqlTypeName.SMALLINT)),
            entry("int16", new Meaning(SqlTypeName.SMALLINT)),
            entry("short", new Meaning(SqlTypeName.SMALLINT)),
            entry("int4", new Meaning(SqlTypeName.INTEGER)),
            entry("int32", new Meaning(SqlTypeName.INTEGER)),
            entry("integral", new Meaning(SqlTypeName.INTEGER)),
            entry("signed", new Meaning(SqlTypeName.INTEGER)),
            entry("int8", new Meaning(SqlTypeName.BIGINT)),
            entry("int64", new Meaning(SqlTypeName.BIGINT)),
            entry("long", new Meaning(SqlTypeName.BIGINT)),
            entry("oid", new Meaning(SqlTypeName.BIGINT)),
            entry("hugeint", HUGEINT),
            entry("int128", HUGEINT),
            entry("utinyint", new Meaning(SqlTypeName.UTINYINT)),
            entry("uint8", new Meaning(SqlTypeName.UTINYINT)),
            entry("usmallint", new Meaning(SqlTypeName.USMALLINT)),
            entry("uint16", new Meaning(SqlTypeName.USMALLINT)),
            entry("uinteger", new Meaning(SqlTypeName.UINTEGER)),
            entry("uint32", new Meaning(SqlTypeName.UINTEGER)),
            entry("ubigint", new Meaning(SqlTypeName.UBIGINT)),
            entry("uint64", new Meaning(SqlTypeName.UBIGINT)),
            entry("float4", new Meaning(SqlTypeName.REAL)),
            entry("float8", new Meaning(SqlTypeName.DOUBLE)),
            entry("text", TEXT),
            entry("string", TEXT),
            entry("bpchar", TEXT),
            entry("nvarchar", TEXT),
            entry("datetime", new Meaning(SqlTypeName.TIMESTAMP, MICROSECONDS)),
            entry("timestamp_us", new Meaning(SqlTypeName.TIMESTAMP, MICROSECONDS)),
            entry("timestamp_ms", new Meaning(SqlTypeName.TIMESTAMP, 3)),
            entry("timestamp_s", new Meaning(SqlTypeName.TIMESTAMP, 0)),
            entry("timestamptz", INSTANT));

    /** Types of DuckDB that no relation has, and what to write instead. */
    private static final Map<String, String> INSTEAD = Map.ofEntries(
            entry("blob", "VARCHAR"),
            entry("bytea", "VARCHAR"),
            entry("bit", "VARCHAR"),
            entry("bitstring", "VARCHAR"),
            entry("uuid", "VARCHAR"),
            entry("guid", "VARCHAR"),
            entry("json", "VARCHAR"),
            entry("enum", "VARCHAR"),
            entry("variant", "VARCHAR"),
            entry("uhugeint", "HUGEINT"),
            entry("uint128", "HUGEINT"),
            entry("bignum", "HUGEINT"),
            entry("varint", "HUGEINT"),
            entry("timetz", "TIME"),
            entry("time_ns", "TIME"),
            entry("timestamp_ns", "TIMESTAMP"),
            entry("timestamptz_ns", "TIMESTAMPTZ"));

    private static final Set<SqlTypeName> WITHOUT_VALUES =
            Set.of(SqlTypeName.BINARY, SqlTypeName.VARBINARY, SqlTypeName.ANY, SqlTypeName.GEOMETRY);

    private TypeAliases() {}

    /** Whether this is a timestamp type coarser than microseconds, which no column and no function has. */
    static boolean isCoarse(SqlNode type) {
        return type instanceof SqlDataTypeSpec spec
                && spec.getTypeNameSpec() instanceof SqlBasicTypeNameSpec basic
                && SqlTypeName.get(basic.getTypeName().getSimple()) == SqlTypeName.TIMESTAMP
                && basic.getPrecision() != NONE
                && basic.getPrecision() != MICROSECONDS;
    }

    /** TIMESTAMP. */
    static SqlDataTypeSpec timestamp(SqlParserPos position) {
        return new SqlDataTypeSpec(written(new Meaning(SqlTypeName.TIMESTAMP, MICROSECONDS), position), position);
    }

    /** DECIMAL(digits, 0). */
    static SqlDataTypeSpec decimal(int digits, SqlParserPos position) {
        return new SqlDataTypeSpec(written(new Meaning(SqlTypeName.DECIMAL, digits, 0), position), position);
    }

    static SqlDataTypeSpec standard(SqlDataTypeSpec type) {
        SqlTypeNameSpec name = type.getTypeNameSpec();
        SqlTypeNameSpec standard = standard(name);
        return standard == name ? type : new SqlDataTypeSpec(standard, type.getParserPosition());
    }

    private static SqlTypeNameSpec standard(SqlTypeNameSpec type) {
        SqlParserPos position = type.getParserPos();
        if (type instanceof SqlCollectionTypeNameSpec collection) {
            SqlTypeNameSpec elements = standard(collection.getElementTypeName());
            return new SqlCollectionTypeNameSpec(elements, SqlTypeName.ARRAY, position);
        }
        if (type instanceof SqlUserDefinedTypeNameSpec) {
            if (type.getTypeName().toString().equalsIgnoreCase("interval")) {
                return new IntervalForm.TypeName(position);
            }
            return written(named(type), position);
        }
        return type instanceof SqlBasicTypeNameSpec basic ? basic(basic) : type;
    }

    private static Meaning named(SqlTypeNameSpec type) {
        String name = type.getTypeName().toString().toLowerCase(Locale.ROOT);
        Meaning meaning = ALIASES.get(name);
        if (meaning != null) {
            return meaning;
        }
        String instead = INSTEAD.get(name);
        if (instead != null) {
            throw refused(
                    type, "The type %s is not supported; write %s.".formatted(name.toUpperCase(Locale.ROOT), instead));
        }
        throw new GatehouseException(
                ErrorCode.SQL_VALIDATION,
                "There is no type '%s'.".formatted(type.getTypeName()),
                Positions.of(type.getParserPos()));
    }

    private static SqlTypeNameSpec basic(SqlBasicTypeNameSpec type) {
        SqlParserPos position = type.getParserPos();
        SqlTypeName name = SqlTypeName.get(type.getTypeName().getSimple());
        if (name == SqlTypeName.TIMESTAMP_TZ || name == SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE) {
            return written(INSTANT, position);
        }
        if (name == SqlTypeName.TIME_TZ || name == SqlTypeName.TIME_WITH_LOCAL_TIME_ZONE) {
            throw refused(type, "The type TIME WITH TIME ZONE is not supported; write TIME.");
        }
        if (WITHOUT_VALUES.contains(name)) {
            throw refused(type, "The type %s is not supported; write VARCHAR.".formatted(name));
        }
        return name == SqlTypeName.DECIMAL && type.getPrecision() == NONE
                ? written(new Meaning(SqlTypeName.DECIMAL, 18, 3), position)
                : type;
    }

    private static SqlTypeNameSpec written(Meaning meaning, SqlParserPos position) {
        return new SqlBasicTypeNameSpec(meaning.name(), meaning.precision(), meaning.scale(), position);
    }

    private static GatehouseException refused(SqlTypeNameSpec type, String message) {
        return new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, message, Positions.of(type.getParserPos()));
    }
}
