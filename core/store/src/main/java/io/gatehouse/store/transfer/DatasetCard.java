package io.gatehouse.store.transfer;

import static java.util.stream.Collectors.joining;

import io.gatehouse.base.Resources;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.store.schema.StoredTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The README.md of a directory of Parquet files, which Hugging Face's Hub and its library {@code datasets} read as a dataset
 * card: a configuration for each relation, with a split for each run, because the files do not have the run; and a text about
 * the runs and the columns. Gatehouse itself does not read it.
 */
final class DatasetCard {
    static final String FILE = "README.md";

    /** A line of the cards that may be replaced; a user who changes a card removes it. */
    private static final String MARK =
            "# Written by Gatehouse; a cluster run that adds to this directory replaces the file as long as this line is in it.";

    private static final Pattern PLACE = Pattern.compile("\\$\\{(\\w+)}");

    /** A run, as the card shows it. */
    private record CardRun(int runId, String model, List<String> cells) {}

    /** A relation of which there are files, and the runs that they are of; none where it is not divided by run. */
    private record CardRelation(StoredTable table, List<Integer> runs) {}

    private DatasetCard() {}

    /** Whether a text is a card that nobody claims as their own. */
    static boolean isReplaceable(String text) {
        return text.lines().anyMatch(MARK::equals);
    }

    /**
     * Returns the text, or nothing if no run is shown.
     *
     * @param connection to a database with the runs
     * @param folders the folders of the directory that have files, without those of shards, such as {@code answers/run_id=1}
     */
    static Optional<String> of(Connection connection, Set<String> folders) throws SQLException {
        List<CardRun> runs = runs(connection).stream()
                .filter(run -> folders.contains(folder(StoredTable.RUNS, run.runId())))
                .toList();
        if (runs.isEmpty()) {
            return Optional.empty();
        }
        List<CardRelation> relations = StoredTable.exported().stream()
                .map(table -> new CardRelation(table, runsOf(table, runs, folders)))
                .filter(relation -> relation.table().isByRun()
                        ? !relation.runs().isEmpty()
                        : folders.contains(relation.table().name()))
                .toList();
        Map<String, String> parts = Map.of(
                "mark", MARK,
                "pretty_name",
                        yaml("Expert routing of "
                                + runs.stream().map(CardRun::model).distinct().collect(joining(", "))),
                "configs", relations.stream().map(DatasetCard::config).collect(joining("\n")),
                "version", version(),
                "schema", String.valueOf(DatabaseSchema.VERSION),
                "runs", runs.stream().map(run -> row(run.cells())).collect(joining("\n")),
                "relations", relations.stream().map(DatasetCard::section).collect(joining("\n\n")));
        String text = Resources.text(DatasetCard.class, "dataset_card.md");
        // From left to right: the name of a run may look like a place.
        return Optional.of(
                PLACE.matcher(text).replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1)))));
    }

    private static List<CardRun> runs(Connection connection) throws SQLException {
        return SmallQuery.list(
                connection,
                Resources.text(DatasetCard.class, "card_runs.sql"),
                row -> new CardRun(row.getInt("run_id"), row.getString("model"), cells(row)));
    }

    private static List<String> cells(ResultSet row) throws SQLException {
        List<String> cells = new ArrayList<>();
        for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
            cells.add(row.getString(column));
        }
        return cells;
    }

    private static List<Integer> runsOf(StoredTable table, List<CardRun> runs, Set<String> folders) {
        return runs.stream()
                .map(CardRun::runId)
                .filter(runId -> folders.contains(folder(table.name(), runId)))
                .toList();
    }

    private static String folder(String table, int runId) {
        return "%s/run_id=%d".formatted(table, runId);
    }

    /** The library names a split {@code train} if nothing is said of it. */
    private static String config(CardRelation relation) {
        StoredTable table = relation.table();
        String head = "- config_name: %s\n  data_files:".formatted(table.name());
        if (!table.isByRun()) {
            return "%s %s/*.parquet".formatted(head, table.name());
        }
        String files = table.isByShard() ? "/shard=*/*.parquet" : "/*.parquet";
        return relation.runs().stream()
                .map(runId ->
                        "\n  - split: run_%d\n    path: %s%s".formatted(runId, folder(table.name(), runId), files))
                .collect(joining("", head, ""));
    }

    private static String section(CardRelation relation) {
        DatabaseSchema.Relation declared =
                DatabaseSchema.find(relation.table().name()).orElseThrow();
        Stream<String> head = Stream.of(
                "### " + declared.name(),
                markdown(declared.comment()) + ".",
                "",
                row(List.of("column", "type", "meaning")),
                "|---|---|---|");
        Stream<String> columns =
                declared.columns().stream().map(column -> row(List.of(column.name(), column.type(), column.comment())));
        return Stream.concat(head, columns).collect(joining("\n"));
    }

    private static String row(List<String> cells) {
        return cells.stream().map(DatasetCard::markdown).collect(joining(" | ", "| ", " |"));
    }

    /** Names are the user's, and may look like markup. */
    private static String markdown(String text) {
        return text.replaceAll("[\\\\`*\\[\\]<>&|~#]", "\\\\$0").replaceAll("\\p{Cntrl}", " ");
    }

    /** Returns a quoted scalar of YAML. */
    private static String yaml(String text) {
        return text.codePoints()
                .mapToObj(c -> c == '"' || c == '\\'
                        ? "\\" + (char) c
                        : isPrintable(c) ? Character.toString(c) : String.format(Locale.ROOT, "\\u%04x", c))
                .collect(joining("", "\"", "\""));
    }

    /** Whether YAML takes a character as it is; those that it does not take have four digits. */
    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> c > 0xffff;
            default -> true;
        };
    }

    private static String version() {
        return Optional.ofNullable(DatasetCard.class.getPackage().getImplementationVersion())
                .orElse("0.0");
    }
}
