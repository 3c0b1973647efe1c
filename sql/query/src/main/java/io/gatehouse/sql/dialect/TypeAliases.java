package io.gatehouse.sql.dialect;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.parse.Positions;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        Meaning(SqlTypeName name, int precision) {
            this(name, precision, RelDataType.SCALE_NOT_SPECIFIED);
        }
    }

    private static final Pattern TYPE = Pattern.compile("(\\w+)(?:\\((\\d+)(?:, (\\d+))?\\))?");

    private static final Meaning INSTANT = new Meaning(SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE, MICROSECONDS);

    /** The standard type of each name. */
    private static final Map<String, String> ALIASES = typesByName("aliases.txt");

    /** Types of DuckDB that no relation has, and what to write instead. */
    private static final Map<String, String> INSTEAD = typesByName("refused.txt");

    private static final Set<SqlTypeName> WITHOUT_VALUES =
            Set.of(SqlTypeName.BINARY, SqlTypeName.VARBINARY, SqlTypeName.ANY, SqlTypeName.GEOMETRY);

    private TypeAliases() {}

    /** Reads lines "TYPE: name name". */
    private static Map<String, String> typesByName(String file) {
        Map<String, String> types = new HashMap<>();
        for (String line : SqlResource.lines("types/" + file)) {
            String[] parts = line.split(": ", 2);
            for (String name : parts[1].split(" ", -1)) {
                types.put(name, parts[0]);
            }
        }
        return Map.copyOf(types);
    }

    /** Reads a type such as DECIMAL(38, 0). */
    private static Meaning meaning(String type) {
        Matcher matcher = TYPE.matcher(type);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("%s is not a type".formatted(type));
        }
        String precision = matcher.group(2);
        String scale = matcher.group(3);
        return new Meaning(
                SqlTypeName.valueOf(matcher.group(1)),
                precision == null ? NONE : Integer.parseInt(precision),
                scale == null ? RelDataType.SCALE_NOT_SPECIFIED : Integer.parseInt(scale));
    }

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
        String standard = ALIASES.get(name);
        if (standard != null) {
            return meaning(standard);
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
