package io.gatehouse.cli;

import io.gatehouse.checkpoint.ChatConfig;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.ExpertPlace;
import io.gatehouse.engine.Interventions;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.QuizSource;
import io.gatehouse.store.GivenName;
import io.gatehouse.store.Recording;
import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is to be run: the options that a run has on the command line and over HTTP. */
final class RunOptions {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Checkpoint in Hugging Face layout.")
    private Path model = Path.of("");

    @Option(
            names = "--quiz",
            required = true,
            paramLabel = "PATH",
            description = {
                "Quiz: a directory in MMLU's CSV layout, with the folders test and dev;",
                "a file of questions in JSON lines, Parquet or Arrow (.jsonl, .parquet, .arrow);",
                "or a directory of such files, test* to ask and dev* or train* to show solved."
            })
    private Path quiz = Path.of("");

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
            defaultValue = "hendrycks",
            description =
                    "How questions are put, byte for byte as that evaluation does: hendrycks, lm-eval, olmes or open-instruct; default: ${DEFAULT-VALUE}.")
    private String format = "";

    @Option(
            names = "--chat",
            description = "Put each prompt as what a user says, by the chat template of an instruction-tuned model;"
                    + " open-instruct always does.")
    private boolean chat;

    @Mixin
    private RecordingChoice recording = new RecordingChoice();

    @Mixin
    private EngineChoice choice = new EngineChoice();

    @Mixin
    private InterventionChoice interventionChoice = new InterventionChoice();

    /** Reads quiz and checkpoint, short of the weights, and says what is wrong with the options so far. */
    RunDraft read() {
        PromptFormat asking = PromptFormat.of(format);
        Recording kept = recording.recording();
        Quiz chosen = chosen();
        EngineOptions engine = choice.options();
        boolean chats = chat || !asking.begun().isEmpty();
        if (chats && ChatConfig.find(model).isEmpty()) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "Model %s has no chat template".formatted(model));
        }
        return new RunDraft(Checkpoint.open(model), chosen, asking, shots, kept, chat, engine, this);
    }

    /** The experts that the options leave to a run of the file to name. */
    Set<ExpertPlace> unusedExperts(Store store) {
        return interventionChoice.unusedExperts(store);
    }

    Interventions interventions(Set<ExpertPlace> unused) {
        return interventionChoice.interventions(unused);
    }

    /** The name of the run: as wished, or after its model and quiz. */
    String name(RunNames names, String ofModel, String ofQuiz, Interventions interventions) {
        return name.map(wished -> names.notFinished(GivenName.checked("a run", wished)))
                .orElseGet(() -> names.unfinishedOrFree(GivenName.checked(
                        "a run",
                        ofModel + "-" + ofQuiz + (interventions.equals(Interventions.NONE) ? "" : "-changed"))));
    }

    private Quiz chosen() {
        Quiz whole = QuizSource.read(quiz);
        Quiz selected = subjects.isEmpty()
                ? whole
                : whole.select(subjects.stream().map(String::strip).toList());
        return limit.map(selected::limit).orElse(selected);
    }
}
