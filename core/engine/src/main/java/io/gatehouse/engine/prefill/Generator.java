package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.engine.memory.LoadedModel;
import io.gatehouse.engine.prefill.GenerationListener.Phase;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.MemorySize;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tensorflow.types.family.TFloating;

/**
 * Generates texts, many at a time: one pass through the layers computes a token of each active text and the prompts of
 * texts that enter. A text that ends leaves, and the next one enters as soon as there is memory for it up to its greatest
 * length, so that no text is ever put off once it has begun. A text that grows to a length from which on all positions have
 * other angles ({@link Rope#switchLength}) is computed anew at that length, as in Hugging Face's code for Phi.
 */
public final class Generator {
    /** More texts at a time were not measured to gain anything. */
    private static final int MOST_TEXTS = 512;

    private final LoadedModel model;
    private final RotaryTable rotary;
    private final Capture capture;
    private final boolean everyOutput;
    private final BatchLimit batches;
    private final long cacheBytes;
    private final long maxTogether;

    /**
     * @param capture no trace
     * @param everyOutput whether the last layer's experts run for every prompt token
     * @param limit of memory: half of it is for the caches
     * @param maxTogether most tokens that enter in one pass
     */
    public Generator(
            LoadedModel model,
            RotaryTable rotary,
            Capture capture,
            boolean everyOutput,
            BatchLimit limit,
            long maxTogether) {
        if (capture.trace()) {
            throw new IllegalArgumentException("There is no trace of generated texts");
        }
        this.model = model;
        this.rotary = rotary;
        this.capture = capture;
        this.everyOutput = everyOutput;
        this.cacheBytes = limit.bytes() / 2;
        this.batches = new BatchLimit(limit.tokens(), limit.bytes() - cacheBytes, limit.need());
        this.maxTogether = maxTogether;
    }

    /** What is generated in one call. */
    private final class Run {
        private final List<Prompt> prompts;
        private final GenerationOptions options;
        private final GenerationListener listener;
        private final Caches caches;
        private final Prefill prefill;
        private final Map<Integer, GeneratedText> active = new TreeMap<>();
        /** Those that are computed anew next, and have no cache until then. */
        private final Set<Integer> withoutCache = new TreeSet<>();

        private final Map<Integer, Generated> results = new TreeMap<>();
        private final int mostTexts;
        private int waiting;
        private long reserved;

        Run(List<Prompt> prompts, GenerationOptions options, GenerationListener listener, Caches caches) {
            this.prompts = prompts;
            this.options = options;
            this.listener = listener;
            this.caches = caches;
            this.prefill = new Prefill(model, rotary, capture, everyOutput, Optional.of(caches));
            long fit = batches.bytes() / batches.need().bytes(1, 0);
            this.mostTexts = (int) Math.max(1, Math.min(Math.min(MOST_TEXTS, batches.tokens()), fit));
        }

        List<Generated> run() {
            while (waiting < prompts.size() || !active.isEmpty()) {
                pass();
            }
            return List.copyOf(results.values());
        }

        private void pass() {
            Map<Integer, Integer> positions = new TreeMap<>();
            for (GeneratedText text : active.values()) {
                int length = text.position() + 1;
                if (switches(length)) {
                    if (withoutCache.add(text.number())) {
                        caches.leave(text.number());
                    }
                } else {
                    caches.grow(text.number(), length);
                    positions.put(text.number(), text.position());
                }
            }
            List<PassPlan.Group> groups = new ArrayList<>();
            long tokens = computeAgain(groups);
            int from = waiting;
            enter(tokens);
            if (waiting > from) {
                groups.addAll(PassPlan.groups(
                        new PrefillRequest(prompts, told(Phase.PROMPT)), from, waiting, config().ropes(), batches));
            }
            if (positions.isEmpty()) {
                prefill.run(new PassPlan(groups), Optional.empty());
            } else {
                try (Step step = new Step(caches, positions)) {
                    groups.add(new PassPlan.Group(Optional.empty(), List.of(batch(step)), told(Phase.GENERATED)));
                    prefill.run(new PassPlan(groups), Optional.of(step));
                }
            }
            leave();
        }

        private MicroBatch batch(Step step) {
            return MicroBatch.step(
                    step.texts().stream().map(text -> text(text).next()).toList());
        }

        /**
         * Adds texts without cache to the pass, as prompts; at least one if there are any.
         *
         * @return how many tokens they have together
         */
        private long computeAgain(List<PassPlan.Group> groups) {
            if (withoutCache.isEmpty()) {
                return 0;
            }
            List<Prompt> whole = new ArrayList<>(prompts);
            List<Integer> now = new ArrayList<>();
            long tokens = 0;
            for (int number : withoutCache) {
                Prompt text = new Prompt(text(number).after(prompts.get(number).tokens()));
                int length = text.tokens().length;
                if (tokens > 0 && tokens + length > maxTogether) {
                    break;
                }
                whole.set(number, text);
                now.add(number);
                caches.enter(number, length);
                tokens += length;
            }
            now.forEach(withoutCache::remove);
            PrefillRequest request = new PrefillRequest(whole, told(Phase.GENERATED));
            for (int number : now) {
                PassPlan.groups(request, number, number + 1, config().ropes(), batches)
                        .forEach(group -> groups.add(group.computedAgain()));
            }
            return tokens;
        }

