package io.gatehouse.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.completion.Completion;
import io.gatehouse.completion.Completion.End;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.Input;
import io.gatehouse.completion.ModelDescription;
import io.gatehouse.completion.ModelSpec;
import io.gatehouse.completion.TokenSampling;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that open a model and then do not answer as they should. */
@Timeout(120)
final class TestModelProcess {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final CompletionRequest REQUEST = new CompletionRequest(
            List.of(new Input.Text("a", true), new Input.Tokens(1, 2)),
            Optional.of(1),
            1,
            List.of(),
            new TokenSampling(0, 0, 1, 0, 1, 0),
            false,
            Optional.empty());

    /** What the process does with an order. */
    private enum Way {
        NOTHING,
        FAIL,
        FAIL_AND_END,
        /** Sends a text in parts until it is told to stop. */
        ENDLESS,
        /** Sends the end of a text twice. */
        TWICE,
        /** Sends the first of two texts. */
        ONE_OF_TWO,
        /** Sends the second text before the first. */
        BACKWARDS
    }

    /** Such a process. */
    static final class Worker {
        private final PipeOutput out;
        private final PipeInput in = new PipeInput(System.in);

        private Worker() throws IOException {
            out = new PipeOutput(new FileOutputStream(OwnerConnection.MESSAGES));
        }

        public static void main(String[] arguments) throws IOException, InterruptedException {
            Worker worker = new Worker();
            worker.in.json(Messages.Order.class);
            worker.send(Messages.Kind.DESCRIPTION, new ModelDescription(8, Map.of(), Optional.empty()));
            Way way = Way.valueOf(arguments[0]);
            while (way != Way.NOTHING) {
                worker.answer(way, worker.in.json(Messages.Order.class));
            }
            Thread.sleep(LONG.toMillis());
        }

        private void answer(Way way, Messages.Order order) throws IOException {
            switch (way) {
                case ENDLESS -> {
                    if (order instanceof Messages.Cancel) {
                        fail(ErrorCode.CANCELLED_BY_USER, "The request was cancelled.", false);
                    } else {
                        part(0, End.OPEN);
                        part(1, End.STOP);
                    }
                }
                case TWICE -> {
                    part(0, End.STOP);
                    part(0, End.STOP);
                }
                case ONE_OF_TWO -> {
                    part(0, End.STOP);
                    out.kind(Messages.Kind.DONE);
                    out.flush();
                }
                case BACKWARDS -> {
                    part(1, End.STOP);
                    part(0, End.LENGTH);
                    out.kind(Messages.Kind.DONE);
                    out.flush();
                }
                default -> fail(ErrorCode.OUT_OF_MEMORY, "No room.", way == Way.FAIL_AND_END);
            }
        }

        private void part(int prompt, End end) throws IOException {
            send(Messages.Kind.COMPLETION, new Completion(prompt, 0, "text", end, Optional.empty(), 1, 1, List.of()));
        }

        private void fail(ErrorCode code, String message, boolean ends) throws IOException {
            send(Messages.Kind.FAILED, new Messages.Failed(code, message, ends));
        }

        private void send(Messages.Kind kind, Record message) throws IOException {
            out.kind(kind);
            out.json(message);
            out.flush();
        }
    }

    @Test
    void aProcessThatDoesNotAnswerIsEnded() {
        for (Consumer<ModelProcess> question : List.<Consumer<ModelProcess>>of(
                model -> model.encode(new Input.Text("a", true), LIMIT),
                model -> model.decode(new int[] {1}, LIMIT),
                model -> model.complete(REQUEST, LIMIT, () -> false),
                model -> model.stream(REQUEST, LIMIT, () -> false, part -> {}))) {
            try (ModelProcess model = start(Way.NOTHING)) {
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
        try (ModelProcess model = start(Way.FAIL)) {
            for (int i = 0; i < 2; i++) {
                requireFailure(() -> model.decode(new int[] {1}, LONG), ErrorCode.OUT_OF_MEMORY, "No room.");
                assertThat(model.isUsable()).isTrue();
            }
        }
        try (ModelProcess model = start(Way.FAIL_AND_END)) {
            requireFailure(() -> model.decode(new int[] {1}, LONG), ErrorCode.OUT_OF_MEMORY, "No room.");
            assertThat(model.isUsable()).as("while it still lives").isFalse();
        }
    }

    @Test
    void whoeverReceivesPartsEndsThemByThrowing() {
        try (ModelProcess model = start(Way.ENDLESS)) {
            for (int i = 0; i < 2; i++) {
                List<Completion> received = new ArrayList<>();
                assertThatThrownBy(() -> model.stream(REQUEST, LONG, () -> false, part -> {
                            received.add(part);
                            throw new IllegalStateException("The client left");
                        }))
                        .hasMessage("The client left");
                assertThat(received).as("nothing after that").hasSize(1);
                assertThat(model.isUsable()).as("it can be asked again").isTrue();
            }
        }
    }

    @Test
    void textsThatWereNotRequestedAreRefused() {
        for (Map.Entry<Way, String> wrong : Map.of(
                        Way.TWICE, "a text that was not requested",
                        Way.ONE_OF_TWO, "1 texts of 2",
                        Way.ENDLESS, "a part of a text")
                .entrySet()) {
            try (ModelProcess model = start(wrong.getKey())) {
                requireFailure(
                        () -> model.complete(REQUEST, LONG, () -> false),
                        ErrorCode.WORKER_ENDED,
                        "The process of model olmoe sent something unexpected: %s.".formatted(wrong.getValue()));
                assertThat(model.isUsable()).isFalse();
            }
        }
        try (ModelProcess model = start(Way.BACKWARDS)) {
            assertThat(model.complete(REQUEST, LONG, () -> false))
                    .extracting(Completion::prompt)
                    .containsExactly(0, 1);
        }
    }

    private static ModelProcess start(Way way) {
        WorkerSettings settings =
                new WorkerSettings(List.of(Worker.class.getName(), way.name()), 1L << 30, Duration.ofMinutes(1));
        return ModelProcess.start(settings, new ModelSpec("models/olmoe", "exact", "cpu"), Duration.ofMillis(100));
    }

    private static void requireFailure(ThrowingCallable question, ErrorCode code, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(question)
                .withMessage(message)
                .extracting(GatehouseException::code)
                .isEqualTo(code);
    }
}
