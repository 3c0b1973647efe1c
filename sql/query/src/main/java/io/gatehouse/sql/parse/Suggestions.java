package io.gatehouse.sql.parse;

import io.gatehouse.base.NearNames;
import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.function.FunctionNote;
import io.gatehouse.sql.function.FunctionTable;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Adds what to write to messages about names that do not exist, or that mean several columns. */
public final class Suggestions {
    private static final Pattern COLUMN = Pattern.compile("Column '([^']*)' not found in (?:any table|table '[^']*')");

    /** Calcite's message about an unknown column in a SELECT list, whose name it takes for an alias of itself. */
    private static final Pattern SELF =
            Pattern.compile("The definition of column '([^']*)' depends on itself.*", Pattern.DOTALL);

    private static final Pattern RELATION = Pattern.compile("(?:Table|Object) '([^']*)' not found");
    private static final Pattern FUNCTION =
            Pattern.compile("No match found for function signature (\\w+)\\((.*)\\)", Pattern.DOTALL);

    private static final Pattern AMBIGUOUS = Pattern.compile("Column '([^']*)' is ambiguous");

    private static final int MAX_SUGGESTED = 3;

    /** A word that more names share says nothing. */
    private static final int MAX_SHARING = 2;

    /** Words such as of and js say nothing. */
    private static final int SHORTEST_SHARED_WORD = 5;

    private static final Pattern NO_WORD = Pattern.compile("\\W+");

    private static final String NO_OPERATOR = "No match found for function signature ";

    private final Catalog catalog;

    public Suggestions(Catalog catalog) {
        this.catalog = catalog;
    }

    /** Whether Calcite's message is about a parameter without a type. */
    public static boolean isUntypedParameter(String message) {
        return message.startsWith("Illegal use of dynamic parameter");
    }

    /**
     * Adds what to write to a message of Calcite.
     *
     * @param statement the text that the message is about
     */
    public String improve(String message, StatementText statement) {
        String plain = message.replaceFirst("; did you mean '[^']*'\\?$", "");
        Matcher function = FUNCTION.matcher(plain);
        if (function.matches()) {
            return unknownFunction(function.group(1).toLowerCase(Locale.ROOT), function.group(2));
        }
        if (plain.startsWith(NO_OPERATOR)) {
            return "%s is not supported".formatted(plain.substring(NO_OPERATOR.length()));
        }
        if (plain.startsWith("Cannot apply '$SCALAR_QUERY'")) {
            return "A sub-query that stands for a value has one column";
        }
        Matcher self = SELF.matcher(plain);
        if (self.matches()) {
            return "Column '%s' not found in any table%s".formatted(self.group(1), column(self.group(1), statement));
        }
        Matcher column = COLUMN.matcher(plain);
        if (column.matches()) {
            return plain + column(column.group(1), statement);
        }
        Matcher relation = RELATION.matcher(plain);
        if (relation.matches()) {
            return unknownRelation(relation.group(1));
        }
        return message;
    }

    /** The name of the column in a message that it is ambiguous. */
    public static Optional<String> findAmbiguousColumn(String message) {
        Matcher ambiguous = AMBIGUOUS.matcher(message);
        return ambiguous.matches() ? Optional.of(ambiguous.group(1)) : Optional.empty();
    }

    /**
     * The message about a name that means several columns.
     *
     * @param relations those that have the column; empty if they are not known, or if items of SELECT have the name
     */
    public static String ambiguousColumn(String name, List<String> relations) {
        String remedy = relations.isEmpty()
                ? "write the relation before it, such as a.%1$s, or give items of SELECT different names"
                        .formatted(Keywords.quoted(name))
                : "write " + alternatives(relations, name);
        return "Column '%s' is ambiguous; %s".formatted(name, remedy);
    }

    /** The column of each of some relations, as in "a.x, b.x or c.x". */
    private static String alternatives(List<String> relations, String column) {
        List<String> qualified = relations.stream()
                .map(relation -> Keywords.quoted(relation) + "." + Keywords.quoted(column))
                .toList();
        int last = qualified.size() - 1;
        return last == 0
                ? qualified.get(0)
                : String.join(", ", qualified.subList(0, last)) + " or " + qualified.get(last);
    }

    private String unknownRelation(String name) {
        return catalog.findFunction(name)
                .map(function -> "%s is a function; write %s".formatted(function.name(), function.signature()))
                .orElseGet(() -> {
                    String near = didYouMean(name, relations());
                    return "Table '%s' not found%s"
                            .formatted(name, near.isEmpty() ? alternative(withWordOf(name, relations())) : near);
                });
    }

