package io.gatehouse.store.run;

import io.gatehouse.base.Sha256;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.store.schema.SqlText;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** All that determines what a run computes and keeps: two runs with the same definition hold the same facts. */
public record RunDefinition(Map<String, String> properties) {
    /** The property with the number of questions that are left out because their prompts are too long. */
    public static final String SKIPPED = "skipped";

    /** The property with the number of prompts that have fewer solved examples, because they would be too long. */
    public static final String SHORTENED = "shortened";

    private static final Pattern DIGEST = Pattern.compile("\\b[0-9a-f]{16,}\\b");

    public RunDefinition {
        properties = Map.copyOf(properties);
    }

    /** Returns the definition of a run. {@code more} are properties that the store does not interpret. */
    public static RunDefinition of(RunDescription run, List<QuestionRow> questions, Map<String, String> more) {
        Map<String, String> properties = new TreeMap<>(more);
        properties.put("fingerprint", run.fingerprint());
        properties.put("format", run.promptFormat());
        properties.put("shots", String.valueOf(run.shots()));
        properties.put("recorded", run.scope().id());
        properties.put("probabilities", run.recording().probabilities().id());
        properties.put("norms", String.valueOf(run.recording().norms()));
        if (!run.recording().lookahead().isEmpty()) {
            properties.put(
                    "lookahead",
                    run.recording().lookahead().stream().map(String::valueOf).collect(Collectors.joining(", ")));
        }
        properties.put("precision", run.precision());
        if (!run.interventions().isEmpty()) {
            properties.put("interventions", run.interventions());
        }
        if (run.generation().generates()) {
            properties.put("max_new_tokens", String.valueOf(run.generation().maxNewTokens()));
            properties.put("sampling", run.generation().sampling());
        }
        if (!run.generation().stop().isEmpty()) {
            properties.put(
                    "stop",
                    run.generation().stop().stream()
                            .map(text -> "'%s'".formatted(SqlText.quoted(text)))
                            .collect(Collectors.joining(", ")));
        }
        if (run.generation().answers()) {
            properties.put("answer_rule", run.generation().answerRule());
            properties.put("answer_match", run.generation().answerMatch());
        }
        properties.put("questions", String.valueOf(questions.size()));
        properties.put("quiz", "%s %s".formatted(run.quiz(), digest(questions)));
        return new RunDefinition(properties);
    }

    /** Returns the definition of a run whose questions are not known when it begins. */
    public static RunDefinition growing(RunDescription run) {
        Map<String, String> properties = new TreeMap<>(of(run, List.of(), Map.of()).properties);
        properties.keySet().removeAll(List.of("questions", "quiz"));
        properties.put("source", run.source());
        properties.put("model", run.model());
        properties.put(
                "layers",
                run.modelLayers().stream()
                        .map(layer -> layer.kind() == ModelLayer.Kind.MOE
                                ? "%d of %d".formatted(layer.topK(), layer.experts())
                                : "dense")
                        .collect(Collectors.joining(", ")));
        return new RunDefinition(properties);
    }

    public static RunDefinition read(Connection connection, int runId) throws SQLException {
        List<Map.Entry<String, String>> properties = SmallQuery.list(
                connection,
                "SELECT property, value FROM run_definitions WHERE run_id = ?",
                row -> Map.entry(row.getString(1), row.getString(2)),
                runId);
        return new RunDefinition(properties.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    public void insert(Connection connection, int runId) throws SQLException {
        for (Map.Entry<String, String> property : new TreeMap<>(properties).entrySet()) {
            SmallQuery.update(
                    connection,
                    "INSERT INTO run_definitions VALUES (?, ?, ?)",
                    runId,
                    property.getKey(),
                    property.getValue());
        }
        SmallQuery.update(
                connection,
                "UPDATE runs SET skipped_questions = ?, shortened_prompts = ? WHERE run_id = ?",
                count(properties, SKIPPED),
                count(properties, SHORTENED),
                runId);
    }

    /** The number that a property has; 0 if there is none. */
    public static int count(Map<String, String> properties, String property) {
        String value = properties.getOrDefault(property, "0");
        return value.matches("\\d{1,9}") ? Integer.parseInt(value) : 0;
    }

    /** Refuses to resume a run that was begun with another definition. */
    void requireSameAs(RunDefinition begun, String name) {
        List<String> differences = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(properties.keySet());
        names.addAll(begun.properties.keySet());
        for (String property : names) {
            String then = begun.properties.getOrDefault(property, "none");
            String now = properties.getOrDefault(property, "none");
            if (!Objects.equals(then, now)) {
                differences.add(difference(property, readable(then), readable(now)));
            }
        }
        if (!differences.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.RUN_EXISTS,
                    "Run \"%s\" cannot be continued with other settings: %s. Give the new run another name, or delete the old one."
                            .formatted(name, String.join("; ", differences)));
        }
    }

    private static String difference(String property, String then, String now) {
        return then.equals(now) || then.isEmpty() || now.isEmpty()
                ? "not the same %s".formatted(property)
                : "%s was %s and is %s".formatted(property, then, now);
    }

    /** Without digests, which say nothing to people. */
    private static String readable(String value) {
        return DIGEST.matcher(value).replaceAll("").strip();
    }

    private static String digest(List<QuestionRow> questions) {
        MessageDigest digest = Sha256.digest();
        for (QuestionRow question : questions) {
            update(digest, question.subject());
            update(digest, String.valueOf(question.ordinal()));
            update(digest, question.text());
            question.choices().forEach(choice -> update(digest, choice));
            update(digest, question.answer());
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static void update(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }
}
