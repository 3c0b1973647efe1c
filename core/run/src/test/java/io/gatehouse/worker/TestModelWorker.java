package io.gatehouse.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.Input;
import io.gatehouse.completion.ModelChoice;
import io.gatehouse.completion.ModelDescription;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that open a model and then do not answer as they should. */
@Timeout(120)
final class TestModelWorker {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofMinutes(1);

    /** What the process does with an order. */
    private enum Way {
        NOTHING,
        FAIL,
        FAIL_AND_END
    }

    /** Such a process. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            PipeOutput out = new PipeOutput(new FileOutputStream(ParentProcess.MESSAGES));
            PipeInput in = new PipeInput(System.in);
            in.json(Messages.Open.class);
            out.kind(Messages.Kind.DESCRIPTION);
            out.json(new ModelDescription(8, Map.of(), Optional.empty()));
            out.flush();
            Way way = Way.valueOf(arguments[0]);
            while (way != Way.NOTHING) {
                in.json(Messages.Order.class);
                out.kind(Messages.Kind.FAILED);
                out.json(new Messages.Failed(ErrorCode.OUT_OF_MEMORY, "No room.", way == Way.FAIL_AND_END));
                out.flush();
            }
            Thread.sleep(LONG.toMillis());
        }
    }

    @Test
    void aProcessThatDoesNotAnswerIsEnded() {
        CompletionRequest request = new CompletionRequest(
                List.of(Input.text("a", true)),
                Optional.of(1),
                1,
                List.of(),
                new CompletionRequest.Choice(0, 0, 1, 0, 1, 0),
                false,
                Optional.empty());
        for (Consumer<ModelWorker> question : List.<Consumer<ModelWorker>>of(
                model -> model.encode(Input.text("a", true), LIMIT),
                model -> model.decode(new int[] {1}, LIMIT),
                model -> model.complete(request, LIMIT, () -> false))) {
            try (ModelWorker model = start(Way.NOTHING)) {
                requireFailure(
                        () -> question.accept(model),
                        ErrorCode.QUERY_TIMEOUT,
                        "Model olmoe took longer than 1 s and did not stop; its process was ended.");
                assertThat(model.isUsable()).isFalse();
            }
        }
    }

    @Test
    void anErrorSaysWhetherTheProcessEnds() {
        try (ModelWorker model = start(Way.FAIL)) {
            for (int i = 0; i < 2; i++) {
                requireFailure(() -> model.decode(new int[] {1}, LONG), ErrorCode.OUT_OF_MEMORY, "No room.");
                assertThat(model.isUsable()).isTrue();
            }
        }
        try (ModelWorker model = start(Way.FAIL_AND_END)) {
            requireFailure(() -> model.decode(new int[] {1}, LONG), ErrorCode.OUT_OF_MEMORY, "No room.");
            assertThat(model.isUsable()).as("while it still lives").isFalse();
        }
    }

    private static ModelWorker start(Way way) {
        WorkerSettings settings =
                new WorkerSettings(List.of(Worker.class.getName(), way.name()), 1L << 30, Duration.ofMinutes(1));
        return ModelWorker.start(settings, new ModelChoice("models/olmoe", "exact", "cpu"), Duration.ofMillis(100));
    }

    private static void requireFailure(ThrowingCallable question, ErrorCode code, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(question)
                .withMessage(message)
                .extracting(GatehouseException::code)
                .isEqualTo(code);
    }
}
