package io.gatehouse.cli.run;

import io.gatehouse.run.RunRequest;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is to be run, as the command line has it. */
final class RunOptions {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Checkpoint: a directory in Hugging Face layout, or a GGUF file.")
    private String model = "";

    @Option(
            names = "--quiz",
            required = true,
            paramLabel = "PATH",
            description = {
                "Quiz: a directory in MMLU's CSV layout, with the folders test and dev;",
                "a file of questions in JSON lines, Parquet or Arrow (.jsonl, .parquet, .arrow);",
                "or a directory of such files: test* holds the questions, dev* or train* the solved examples."
            })
    private String quiz = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "Name of the run; by default MODEL-QUIZ, with a number if that name is taken. An unfinished run of this name is resumed.")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Answer only N questions, taken from the subjects in turn.")
    private Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--subjects",
            split = ",",
            paramLabel = "SUBJECT",
            description = "Comma-separated list of subjects to answer.")
    private List<String> subjects = List.of();

    @Option(
            names = "--shots",
            paramLabel = "N",
            defaultValue = "0",
            description = "Solved examples before each question; default: ${DEFAULT-VALUE}.")
    private int shots;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = RunRequest.FORMAT,
            description =
                    "Prompt format, byte for byte that of the named evaluation: hendrycks, lm-eval, olmes or open-instruct; default: ${DEFAULT-VALUE}.")
    private String format = RunRequest.FORMAT;

    @Option(
            names = "--chat",
            description = "Wrap each prompt as a user message (chat template of an instruction-tuned model);"
                    + " always on for open-instruct.")
    private boolean chat;

    @Option(
            names = "--thinking",
            paramLabel = "CHOICE",
            defaultValue = RunRequest.THINKING,
            description =
                    "How a reasoning model is asked, with --chat: default, as its chat template has it; off, which"
                            + " turns thinking off in the template (enable_thinking or thinking is false); or empty, which begins"
                            + " the answer with an empty think block. Default: ${DEFAULT-VALUE}.")
    private String thinking = RunRequest.THINKING;

    @Option(
            names = "--long-prompts",
            paramLabel = "CHOICE",
            defaultValue = RunRequest.LONG_PROMPTS,
            description =
                    "What to do with a prompt that is longer than the context of the model: fail; skip, which leaves the"
                            + " question out; or truncate-examples, which leaves out the last solved examples until it fits, and"
                            + " the question if it never does. Default: ${DEFAULT-VALUE}.")
    private String longPrompts = RunRequest.LONG_PROMPTS;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "Generate up to N tokens after each prompt, and record their routing and"
                    + " text; by default, none.")
    private Optional<Integer> maxNewTokens = Optional.empty();

    @Option(
            names = "--sampling",
            paramLabel = "CHOICE",
            defaultValue = RunRequest.SAMPLING,
            description =
                    "How each token is chosen: greedy, the most probable one; random, drawn with the options below; or model,"
                            + " as generation_config.json of the model has it, unless an option below says otherwise."
                            + " Default: ${DEFAULT-VALUE}.")
    private String sampling = RunRequest.SAMPLING;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Divide the logits by T before drawing; default: 1.")
    private Optional<Double> temperature = Optional.empty();

    @Option(
            names = "--sample-top-k",
            paramLabel = "K",
            description = "Draw from the K most probable tokens; default: 0, from all.")
    private Optional<Integer> sampleTopK = Optional.empty();

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draw from the most probable tokens whose probabilities add up to P; default: 1.")
    private Optional<Double> topP = Optional.empty();

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Leave out tokens less probable than P times the highest probability; default: 0.")
    private Optional<Double> minP = Optional.empty();

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description =
                    "Make tokens that the prompt or the text already contains less probable, also with greedy: divide positive"
                            + " logits by X and multiply negative ones; default: 1.")
    private Optional<Double> repetitionPenalty = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of random sampling; the text of a question does not depend on other questions;"
                    + " default: 0.")
    private Optional<Long> seed = Optional.empty();

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description =
                    "End a generated text as soon as it contains TEXT, which is left out of it; can be given several times.")
    private List<String> stop = List.of();

    @Option(
            names = "--answer",
            paramLabel = "CHOICE",
            defaultValue = RunRequest.ANSWER,
            description =
                    "Where the answer is read: logits, the most probable letter after the prompt; or generate, which finds"
                            + " it in the generated text and needs --max-new-tokens and --extract. Default: ${DEFAULT-VALUE}.")
    private String answer = RunRequest.ANSWER;

    @Option(
            names = "--extract",
            paramLabel = "RULE",
            description = {
                "Rule that finds the answer in the text, with --answer generate:",
                "choice (the letter after \"answer is\"), bracketed-choice (the last letter in brackets),",
                "number (the last number), hash-number (the number after ####),",
                "answer-is (the line after \"the answer is\"), boxed (the last \\boxed{} of LaTeX),",
                "regex:PATTERN or last-regex:PATTERN (the first or last match; its group, if it has one)."
            })
    private Optional<String> extract = Optional.empty();

    @Option(
            names = "--match",
            paramLabel = "CHOICE",
            description =
                    "How the answer in the text is compared with the correct one, where questions have no choices: exact,"
                            + " as text; or number, as a decimal number. Default: exact.")
    private Optional<String> match = Optional.empty();

    @Option(
            names = "--record",
            paramLabel = "TOKENS",
            defaultValue = RunRequest.RECORD,
            description =
                    "Tokens whose routing to record: prompt, every prompt token; or last_prompt, only the last one,"
                            + " at which the model answers. Default: ${DEFAULT-VALUE}.")
    private String record = RunRequest.RECORD;

    @Option(
            names = "--probabilities",
            paramLabel = "TOKENS",
            defaultValue = RunRequest.PROBABILITIES,
            description = "Tokens for which to record the probability of every expert: none, last_prompt or all."
                    + " Default: ${DEFAULT-VALUE}.")
    private String probabilities = RunRequest.PROBABILITIES;

    @Option(names = "--norms", description = "Record the norms of the selected experts' outputs.")
    private boolean norms;

    @Option(
            names = "--record-lookahead",
            split = ",",
            paramLabel = "N",
            description =
                    "Also record which experts each router would choose if it saw the input of the experts 1 or 2 layers earlier: 1, 2 or 1,2. Only layers with experts are counted.")
    private List<Integer> recordLookahead = List.of();

    @Mixin
    private ComputeOptions engine = new ComputeOptions();

    @Option(
            names = "--mask",
            split = ",",
            paramLabel = "LAYER:EXPERT",
            description = "Comma-separated list of experts, counted from 0, that receive no token. A token that would"
                    + " have been routed to one is routed by the softmax over the remaining experts.")
    private List<String> masked = List.of();

    @Option(
            names = "--mask-unused-of",
            paramLabel = "RUN",
            description = "Mask every expert that this complete run in the same file never used.")
    private Optional<String> unusedOf = Optional.empty();

    @Option(
            names = "--unused-scope",
            paramLabel = "SCOPE",
            description = "With --mask-unused-of: tokens of that run to consider, prompt or last_prompt; by default all"
                    + " that it recorded.")
    private Optional<String> unusedScope = Optional.empty();

    @Option(
            names = "--scale",
            split = ",",
            paramLabel = "LAYER:EXPERT=X",
            description = "Comma-separated list of factors by which the outputs of experts are multiplied.")
    private List<String> scales = List.of();

    @Option(names = "--top-k", paramLabel = "K", description = "Route each token to K experts.")
    private Optional<Integer> topK = Optional.empty();

    @Option(
            names = "--resident",
            split = ",",
            paramLabel = "LAYER:EXPERT",
            description = "Comma-separated list of experts in fast memory, which tokens prefer (cache-aware routing): a"
                    + " token keeps its first --keep experts, and its other places go to resident experts among its"
                    + " --candidates best ones by selection score.")
    private List<String> resident = List.of();

    @Option(
            names = "--resident-of",
            paramLabel = "RUN",
            description = "The experts that this complete run in the same file used most are resident.")
    private Optional<String> residentOf = Optional.empty();

    @Option(
            names = "--resident-experts",
            paramLabel = "N",
            description = "With --resident-of: number of resident experts of each layer.")
    private Optional<Integer> residentExperts = Optional.empty();

    @Option(
            names = "--resident-scope",
            paramLabel = "SCOPE",
            description = "With --resident-of: tokens of that run to consider, prompt or last_prompt; by default all"
                    + " prompt tokens that it recorded.")
    private Optional<String> residentScope = Optional.empty();

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "With resident experts: number of first experts of a token that stay. Default: 1.")
    private Optional<Integer> keep = Optional.empty();

    @Option(
            names = "--candidates",
            paramLabel = "N",
            description = "With resident experts: number of a token's best experts by selection score among which they"
                    + " are taken.")
    private Optional<Integer> candidates = Optional.empty();

    /** The run that the options ask for. */
    RunRequest request() {
        return new RunRequest(
                model,
                quiz,
                name,
                limit,
                subjects,
                shots,
                format,
                chat,
                thinking,
                longPrompts,
                maxNewTokens,
                sampling,
                temperature,
                sampleTopK,
                topP,
                minP,
                repetitionPenalty,
                seed,
                stop,
                answer,
                extract,
                match,
                record,
                probabilities,
                norms,
                recordLookahead,
                engine.precision(),
                engine.device(),
                engine.memory(),
                masked,
                unusedOf,
                unusedScope,
                scales,
                topK,
                resident,
                residentOf,
                residentExperts,
                residentScope,
                keep,
                candidates);
    }
}
