package io.gatehouse.sql.spark;

import io.gatehouse.base.Resources;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The Spark forms of functions, from a file of lines {@code name/arguments | form}. */
record FormTable(Map<String, String> forms) {
    static final FormTable FUNCTIONS = read("functions.txt");
    static final FormTable AGGREGATES = read("aggregates.txt");

    FormTable {
        forms = Map.copyOf(forms);
    }

    private static FormTable read(String file) {
        Map<String, String> forms = new HashMap<>();
        for (String line : Resources.lines(FormTable.class, file)) {
            String[] parts = line.split(" \\| ", 2);
            forms.put(parts[0], parts[1]);
        }
        return new FormTable(forms);
    }

    /** Finds the form of a function with a number of arguments. */
    Optional<String> find(String name, int arguments) {
        return Optional.ofNullable(forms.get("%s/%d".formatted(name, arguments)));
    }

    /** A text that lies beside this class. */
    static String text(String name) {
        return Resources.text(FormTable.class, name);
    }
}
