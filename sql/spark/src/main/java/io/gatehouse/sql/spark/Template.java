package io.gatehouse.sql.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlWriter;

/**
 * SQL with places for what is put in: {@code {0}} for the first argument, {@code {*}} for all of them with commas, and
 * further ones by name.
 */
record Template(List<String> pieces) {
    private static final Pattern PLACE = Pattern.compile("\\{([^}]*)}");

    Template {
        pieces = List.copyOf(pieces);
    }

    /** Texts and the names of places in turn, a text first. */
    static Template of(String text) {
        List<String> pieces = new ArrayList<>();
        Matcher place = PLACE.matcher(text);
        int from = 0;
        while (place.find()) {
            pieces.add(text.substring(from, place.start()));
            pieces.add(place.group(1));
            from = place.end();
        }
        pieces.add(text.substring(from));
        return new Template(pieces);
    }

    /** @param named writes a place that is no argument */
    void write(SqlWriter writer, List<? extends SqlNode> arguments, Consumer<String> named) {
        for (int i = 0; i < pieces.size(); i++) {
            String piece = pieces.get(i);
            if (i % 2 == 0) {
                print(writer, piece);
            } else if (piece.equals("*")) {
                all(writer, arguments);
            } else if (piece.matches("\\d+")) {
                arguments.get(Integer.parseInt(piece)).unparse(writer, 0, 0);
            } else {
                named.accept(piece);
            }
        }
    }

    private static void all(SqlWriter writer, List<? extends SqlNode> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (i > 0) {
                print(writer, ",");
            }
            arguments.get(i).unparse(writer, 0, 0);
        }
    }

    /** The writer does not take a lone parenthesis, which it means to count. */
    static void print(SqlWriter writer, String text) {
        if (!text.isEmpty()) {
            writer.print(text + " ");
            writer.setNeedWhitespace(false);
        }
    }
}
