package io.gatehouse.pg.wire;

import static java.util.Objects.requireNonNull;

import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Decimal;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Scalar;
import java.util.Arrays;
import java.util.Optional;

/**
 * The type of a column or parameter: a base type or its array.
 *
 * @param modifier precision and scale of a numeric as {@code atttypmod} has them; -1 for none
 */
public record WireType(PgType base, boolean array, int modifier) {
    /** Bytes before the digits in PostgreSQL's numeric, which its type modifier counts. */
    private static final int HEADER = 4;

    public WireType {
        requireNonNull(base, "base is null");
    }

    public static WireType of(PgType base) {
        return new WireType(base, false, -1);
    }

    public static WireType arrayOf(PgType base) {
        return new WireType(base, true, -1);
    }

    /**
     * The type that holds every value of a SQL type. Unsigned types take the next wider signed one; whole numbers beyond
     * 64 bits are numerics. A list of lists is a text: PostgreSQL's arrays are rectangular, lists are not.
     */
    public static WireType of(SqlType type) {
        if (type instanceof Decimal decimal) {
            return new WireType(PgType.NUMERIC, false, ((decimal.precision() << 16) | decimal.scale()) + HEADER);
        }
        if (type instanceof ListOf list) {
            WireType element = of(list.element());
            boolean flat = !element.array() && !(list.element() instanceof ListOf);
            return flat ? arrayOf(element.base()) : of(PgType.TEXT);
        }
        return of(type instanceof Scalar scalar ? base(scalar) : PgType.TEXT);
    }

    private static PgType base(Scalar scalar) {
        return switch (scalar) {
            case BOOLEAN -> PgType.BOOL;
            case TINYINT, SMALLINT, UTINYINT -> PgType.INT2;
            case INTEGER, USMALLINT -> PgType.INT4;
            case BIGINT, UINTEGER -> PgType.INT8;
            case HUGEINT, UBIGINT -> PgType.NUMERIC;
            case FLOAT -> PgType.FLOAT4;
            case DOUBLE -> PgType.FLOAT8;
            case VARCHAR, NULL -> PgType.TEXT;
            case DATE -> PgType.DATE;
            case TIME -> PgType.TIME;
            case TIMESTAMP -> PgType.TIMESTAMP;
            case TIMESTAMP_WITH_TIME_ZONE -> PgType.TIMESTAMPTZ;
            case INTERVAL -> PgType.INTERVAL;
        };
    }

    /** Finds a type by its OID. */
    public static Optional<WireType> find(int oid) {
        Optional<WireType> array = Arrays.stream(PgType.values())
                .filter(base -> base.arrayOid() == oid && oid != 0)
                .findFirst()
                .map(WireType::arrayOf);
        return array.or(() -> PgType.find(oid).map(WireType::of));
    }

    public int oid() {
        return array ? base.arrayOid() : base.oid();
    }

    /** Bytes of a value, -1 if it varies. */
    public int length() {
        return array ? -1 : base.length();
    }

    /** The name that {@code format_type} gives it. */
    public String sqlName() {
        boolean sized = base == PgType.NUMERIC && modifier >= HEADER;
        String name = sized
                ? "numeric(%d,%d)".formatted((modifier - HEADER) >> 16, (modifier - HEADER) & 0xffff)
                : base.sqlName();
        return array ? name + "[]" : name;
    }
}
