package io.gatehouse.run;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.gatehouse.base.JsonField;
import io.gatehouse.engine.Device;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.ExpertPlace;
import io.gatehouse.engine.Interventions;
import io.gatehouse.engine.Precision;
import io.gatehouse.engine.ResidentExperts;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.MemorySize;
import io.gatehouse.quiz.AnswerMatch;
import io.gatehouse.quiz.AnswerRule;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.run.Scope;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A requested run: the options of {@code gatehouse run}, which have the same names in JSON, for the command line, the HTTP
 * API and a worker process. Nothing that it names has been read.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record RunRequest(
        @JsonField(value = "Directory of the checkpoint; over HTTP, a name of /v1/sources.", required = true)
        String model,

        @JsonField(value = "Directory or file of questions; over HTTP, a name of /v1/sources.", required = true)
        String quiz,

        @JsonField("Name of the run; made of model and quiz by default.")
        Optional<String> name,

        @JsonField(value = "Questions at most.", minimum = 1)
        Optional<Integer> limit,

        @JsonField("Subjects of the quiz; all of them by default.")
        List<String> subjects,

        @JsonField(value = "Solved examples before each question.", minimum = 0)
        int shots,

        @JsonField(
                value = "Prompt format.",
                values = {"hendrycks", "lm-eval", "olmes", "open-instruct"})
        String format,

        @JsonField("Whether each prompt is wrapped as a user message (chat template).")
        boolean chat,

        @JsonField(
                value = "How a reasoning model is asked to think before its answer; needs chat.",
                values = {"default", "off", "empty"})
        String thinking,

        @JsonField(
                value = "What to do with a prompt that is longer than the context of the model.",
                values = {"fail", "skip", "truncate-examples"})
        String longPrompts,

        @JsonField(value = "Tokens that are generated after each prompt at most; none by default.", minimum = 1)
        Optional<Integer> maxNewTokens,

        @JsonField(
                value = "How each token is chosen: the most probable one, drawn at random, or as generation_config.json"
                        + " of the model has it.",
                values = {"greedy", "random", "model"})
        String sampling,

        @JsonField(value = "Temperature of random sampling; default: 1.", minimum = 0)
        Optional<Double> temperature,

        @JsonField(
                value = "Random sampling draws from this many of the most probable tokens; default: 0, all.",
                minimum = 0)
        Optional<Integer> sampleTopK,

        @JsonField(
                value =
                        "Random sampling draws from the most probable tokens whose probabilities add up to this; default: 1.",
                minimum = 0)
        Optional<Double> topP,

        @JsonField(
                value =
                        "Random sampling leaves out tokens less probable than this times the highest probability; default: 0.",
                minimum = 0)
        Optional<Double> minP,

        @JsonField(value = "Penalty of tokens that prompt and text have already; 1, none, by default.", minimum = 0)
        Optional<Double> repetitionPenalty,

        @JsonField("Seed of random sampling; 0 by default.") Optional<Long> seed,

        @JsonField("Texts that end a generated text as soon as it contains one of them.")
        List<String> stop,

        @JsonField(
                value = "Where the answer is read: from the logits after the prompt, or in the generated text.",
                values = {"logits", "generate"})
        String answer,

        @JsonField("Rule that finds the answer in the text, for the answer generate: choice, bracketed-choice, number,"
                + " hash-number, answer-is, boxed, regex:PATTERN or last-regex:PATTERN.")
        Optional<String> extract,

        @JsonField(
                value =
                        "How that answer is compared with the correct one, where questions have no choices; exact by default.",
                values = {"exact", "number"})
        Optional<String> match,

        @JsonField(
                value = "Tokens whose routing is recorded.",
                values = {"prompt", "last_prompt"})
        String record,

        @JsonField(
                value = "Tokens for which the probability of every expert is recorded.",
                values = {"none", "last_prompt", "all"})
        String probabilities,

        @JsonField("Whether the norms of the outputs of chosen experts are recorded.")
        boolean norms,

        @JsonField(
                "Distances, 1 or 2 layers with experts back, for which the choice of each router from the earlier state is recorded.")
        List<Integer> recordLookahead,

        @JsonField(
                value = "Precision of the computation.",
                values = {"exact", "balanced", "fast"})
        String precision,

        @JsonField("Device that computes, such as cpu or gpu:1.")
        String device,

        @JsonField("Memory that the engine may take, such as 4GB.")
        Optional<String> memory,

        @JsonField("Experts that get no token, each as layer:expert.")
        List<String> mask,

        @JsonField("Name of a run of the same file, whose unused experts are masked.")
        Optional<String> maskUnusedOf,

        @JsonField(
                value = "Tokens of that run for which an expert is unused.",
                values = {"prompt", "last_prompt"})
        Optional<String> unusedScope,

        @JsonField("Factors of the outputs of experts, each as layer:expert=factor.")
        List<String> scale,

        @JsonField(value = "Experts that each token is sent to.", minimum = 1)
        Optional<Integer> topK,

        @JsonField("Experts in fast memory, which tokens prefer, each as layer:expert.")
        List<String> resident,

        @JsonField("Name of a run of the same file, whose most used experts are resident.")
        Optional<String> residentOf,

        @JsonField(value = "Number of experts of each layer of that run that are resident.", minimum = 1)
        Optional<Integer> residentExperts,

        @JsonField(
                value = "Tokens of that run at which its experts are counted.",
                values = {"prompt", "last_prompt"})
        Optional<String> residentScope,

        @JsonField(
                value = "First experts of a token that stay where it prefers resident ones; 1 by default.",
                minimum = 0)
        Optional<Integer> keep,

        @JsonField(
                value = "Experts of a token with the largest selection scores among which it prefers resident ones.",
                minimum = 1)
        Optional<Integer> candidates) {
    public static final String FORMAT = "hendrycks";
    public static final String THINKING = "default";
    public static final String LONG_PROMPTS = "fail";
    public static final String SAMPLING = "greedy";
    public static final String ANSWER = "logits";
    public static final String RECORD = "prompt";
    public static final String PROBABILITIES = "none";
    public static final String PRECISION = "exact";
    public static final String DEVICE = "cpu";
    public static final int KEEP = 1;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            // Jackson would read "" as 0, false or nothing.
            .withCoercionConfigDefaults(
                    coercions -> coercions.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
            .build();

    private static final TypeReference<Map<String, Object>> FIELDS = new TypeReference<>() {};

    /** What JSON leaves out has its default. */
    public RunRequest {
        model = requireNonNullElse(model, "");
        quiz = requireNonNullElse(quiz, "");
        name = requireNonNullElse(name, Optional.empty());
        limit = requireNonNullElse(limit, Optional.empty());
        subjects = separated(subjects);
        format = requireNonNullElse(format, FORMAT);
        thinking = requireNonNullElse(thinking, THINKING);
        longPrompts = requireNonNullElse(longPrompts, LONG_PROMPTS);
        maxNewTokens = requireNonNullElse(maxNewTokens, Optional.empty());
        sampling = requireNonNullElse(sampling, SAMPLING);
        temperature = requireNonNullElse(temperature, Optional.empty());
        sampleTopK = requireNonNullElse(sampleTopK, Optional.empty());
        topP = requireNonNullElse(topP, Optional.empty());
        minP = requireNonNullElse(minP, Optional.empty());
        repetitionPenalty = requireNonNullElse(repetitionPenalty, Optional.empty());
        seed = requireNonNullElse(seed, Optional.empty());
        stop = List.copyOf(requireNonNullElse(stop, List.of()));
        answer = requireNonNullElse(answer, ANSWER);
        extract = requireNonNullElse(extract, Optional.empty());
        match = requireNonNullElse(match, Optional.empty());
        record = requireNonNullElse(record, RECORD);
        probabilities = requireNonNullElse(probabilities, PROBABILITIES);
        recordLookahead = List.copyOf(requireNonNullElse(recordLookahead, List.of()));
        precision = requireNonNullElse(precision, PRECISION);
        device = requireNonNullElse(device, DEVICE);
        memory = requireNonNullElse(memory, Optional.empty());
        mask = separated(mask);
        maskUnusedOf = requireNonNullElse(maskUnusedOf, Optional.empty());
        unusedScope = requireNonNullElse(unusedScope, Optional.empty());
        scale = separated(scale);
        topK = requireNonNullElse(topK, Optional.empty());
        resident = separated(resident);
        residentOf = requireNonNullElse(residentOf, Optional.empty());
        residentExperts = requireNonNullElse(residentExperts, Optional.empty());
        residentScope = requireNonNullElse(residentScope, Optional.empty());
        keep = requireNonNullElse(keep, Optional.empty());
        candidates = requireNonNullElse(candidates, Optional.empty());
    }

    /** A text may be a comma-separated list, as on the command line. */
    private static List<String> separated(List<String> texts) {
        return requireNonNullElse(texts, List.<String>of()).stream()
                .filter(Objects::nonNull)
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .map(String::strip)
                .toList();
    }

    /**
     * Reads a request.
     *
     * @throws GatehouseException INVALID_ARGUMENT if a field has a value that it cannot have
     */
    public static RunRequest of(JsonNode json) {
        try {
            return JSON.treeToValue(json, RunRequest.class);
        } catch (JsonMappingException e) {
            String field = e.getPath().isEmpty()
                    ? ""
                    : String.valueOf(e.getPath().get(0).getFieldName());
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "The field \"%s\" cannot be %s.".formatted(field, json.path(field)), e);
        } catch (JsonProcessingException e) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "The run cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The path that a field names.
     *
     * @throws GatehouseException INVALID_ARGUMENT if no file can have it
     */
    public static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "\"%s\" is not a path: %s.".formatted(text, e.getReason()), e);
        }
    }

    /** A request with these fields, and the defaults of the others. */
    public static RunRequest of(Map<String, ?> fields) {
        return of(JSON.<JsonNode>valueToTree(fields));
    }

    /** The fields as JSON has them. */
    public Map<String, Object> toMap() {
        return JSON.convertValue(this, FIELDS);
    }

    /** The names of the fields in JSON, which are those of the command line's options. */
    public static Set<String> fields() {
        return JSON.getSerializationConfig().introspect(JSON.constructType(RunRequest.class)).findProperties().stream()
                .map(BeanPropertyDefinition::getName)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The same with a model and a quiz at other places. */
    public RunRequest at(String otherModel, String otherQuiz) {
        return with(Map.of("model", otherModel, "quiz", otherQuiz), Set.of());
    }

    /**
     * The same without what only the file can say: the experts that other runs of it did not use, or used most, are named.
     *
     * @throws GatehouseException what {@link ExpertsOfRun} throws
     */
    public RunRequest settled(Store store) {
        return withUnusedMasked(store).withMostUsedResident(store);
    }

    private RunRequest withUnusedMasked(Store store) {
        if (maskUnusedOf.isEmpty()) {
            if (unusedScope.isPresent()) {
                throw invalid("--unused-scope needs --mask-unused-of with the run to look at");
            }
            return this;
        }
        Set<ExpertPlace> unused = ExpertsOfRun.unused(store, maskUnusedOf.get(), unusedScope.map(Scope::of));
        return with(Map.of("mask", together(unused, places(mask))), Set.of("mask-unused-of", "unused-scope"));
    }

    private RunRequest withMostUsedResident(Store store) {
        if (residentOf.isEmpty()) {
            if (residentScope.isPresent() || residentExperts.isPresent()) {
                throw invalid("--resident-experts and --resident-scope need --resident-of with the run to look at");
            }
            return this;
        }
        int count = residentExperts.orElseThrow(
                () -> invalid("--resident-of needs --resident-experts with the number of experts of each layer"));
        Set<ExpertPlace> busiest = ExpertsOfRun.mostUsed(store, residentOf.get(), residentScope.map(Scope::of), count);
        return with(
                Map.of("resident", together(busiest, places(resident))),
                Set.of("resident-of", "resident-experts", "resident-scope"));
    }

    private static List<String> together(Set<ExpertPlace> some, Set<ExpertPlace> others) {
        return Stream.concat(some.stream(), others.stream())
                .distinct()
                .sorted()
                .map(ExpertPlace::toString)
                .toList();
    }

    private RunRequest with(Map<String, ?> others, Set<String> without) {
        Map<String, Object> fields = new LinkedHashMap<>(toMap());
        fields.putAll(others);
        fields.keySet().removeAll(without);
        return of(fields);
    }

    /** What is to be kept of what the routers say. Values are those of SQL; they may be written with a dash, too. */
    public Recording recording() {
        Scope scope = switch (record) {
            case "prompt" -> Scope.PROMPT;
            case "last_prompt", "last-prompt" -> Scope.LAST_PROMPT;
            default -> throw invalid("--record takes prompt or last_prompt, not '%s'".formatted(record));
        };
        Probabilities kept = switch (probabilities) {
            case "none" -> Probabilities.NONE;
            case "last_prompt", "last-prompt" -> Probabilities.LAST_PROMPT;
            case "all" -> Probabilities.ALL;
            default ->
                throw invalid("--probabilities takes none, last_prompt or all, not '%s'".formatted(probabilities));
        };
        return new Recording(scope, kept, norms, recordLookahead);
    }

    /** How text is generated after the prompts, if it is. */
    public Optional<GenerationPlan> generation() {
        Optional<AnswerRule> rule = answerRule();
        if (rule.isPresent() && maxNewTokens.isEmpty()) {
            throw invalid("--answer generate needs --max-new-tokens");
        }
        SamplingOptions choice =
                new SamplingOptions(sampling, temperature, sampleTopK, topP, minP, repetitionPenalty, seed);
        if (choice.isGiven() && maxNewTokens.isEmpty()) {
            throw invalid("--sampling and its options need --max-new-tokens");
        }
        if (!stop.isEmpty() && maxNewTokens.isEmpty()) {
            throw invalid("--stop needs --max-new-tokens");
        }
        StopTexts texts = new StopTexts(stop);
        return maxNewTokens.map(tokens -> new GenerationPlan(tokens, rule, texts, choice.of(path(model))));
    }

    private Optional<AnswerRule> answerRule() {
        switch (answer) {
            case "logits" -> {
                if (extract.isPresent() || match.isPresent()) {
                    throw invalid("--extract and --match need --answer generate");
                }
                return Optional.empty();
            }
            case "generate" -> {
                String rule = extract.orElseThrow(() ->
                        invalid("--answer generate needs --extract with the rule that finds the answer in the text"));
                return Optional.of(
                        AnswerRule.of(rule, match.map(AnswerMatch::of).orElse(AnswerMatch.EXACT)));
            }
            default -> throw invalid("--answer takes logits or generate, not '%s'".formatted(answer));
        }
    }

    /** What is changed about the routing, of what the request says itself. */
    public Interventions interventions() {
        return new Interventions(
                places(mask), scales(), topK.map(OptionalInt::of).orElse(OptionalInt.empty()), residents());
    }

    private Optional<ResidentExperts> residents() {
        if (resident.isEmpty()) {
            if (residentOf.isEmpty() && (keep.isPresent() || candidates.isPresent())) {
                throw invalid("--keep and --candidates need --resident or --resident-of");
            }
            return Optional.empty();
        }
        int among = candidates.orElseThrow(
                () -> invalid(
                        "Resident experts need --candidates with the number of a token's best experts among which they are taken"));
        return Optional.of(new ResidentExperts(places(resident), keep.orElse(KEEP), among));
    }

    /** How the model is to be run, with its routing changed. */
    public EngineOptions engineOptions() {
        return engineOptions(precision, device, memory).with(interventions());
    }

    /** How a model is to be run that is left as it is. */
    public static EngineOptions engineOptions(String precision, String device, Optional<String> memory) {
        return new EngineOptions(
                Precision.of(precision),
                Device.of(device),
                memory.map(size -> OptionalLong.of(MemorySize.bytes(size))).orElse(OptionalLong.empty()),
                Interventions.NONE);
    }

    private static Set<ExpertPlace> places(List<String> texts) {
        return texts.stream().map(ExpertPlace::of).collect(Collectors.toSet());
    }

    private Map<ExpertPlace, Float> scales() {
        Map<ExpertPlace, Float> factors = new LinkedHashMap<>();
        for (String text : scale) {
            int equals = text.indexOf('=');
            try {
                float factor = Float.parseFloat(text.substring(equals + 1).strip());
                if (equals < 0 || factors.put(ExpertPlace.of(text.substring(0, equals)), factor) != null) {
                    throw refused(text);
                }
            } catch (NumberFormatException e) {
                throw refused(text);
            }
        }
        return factors;
    }

    private static GatehouseException refused(String scale) {
        return invalid("--scale takes LAYER:EXPERT=X such as 3:17=0.5, each expert once, not '%s'".formatted(scale));
    }

    private static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
