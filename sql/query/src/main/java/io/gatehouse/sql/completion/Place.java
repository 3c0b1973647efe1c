package io.gatehouse.sql.completion;

import io.gatehouse.sql.completion.Part.Group;
import io.gatehouse.sql.completion.Part.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the cursor is.
 *
 * @param with the WITH queries that can be named
 * @param queries the queries around the cursor, the innermost first
 * @param qualifier the name before a dot before the cursor
 * @param caller what stands before the parentheses around the cursor
 */
record Place(
        Expected expected,
        WithItems with,
        List<QueryParts> queries,
        Optional<String> qualifier,
        Optional<Part> caller) {
    static Place of(Group statement) {
        return in(statement, WithItems.NONE, List.of());
    }

    private static Place in(Group level, WithItems outerWith, List<QueryParts> outer) {
        WithItems.Read read = WithItems.read(level.parts());
        for (WithItems.Item item : read.with().items()) {
            if (item.body().holdsCursor()) {
                return in(item.body(), outerWith.and(read.with().before(item)), List.of());
            }
        }
        WithItems with = outerWith.and(read.with());
        QueryParts query = QueryParts.around(
                level.parts().subList(read.rest(), level.parts().size()));
        List<QueryParts> queries = new ArrayList<>(List.of(query));
        queries.addAll(outer);
        return inQuery(query, with, queries);
    }

    private static Place inQuery(QueryParts query, WithItems with, List<QueryParts> queries) {
        List<Part> parts = query.parts();
        int index = QueryParts.cursorIndex(parts);
        Clause clause = query.clauseAt(index);
        Optional<Part> caller = Optional.empty();
        while (index < parts.size() && parts.get(index) instanceof Group group) {
            if (group.begins(Sources.QUERY_WORDS)) {
                return in(group, with, clause == Clause.FROM ? List.of() : queries);
            }
            caller = index == 0 ? caller : Optional.of(parts.get(index - 1));
            parts = group.parts();
            index = QueryParts.cursorIndex(parts);
        }
        boolean qualified = index > 1 && parts.get(index - 1).is(".") && parts.get(index - 2) instanceof Word;
        Optional<String> qualifier = qualified ? Optional.of(((Word) parts.get(index - 2)).name()) : Optional.empty();
        return new Place(Expected.at(clause, parts, index, caller), with, queries, qualifier, caller);
    }
}
