package io.gatehouse.sql;

import io.gatehouse.sql.Phrase.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What an expression of a random statement can name.
 *
 * @param sources what FROM gives
 * @param merged columns of USING or NATURAL joins
 * @param outer of the query around, where it can be named
 * @param keys what the rows are grouped by; with it, all else must be in an aggregate
 * @param windows whether a window function can stand here
 * @param window name of a window of the WINDOW clause
 */
record Scope(
        List<Source> sources,
        Set<String> merged,
        Optional<Scope> outer,
        Optional<List<Column>> keys,
        boolean windows,
        Optional<String> window) {
    /** Something to write that has a type. */
    record Column(String text, Category type) {}

    /**
     * A relation in FROM.
     *
     * @param key columns that tell any two rows apart that are not the same; none where nothing does
     * @param rows about how many
     * @param whole whether these are all of its columns
     */
    record Source(String alias, List<Column> columns, List<String> key, int rows, boolean whole) {
        Source(String alias, List<Column> columns, List<String> key, int rows) {
            this(alias, columns, key, rows, true);
        }
    }

    /** More keys make an ORDER BY that nobody can read. */
    private static final int MOST_KEYS = 7;

    static Scope of(List<Source> sources, Optional<Scope> outer) {
        return new Scope(List.copyOf(sources), Set.of(), outer, Optional.empty(), false, Optional.empty());
    }

    Scope merging(Set<String> columns) {
        return new Scope(sources, columns, outer, keys, windows, window);
    }

    Scope groupedBy(List<Column> by) {
        return new Scope(sources, merged, outer, Optional.of(List.copyOf(by)), windows, window);
    }

    Scope withWindows(Optional<String> named) {
        return new Scope(sources, merged, outer, keys, true, named);
    }

    Scope withoutWindows() {
        return new Scope(sources, merged, outer, keys, false, Optional.empty());
    }

    /** That of the rows that are grouped, as the argument of an aggregate sees it. */
    Scope ofRows() {
        return new Scope(sources, merged, outer, Optional.empty(), false, Optional.empty());
    }

    boolean grouped() {
        return keys.isPresent();
    }

    /** What can be named of this query alone. */
    List<Column> columns() {
        if (keys.isPresent()) {
            return keys.get();
        }
        List<Column> columns = new ArrayList<>();
        for (Source source : sources) {
            for (Column column : source.columns()) {
                columns.add(new Column(source.alias() + "." + column.text(), column.type()));
                if (merged.contains(column.text()) || namesake(column.text()) == 1) {
                    columns.add(column);
                }
            }
        }
        return columns;
    }

    private long namesake(String name) {
        return sources.stream()
                .flatMap(source -> source.columns().stream())
                .filter(column -> column.text().equals(name))
                .count();
    }

    List<String> names(Category type) {
        return names(type, columns().stream());
    }

    List<String> outerNames(Category type) {
        return names(type, outer.stream().flatMap(Scope::plainColumns));
    }

    private Stream<Column> plainColumns() {
        return Stream.concat(
                columns().stream().filter(column -> column.text().matches("[\\w.\"]+")),
                outer.stream().flatMap(Scope::plainColumns));
    }

    private static List<String> names(Category type, Stream<Column> columns) {
        return columns.filter(column -> column.type() == type).map(Column::text).toList();
    }

    /** Columns that put the rows into an order that leaves nothing open. */
    Optional<List<String>> key() {
        List<String> key = keys.isPresent()
                ? keys.get().stream().map(Column::text).toList()
                : sources.stream()
                        .flatMap(source -> source.key().stream().map(name -> source.alias() + "." + name))
                        .toList();
        boolean told = keys.isPresent()
                || sources.stream().noneMatch(source -> source.key().isEmpty());
        return told && !key.isEmpty() && key.size() <= MOST_KEYS ? Optional.of(key) : Optional.empty();
    }

    int rows() {
        return sources.stream().mapToInt(Source::rows).reduce(1, (a, b) -> Math.min(1_000_000, a * b));
    }
}
