package io.gatehouse.sql.completion;

import io.gatehouse.sql.completion.TextPart.Group;
import io.gatehouse.sql.completion.TextPart.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The WITH queries that are visible at a position.
 *
 * @param items in the order of the text
 */
record WithItems(List<Item> items, boolean recursive) {
    static final WithItems NONE = new WithItems(List.of(), false);

    /**
     * One of them.
     *
     * @param columns the names that stand behind its own, if any
     * @param body the parentheses around the query
     */
    record Item(String name, List<String> columns, Group body, int start) {}

    /**
     * The WITH that a query begins with, and where its own parts begin.
     *
     * @param rest the index of the part behind the last item
     */
    record Read(WithItems with, int rest) {}

    WithItems {
        items = List.copyOf(items);
    }

    static Read read(List<TextPart> parts) {
        if (parts.isEmpty() || !parts.get(0).is("WITH")) {
            return new Read(NONE, 0);
        }
        boolean recursive = parts.size() > 1 && parts.get(1).is("RECURSIVE");
        List<Item> items = new ArrayList<>();
        int at = recursive ? 2 : 1;
        while (at < parts.size() && parts.get(at) instanceof Word name && name.isName()) {
            int from = at++;
            List<String> columns = List.of();
            if (at < parts.size() && parts.get(at) instanceof Group group) {
                columns = names(group);
                at++;
            }
            while (at < parts.size() && parts.get(at).isOneOf(List.of("AS", "NOT", "MATERIALIZED"))) {
                at++;
            }
            if (at >= parts.size() || !(parts.get(at) instanceof Group body)) {
                return new Read(new WithItems(items, recursive), from);
            }
            items.add(new Item(name.name(), columns, body, parts.get(from).start()));
            at++;
            if (at >= parts.size() || !parts.get(at).is(",")) {
                break;
            }
            at++;
        }
        return new Read(new WithItems(items, recursive), at);
    }

    static List<String> names(Group group) {
        return group.parts().stream()
                .filter(part -> part instanceof Word word && word.isName())
                .map(part -> ((Word) part).name())
                .toList();
    }

    Optional<Item> find(String name) {
        return items.stream().filter(item -> item.name().equalsIgnoreCase(name)).reduce((earlier, later) -> later);
    }

    WithItems and(WithItems inner) {
        List<Item> all = new ArrayList<>(items);
        all.addAll(inner.items);
        return new WithItems(all, recursive || inner.recursive);
    }

    /** Returns the items that the body of an item can name. */
    WithItems before(Item item) {
        int end = items.indexOf(item) + (recursive ? 1 : 0);
        return new WithItems(items.subList(0, end), recursive);
    }

    /** Returns a WITH clause with all items, cut from their text; empty if there are none. */
    String written(String text) {
        StringBuilder with = new StringBuilder();
        for (Item item : items) {
            with.append(with.isEmpty() ? (recursive ? "WITH RECURSIVE " : "WITH ") : ", ");
            with.append(text, item.start(), item.body().end());
        }
        return with.append(items.isEmpty() ? "" : " ").toString();
    }
}
