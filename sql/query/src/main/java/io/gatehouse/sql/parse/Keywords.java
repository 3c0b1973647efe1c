package io.gatehouse.sql.parse;

import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.grammar.DialectParser;
import java.io.StringReader;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;

/** The keywords of the language. */
public final class Keywords {
    /** A token that is valid nowhere in a statement. */
    private static final String STOP = " }";

    /** The keywords worth suggesting, likeliest first; the first word of each is a token of the grammar. */
    private static final List<String> SUGGESTED = SqlResource.lines("keywords/suggested.txt");

    /** The keywords that begin a statement, without expressions, which can be parsed alone. */
    private static final List<String> BEGINNING = List.of(
            "SELECT",
            "FROM",
            "WITH",
            "VALUES",
            "DESCRIBE",
            "SUMMARIZE",
            "SHOW TABLES",
            "SHOW FUNCTIONS",
            "SHOW EXAMPLES",
            "EXPLAIN");

    /** The continuation of words after which the parser looks ahead and therefore does not report expected tokens. */
    private record Ahead(Pattern words, List<String> next) {
        Ahead(String words, String... next) {
            this(Pattern.compile("\\b(?:" + words + ")\\s+$", Pattern.CASE_INSENSITIVE), List.of(next));
        }
    }

    private static final List<Ahead> LOOKED_AHEAD = List.of(
            new Ahead("LEFT|RIGHT|FULL|INNER|CROSS|NATURAL|OUTER", "JOIN"),
            new Ahead("GROUP|ORDER|PARTITION", "BY"),
            new Ahead("IS\\s+NOT", "NULL", "DISTINCT FROM", "TRUE", "FALSE"),
            new Ahead("IS", "NULL", "NOT NULL", "NOT DISTINCT FROM", "DISTINCT FROM", "TRUE", "FALSE"),
            new Ahead("NOT", "IN", "EXISTS", "LIKE", "ILIKE", "BETWEEN", "SIMILAR TO"));

    private Keywords() {}

    /** Returns the keywords that completion suggests, as single words such as GROUP and BY. */
    public static List<String> words() {
        return SUGGESTED.stream()
                .flatMap(keyword -> Arrays.stream(keyword.split(" ", -1)))
                .distinct()
                .toList();
    }

    /** Returns the keywords that a statement can begin with. */
    public static List<String> beginning() {
        return BEGINNING;
    }

    /** Returns the keywords that can follow a text, if it parses up to its end. Needs a deep stack. */
    public static List<String> after(String text) {
        for (Ahead ahead : LOOKED_AHEAD) {
            if (ahead.words().matcher(text).find()) {
                return ahead.next();
            }
        }
        Set<String> expected = expected(text);
        return SUGGESTED.stream()
                .filter(keyword -> expected.contains(keyword.split(" ", 2)[0]))
                .toList();
    }

    private static Set<String> expected(String text) {
        Set<String> words = new HashSet<>();
        try {
            SqlParser.create(text + STOP, Grammar.explainingParser()).parseStmt();
        } catch (SqlParseException e) {
            int[][] sequences = e.getExpectedTokenSequences();
            String[] images = e.getTokenImages();
            boolean reached = new Lines(text + STOP)
                            .offset(e.getPos().getLineNum(), e.getPos().getColumnNum())
                    == text.length() + STOP.length() - 1;
            if (sequences != null && images != null && reached) {
                for (int[] sequence : sequences) {
                    words.add(images[sequence[0]].replace("\"", ""));
                }
            }
        }
        return words;
    }

    /** Quotes a name if necessary. */
    public static String quoted(String name) {
        boolean plain = name.matches("[a-z_][a-z0-9_]*")
                && (KeywordNames.isName(name) || !isReserved(name.toUpperCase(Locale.ROOT)));
        return plain ? name : Literals.name(name);
    }

    private static boolean isReserved(String word) {
        return Reserved.METADATA.isReservedWord(word) && !DialectParser.isUnreserved(word);
    }

    /** The grammar's reserved words, loaded on first use. */
    private static final class Reserved {
        private static final SqlAbstractParserImpl.Metadata METADATA =
                new DialectParser(new StringReader("")).getMetadata();
    }
}
