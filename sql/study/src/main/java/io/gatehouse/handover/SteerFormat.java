package io.gatehouse.handover;

import io.gatehouse.client.Rows;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * How much more often each expert fires at one set of questions than at another, as the table (a pickle of a pandas DataFrame)
 * by which SteerMoE (adobe-research/SteerMoE, src/utils.py, steer_moe) chooses the experts that it turns on and off.
 */
final class SteerFormat implements HandoverFormat {
    /**
     * A row of the table.
     *
     * @param tokens of the first set
     * @param activated of them, those that were routed to the expert
     * @param otherTokens of the second set
     * @param otherActivated of them, those that were routed to the expert
     */
    private record Contrast(
            int layer, int expert, double tokens, double activated, double otherTokens, double otherActivated) {
        double share() {
            return activated / tokens;
        }

        double otherShare() {
            return otherActivated / otherTokens;
        }

        double difference() {
            return share() - otherShare();
        }
    }

    @Override
    public String id() {
        return "steer";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE, Choice.QUESTIONS, Choice.OTHER_QUESTIONS);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExportedRun run = handover.exported();
        String scope = handover.scope(run);
        String questions = required(Choice.QUESTIONS, handover.choices().questions());
        String others = required(Choice.OTHER_QUESTIONS, handover.choices().otherQuestions());
        List<Contrast> table = contrast(run, scope, questions, others);
        if (table.isEmpty()) {
            throw run.lacks(
                    this, "has no tokens of both \"%s\" and \"%s\" at scope %s".formatted(questions, others, scope));
        }
        Contrast any = table.get(0);
        addLayersWithoutExperts(run, table);
        table.sort(Comparator.<Contrast>comparingDouble(row -> -Math.abs(row.difference()))
                .thenComparing(Contrast::layer)
                .thenComparing(Contrast::expert));
        Files.write(file, pickled(table));
        return new Written(scope, (long) (any.tokens() + any.otherTokens()));
    }

    private String required(Choice choice, Optional<String> set) {
        return set.orElseThrow(() -> new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "--as %s needs %s SET: right, wrong, a subject, or an attribute as name=value."
                        .formatted(id(), choice.option())));
    }

    private static List<Contrast> contrast(ExportedRun run, String scope, String questions, String others) {
        List<Contrast> table = new ArrayList<>();
        try (Rows rows = run.ask("steer", scope, questions, scope, others)) {
            while (rows.next()) {
                table.add(new Contrast(
                        ExportedRun.number(rows, 0),
                        ExportedRun.number(rows, 1),
                        ExportedRun.count(rows, 2),
                        ExportedRun.count(rows, 3),
                        ExportedRun.count(rows, 4),
                        ExportedRun.count(rows, 5)));
            }
        }
        return table;
    }

    /** SteerMoE takes the number of layers from the table, and the layer of a row as an index; it leaves out rows of 0. */
    private static void addLayersWithoutExperts(ExportedRun run, List<Contrast> table) {
        Contrast any = table.get(0);
        Set<Integer> routed = table.stream().map(Contrast::layer).collect(Collectors.toSet());
        for (int layer = 0; layer < run.layers(); layer++) {
            if (!routed.contains(layer)) {
                table.add(new Contrast(layer, 0, any.tokens(), 0, any.otherTokens(), 0));
            }
        }
    }

    /** {@code pandas.DataFrame({column: [values], …})}. */
    private static byte[] pickled(List<Contrast> table) {
        Pickle pickle = new Pickle();
        pickle.global("pandas", "DataFrame");
        pickle.op(Pickle.EMPTY_DICT);
        column(pickle, table, "layer", (out, row) -> out.number(row.layer()));
        column(pickle, table, "expert", (out, row) -> out.number(row.expert()));
        column(pickle, table, "a1", (out, row) -> out.number(row.activated()));
        column(pickle, table, "a2", (out, row) -> out.number(row.otherActivated()));
        column(pickle, table, "d1", (out, row) -> out.number(row.tokens() - row.activated()));
        column(pickle, table, "d2", (out, row) -> out.number(row.otherTokens() - row.otherActivated()));
        column(pickle, table, "a1_n", (out, row) -> out.number(row.share()));
        column(pickle, table, "a2_n", (out, row) -> out.number(row.otherShare()));
        column(pickle, table, "risk_diff", (out, row) -> out.number(row.difference()));
        column(
                pickle,
                table,
                "Layer_Expert",
                (out, row) -> out.text(String.format(Locale.ROOT, "L%02d\nE%02d", row.layer(), row.expert())));
        column(pickle, table, "risk_diff_abs", (out, row) -> out.number(Math.abs(row.difference())));
        pickle.op(Pickle.TUPLE1);
        pickle.op(Pickle.REDUCE);
        return pickle.finish();
    }

    private static void column(Pickle pickle, List<Contrast> table, String name, BiConsumer<Pickle, Contrast> value) {
        pickle.text(name);
        pickle.op(Pickle.EMPTY_LIST);
        pickle.op(Pickle.MARK);
        table.forEach(row -> value.accept(pickle, row));
        pickle.op(Pickle.APPENDS);
        pickle.op(Pickle.SETITEM);
    }
}
