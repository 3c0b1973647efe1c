package io.gatehouse.engine.prefill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeScaling;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.prefill.MicroBatch.PromptPart;
import io.gatehouse.error.GatehouseException;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestPassPlan {
    private static final Rope ROPE = new Rope(10_000, new RopeScaling.None(), 8);

    @Test
    void packsShortPromptsTogetherShortestFirst() {
        MicroBatch batch = onlyGroup(List.of(prompt(3, 10), prompt(1, 20), prompt(2, 30)))
                .prompts()
                .get(0);
        assertThat(batch.parts()).extracting(PromptPart::prompts).containsExactly(List.of(1), List.of(2), List.of(0));
        assertThat(batch.tokens()).isEqualTo(6);
        assertThat(batch.tokenIds()).startsWith(20, 30, 31, 10, 11, 12).hasSize(Blocks.ROW_BLOCK);
        assertThat(batch.positions()).startsWith(0, 0, 1, 0, 1, 2);
        assertThat(batch.padded()[1]).startsWith(1, 2, 0).hasSize(16);
        assertThat(batch.packed()).startsWith(0, 16, 17, 32, 33, 34);
        assertThat(batch.lastRows()).containsExactly(0, 2, 5);
    }

    @Test
    void widthsOfPromptsDependOnTheirOwnLengthAlone() {
        assertThat(IntStream.of(1, 16, 17, 64, 65, 512, 513, 640, 641, 1024, 1025)
                        .map(MicroBatch::width))
                .containsExactly(16, 16, 32, 64, 128, 512, 640, 640, 768, 1024, 1280);
        assertThat(onlyGroup(List.of(prompt(16, 0), prompt(17, 0))).prompts())
                .as("prompts of two widths")
                .hasSize(2);
    }

    @Test
    void computesASharedPrefixOnceForAll() {
        int[] first = IntStream.range(0, 30).toArray();
        int[] second = IntStream.range(0, 25).toArray();
        PassPlan.Group group = onlyGroup(List.of(new Prompt(first, 20), new Prompt(second, 20)));
        PromptPart prefix = group.prefix().orElseThrow().parts().get(0);
        assertThat(prefix.tokens()).isEqualTo(IntStream.range(0, 20).toArray());
        assertThat(prefix.prompts()).containsExactly(0, 1);
        assertThat(group.prefix().orElseThrow().promptTokens()).isEqualTo(40);
        assertThat(group.prompts().get(0).parts())
                .extracting(PromptPart::first, PromptPart::length)
                .containsExactly(tuple(20, 5), tuple(20, 10));
    }

    @Test
    void doesNotShareWhatIsTooShortOrTurnsByItsOwnAngles() {
        int[] tokens = IntStream.range(0, 30).toArray();
        assertThat(onlyGroup(List.of(new Prompt(tokens, 15))).prefix()).isEmpty();
        Rope dynamic = new Rope(10_000, new RopeScaling.Dynamic(2, 29), 8);
        assertThat(passes(List.of(new Prompt(tokens, 20)), dynamic, tokens(100), 100)
                        .get(0)
                        .groups()
                        .get(0)
                        .prefix())
                .isEmpty();
    }

    @Test
    void splitsWhatDoesNotFitTogether() {
        List<Prompt> prompts = List.of(prompt(3, 0), prompt(4, 0), prompt(5, 0));
        assertThat(passes(prompts, ROPE, tokens(100), 7)).hasSize(2);
        assertThat(passes(prompts, ROPE, tokens(100), 1)).hasSize(3);
        assertThat(passes(List.of(), ROPE, tokens(100), 1)).isEmpty();
        assertThat(passes(prompts, ROPE, tokens(7), 100).get(0).groups().get(0).prompts())
                .extracting(MicroBatch::tokens)
                .containsExactly(7, 5);
    }

    @Test
    void splitsWhatTakesTooMuchMemoryTogether() {
        // A token takes 10 bytes in its experts, a score 1: the scores of two prompts of 16 take 512, of three 768.
        BatchLimit room = new BatchLimit(1000, 600, new BatchLimit.Need(1, 10, 1));
        List<Prompt> three = List.of(prompt(9, 0), prompt(9, 0), prompt(9, 0));
        assertThat(sizes(three, room)).containsExactly(18, 9);
        // Behind a prefix each of 16 rows has 32 scores, so that one alone takes 512.
        List<Prompt> behind = List.of(
                new Prompt(prompt(25, 0).tokens(), 16), new Prompt(prompt(26, 0).tokens(), 16));
        assertThat(sizes(behind, room)).containsExactly(9, 10);
        List<Prompt> many = Collections.nCopies(60, prompt(1, 0));
        assertThat(sizes(many, new BatchLimit(1000, 440, new BatchLimit.Need(1, 10, 0))))
                .as("11 bytes each")
                .containsExactly(40, 20);
    }

    @Test
    void refusesWhatTakesTooMuchMemoryAlone() {
        BatchLimit room = new BatchLimit(1000, 4_000_000_000L, new BatchLimit.Need(10_000_000, 10_000_000, 1_000_000));
        PassPlan.require(prompt(32, 0), List.of(ROPE), room);
        assertThatThrownBy(() -> PassPlan.require(prompt(65, 0), List.of(ROPE), room))
                .isInstanceOf(GatehouseException.class)
                .hasMessage(
                        "A prompt of 65 tokens takes 17.0 GB in a layer; beside the weights there is room for 4.0 GB.");
        Prompt shared = new Prompt(prompt(100, 0).tokens(), 70);
        assertThatThrownBy(() -> PassPlan.require(shared, List.of(ROPE), room))
                .hasMessageStartingWith("A prompt of 70 tokens");
        Prompt behind = new Prompt(prompt(100, 0).tokens(), 20);
        assertThatThrownBy(() -> PassPlan.require(behind, List.of(ROPE), room))
                .hasMessageStartingWith("A prompt of 100 tokens");
    }

    @Test
    void takesRequestsTogetherWithoutMixingThem() {
        PrefillRequest first = request(List.of(prompt(3, 0), prompt(4, 0)));
        PrefillRequest second = request(List.of(prompt(3, 0), prompt(4, 0), prompt(5, 0)));
        List<PassPlan> one = PassPlan.passes(List.of(first, second), List.of(ROPE), tokens(100), 19);
        assertThat(one).hasSize(1);
        assertThat(one.get(0).groups())
                .extracting(PassPlan.Group::listener)
                .containsExactly(first.listener(), second.listener());
        assertThat(one.get(0).groups())
                .flatExtracting(PassPlan.Group::prompts)
                .extracting(MicroBatch::tokens)
                .containsExactly(7, 12);
        assertThat(PassPlan.passes(List.of(first, second), List.of(ROPE), tokens(100), 18))
                .as("the second begins a pass of its own, so that it is divided as if it were alone")
                .extracting(pass -> pass.groups().size())
                .containsExactly(1, 1);
    }

    private static List<PassPlan> passes(List<Prompt> prompts, Rope rope, BatchLimit limit, long maxTogether) {
        return PassPlan.passes(List.of(request(prompts)), List.of(rope), limit, maxTogether);
    }

    private static PrefillRequest request(List<Prompt> prompts) {
        return new PrefillRequest(prompts, new PrefillListener() {
            @Override
            public void routed(RoutingBatch batch) {}

            @Override
            public void lastLogits(int prompt, float[] logits) {}
        });
    }

    private static List<Integer> sizes(List<Prompt> prompts, BatchLimit limit) {
        PassPlan pass = passes(prompts, ROPE, limit, 1000).get(0);
        return pass.groups().get(0).prompts().stream().map(MicroBatch::tokens).toList();
    }

    private static BatchLimit tokens(int most) {
        return new BatchLimit(most, Long.MAX_VALUE, new BatchLimit.Need(1, 1, 1));
    }

    private static PassPlan.Group onlyGroup(List<Prompt> prompts) {
        List<PassPlan> passes = passes(prompts, ROPE, tokens(100), 1000);
        assertThat(passes).hasSize(1);
        assertThat(passes.get(0).groups()).hasSize(1);
        return passes.get(0).groups().get(0);
    }

    /** A prompt of so many tokens, counting up. */
    private static Prompt prompt(int length, int firstToken) {
        return new Prompt(IntStream.range(firstToken, firstToken + length).toArray());
    }
}
