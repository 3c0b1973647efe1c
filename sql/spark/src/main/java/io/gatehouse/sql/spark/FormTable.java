package io.gatehouse.sql.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How functions are said on Spark, from a file of lines {@code name/arguments | form}. */
record FormTable(Map<String, String> forms) {
    static final FormTable FUNCTIONS = read("functions.txt");
    static final FormTable AGGREGATES = read("aggregates.txt");

    FormTable {
        forms = Map.copyOf(forms);
    }

    private static FormTable read(String file) {
        Map<String, String> forms = new HashMap<>();
        text(file)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" \\| ", 2))
                .forEach(parts -> forms.put(parts[0], parts[1]));
        return new FormTable(forms);
    }

    /** The form of a function that is called with so many arguments; empty if there is none. */
    Optional<String> find(String name, int arguments) {
        return Optional.ofNullable(forms.get("%s/%d".formatted(name, arguments)));
    }

    /** A text that lies beside this class. */
    static String text(String name) {
        try (InputStream file = FormTable.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("No resource " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
