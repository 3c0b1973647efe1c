package io.gatehouse.worker;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.gatehouse.completion.Completion;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.Input;
import io.gatehouse.completion.ModelDescription;
import io.gatehouse.completion.ModelSpec;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.DiskNeed;
import io.gatehouse.run.RunManifest;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.UnfinishedRun;
import io.gatehouse.store.run.RunDescription;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the owner of the file and its workers send each other. An owner sends an {@link Order}; a worker sends messages of a
 * {@link Kind}, and shards.
 */
final class Messages {
    private Messages() {}

    /**
     * What a worker is to do. That of a run gets {@link Read}, {@link Prepare} and {@link Compute}, in this order; that of a
     * model gets {@link Open}, and then one of the others after the answer to the one before.
     */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "order")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Read.class, name = "read"),
        @JsonSubTypes.Type(value = Prepare.class, name = "prepare"),
        @JsonSubTypes.Type(value = Compute.class, name = "compute"),
        @JsonSubTypes.Type(value = Open.class, name = "open"),
        @JsonSubTypes.Type(value = Encode.class, name = "encode"),
        @JsonSubTypes.Type(value = Decode.class, name = "decode"),
        @JsonSubTypes.Type(value = Complete.class, name = "complete"),
        @JsonSubTypes.Type(value = Cancel.class, name = "cancel")
    })
    sealed interface Order permits Read, Prepare, Compute, Open, Encode, Decode, Complete, Cancel {}

    /**
     * Read the files that a run names, except for the weights.
     *
     * @param memory bytes that the worker may take
     */
    record Read(RunRequest request, long memory) implements Order {}

    /**
     * Load the model and tokenise the prompts.
     *
     * @param name of the run
     * @param resumed whether it resumes an unfinished run, which has so many answers and this definition
     */
    record Prepare(String name, boolean resumed, int answered, Map<String, String> definition) implements Order {
        static Prepare of(String name, Optional<UnfinishedRun> unfinished) {
            return new Prepare(
                    name,
                    unfinished.isPresent(),
                    unfinished.map(UnfinishedRun::answered).orElse(0),
                    unfinished.map(UnfinishedRun::definition).orElse(Map.of()));
        }

        Optional<UnfinishedRun> unfinished() {
            return resumed ? Optional.of(new UnfinishedRun(answered, definition)) : Optional.empty();
        }
    }

    /**
     * Compute shards.
     *
     * @param questionIds what the file calls each question of the manifest
     */
    record Compute(List<Integer> shards, int[] questionIds) implements Order {}

    /**
     * Read a model, except for the weights. The answer is a {@link ModelDescription}.
     *
     * @param memory bytes that the worker may take
     */
    record Open(ModelSpec model, long memory) implements Order {}

    /** Tokenise a text. The answer is {@link Tokens}. */
    record Encode(Input input) implements Order {}

    /** Make a text of tokens. The answer is a {@link Text}. */
    record Decode(int[] tokens) implements Order {}

    /**
     * Complete prompts. The answers are {@link Completion}s, of different texts in any order, and DONE.
     *
     * @param inParts whether a text is sent in parts, while it is generated
     */
    record Complete(CompletionRequest request, boolean inParts) implements Order {}

    /** Stop computing what was ordered last. The answer is an error, or the rest of that of the order if it is done. */
    record Cancel() implements Order {}

    /** Token ids; not copied. */
    record Tokens(int[] ids) {
        Tokens {
            requireNonNull(ids, "ids is null");
        }
    }

    /** What tokens stand for. */
    record Text(String text) {
        Text {
            requireNonNull(text, "text is null");
        }
    }

    /** Precedes each message of a worker. */
    enum Kind {
        SOURCES('n'),
        TOKENISING('t'),
        QUESTIONS('q'),
        PREPARED('p'),
        LAYER_DONE('l'),
        SHARD('s'),
        DESCRIPTION('m'),
        TOKENS('i'),
        TEXT('x'),
        COMPLETION('c'),
        DONE('d'),
        FAILED('f');

        private final char code;

        Kind(char code) {
            this.code = code;
        }

        /** The byte that stands for it. */
        char code() {
            return code;
        }
    }

    /** Some questions of the manifest, in their order. */
    record Questions(List<RunManifest.Entry> entries) {
        Questions {
            entries = List.copyOf(entries);
        }
    }

    /** The manifest without its questions, which were sent before. */
    record Prepared(RunDescription description, Map<String, String> more, DiskNeed.Growth growth) {
        Prepared {
            requireNonNull(description, "description is null");
            more = Map.copyOf(more);
            requireNonNull(growth, "growth is null");
        }
    }

    /**
     * The error that ended the worker's work, or that is the answer to an order.
     *
     * @param ends whether the worker ends with it
     */
    record Failed(ErrorCode code, String message, boolean ends) {
        Failed {
            requireNonNull(code, "code is null");
            requireNonNull(message, "message is null");
        }

        /** Longer messages are cut. */
        private static final int LONGEST_MESSAGE = 4000;

        /** The same error in this process. */
        GatehouseException error() {
            return new GatehouseException(
                    code, message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE));
        }
    }
}
