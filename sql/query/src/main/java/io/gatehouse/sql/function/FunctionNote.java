package io.gatehouse.sql.function;

import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.store.schema.DomainFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The documentation of a function.
 *
 * @param group the heading it stands under
 * @param forms how it can be called
 * @param comment what it returns, in one line
 */
public record FunctionNote(String group, String name, List<String> forms, String comment) {
    private static final String OURS = "Routing";
    private static final String TABLES = "Tables";
    private static final List<FunctionNote> ALL = Stream.of(ours(), tables(), duckDb().stream())
            .flatMap(notes -> notes)
            .toList();

    public FunctionNote {
        forms = List.copyOf(forms);
    }

    /** Returns the notes of all functions, Gatehouse's own first. */
    public static List<FunctionNote> all() {
        return ALL;
    }

    public static Optional<FunctionNote> find(String name) {
        String key = name.toLowerCase(Locale.ROOT);
        return ALL.stream().filter(note -> note.name().equals(key)).findFirst();
    }

    private static Stream<FunctionNote> ours() {
        return DomainFunction.all().stream()
                .map(function ->
                        new FunctionNote(OURS, function.name(), List.of(function.signature()), function.comment()));
    }

    private static Stream<FunctionNote> tables() {
        return TableFunction.all().stream()
                .map(function -> new FunctionNote(
                        TABLES, function.name(), List.of(function.signature()), function.comment() + "."));
    }

    /** Whether it is a table function, called in FROM. */
    public boolean isTable() {
        return group.equals(TABLES);
    }

    private static List<FunctionNote> duckDb() {
        List<FunctionNote> notes = new ArrayList<>();
        String group = "";
        for (String line : SqlResource.lines("functions/duckdb.txt")) {
            if (line.startsWith("= ")) {
                group = line.substring("= ".length());
            } else {
                String[] note = line.split(" \\| ", 2);
                notes.add(new FunctionNote(group, name(note[0]), forms(note[0]), note[1] + "."));
            }
        }
        return notes;
    }

    private static String name(String forms) {
        return forms.split("[( ]", 2)[0];
    }

    /** Taken apart where the name comes again. */
    private static List<String> forms(String written) {
        return Arrays.stream(written.split(", (?=%s\\()".formatted(name(written))))
                .collect(Collectors.toUnmodifiableList());
    }
}
