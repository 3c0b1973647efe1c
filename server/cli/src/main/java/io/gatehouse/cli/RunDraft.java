package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.Interventions;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.run.RunRequest;
import io.gatehouse.store.Recording;
import io.gatehouse.store.Store;

/** A run whose model and quiz are found, but which has no file yet. */
record RunDraft(
        Checkpoint checkpoint,
        Quiz quiz,
        PromptFormat format,
        int shots,
        Recording recording,
        boolean chat,
        EngineOptions options,
        RunOptions choice)
        implements AutoCloseable {
    RunDraft {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(quiz, "quiz is null");
        requireNonNull(choice, "choice is null");
    }

    /** Names the run and reads what it takes from other runs of the file. The checkpoint stays this draft's. */
    PlannedRun plan(Store store) {
        Interventions interventions = choice.interventions(choice.unusedExperts(store));
        return plan(choice.name(new RunNames(store), checkpoint.name(), quiz.name(), interventions), interventions);
    }

    /** Says what is wrong with the options so far. The checkpoint stays this draft's. */
    PlannedRun plan(String name, Interventions interventions) {
        interventions.requireFor(checkpoint.config());
        RunRequest request = new RunRequest(name, quiz, format, shots, recording, chat);
        return new PlannedRun(checkpoint, request, options.with(interventions));
    }

    @Override
    public void close() {
        checkpoint.close();
    }
}
