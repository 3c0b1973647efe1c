package io.gatehouse.study;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DurationText;
import io.gatehouse.base.Resources;
import io.gatehouse.base.ShellWords;
import io.gatehouse.client.Session;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run is: its settings in words, how far it came, and the command that repeats it.
 *
 * @param row one row of {@code runs.sql}
 * @param subjects the subjects of its answers; empty where nobody asked for them
 */
public record RunFacts(Rows row, List<String> subjects) {
    /** The name of the model of an import for which nobody gave one. */
    public static final String UNKNOWN = "unknown";

    private static final String OWN = "gatehouse";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT);

    /** Longer ones are shortened in lists. */
    private static final int SHORT_INTERVENTIONS = 30;

    /** More subjects would make the command longer than anybody reads. */
    private static final int LISTED_SUBJECTS = 20;

    public RunFacts {
        requireNonNull(row, "row is null");
        subjects = List.copyOf(subjects);
    }

    /** The same with the subjects of its answers. */
    public RunFacts withSubjects(Session session) {
        String sql = Resources.text(RunFacts.class, "subjects.sql").replace(":run_id", Integer.toString(runId()));
        return new RunFacts(
                row,
                Rows.of(session, sql).rows().stream()
                        .map(subject -> String.valueOf(subject.get(0)))
                        .toList());
    }

    /** Number of the run in its file. */
    public int runId() {
        return (int) number("run_id");
    }

    public String name() {
        return text("name");
    }

    public String model() {
        return text("model");
    }

    /** Name of the quiz; that of the run if it was imported. */
    public String quiz() {
        return text("quiz");
    }

    /** Whether another engine recorded it. */
    public boolean isImported() {
        return !text("source").equals(OWN);
    }

    /** The kind of files that it was imported from. */
    public String source() {
        return text("source");
    }

    /** Whether questions are without an answer that it is to answer. */
    public boolean isPartial() {
        return !text("status").equals("complete");
    }

    /** Such as "complete", or "cancelled, 128 of 1,560 questions answered". */
    public String status() {
        return isPartial()
                ? String.format(
                        Locale.ROOT,
                        "%s, %,d of %,d questions answered",
                        text("status"),
                        number("answered"),
                        number("questions"))
                : text("status");
    }

    /** What the figures of a partial run leave out. */
    public String partialNote() {
        return "Every figure covers these questions only; whole subjects may be missing.";
    }

    /** The state of the run alone. */
    public String state() {
        return text("status");
    }

    /** Questions with an answer. */
    public long answered() {
        return number("answered");
    }

    /** Questions that it is to answer, or sequences of an import. */
    public long questions() {
        return number("questions");
    }

    /** How many sequences an import has, in words. */
    public String sequences() {
        return questions() == 0
                ? "none, counts only"
                : String.format(Locale.ROOT, "%,d %s", questions(), questions() == 1 ? "sequence" : "sequences");
    }

    /** Share of the answers that are correct; empty without answers. */
    public Optional<Double> accuracy() {
        return answered() == 0 ? Optional.empty() : Optional.of((double) number("correct") / answered());
    }

    /** The tokens whose routing was recorded, and what else was. */
    public String recorded() {
        List<String> recorded = new ArrayList<>();
        recorded.add(recordedTokens());
        if (!text("probabilities").equals("none")) {
            recorded.add("probabilities of " + words(text("probabilities")));
        }
        if (Boolean.TRUE.equals(value("norms"))) {
            recorded.add("norms");
        }
        if (!lookahead().isEmpty()) {
            recorded.add("lookahead " + lookahead());
        }
        return String.join(", ", recorded);
    }

    /** Arithmetic of the engine; "not recorded" for an import. */
    public String precision() {
        return isImported() ? "not recorded" : text("precision");
    }

    /** Formats that the weights of the checkpoint are stored in; "not recorded" where nothing says it. */
    public String storage() {
        String formats = text("storage");
        return formats.isEmpty() ? "not recorded" : formats;
    }

    /** What was changed about the routing, shortened to the numbers of changes where it is long. */
    public String interventionSummary() {
        String changes = interventions();
        if (changes.length() <= SHORT_INTERVENTIONS) {
            return changes;
        }
        return Arrays.stream(changes.split("; ", -1)).map(RunFacts::shortened).collect(Collectors.joining("; "));
    }

    private static String shortened(String change) {
        String experts = experts(change.split(",", -1).length);
        return switch (change.substring(0, change.indexOf(' '))) {
            case "mask" -> experts + " masked";
            case "scale" -> experts + " scaled";
            case "resident" -> experts + " resident";
            default -> change;
        };
    }

    private static String experts(int number) {
        return number == 1 ? "1 expert" : "%d experts".formatted(number);
    }

    /** Everything as data: texts, numbers, booleans, lists, maps and null, under names in lower case with underscores. */
    public Map<String, @Nullable Object> data() {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        for (String column : List.of("run_id", "name", "status", "source", "model", "fingerprint", "architecture")) {
            data.put(column, value(column));
        }
        for (String column : List.of("layers", "experts", "top_k", "prompt_format", "shots")) {
            data.put(column, value(column));
        }
        data.put("quiz", quiz());
        for (String column : List.of("questions", "answered", "correct")) {
            data.put(column, value(column));
        }
        data.put("accuracy", accuracy().orElse(null));
        data.put("skipped_questions", value("skipped_questions"));
        data.put("shortened_prompts", value("shortened_prompts"));
        data.put("recorded", text("recorded"));
        data.put("probabilities", text("probabilities"));
        data.put("norms", value("norms"));
        data.put("lookahead", value("lookahead"));
        data.put("storage", text("storage").isEmpty() ? null : text("storage"));
        data.put("precision", isImported() ? null : text("precision"));
        data.put("device", isImported() ? null : text("device"));
        data.put("interventions", interventionData());
        data.put("note", text("note"));
        data.put("tags", tags());
        data.put("started_at", instant("started_at"));
        data.put("finished_at", instant("finished_at"));
        data.put("compute_seconds", value("compute_seconds"));
        data.put("gatehouse_version", text("gatehouse_version"));
        data.put("command", command());
        return data;
    }

    private Map<String, @Nullable Object> interventionData() {
        List<String> masked = new ArrayList<>();
        List<String> resident = new ArrayList<>();
        Map<String, Double> scaled = new LinkedHashMap<>();
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("mask", masked);
        data.put("scale", scaled);
        data.put("top_k", null);
        data.put("resident", resident);
        data.put("keep", null);
        data.put("candidates", null);
        for (String change : text("interventions").split("; ", -1)) {
            int space = change.indexOf(' ');
            String values = change.substring(space + 1);
            switch (change.substring(0, Math.max(0, space))) {
                case "mask" -> masked.addAll(List.of(values.split(",", -1)));
                case "resident" -> resident.addAll(List.of(values.split(",", -1)));
                case "scale" -> {
                    for (String scale : values.split(",", -1)) {
                        int equals = scale.indexOf('=');
                        scaled.put(scale.substring(0, equals), Double.valueOf(scale.substring(equals + 1)));
                    }
                }
                case "top-k" -> data.put("top_k", Integer.valueOf(values));
                case "keep", "candidates" -> data.put(change.substring(0, space), Integer.valueOf(values));
                default -> {}
            }
        }
        return data;
    }

    private @Nullable String instant(String column) {
        return value(column) instanceof LocalDateTime time
                ? time.toInstant(ZoneOffset.UTC).toString()
                : null;
    }

    /** What was changed about the routing; "none" if nothing was. */
    public String interventions() {
        String changes = text("interventions");
        return changes.isEmpty() ? "none" : changes;
    }

    /** Such as "hendrycks format, 5 solved examples". */
    public String prompts() {
        long shots = number("shots");
        return "%s format, %s"
                .formatted(
                        text("prompt_format"),
                        shots == 0
                                ? "no solved examples"
                                : shots == 1 ? "1 solved example" : shots + " solved examples");
    }

    /** What became of prompts that are longer than the model takes, in words. */
    public String longPrompts() {
        long skipped = number("skipped_questions");
        long shortened = number("shortened_prompts");
        return skipped + shortened == 0
                ? "none"
                : String.format(
                        Locale.ROOT,
                        "questions skipped: %,d, prompts with fewer examples: %,d, because the prompts were longer than the"
                                + " context of the model",
                        skipped,
                        shortened);
    }

    /** When it was started, to the minute; for an import, when it was imported. */
    public String started() {
        return time("started_at");
    }

    /** Every setting, under its name in words. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("Run", name());
        settings.put("Status", status());
        settings.put("Model", model());
        settings.put(
                "Layers and experts",
                "%d %s%s, %s experts in each, %d per token"
                        .formatted(
                                number("layers"),
                                number("layers") == 1 ? "layer" : "layers",
                                routedLayers(),
                                number("least_experts") == number("experts")
                                        ? number("experts")
                                        : number("least_experts") + " to " + number("experts"),
                                number("top_k")));
        settings.put("Tokens recorded", recordedTokens());
        settings.put(
                "Probabilities of all experts",
                text("probabilities").equals("none") && !isImported()
                        ? "not kept; entropy, mass and margin were computed from them"
                        : words(text("probabilities")));
        settings.put("Interventions", interventions() + (interventions().contains(":") ? " (layer:expert)" : ""));
        if (isImported()) {
            settings.put("Source", "imported from %s files".formatted(source()));
            settings.put("Sequences", sequences());
            settings.put("Imported", started());
        } else {
            settings.put("Architecture", text("architecture"));
            settings.put("Checkpoint", text("fingerprint"));
            settings.put("Weights stored as", storage());
            settings.put("Hidden states", "not quantised");
            settings.put("Quiz", quiz());
            settings.put(
                    "Questions",
                    String.format(Locale.ROOT, "%,d of %,d answered", number("answered"), number("questions")));
            settings.put("Prompts", prompts());
            settings.put("Prompts that are too long", longPrompts());
            if (value("max_new_tokens") != null) {
                settings.put(
                        "Generated text",
                        String.format(
                                Locale.ROOT,
                                "up to %,d tokens after each prompt, %s",
                                number("max_new_tokens"),
                                text("sampling")));
            }
            if (!stop().isEmpty()) {
                settings.put("Generated text ends at", String.join(", ", stop()));
            }
            if (value("answer_rule") != null) {
                settings.put(
                        "Answers",
                        "found in the generated text by the rule %s, compared as %s"
                                .formatted(text("answer_rule"), text("answer_match")));
            }
            settings.put("Norms of expert outputs", Boolean.TRUE.equals(value("norms")) ? "recorded" : "not recorded");
            settings.put(
                    "Lookahead of routers",
                    lookahead().isEmpty()
                            ? "not recorded"
                            : lookahead().replace(",", " and ")
                                    + (lookahead().equals("1") ? " layer back" : " layers back"));
            settings.put("Precision", text("precision"));
            settings.put("Device", text("device"));
            settings.put("Started", started());
            settings.put(
                    isPartial() && value("finished_at") != null ? "Stopped" : "Finished",
                    value("finished_at") == null ? "not yet" : time("finished_at"));
            if (value("compute_seconds") instanceof Number seconds) {
                settings.put("Computing time", computingTime(seconds.doubleValue()));
            }
        }
        settings.put("Gatehouse", text("gatehouse_version"));
        if (!tags().isEmpty()) {
            settings.put("Tags", String.join(", ", tags()));
        }
        if (!text("note").isEmpty()) {
            settings.put("Note", text("note"));
        }
        return settings;
    }

    /** The command that repeats the run, with the names of model and quiz in the place of their paths. */
    public String command() {
        List<String> words = new ArrayList<>(List.of("gatehouse"));
        if (isImported()) {
            words.addAll(List.of("import", "--from", source(), "--name", name(), "--db", "FILE", "FILES"));
            return ShellWords.join(words);
        }
        String format = text("prompt_format");
        List<String> form = List.of(format.split("\\+", -1));
        words.addAll(List.of("run", "--model", model(), "--quiz", quiz(), "--db", "FILE", "--name", name()));
        words.addAll(List.of("--limit", Long.toString(number("questions") + number("skipped_questions"))));
        // Of a partial run, only the subjects with answers are known; without a subject, a question cannot be named.
        if (!isPartial() && !subjects.isEmpty() && subjects.size() <= LISTED_SUBJECTS && !subjects.contains("")) {
            words.addAll(List.of("--subjects", String.join(",", subjects)));
        }
        words.addAll(List.of("--shots", Long.toString(number("shots"))));
        words.addAll(List.of("--format", form.get(0)));
        if (form.contains("chat")) {
            words.add("--chat");
        }
        if (form.contains("no-thinking")) {
            words.addAll(List.of("--thinking", "off"));
        } else if (form.contains("empty-thinking")) {
            words.addAll(List.of("--thinking", "empty"));
        }
        if (number("shortened_prompts") > 0) {
            words.addAll(List.of("--long-prompts", "truncate-examples"));
        } else if (number("skipped_questions") > 0) {
            words.addAll(List.of("--long-prompts", "skip"));
        }
        if (value("max_new_tokens") != null) {
            words.addAll(List.of("--max-new-tokens", Long.toString(number("max_new_tokens"))));
        }
        // Such as random top_p=0.9.
        for (String choice : text("sampling").split(" ", -1)) {
            int equals = choice.indexOf('=');
            if (equals > 0) {
                String option = choice.startsWith("top_k=") ? "sample-top-k" : choice.substring(0, equals);
                words.addAll(List.of("--" + option.replace('_', '-'), choice.substring(equals + 1)));
            } else if (!choice.isEmpty() && !choice.equals("greedy")) {
                words.addAll(List.of("--sampling", choice));
            }
        }
        stop().forEach(text -> words.addAll(List.of("--stop", text)));
        if (value("answer_rule") != null) {
            words.addAll(List.of("--answer", "generate"));
            words.addAll(List.of("--extract", text("answer_rule"), "--match", text("answer_match")));
        }
        words.addAll(List.of("--record", text("recorded")));
        words.addAll(List.of("--probabilities", text("probabilities")));
        if (Boolean.TRUE.equals(value("norms"))) {
            words.add("--norms");
        }
        if (!lookahead().isEmpty()) {
            words.addAll(List.of("--record-lookahead", lookahead()));
        }
        words.addAll(List.of("--precision", text("precision"), "--device", text("device")));
        for (String change : text("interventions").split("; ", -1)) {
            int space = change.indexOf(' ');
            if (space > 0) {
                words.addAll(List.of("--" + change.substring(0, space), change.substring(space + 1)));
            }
        }
        return ShellWords.join(words);
    }

    /** The command that writes its report for a part. */
    public String studyCommand(Part part) {
        List<String> words = new ArrayList<>(List.of("gatehouse", "study", "--db", "FILE", "--run", name()));
        if (part != Part.BASE) {
            words.addAll(List.of("--part", part.toString()));
        }
        return ShellWords.join(words);
    }

    /** The tokens whose routing was recorded: files that are imported need not have all of a prompt. */
    private String recordedTokens() {
        if (isImported() && number("questions") == 0) {
            return "none, counts of experts only";
        }
        String prompt = text("recorded").equals("last_prompt")
                ? "last prompt token"
                : isImported() ? "prompt tokens of the files" : "all prompt tokens";
        return Boolean.TRUE.equals(value("generated")) ? prompt + " and generated tokens" : prompt;
    }

    private static String computingTime(double seconds) {
        return seconds < 60
                ? String.format(Locale.ROOT, "%.2f s", seconds)
                : DurationText.of(Duration.ofSeconds(Math.round(seconds)));
    }

    /** How many of the layers route, where not all do: others have no experts, or are not in the files. */
    private String routedLayers() {
        long routed = number("routed_layers");
        return routed == number("layers")
                ? ""
                : " (%d %s)".formatted(routed, isImported() ? "recorded" : "with experts");
    }

    private static String words(String scope) {
        return switch (scope) {
            case "none" -> "not recorded";
            case "last_prompt" -> "last prompt token";
            default -> "all recorded tokens";
        };
    }

    private String time(String column) {
        return value(column) instanceof LocalDateTime time ? TIME.format(time) : "";
    }

    private long number(String column) {
        return value(column) instanceof Number number ? number.longValue() : 0;
    }

    /** Texts that end a generated text. */
    private List<String> stop() {
        return texts("stop");
    }

    /** The distances of the recorded lookahead, such as 1,2; empty if there are none. */
    private String lookahead() {
        return value("lookahead") instanceof List<?> distances
                ? distances.stream().map(String::valueOf).collect(Collectors.joining(","))
                : "";
    }

    /** Words by which people sort runs. */
    private List<String> tags() {
        return texts("tags");
    }

    private List<String> texts(String column) {
        return value(column) instanceof List<?> texts
                ? texts.stream().map(String::valueOf).toList()
                : List.of();
    }

    private String text(String column) {
        Object value = value(column);
        return value == null ? "" : value.toString();
    }

    private @Nullable Object value(String column) {
        return row.value(0, column);
    }
}