    /**
     * The names that share a word of some length, as subject_divergence does with js_divergence; none where many share
     * it.
     */
    private static List<String> withWordOf(String name, Collection<String> names) {
        List<String> words = Stream.of(name.toLowerCase(Locale.ROOT).split("_", -1))
                .filter(word -> word.length() >= SHORTEST_SHARED_WORD)
                .toList();
        List<String> sharing = names.stream()
                .filter(other -> Stream.of(other.split("_", -1)).anyMatch(words::contains))
                .toList();
        return sharing.size() > MAX_SHARING ? List.of() : sharing;
    }

    private String unknownFunction(String name, String arguments) {
        Collection<String> names = FunctionTable.INSTANCE.functionNames();
        if (names.contains(name)) {
            return "Function '%s' does not take (%s)".formatted(name, arguments.replaceAll("[<>]", ""));
        }
        return catalog.findRelation(name)
                .map(relation ->
                        "%1$s is a relation and takes no arguments; write FROM %1$s".formatted(relation.name()))
                .orElseGet(() -> unknownFunction(name));
    }

    public static String unknownFunction(String name) {
        List<String> names = FunctionNote.all().stream().map(FunctionNote::name).toList();
        String near = didYouMean(name, names);
        return "Function '%s' does not exist%s".formatted(name, near.isEmpty() ? "." : near);
    }

    /** A column of what the statement names, whose name is close or has the given one as one of its words; or any. */
    private String column(String name, StatementText statement) {
        Set<String> words =
                new HashSet<>(List.of(NO_WORD.split(statement.normal().toLowerCase(Locale.ROOT), -1)));
        Collection<String> named = new TreeSet<>();
        catalog.relations().stream()
                .filter(relation -> words.contains(relation.name()))
                .forEach(relation -> relation.columns().forEach(column -> named.add(column.name())));
        words.forEach(word -> catalog.findFunction(word)
                .ifPresent(function -> function.columns().forEach(column -> named.add(column.name()))));
        String near = didYouMean(name, named);
        if (!near.isEmpty()) {
            return near;
        }
        String holding = alternative(named.stream()
                .filter(column -> List.of(column.split("_", -1)).contains(name.toLowerCase(Locale.ROOT)))
                .filter(column -> !column.equalsIgnoreCase(name))
                .limit(MAX_SUGGESTED)
                .toList());
        if (!holding.isEmpty()) {
            return holding;
        }
        List<String> elsewhere = relationsWith(name, words);
        return elsewhere.isEmpty()
                ? didYouMean(name, columns())
                : "; %s %s it".formatted(listed(elsewhere), elsewhere.size() == 1 ? "has" : "have");
    }

    /**
     * Relations of which a column has a name, those first whose name begins as that of a relation of the statement:
     * run_accuracy for the accuracy that runs lacks.
     */
    private List<String> relationsWith(String column, Set<String> words) {
        List<String> having = catalog.relations().stream()
                .filter(relation ->
                        relation.columns().stream().anyMatch(each -> each.name().equalsIgnoreCase(column)))
                .map(Relation::name)
                .filter(name -> !words.contains(name))
                .toList();
        return having.stream()
                .sorted(Comparator.comparing(name -> !words.contains(name.split("_", 2)[0] + "s")))
                .limit(MAX_SUGGESTED)
                .toList();
    }

    /** As in "a, b and c". */
    private static String listed(List<String> names) {
        int last = names.size() - 1;
        return last == 0 ? names.get(0) : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }

    private static String alternative(List<String> names) {
        return names.isEmpty() ? "" : names.stream().collect(Collectors.joining("' or '", "; did you mean '", "'?"));
    }

    private Collection<String> columns() {
        return names(relation -> relation.columns().stream().map(Column::name).toList());
    }

    private Collection<String> relations() {
        return catalog.relations().stream().map(Relation::name).toList();
    }

    private Collection<String> names(Function<Relation, Collection<String>> of) {
        Collection<String> names = new TreeSet<>();
        catalog.relations().forEach(relation -> names.addAll(of.apply(relation)));
        return names;
    }

    private static String didYouMean(String name, Collection<String> candidates) {
        return NearNames.nearest(name, candidates)
                .map("; did you mean '%s'?"::formatted)
                .orElse("");
    }
}
