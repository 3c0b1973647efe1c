package io.gatehouse.handover;

import io.gatehouse.client.Rows;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The experts that ESFT (arXiv 2407.01906) fine-tunes, in the format of deepseek-ai/ESFT: {@code experts} by layer, best
 * first, and whether shared experts and all else are trained, which is for the user to change.
 */
record EsftConfig(Map<Integer, List<Integer>> experts) {
    private record Ranked(int layer, int expert, double before) {}

    static EsftConfig of(
            ExportedRun run,
            HandoverFormat format,
            String scope,
            Optional<String> subject,
            ExpertScore score,
            double share) {
        if (!(share > 0 && share <= 1)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--top-p is %s; it must be above 0 and at most 1".formatted(share));
        }
        Map<String, List<Ranked>> subjects = subjects(run, format, scope, score);
        if (subjects.isEmpty()) {
            throw run.lacks(
                    format, "has no answered questions whose tokens were all recorded at scope %s".formatted(scope));
        }
        Map<Integer, List<Integer>> experts = new TreeMap<>();
        ofSubject(run, subjects, subject).stream()
                .filter(ranked -> ranked.before() < share)
                .sorted(Comparator.comparingDouble(Ranked::before))
                .forEach(ranked -> experts.computeIfAbsent(ranked.layer(), layer -> new ArrayList<>())
                        .add(ranked.expert()));
        return new EsftConfig(experts);
    }

    private static Map<String, List<Ranked>> subjects(
            ExportedRun run, HandoverFormat format, String scope, ExpertScore score) {
        Map<String, List<Ranked>> subjects = new TreeMap<>();
        try (Rows rows = run.ask("esft", scope)) {
            while (rows.next()) {
                Object before = rows.value(score == ExpertScore.TOKEN ? 3 : 4);
                if (before == null) {
                    throw run.lacks(format, "has no weights for the score of the gate");
                }
                subjects.computeIfAbsent(ExportedRun.text(rows, 0), name -> new ArrayList<>())
                        .add(new Ranked(
                                ExportedRun.number(rows, 1),
                                ExportedRun.number(rows, 2),
                                ((Number) before).doubleValue()));
            }
        }
        return subjects;
    }

    private static List<Ranked> ofSubject(
            ExportedRun run, Map<String, List<Ranked>> subjects, Optional<String> subject) {
        if (subject.isEmpty() && subjects.size() == 1) {
            return subjects.values().iterator().next();
        }
        List<Ranked> found = subjects.get(subject.orElse(""));
        if (found == null) {
            String known = String.join(", ", subjects.keySet());
            throw subject.map(name -> new GatehouseException(
                            ErrorCode.UNKNOWN_SUBJECT,
                            "Run \"%s\" has no subject \"%s\"; there are %s".formatted(run.name(), name, known)))
                    .orElseGet(() -> new GatehouseException(
                            ErrorCode.INVALID_ARGUMENT,
                            "Run \"%s\" has %d subjects, and ESFT is for one; choose it with --subject: %s"
                                    .formatted(run.name(), subjects.size(), known)));
        }
        return found;
    }

    void write(Writer out) throws IOException {
        String layers = experts.entrySet().stream()
                .map(layer -> "\"%s\": %s".formatted(layer.getKey(), layer.getValue()))
                .collect(Collectors.joining(",\n  "));
        out.write("{\"experts\": {\n  %s\n}, \"shared_experts\": false, \"non_expert_modules\": false}\n"
                .formatted(layers));
    }
}
