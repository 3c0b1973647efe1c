package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.WireType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** All relations of the catalogue, filled from those of the database, for one user. */
final class Relations {
    static final long PG_CATALOG = 11;
    static final long PUBLIC = 2200;
    private static final long INFORMATION_SCHEMA = 13_000;
    private static final long PG_TOAST = 99;
    private static final long USER = 10;
    private static final long PG_CLASS = 1259;
    private static final long HEAP = 2;
    private static final long DEFAULT_COLLATION = 100;
    private static final long ARRAY_IN = 750;
    private static final long UTF8 = 6;
    /** The first OID that PostgreSQL gives to what users make. */
    private static final long FIRST_OID = 16_384;

    private static final long FIRST_DOMAIN_OID = 13_100;
    /** The first OID of catalogue relations that have none of their own. */
    private static final long FIRST_VIEW_OID = 12_000;

    private static final List<String> DECLARED = lines();

    private final Map<String, PgRelation> byName = new LinkedHashMap<>();
    private final Map<String, Long> oids = new HashMap<>();
    private final Map<Long, String> names = new HashMap<>();

    /** @param settings names and values */
    Relations(List<Relation> relations, String database, String user, List<List<String>> settings) {
        for (String line : DECLARED) {
            PgRelation relation = PgRelation.declared(line);
            byName.put(relation.schema() + "." + relation.name(), relation);
        }
        addNamespaces(database, user);
        addTypes();
        addDomains();
        long oid = FIRST_VIEW_OID;
        for (PgRelation relation : List.copyOf(byName.values())) {
            addCatalogue(relation, relation.oid() == 0 ? oid++ : relation.oid());
        }
        long next = FIRST_OID;
        for (Relation relation : relations) {
            addUsers(relation, next, database, user);
            next += 2;
        }
        for (List<String> setting : settings) {
            relation("pg_settings")
                    .add(Map.of(
                            "name", setting.get(0),
                            "setting", setting.get(1),
                            "context", "user",
                            "vartype", "string",
                            "source", "default"));
        }
    }