        /**
         * Lets in what there is memory for, in order; at least one if nothing is active.
         *
         * @param before tokens of the pass so far, the step left out
         */
        private void enter(long before) {
            long tokens = before;
            while (waiting < prompts.size() && active.size() < mostTexts) {
                int length = prompts.get(waiting).tokens().length;
                long bytes = bytes(length);
                if (reserved + bytes > cacheBytes
                        || (tokens > 0 && tokens + length > maxTogether)
                        || (!active.isEmpty() && !listener.mayBegin(waiting))) {
                    return;
                }
                listener.began(waiting);
                caches.enter(waiting, length);
                active.put(waiting, new GeneratedText(waiting, prompts.get(waiting), options));
                reserved += bytes;
                tokens += length;
                waiting++;
            }
        }

        private void leave() {
            List<GeneratedText> finished =
                    active.values().stream().filter(GeneratedText::isFinished).toList();
            for (GeneratedText text : finished) {
                active.remove(text.number());
                caches.leave(text.number());
                reserved -= bytes(prompts.get(text.number()).tokens().length);
                results.put(text.number(), text.result());
            }
        }

        private long bytes(int promptLength) {
            return Generator.this.bytes(promptLength, options);
        }

        private GeneratedText text(int number) {
            return requireNonNull(active.get(number), "no such text");
        }

        /** Hears a pass of the prompts, or of the generated tokens. */
        private PrefillListener told(Phase phase) {
            return new PrefillListener() {
                @Override
                public void routed(RoutingBatch batch) {
                    listener.routed(batch, phase);
                }

                @Override
                public void allLogits(int[] texts, float[] logits) {
                    listener.allPromptLogits(texts, logits);
                }

                @Override
                public void lastLogits(int prompt, float[] logits) {
                    if (phase == Phase.PROMPT) {
                        listener.promptLogits(prompt, logits);
                    }
                    GeneratedText text = text(prompt);
                    NextToken next = text.choose(logits);
                    listener.chosen(prompt, text.position(), next.token(), next.logProbability(), logits);
                    if (text.isFinished()) {
                        listener.finished(prompt, text.result());
                    }
                }

                @Override
                public void layerDone(int layer, int tokens) {
                    listener.layerDone(layer, tokens);
                }
            };
        }
    }

    /**
     * Generates a text after each prompt.
     *
     * @return in the order of the prompts
     * @throws GatehouseException OUT_OF_MEMORY if one text alone does not fit, UNSUPPORTED_MODEL if generation is not
     *     implemented for a mixer of the model; what the listener throws
     */
    public List<Generated> run(List<Prompt> prompts, GenerationOptions options, GenerationListener listener) {
        prompts.forEach(prompt -> require(prompt, options));
        try (Caches caches = new Caches(config(), type())) {
            return new Run(prompts, options, listener, caches).run();
        }
    }

    /**
     * Refuses a text that cannot be generated even alone.
     *
     * @throws GatehouseException OUT_OF_MEMORY if it may become too long for the available memory, UNSUPPORTED_MODEL if
     *     generation is not implemented for a mixer of the model
     */
    public void require(Prompt prompt, GenerationOptions options) {
        PassPlan.require(prompt, config().ropes(), batches);
        switchLengths()
                .filter(length ->
                        length > prompt.tokens().length && length < prompt.tokens().length + options.maxTokens())
                .forEach(length -> PassPlan.require(new Prompt(new int[length]), config().ropes(), batches));
        long bytes = bytes(prompt.tokens().length, options);
        if (bytes > cacheBytes) {
            throw new GatehouseException(
                    ErrorCode.OUT_OF_MEMORY,
                    "A prompt of %,d tokens and %,d generated ones take %s in the cache; there is room for %s"
                            .formatted(
                                    prompt.tokens().length,
                                    options.maxTokens(),
                                    MemorySize.readable(bytes),
                                    MemorySize.readable(cacheBytes)));
        }
    }

    /**
     * Refuses a model that cannot generate text.
     *
     * @throws GatehouseException UNSUPPORTED_MODEL if generation is not implemented for a mixer of it
     */
    public static void requireSupport(ModelConfig config) {
        Caches.kept(config);
    }

    private boolean switches(int length) {
        return switchLengths().anyMatch(other -> other == length);
    }

    private IntStream switchLengths() {
        return config().ropes().stream().flatMapToInt(rope -> rope.switchLength().stream());
    }

    private long bytes(int promptLength, GenerationOptions options) {
        return Caches.bytes(config(), type(), promptLength + options.maxTokens());
    }

    private ModelConfig config() {
        return model.graph().config();
    }

    private Class<? extends TFloating> type() {
        return model.graph().mixerType();
    }
}
