package io.gatehouse.store.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The schema of a database file: the tables and views of {@code schema.sql}, and the tables of {@link Rollup rollups}. */
public final class DatabaseSchema {
    /** Version of the schema that this Gatehouse writes and reads. */
    public static final int VERSION = 1;

    private static final Pattern HEAD = Pattern.compile("(?m)^CREATE (TABLE|VIEW) (\\w+) \\( -- (.+)$");
    private static final Pattern COLUMN = Pattern.compile("(?m)^ {4}\"?(\\w+)\"?(.*?),? -- (.+)$");
    private static final Pattern BEHIND_TYPE = Pattern.compile("\\s+(NOT NULL|DEFAULT|USING|CHECK)\\b");
    private static final String NOT_NULL = " NOT NULL";

    private static final List<Relation> RELATIONS = Stream.concat(
                    Stream.of(SqlText.read(DatabaseSchema.class, "schema.sql").split(";\n", -1))
                            .filter(definition -> !definition.isBlank())
                            .map(DatabaseSchema::parse),
                    Rollup.STORED.stream().map(RollupSql::table))
            .toList();

    private DatabaseSchema() {}

    /**
     * A table or a view.
     *
     * @param definition the statement that creates it
     */
    public record Relation(String name, boolean isView, String comment, List<Column> columns, String definition) {
        public Relation {
            columns = List.copyOf(columns);
        }

        /** Returns the column of a name. */
        public Optional<Column> column(String columnName) {
            return columns.stream()
                    .filter(column -> column.name().equals(columnName))
                    .findFirst();
        }

        /** Returns the statements that set its comments on a table or a view of its name. */
        public List<String> comments(boolean onView) {
            List<String> statements = new ArrayList<>();
            statements.add(
                    "COMMENT ON %s %s IS '%s'".formatted(onView ? "VIEW" : "TABLE", name, SqlText.quoted(comment)));
            for (Column column : columns) {
                statements.add("COMMENT ON COLUMN %s.\"%s\" IS '%s'"
                        .formatted(name, column.name(), SqlText.quoted(column.comment())));
            }
            return statements;
        }
    }

    /** Returns the statements that make an empty database of this version. */
    public static String definition() {
        return Stream.concat(
                        RELATIONS.stream()
                                .flatMap(relation -> Stream.concat(
                                        Stream.of(relation.definition()),
                                        relation.comments(relation.isView()).stream())),
                        Stream.of("INSERT INTO schema_version VALUES (%s)".formatted(VERSION)))
                .map(statement -> statement + ";\n")
                .collect(Collectors.joining());
    }

    /** Returns all tables and views. */
    public static List<Relation> relations() {
        return RELATIONS;
    }

    /** Returns the table or view of a name. */
    public static Optional<Relation> find(String name) {
        return RELATIONS.stream()
                .filter(relation -> relation.name().equals(name))
                .findFirst();
    }

    /** Reads a definition; what follows the columns of a view is its query. */
    private static Relation parse(String definition) {
        Matcher head = HEAD.matcher(definition);
        if (!head.find()) {
            throw new IllegalStateException("schema.sql has a statement that defines nothing: " + definition);
        }
        boolean isView = head.group(1).equals("VIEW");
        int end = definition.indexOf("\n)", head.end());
        String declared = definition.substring(head.end(), end);
        List<Column> columns = COLUMN.matcher(declared)
                .results()
                .map(column -> {
                    String properties = column.group(2).strip();
                    String type = isView ? "" : BEHIND_TYPE.split(properties, 2)[0];
                    return new Column(column.group(1), type, !column.group(2).contains(NOT_NULL), column.group(3));
                })
                .toList();
        String statement = isView
                ? definition.substring(0, head.end()) + declared.replace(NOT_NULL, "") + definition.substring(end)
                : definition;
        return new Relation(head.group(2), isView, head.group(3), columns, statement);
    }
}
