package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.parse.Grammar;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;

/** The built-in measures of stored relations, from measures.sql. */
public final class MeasureDefinitions {
    /**
     * A measure.
     *
     * @param relation whose columns it is made of
     * @param note what it says, as a sentence
     * @param expression an aggregate over those columns
     */
    public record Definition(String relation, String name, String note, SqlNode expression) {}

    private static final List<Definition> ALL = read();

    private MeasureDefinitions() {}

    /** Returns all measures, grouped by relation. */
    public static List<Definition> all() {
        return ALL;
    }

    /** Returns the measures of a relation, in the order of definition. */
    public static List<Definition> of(String relation) {
        return ALL.stream()
                .filter(definition -> definition.relation().equalsIgnoreCase(relation))
                .toList();
    }

    /** Returns the measures with a name, each of a different relation. */
    static List<Definition> named(String name) {
        return ALL.stream()
                .filter(definition -> definition.name().equalsIgnoreCase(name))
                .toList();
    }

    private static List<Definition> read() {
        List<Definition> definitions = new ArrayList<>();
        for (String statement : SqlResource.statements("measures.sql")) {
            String text = statement.strip();
            String note = text.lines().findFirst().orElse("").substring("-- ".length());
            SqlSelect select = (SqlSelect) parsed(text);
            SqlCall item = (SqlCall) select.getSelectList().get(0);
            String relation = requireNonNull(select.getFrom()).toString();
            definitions.add(new Definition(relation, item.operand(1).toString(), note, measured(item.operand(0))));
        }
        return List.copyOf(definitions);
    }

    private static SqlNode measured(SqlCall measure) {
        return measure.operand(0);
    }

    private static SqlNode parsed(String text) {
        try {
            return SqlParser.create(text, Grammar.parser()).parseQuery();
        } catch (SqlParseException e) {
            throw new IllegalStateException("measures.sql: " + e.getMessage(), e);
        }
    }
}
