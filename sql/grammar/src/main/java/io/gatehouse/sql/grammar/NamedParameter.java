package io.gatehouse.sql.grammar;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** {@code :name}, a parameter with a name, in lower case. A name has one index, however often it occurs. */
public final class NamedParameter extends SqlDynamicParam {
    private final String name;

    private NamedParameter(String name, int index, SqlParserPos position) {
        super(index, position);
        this.name = requireNonNull(name, "name is null");
    }

    /**
     * Numbers a parameter: each {@code ?} is a new one, each name one.
     *
     * @param image of the token: {@code ?}, or a colon and the name
     * @param numbered the parameters before it, to which a new one is added
     */
    static SqlDynamicParam of(String image, List<String> numbered, SqlParserPos position) {
        boolean named = image.startsWith(":");
        int known = named ? numbered.indexOf(image) : -1;
        int index = known < 0 ? numbered.size() : known;
        if (known < 0) {
            numbered.add(image);
        }
        return named ? new NamedParameter(image.substring(1), index, position) : new SqlDynamicParam(index, position);
    }

    public String name() {
        return name;
    }

    @Override
    public SqlNode clone(SqlParserPos position) {
        return new NamedParameter(name, getIndex(), position);
    }
}
