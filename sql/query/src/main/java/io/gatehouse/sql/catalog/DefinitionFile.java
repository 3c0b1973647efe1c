package io.gatehouse.sql.catalog;

import io.gatehouse.client.Column;
import io.gatehouse.type.SqlType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A .sql file that defines something by a query, with a comment at its head. Its first paragraph says what a row is; then
 * come sections, each a line "Name: text" and the lines indented under it; under "Columns:" and "Parameters:" there is a
 * line for each, "name TYPE: meaning", or "name TYPE NULL: meaning" for one that can be NULL. A parameter says behind its
 * type what it takes, as {@link Accepted#parse} reads it.
 *
 * @param comment what one row is
 * @param sections the sections by name, in order, without columns and parameters
 * @param accepted what each parameter takes
 * @param query what stands below the head
 */
record DefinitionFile(
        String comment,
        Map<String, String> sections,
        List<Column> columns,
        List<Column> parameters,
        List<Accepted> accepted,
        String query) {
    private static final String COLUMNS = "Columns";
    private static final String PARAMETERS = "Parameters";
    private static final Pattern PARAMETER = Pattern.compile("(\\w+ [A-Z]+)([^:]*)(: .*)");
    private static final String NULLABLE = " NULL";

    static DefinitionFile read(String path) {
        List<String> lines = SqlResource.text(path).lines().toList();
        List<String> head = lines.stream()
                .takeWhile(line -> line.startsWith("--"))
                .map(line -> line.substring(2).stripTrailing())
                .toList();
        String comment = head.stream()
                .takeWhile(line -> !line.isBlank())
                .map(String::strip)
                .collect(Collectors.joining(" "));
        Map<String, String> sections = new LinkedHashMap<>();
        List<Column> columns = new ArrayList<>();
        List<Column> parameters = new ArrayList<>();
        List<Accepted> accepted = new ArrayList<>();
        String section = "";
        for (String line : head.stream().dropWhile(line -> !line.isBlank()).toList()) {
            String text = line.strip();
            if (line.startsWith("   ") && section.equals(COLUMNS)) {
                columns.add(column(text));
            } else if (line.startsWith("   ") && section.equals(PARAMETERS)) {
                Matcher parameter = PARAMETER.matcher(text);
                if (!parameter.matches()) {
                    throw new IllegalArgumentException("%s has the parameter \"%s\"".formatted(path, text));
                }
                Accepted takes = Accepted.parse(parameter.group(2).strip());
                Column column = column(parameter.group(1) + parameter.group(3));
                parameters.add(described(column, takes));
                accepted.add(takes);
            } else if (line.startsWith("   ")) {
                sections.merge(section, text, (before, more) -> before + "\n" + more);
            } else if (!text.isEmpty()) {
                section = text.substring(0, text.indexOf(':'));
                sections.put(section, text.substring(section.length() + 1).strip());
            }
        }
        sections.keySet().removeAll(List.of(COLUMNS, PARAMETERS));
        String query = lines.stream().skip(head.size()).collect(Collectors.joining("\n"));
        return new DefinitionFile(comment.replaceFirst("\\.$", ""), sections, columns, parameters, accepted, query);
    }

    /** The meaning of a word is in the comment, and so is the word; the range of a number is not. */
    private static Column described(Column parameter, Accepted takes) {
        return takes instanceof Accepted.Any || takes instanceof Accepted.Words || takes instanceof Accepted.OfFile
                ? parameter
                : new Column(
                        parameter.name(),
                        parameter.type(),
                        parameter.nullable(),
                        "%s (%s)".formatted(parameter.comment(), takes));
    }

    private static Column column(String line) {
        String[] parts = line.split(": ", 2);
        String name = parts[0].substring(0, parts[0].indexOf(' '));
        String type = parts[0].substring(name.length() + 1);
        boolean nullable = type.endsWith(NULLABLE);
        String plain = nullable ? type.substring(0, type.length() - NULLABLE.length()) : type;
        return new Column(name, SqlType.parse(plain), nullable, parts[1]);
    }
}
