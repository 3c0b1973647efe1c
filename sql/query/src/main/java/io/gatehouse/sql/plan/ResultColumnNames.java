package io.gatehouse.sql.plan;

import io.gatehouse.sql.parse.Positions;
import io.gatehouse.sql.parse.StatementText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;

/**
 * The names of the columns of a result: the alias or column name if there is one, otherwise the text of the expression,
 * such as {@code count(*)}. Duplicates are made unique.
 */
public final class ResultColumnNames {
    private static final int MAX_LENGTH = 60;

    /** The names that Calcite gives to expressions. */
    private static final Pattern INVENTED = Pattern.compile("EXPR\\$\\d+");

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private ResultColumnNames() {}

    static List<String> of(RelRoot root, SqlNode validated, StatementText text) {
        SqlNodeList expressions = selectList(validated);
        List<String> names = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < root.fields.size(); i++) {
            String name = root.fields.get(i).getValue();
            boolean invented = INVENTED.matcher(name).matches();
            names.add(unique(invented && i < expressions.size() ? written(expressions.get(i), text) : name, taken));
        }
        return names;
    }

    /** Returns the items of a query; those of its first SELECT if it is a set operation. */
    static SqlNodeList selectList(SqlNode query) {
        if (query instanceof SqlOrderBy order) {
            return selectList(order.query);
        }
        if (query instanceof SqlWith with) {
            return selectList(with.body);
        }
        if (query instanceof SqlSelect select) {
            return select.getSelectList();
        }
        boolean setOperation = query instanceof SqlCall && SqlKind.SET_QUERY.contains(query.getKind());
        return setOperation ? selectList(((SqlCall) query).operand(0)) : SqlNodeList.EMPTY;
    }

    /** Returns an expression as it is written, on one line. */
    static String written(SqlNode expression, StatementText text) {
        SqlNode bare = expression.getKind() == SqlKind.AS ? ((SqlCall) expression).operand(0) : expression;
        String name = BLANKS.matcher(StatementText.normal(text.at(Positions.of(bare))))
                .replaceAll(" ");
        return name.length() <= MAX_LENGTH ? name : name.substring(0, MAX_LENGTH - 1) + "…";
    }

    private static String unique(String name, Set<String> taken) {
        String candidate = name;
        for (int i = 1; !taken.add(candidate); i++) {
            candidate = name + "_" + i;
        }
        return candidate;
    }
}