    private static List<String> lines() {
        try (InputStream in = requireNonNull(Relations.class.getResourceAsStream("relations.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a name without a schema is one of {@code pg_catalog}, or one with a schema is there. */
    static boolean isDeclared(String schema, String name) {
        return DECLARED.stream().anyMatch(line -> line.startsWith(schema + "." + name + " "));
    }

    /** Finds a relation; without a schema, in {@code pg_catalog}. */
    Optional<PgRelation> find(String schema, String name) {
        return Optional.ofNullable(byName.get((schema.isEmpty() ? "pg_catalog" : schema) + "." + name));
    }

    Collection<PgRelation> all() {
        return byName.values();
    }

    /** Finds the OID of a relation by its name, of the database or of the catalogue. */
    Optional<Long> oid(String name) {
        return Optional.ofNullable(oids.get(name));
    }

    /** Finds the name of the relation with an OID. */
    Optional<String> name(long oid) {
        return Optional.ofNullable(names.get(oid));
    }

    private PgRelation relation(String name) {
        return requireNonNull(byName.get("pg_catalog." + name), name);
    }

    private PgRelation information(String name) {
        return requireNonNull(byName.get("information_schema." + name), name);
    }

    private void addNamespaces(String database, String user) {
        Map<Long, String> schemas = Map.of(
                PG_CATALOG,
                "pg_catalog",
                PUBLIC,
                "public",
                INFORMATION_SCHEMA,
                "information_schema",
                PG_TOAST,
                "pg_toast");
        schemas.forEach((oid, name) -> {
            relation("pg_namespace").add(Map.of("oid", oid, "nspname", name, "nspowner", USER));
            information("schemata").add(Map.of("catalog_name", database, "schema_name", name, "schema_owner", user));
        });
        relation("pg_database")
                .add(Map.of(
                        "oid",
                        5,
                        "datname",
                        database,
                        "datdba",
                        USER,
                        "encoding",
                        UTF8,
                        "datlocprovider",
                        "c",
                        "datallowconn",
                        true,
                        "datconnlimit",
                        -1,
                        "dattablespace",
                        1663,
                        "datcollate",
                        "C",
                        "datctype",
                        "C"));
        relation("pg_roles")
                .add(Map.of(
                        "rolname",
                        user,
                        "oid",
                        USER,
                        "rolinherit",
                        true,
                        "rolcanlogin",
                        true,
                        "rolconnlimit",
                        -1,
                        "rolpassword",
                        "********"));
        relation("pg_user").add(Map.of("usename", user, "usesysid", USER, "passwd", "********"));
        relation("pg_am").add(Map.of("oid", HEAP, "amname", "heap", "amtype", "t"));
        relation("pg_am").add(Map.of("oid", 403, "amname", "btree", "amtype", "i"));
        relation("pg_collation")
                .add(Map.of(
                        "oid",
                        DEFAULT_COLLATION,
                        "collname",
                        "default",
                        "collnamespace",
                        PG_CATALOG,
                        "collowner",
                        USER,
                        "collprovider",
                        "d",
                        "collisdeterministic",
                        true,
                        "collencoding",
                        -1));
        relation("pg_tablespace").add(Map.of("oid", 1663, "spcname", "pg_default", "spcowner", USER));
    }

    private void addTypes() {
        for (PgType type : PgType.values()) {
            Map<String, Object> row = new HashMap<>(Map.of(
                    "oid",
                    type.oid(),
                    "typname",
                    type.internalName(),
                    "typnamespace",
                    PG_CATALOG,
                    "typowner",
                    USER,
                    "typlen",
                    type.length(),
                    "typtype",
                    type.category() == 'P' ? "p" : "b",
                    "typcategory",
                    String.valueOf(type.category()),
                    "typisdefined",
                    true,
                    "typdelim",
                    ","));
            row.put("typarray", type.arrayOid());
            row.put("typtypmod", -1);
            row.put("typalign", "i");
            row.put("typstorage", type.length() < 0 ? "x" : "p");
            row.put("typbyval", type.length() > 0 && type.length() <= 8);
            row.put("typcollation", type.category() == 'S' ? DEFAULT_COLLATION : 0L);
            if (type == PgType.INT2VECTOR || type == PgType.OIDVECTOR) {
                row.put("typelem", type == PgType.INT2VECTOR ? PgType.INT2.oid() : PgType.OID.oid());
            }
            relation("pg_type").add(row);
            if (type.arrayOid() != 0) {
                relation("pg_type")
                        .add(Map.of(
                                "oid",
                                type.arrayOid(),
                                "typname",
                                "_" + type.internalName(),
                                "typnamespace",
                                PG_CATALOG,
                                "typowner",
                                USER,
                                "typlen",
                                -1,
                                "typtype",
                                type == PgType.RECORD ? "p" : "b",
                                "typcategory",
                                type == PgType.RECORD ? "P" : "A",
                                "typelem",
                                type.oid(),
                                "typinput",
                                ARRAY_IN,
                                "typdelim",
                                ","));
            }
        }
    }

    /** The domains of the information schema, which clients list among the types. */
    private void addDomains() {
        List<Map.Entry<String, PgType>> domains = List.of(
                Map.entry("cardinal_number", PgType.INT4),
                Map.entry("character_data", PgType.VARCHAR),
                Map.entry("sql_identifier", PgType.NAME),
                Map.entry("time_stamp", PgType.TIMESTAMPTZ),
                Map.entry("yes_or_no", PgType.VARCHAR));
        long oid = FIRST_DOMAIN_OID;
        for (Map.Entry<String, PgType> domain : domains) {
            PgType base = domain.getValue();
            Map<String, Object> row = new HashMap<>(Map.of(
                    "oid",
                    oid++,
                    "typname",
                    domain.getKey(),
                    "typnamespace",
                    INFORMATION_SCHEMA,
                    "typowner",
                    USER,
                    "typlen",
                    base.length(),
                    "typtype",
                    "d",
                    "typcategory",
                    String.valueOf(base.category()),
                    "typisdefined",
                    true,
                    "typdelim",
                    ",",
                    "typbasetype",
                    base.oid()));
            row.put("typtypmod", -1);
            relation("pg_type").add(row);
        }
    }

    private void addCatalogue(PgRelation relation, long oid) {
        boolean table = relation.oid() != 0;
        long schema = relation.schema().equals("pg_catalog") ? PG_CATALOG : INFORMATION_SCHEMA;
        addClass(
                relation.name(),
                oid,
                schema,
                table ? "r" : "v",
                relation.fields().size(),
                0);
        int number = 1;
        for (Field field : relation.fields()) {
            addAttribute(oid, field.name(), field.type(), number++, false);
        }
        names.put(
                oid,
                relation.schema().equals("pg_catalog") ? relation.name() : relation.schema() + "." + relation.name());
        oids.putIfAbsent(relation.name(), oid);
        oids.put(relation.schema() + "." + relation.name(), oid);
    }

    private void addClass(String name, long oid, long schema, String kind, int columns, long rowType) {
        Map<String, Object> row = new HashMap<>(Map.of(
                "oid",
                oid,
                "relname",
                name,
                "relnamespace",
                schema,
                "reltype",
                rowType,
                "relowner",
                USER,
                "relam",
                kind.equals("r") ? HEAP : 0L,
                "reltuples",
                -1f,
                "relpersistence",
                "p",
                "relkind",
                kind,
                "relnatts",
                columns));
        row.put("relhasrules", kind.equals("v"));
        row.put("relispopulated", true);
        row.put("relreplident", kind.equals("r") ? "d" : "n");
        relation("pg_class").add(row);
    }

    private void addAttribute(long relation, String name, WireType type, int number, boolean notNull) {
        Map<String, Object> row = new HashMap<>(Map.of(
                "attrelid",
                relation,
                "attname",
                name,
                "atttypid",
                type.oid(),
                "attlen",
                type.length(),
                "attnum",
                number,
                "attcacheoff",
                -1,
                "atttypmod",
                type.modifier(),
                "attndims",
                type.array() ? 1 : 0,
                "attalign",
                "i",
                "attstorage",
                type.length() < 0 ? "x" : "p"));
        row.put("attnotnull", notNull);
        row.put("attislocal", true);
        row.put("attstattarget", -1);
        row.put("attcollation", type.base().category() == 'S' ? DEFAULT_COLLATION : 0L);
        relation("pg_attribute").add(row);
    }

    private void addUsers(Relation relation, long oid, String database, String user) {
        String name = relation.name();
        String kind = relation.view() ? "v" : "r";
        oids.put(name, oid);
        oids.put("public." + name, oid);
        names.put(oid, name);
        addClass(name, oid, PUBLIC, kind, relation.columns().size(), oid + 1);
        relation("pg_type")
                .add(Map.of(
                        "oid",
                        oid + 1,
                        "typname",
                        name,
                        "typnamespace",
                        PUBLIC,
                        "typowner",
                        USER,
                        "typlen",
                        -1,
                        "typtype",
                        "c",
                        "typcategory",
                        "C",
                        "typisdefined",
                        true,
                        "typrelid",
                        oid));
        describe(oid, 0, relation.comment());
        if (relation.view()) {
            relation("pg_views")
                    .add(Map.of(
                            "schemaname",
                            "public",
                            "viewname",
                            name,
                            "viewowner",
                            user,
                            "definition",
                            relation.comment()));
            information("views")
                    .add(Map.of(
                            "table_catalog",
                            database,
                            "table_schema",
                            "public",
                            "table_name",
                            name,
                            "check_option",
                            "NONE",
                            "is_updatable",
                            "NO",
                            "is_insertable_into",
                            "NO"));
        } else {
            relation("pg_tables").add(Map.of("schemaname", "public", "tablename", name, "tableowner", user));
            relation("pg_stat_user_tables").add(Map.of("relid", oid, "schemaname", "public", "relname", name));
        }
        information("tables")
                .add(Map.of(
                        "table_catalog",
                        database,
                        "table_schema",
                        "public",
                        "table_name",
                        name,
                        "table_type",
                        relation.view() ? "VIEW" : "BASE TABLE",
                        "is_insertable_into",
                        "NO",
                        "is_typed",
                        "NO"));
        information("table_privileges")
                .add(Map.of(
                        "grantor",
                        user,
                        "grantee",
                        user,
                        "table_catalog",
                        database,
                        "table_schema",
                        "public",
                        "table_name",
                        name,
                        "privilege_type",
                        "SELECT",
                        "is_grantable",
                        "NO",
                        "with_hierarchy",
                        "YES"));
        int number = 1;
        for (Column column : relation.columns()) {
            WireType type = WireType.of(column.type());
            addAttribute(oid, column.name(), type, number, !column.nullable());
            describe(oid, number, column.comment());
            addColumn(database, name, column, type, number++);
        }
    }

    private void describe(long oid, int column, String comment) {
        if (!comment.isEmpty()) {
            relation("pg_description")
                    .add(Map.of("objoid", oid, "classoid", PG_CLASS, "objsubid", column, "description", comment));
        }
    }

    private void addColumn(String database, String relation, Column column, WireType type, int number) {
        Map<String, Object> row = new HashMap<>(Map.of(
                "table_catalog",
                database,
                "table_schema",
                "public",
                "table_name",
                relation,
                "column_name",
                column.name(),
                "ordinal_position",
                number,
                "is_nullable",
                column.nullable() ? "YES" : "NO",
                "data_type",
                type.array() ? "ARRAY" : WireType.of(type.base()).sqlName(),
                "udt_catalog",
                database,
                "udt_schema",
                "pg_catalog",
                "udt_name",
                (type.array() ? "_" : "") + type.base().internalName()));
        row.put("is_self_referencing", "NO");
        row.put("is_identity", "NO");
        row.put("is_generated", "NEVER");
        row.put("is_updatable", "NO");
        row.put("dtd_identifier", String.valueOf(number));
        row.putAll(numberSize(type));
        information("columns").add(row);
    }

    /** Digits of numbers: of whole numbers and floats in bits, of decimals in decimal digits. */
    private static Map<String, Object> numberSize(WireType type) {
        if (type.array()) {
            return Map.of();
        }
        int decimal = type.modifier() - 4;
        return switch (type.base()) {
            case INT2 -> Map.of("numeric_precision", 16, "numeric_precision_radix", 2, "numeric_scale", 0);
            case INT4 -> Map.of("numeric_precision", 32, "numeric_precision_radix", 2, "numeric_scale", 0);
            case INT8 -> Map.of("numeric_precision", 64, "numeric_precision_radix", 2, "numeric_scale", 0);
            case FLOAT4 -> Map.of("numeric_precision", 24, "numeric_precision_radix", 2);
            case FLOAT8 -> Map.of("numeric_precision", 53, "numeric_precision_radix", 2);
            case NUMERIC ->
                decimal < 0
                        ? Map.of("numeric_precision_radix", 10)
                        : Map.of(
                                "numeric_precision",
                                decimal >> 16,
                                "numeric_precision_radix",
                                10,
                                "numeric_scale",
                                decimal & 0xffff);
            case TIMESTAMP, TIMESTAMPTZ, TIME -> Map.of("datetime_precision", 6);
            default -> Map.of();
        };
    }

    /** The name of a relation as a text writes it: without quotes, in lower case unless quoted. */
    static String unquoted(String text) {
        StringBuilder name = new StringBuilder();
        for (String part : text.strip().split("\\.", -1)) {
            boolean quoted = part.length() > 1 && part.startsWith("\"") && part.endsWith("\"");
            name.append(name.isEmpty() ? "" : ".")
                    .append(quoted ? part.substring(1, part.length() - 1) : part.toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }
}
