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
import java.util.Optional;

/** A run whose model and quiz are found, but which has no file yet. */
record RunDraft(
        Checkpoint checkpoint,
        Quiz quiz,
        PromptFormat format,
        int shots,
        Recording recording,
        boolean chat,
        EngineOptions options,
        Optional<String> wish,
        InterventionChoice changes)
        implements AutoCloseable {
    RunDraft {
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(quiz, "quiz is null");
        requireNonNull(wish, "wish is null");
    }

    /** Names the run and reads what it takes from other runs of the file. The checkpoint stays this draft's. */
    PlannedRun plan(Store store) {
        Interventions interventions = changes.interventions(store);
        interventions.requireFor(checkpoint.config());
        RunNames names = new RunNames(store);
        String name = wish.map(names::notFinished)
                .orElseGet(() -> names.unfinishedOrFree(checkpoint.name() + "-" + quiz.name()
                        + (interventions.equals(Interventions.NONE) ? "" : "-changed")));
        RunRequest request = new RunRequest(name, quiz, format, shots, recording, chat);
        return new PlannedRun(checkpoint, store, request, options.with(interventions));
    }

    @Override
    public void close() {
        checkpoint.close();
    }
}
