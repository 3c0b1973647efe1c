package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.WireType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A relation of the catalogue.
 *
 * @param oid 0 for a view that PostgreSQL numbers anew in each version
 * @param rows values by column; whole numbers are Long
 */
record PgRelation(String schema, String name, int oid, List<Field> fields, List<@Nullable Object[]> rows) {
    PgRelation {
        requireNonNull(schema, "schema is null");
        requireNonNull(name, "name is null");
        fields = List.copyOf(fields);
    }

    /** Reads a declaration: {@code schema.name oid: column type, column type}. */
    static PgRelation declared(String line) {
        int colon = line.indexOf(':');
        String[] head = line.substring(0, colon).split("[. ]", 3);
        List<Field> fields = new ArrayList<>();
        for (String column : line.substring(colon + 1).split(",", -1)) {
            String[] parts = column.strip().split(" ", 2);
            boolean array = parts[1].endsWith("[]");
            PgType base = PgType.find(parts[1].replace("[]", "")).orElseThrow();
            fields.add(new Field(parts[0], array ? WireType.arrayOf(base) : WireType.of(base)));
        }
        return new PgRelation(head[0], head[1], Integer.parseInt(head[2]), fields, new ArrayList<>());
    }

    /** Adds a row with these values; the other columns have the usual value of their type. */
    void add(Map<String, ? extends @Nullable Object> values) {
        @Nullable Object[] row = new @Nullable Object[fields.size()];
        int found = 0;
        for (int i = 0; i < row.length; i++) {
            Field field = fields.get(i);
            if (values.containsKey(field.name())) {
                Object value = values.get(field.name());
                row[i] = value instanceof Integer whole ? Long.valueOf(whole) : value;
                found++;
            } else {
                row[i] = usual(field.type());
            }
        }
        if (found != values.size()) {
            throw new IllegalArgumentException("%s has no column of %s".formatted(name, values.keySet()));
        }
        rows.add(row);
    }

    private static @Nullable Object usual(WireType type) {
        if (type.array()) {
            return null;
        }
        return switch (type.base()) {
            case BOOL -> false;
            case CHAR -> "";
            case INT2, INT4, OID, REGPROC, XID -> 0L;
            case INT8 -> 0L;
            case FLOAT4 -> 0f;
            default -> null;
        };
    }
}
