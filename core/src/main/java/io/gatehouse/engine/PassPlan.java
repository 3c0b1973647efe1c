package io.gatehouse.engine;

import io.gatehouse.checkpoint.Rope;
import io.gatehouse.checkpoint.RopeScaling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How some prompts go through a layer: group after group, where the prompts of a group follow the same prefix.
 *
 * @param groups those without a prefix first
 */
record PassPlan(List<Group> groups) {
    /**
     * @param prefix the one segment that all prompts begin with
     * @param prompts what follows it
     */
    record Group(Optional<MicroBatch> prefix, List<MicroBatch> prompts) {}

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

    /**
     * Splits prompts, in their order, into passes of at most {@code maxTogether} tokens; a longer prompt gets one of
     * its own.
     *
     * @param maxTokens most tokens of a micro-batch; a longer segment gets one of its own
     */
    static List<PassPlan> passes(List<Prompt> prompts, Rope rope, int maxTokens, long maxTogether) {
        List<PassPlan> passes = new ArrayList<>();
        int from = 0;
        long together = 0;
        for (int i = 0; i < prompts.size(); i++) {
            int length = prompts.get(i).tokens().length;
            if (i > from && together + length > maxTogether) {
                passes.add(of(prompts, from, i, rope, maxTokens));
                from = i;
                together = 0;
            }
            together += length;
        }
        if (from < prompts.size()) {
            passes.add(of(prompts, from, prompts.size(), rope, maxTokens));
        }
        return passes;
    }

    private static PassPlan of(List<Prompt> prompts, int from, int to, Rope rope, int maxTokens) {
        Map<Tokens, List<Integer>> byPrefix = new LinkedHashMap<>();
        for (int i = from; i < to; i++) {
            int[] tokens = prompts.get(i).tokens();
            Tokens prefix = new Tokens(Arrays.copyOf(tokens, usefulPrefix(prompts.get(i), rope)));
            byPrefix.computeIfAbsent(prefix, absent -> new ArrayList<>()).add(i);
        }
        List<Group> groups = new ArrayList<>();
        byPrefix.forEach((prefix, members) -> {
            int length = prefix.ids().length;
            List<Segment> rests = members.stream()
                    .map(i -> rest(prompts.get(i).tokens(), length, i))
                    .sorted(Comparator.comparingInt(Segment::length))
                    .toList();
            Optional<MicroBatch> own = length == 0
                    ? Optional.empty()
                    : Optional.of(MicroBatch.of(List.of(new Segment(prefix.ids(), 0, length, members))));
            groups.add(new Group(own, pack(rests, maxTokens)));
        });
        return new PassPlan(groups);
    }

    /**
     * A prefix that is too short is not worth a micro-batch, and where the angles depend on the length of the text its
     * keys are no one else's. Neither depends on the other prompts.
     */
    private static int usefulPrefix(Prompt prompt, Rope rope) {
        boolean angleOfItsOwn = rope.scaling() instanceof RopeScaling.Dynamic dynamic
                && prompt.tokens().length > dynamic.originalMaxPositions();
        return angleOfItsOwn || prompt.sharedPrefix() < MicroBatch.ROW_BLOCK ? 0 : prompt.sharedPrefix();
    }

    private static Segment rest(int[] tokens, int from, int prompt) {
        return new Segment(Arrays.copyOfRange(tokens, from, tokens.length), from, tokens.length, List.of(prompt));
    }

    /** Micro-batches of segments of one width, shortest first. */
    private static List<MicroBatch> pack(List<Segment> byLength, int maxTokens) {
        List<MicroBatch> batches = new ArrayList<>();
        List<Segment> open = new ArrayList<>();
        int tokens = 0;
        for (Segment segment : byLength) {
            boolean sameWidth =
                    open.isEmpty() || MicroBatch.width(open.get(0).length()) == MicroBatch.width(segment.length());
            boolean fits = open.isEmpty() || (sameWidth && tokens + segment.length() <= maxTokens);
            if (!fits) {
                batches.add(MicroBatch.of(open));
                open.clear();
                tokens = 0;
            }
            open.add(segment);
            tokens += segment.length();
        }
        if (!open.isEmpty()) {
            batches.add(MicroBatch.of(open));
        }
        return batches;
    }
}
