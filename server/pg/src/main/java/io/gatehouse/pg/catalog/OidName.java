package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

/** A value of regclass, regtype and their like in a result: a number in binary, a name in text. */
final class OidName extends Number {
    private static final long serialVersionUID = 1;

    private final long oid;
    private final String name;

    OidName(long oid, String name) {
        this.oid = oid;
        this.name = requireNonNull(name, "name is null");
    }

    @Override
    public int intValue() {
        return (int) oid;
    }

    @Override
    public long longValue() {
        return oid;
    }

    @Override
    public float floatValue() {
        return oid;
    }

    @Override
    public double doubleValue() {
        return oid;
    }

    @Override
    public String toString() {
        return name;
    }
}
