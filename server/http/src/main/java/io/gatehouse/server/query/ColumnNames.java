package io.gatehouse.server.query;

import io.gatehouse.client.ResultColumn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names of columns that are unique, as the members of a JSON object must be. */
public final class ColumnNames {
    private ColumnNames() {}

    /** A second column of a name gets a number. */
    public static List<String> distinct(List<ResultColumn> columns) {
        Set<String> taken = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (ResultColumn column : columns) {
            String name = column.name();
            for (int number = 1; !taken.add(name); number++) {
                name = column.name() + "_" + number;
            }
            names.add(name);
        }
        return names;
    }
}
