package io.gatehouse.engine.prefill;

import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.prefill.MicroBatch.PromptPart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How some prompts go through a layer: group after group, where the prompts of a group follow the same prefix.
 */
public record PassPlan(List<Group> groups) {
    /**
     * @param prefix what all prompts begin with
     * @param prompts what follows it
     * @param listener of the request they are of
     * @param again whether they were computed before but for their last tokens, which are all that is delivered
     */
    record Group(Optional<MicroBatch> prefix, List<MicroBatch> prompts, PrefillListener listener, boolean again) {
        Group(Optional<MicroBatch> prefix, List<MicroBatch> prompts, PrefillListener listener) {
            this(prefix, prompts, listener, false);
        }

        Group computedAgain() {
            return new Group(prefix, prompts, listener, true);
        }
    }

    /** The identity of a prefix is its tokens. */
    private record Tokens(int[] ids) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Tokens that && Arrays.equals(ids, that.ids);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(ids);
        }
    }

    /** Prompts of a request that fit into a pass. */
    private record Slice(int from, int to, long tokens) {}

    /**
     * Puts requests, in their order, into passes of at most {@code maxTogether} tokens; a longer prompt gets one of its
     * own. How a request is divided does not depend on the others.
     *
     * @param ropes rotary embeddings of the model's layers
     * @param limit of a micro-batch; a part of a prompt that is longer gets one of its own
     */
    static List<PassPlan> passes(List<PrefillRequest> requests, List<Rope> ropes, BatchLimit limit, long maxTogether) {
        List<PassPlan> passes = new ArrayList<>();
        List<Group> open = new ArrayList<>();
        long together = 0;
        for (PrefillRequest request : requests) {
            for (Slice slice : slices(request.prompts(), maxTogether)) {
                if (!open.isEmpty() && together + slice.tokens > maxTogether) {
                    passes.add(new PassPlan(List.copyOf(open)));
                    open.clear();
                    together = 0;
                }
                open.addAll(groups(request, slice, ropes, limit));
                together += slice.tokens;
            }
        }
        if (!open.isEmpty()) {
            passes.add(new PassPlan(open));
        }
        return passes;
    }

    /**
     * Some prompts of a request, one after the other, whatever their number of tokens.
     *
     * @param from index of the first
     * @param to index after the last
     */
    static List<Group> groups(PrefillRequest request, int from, int to, List<Rope> ropes, BatchLimit limit) {
        return groups(request, new Slice(from, to, 0), ropes, limit);
    }

    private static List<Slice> slices(List<Prompt> prompts, long maxTogether) {
        List<Slice> slices = new ArrayList<>();
        int from = 0;
        long tokens = 0;
        for (int i = 0; i < prompts.size(); i++) {
            int length = prompts.get(i).tokens().length;
            if (i > from && tokens + length > maxTogether) {
                slices.add(new Slice(from, i, tokens));
                from = i;
                tokens = 0;
            }
            tokens += length;
        }
        if (from < prompts.size()) {
            slices.add(new Slice(from, prompts.size(), tokens));
        }
        return slices;
    }

    private static List<Group> groups(PrefillRequest request, Slice slice, List<Rope> ropes, BatchLimit limit) {
        List<Prompt> prompts = request.prompts();
        Map<Tokens, List<Integer>> byPrefix = new LinkedHashMap<>();
        for (int i = slice.from; i < slice.to; i++) {
            int[] tokens = prompts.get(i).tokens();
            Tokens prefix = new Tokens(Arrays.copyOf(tokens, usefulPrefix(prompts.get(i), ropes)));
            byPrefix.computeIfAbsent(prefix, absent -> new ArrayList<>()).add(i);
        }
        List<Group> groups = new ArrayList<>();
        byPrefix.forEach((prefix, members) -> {
            int length = prefix.ids().length;
            List<PromptPart> rests = members.stream()
                    .map(i -> rest(prompts.get(i).tokens(), length, i))
                    .sorted(Comparator.comparingInt(PromptPart::length))
                    .toList();
            Optional<MicroBatch> own = length == 0
                    ? Optional.empty()
                    : Optional.of(MicroBatch.of(List.of(new PromptPart(prefix.ids(), 0, length, members))));
            groups.add(new Group(own, pack(rests, length, limit), request.listener()));
        });
        return groups;
    }

    /**
     * Refuses a prompt that is too long for the memory there is.
     *
     * @throws io.gatehouse.error.GatehouseException OUT_OF_MEMORY
     */
    public static void require(Prompt prompt, List<Rope> ropes, BatchLimit limit) {
        int prefix = usefulPrefix(prompt, ropes);
        if (prefix > 0) {
            limit.require(0, prefix);
        }
        limit.require(prefix, prompt.tokens().length - prefix);
    }

    /**
     * A prefix that is too short is not worth a micro-batch, and where the angles depend on the length of the text its
     * keys belong to one prompt only. Neither depends on the other prompts.
     */
    private static int usefulPrefix(Prompt prompt, List<Rope> ropes) {
        boolean anglesOfItsOwn = ropes.stream().anyMatch(rope -> rope.dependsOn(prompt.tokens().length));
        return anglesOfItsOwn || prompt.sharedPrefix() < Blocks.ROW_BLOCK ? 0 : prompt.sharedPrefix();
    }

    private static PromptPart rest(int[] tokens, int from, int prompt) {
        return new PromptPart(Arrays.copyOfRange(tokens, from, tokens.length), from, tokens.length, List.of(prompt));
    }

    /** Micro-batches of parts of one width, shortest first. */
    private static List<MicroBatch> pack(List<PromptPart> byLength, int prefix, BatchLimit limit) {
        List<MicroBatch> batches = new ArrayList<>();
        List<PromptPart> open = new ArrayList<>();
        int tokens = 0;
        for (PromptPart part : byLength) {
            int width = MicroBatch.width(part.length());
            boolean fits = open.isEmpty()
                    || (MicroBatch.width(open.get(0).length()) == width
                            && limit.allows(open.size() + 1, width, prefix, tokens + part.length()));
            if (!fits) {
                batches.add(MicroBatch.of(open));
                open.clear();
                tokens = 0;
            }
            open.add(part);
            tokens += part.length();
        }
        if (!open.isEmpty()) {
            batches.add(MicroBatch.of(open));
        }
        return batches;
    }
}
