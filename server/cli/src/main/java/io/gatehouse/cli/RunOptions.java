package io.gatehouse.cli;

import io.gatehouse.run.RunRequest;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is to be run, as the command line has it. */
final class RunOptions {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Checkpoint in Hugging Face layout.")
    private String model = "";

    @Option(
            names = "--quiz",
            required = true,
            paramLabel = "PATH",
            description = {
                "Quiz: a directory in MMLU's CSV layout, with the folders test and dev;",
                "a file of questions in JSON lines, Parquet or Arrow (.jsonl, .parquet, .arrow);",
                "or a directory of such files, test* to ask and dev* or train* to show solved."
            })
    private String quiz = "";

    @Option(
            names = "--name",
            description =
                    "Name of the run; by default MODEL-QUIZ, with a number if that is taken. An unfinished run of the name goes on where it ended.")
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
            description = "Answer only these subjects; several with commas between.")
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
                    "How questions are put, byte for byte as that evaluation does: hendrycks, lm-eval, olmes or open-instruct; default: ${DEFAULT-VALUE}.")
    private String format = RunRequest.FORMAT;

    @Option(
            names = "--chat",
            description = "Put each prompt as what a user says, by the chat template of an instruction-tuned model;"
                    + " open-instruct always does.")
    private boolean chat;

    @Option(
            names = "--record",
            paramLabel = "TOKENS",
            defaultValue = RunRequest.RECORD,
            description = "prompt: the routing of every prompt token; last-prompt: only of the one that answers."
                    + " Default: ${DEFAULT-VALUE}.")
    private String record = RunRequest.RECORD;

    @Option(
            names = "--probabilities",
            paramLabel = "TOKENS",
            defaultValue = RunRequest.PROBABILITIES,
            description = "Keep the probability of every expert, of these tokens: none, last-prompt or all."
                    + " Default: ${DEFAULT-VALUE}.")
    private String probabilities = RunRequest.PROBABILITIES;

    @Option(names = "--norms", description = "Keep the norms of the chosen experts' outputs.")
    private boolean norms;

    @Mixin
    private EngineChoice engine = new EngineChoice();

    @Option(
            names = "--mask",
            split = ",",
            paramLabel = "LAYER:EXPERT",
            description =
                    "Send no token to these experts, counted from 0; several with commas between. A token that would"
                            + " have met one is routed by the softmax over the rest.")
    private List<String> masked = List.of();

    @Option(
            names = "--mask-unused-of",
            paramLabel = "RUN",
            description = "Mask every expert that this complete run of the same file never used.")
    private Optional<String> unusedOf = Optional.empty();

    @Option(
            names = "--unused-scope",
            paramLabel = "SCOPE",
            description = "Tokens of that run to look at, prompt or last_prompt; by default all that it recorded.")
    private Optional<String> unusedScope = Optional.empty();

    @Option(
            names = "--scale",
            split = ",",
            paramLabel = "LAYER:EXPERT=X",
            description = "Multiply the outputs of these experts; several with commas between.")
    private List<String> scales = List.of();

    @Option(names = "--top-k", paramLabel = "K", description = "Send each token to K experts.")
    private Optional<Integer> topK = Optional.empty();

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
                record,
                probabilities,
                norms,
                engine.precision(),
                engine.device(),
                engine.memory(),
                masked,
                unusedOf,
                unusedScope,
                scales,
                topK);
    }
}
