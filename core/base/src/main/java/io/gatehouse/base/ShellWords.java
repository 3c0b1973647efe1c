package io.gatehouse.base;

import java.util.List;
import java.util.stream.Collectors;

/** Words of a command line, written so that a shell reads them back. */
public final class ShellWords {
    private ShellWords() {}

    /** A command line of some words. */
    public static String join(List<String> words) {
        return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
    }

    /** A word, in quotes if it needs them. */
    public static String quoted(String word) {
        return word.matches("[\\w./:=,+@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
