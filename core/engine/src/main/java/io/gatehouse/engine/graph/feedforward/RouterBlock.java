package io.gatehouse.engine.graph.feedforward;

import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.Router.Normalisation;
import io.gatehouse.checkpoint.config.Router.Score;
import io.gatehouse.checkpoint.config.Router.Weight;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Max;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * The router of a mixture-of-experts layer in fp32, by the formula of {@link Router}: scores, selection of the K experts
 * with the largest selection score, ties to the lower expert, and weights. Everything that a run records about a decision
 * is computed here, in the graph.
 */
public final class RouterBlock {
    /** Below this a probability counts as zero in an entropy: p ln p is 0 to all digits of a float. */
    private static final float TINY = 1e-30f;

    /** A logit whose probability is 0, and for which p ln p is 0, too; and a selection score that is never chosen. */
    private static final float OUT = -1e30f;

    private final Ops tf;
    private final Blocks blocks;
    private final Router kind;
    private final int expertCount;
    private final int topK;
    private final Router.Scored router;
    private final Weights weights;

    /**
     * @param expertCount E
     * @param topK K
     * @param weights of the layer, which hold the biases and factors of the router
     */
    public RouterBlock(Ops tf, Router kind, int expertCount, int topK, Weights weights) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.kind = kind;
        this.expertCount = expertCount;
        this.topK = topK;
        // Sparsemixer chooses by the logits and is recorded like other routers that do.
        this.router = kind instanceof Router.Scored scored ? scored : Router.softmaxOfChosen();
        this.weights = weights;
    }

    /**
     * What the router computes for each token.
     *
     * @param logits [T, E] after bias and soft-cap, before score and mask
     * @param probabilities [T, E] scores divided by their sum; the softmax of the logits where experts are chosen by these
     * @param experts [T, K] the one with the largest selection score first
     * @param scores [T, K] selection score of each, where it is not its probability
     * @param weights [T, K] what multiplies the output of each
     * @param entropy [T] of the probabilities of all experts
     * @param topKEntropy [T] of those of the chosen, divided by their sum
     * @param mass [T] sum of those of the chosen
     * @param margin [T] selection score of the last chosen expert minus that of the next one that could have been chosen;
     *     where experts are chosen by logits, the difference of the logits' softmax. Where resident experts are preferred,
     *     that of the choice without the preference
     */
    public record Decision(
            Operand<TFloat32> logits,
            Operand<TFloat32> probabilities,
            Operand<TInt32> experts,
            Optional<Operand<TFloat32>> scores,
            Operand<TFloat32> weights,
            Operand<TFloat32> entropy,
            Operand<TFloat32> topKEntropy,
            Operand<TFloat32> mass,
            Operand<TFloat32> margin) {}

    /**
     * What experts are chosen by.
     *
     * @param logits [T, E] without masked experts
     * @param score [T, E] s
     * @param probabilities [T, E]
     * @param selectable [T, E] c, without the experts of groups that are out
     */
    private record Selection(
            Operand<TFloat32> logits, Operand<TFloat32> score, Operand<TFloat32> probabilities, Selectable selectable) {
        Operand<TFloat32> selection() {
            return selectable.selection();
        }
    }

    /**
     * What is left of the experts.
     *
     * @param selection [T, E] c; of experts of groups that are out, a value that is not chosen where others are left
     * @param inside [T, E] whether the group of an expert is not out, where there are groups
     */
    private record Selectable(Operand<TFloat32> selection, Optional<Operand<TBool>> inside) {}

    /**
     * Adds the router to the graph.
     *
     * @param product [T, E] of the router's matrix with its input
     * @param changes what is changed about single experts
     */
    public Decision build(Operand<TFloat32> product, Optional<ExpertChanges.Inputs> changes) {
        Operand<TFloat32> own = capped(product);
        Selection selection = changes.map(inputs -> masked(own, inputs.mask())).orElseGet(() -> select(own));
        int k = topK;
        boolean allChosen = k == available();
        Optional<ExpertChanges.Residents> residents = changes.flatMap(ExpertChanges.Inputs::residents);
        int ranks = residents.isPresent() ? expertCount : allChosen ? k : k + 1;
        TopK<TFloat32, TInt32> ranked =
                tf.nn.topK(selection.selection(), tf.constant(ranks), TInt32.class, TopK.sorted(true));
        Choice choice = residents
                .<Choice>map(preferred -> new Choice.OfPlaces(
                        places(ranked, selection.selectable().inside(), preferred)))
                .orElse(new Choice.OfFirst());
        Operand<TInt32> experts = chosen(ranked.indices(), choice);
        Operand<TFloat32> chosen =
                byProbability() ? chosen(ranked.values(), choice) : atExperts(selection.probabilities(), experts);
        Operand<TFloat32> mass = blocks.sumLastKept(chosen);
        // All experts that the router would not have chosen can have a probability of 0.
        Operand<TFloat32> renormalised =
                tf.math.div(chosen, residents.isPresent() ? tf.math.maximum(mass, tf.constant(TINY)) : mass);
        Operand<TFloat32> logProbabilities = router.selection().score() == Score.SIGMOID
                ? logarithm(selection.probabilities())
                : tf.nn.logSoftmax(selection.logits());
        return new Decision(
                own,
                selection.probabilities(),
                experts,
                byProbability()
                                || (router.selection().score() == Score.LOGIT
                                        && !router.selection().biased())
                        ? Optional.empty()
                        : Optional.of(chosen(ranking(selection, ranked), choice)),
                weights(selection, experts, chosen, renormalised),
                entropy(selection.probabilities(), logProbabilities),
                entropy(renormalised, logarithm(renormalised)),
                flat(mass),
                flat(margin(ranking(selection, ranked), k, allChosen)));
    }

    /** Which of the experts of a token, ordered by selection score, are chosen. */
    private sealed interface Choice {
        /** The first K. */
        record OfFirst() implements Choice {}

        /** Those at places [T, K], in ascending order. */
        record OfPlaces(Operand<TInt32> places) implements Choice {}
    }

    private <T extends TType> Operand<T> chosen(Operand<T> ranked, Choice choice) {
        return choice instanceof Choice.OfPlaces chosen
                ? tf.gather(ranked, chosen.places(), tf.constant(1), Gather.batchDims(1L))
                : columns(ranked, 0, topK);
    }

    /**
     * [T, K] places of the chosen experts where resident ones are preferred: the first experts stay, then come resident
     * candidates and then all others, each by selection score (after arXiv 2412.00099).
     *
     * @param ranked all experts
     * @param inside whether the group of an expert is not out; such a one is not preferred
     */
    private Operand<TInt32> places(
            TopK<TFloat32, TInt32> ranked, Optional<Operand<TBool>> inside, ExpertChanges.Residents residents) {
        ExpertChanges.Preference rule = residents.rule();
        Operand<TInt32> places =
                tf.expandDims(tf.range(tf.constant(0), tf.constant(expertCount), tf.constant(1)), tf.constant(0));
        int last = Math.min(rule.candidates(), expertCount) - 1;
        Operand<TBool> candidate = tf.math.greaterEqual(
                ranked.values(), tf.math.maximum(columns(ranked.values(), last, 1), tf.constant(OUT / 2)));
        Operand<TBool> open = inside.<Operand<TBool>>map(each -> tf.math.logicalAnd(
                        candidate, tf.gather(each, ranked.indices(), tf.constant(1), Gather.batchDims(1L))))
                .orElse(candidate);
        Operand<TBool> preferred = tf.math.logicalAnd(
                open, tf.math.greater(blocks.rows(residents.resident(), ranked.indices()), tf.constant(0f)));
        Operand<TBool> kept = tf.math.less(places, tf.constant(rule.keep()));
        // 0 for those that stay, 1 for preferred ones, 2 for others.
        Operand<TInt32> group = tf.math.add(
                integer(tf.math.logicalNot(kept)), integer(tf.math.logicalNot(tf.math.logicalOr(kept, preferred))));
        Operand<TInt32> order = tf.math.add(places, tf.math.mul(group, tf.constant(expertCount)));
        Operand<TInt32> first =
                tf.nn.topK(tf.math.neg(order), tf.constant(topK), TInt32.class).indices();
        // They are recorded in the order of their scores, as without a preference.
        return tf.math.neg(
                tf.nn.topK(tf.math.neg(first), tf.constant(topK), TInt32.class).values());
    }

    private Operand<TInt32> integer(Operand<TBool> condition) {
        return tf.dtypes.cast(condition, TInt32.class);
    }

    /** Whether the selection score of an expert is its probability. */
    private boolean byProbability() {
        return router.selection().score() == Score.SOFTMAX
                && !router.selection().biased()
                && router.selection().groups().isEmpty();
    }

    /** How many experts a token can be sent to. */
    private int available() {
        return router.selection()
                .groups()
                .map(groups -> expertCount / groups.count() * groups.kept())
                .orElse(expertCount);
    }

    private Operand<TFloat32> capped(Operand<TFloat32> product) {
        Operand<TFloat32> scaled = blocks.times(product, router.logits().scale());
        Operand<TFloat32> biased = router.logits().biased()
                ? tf.math.add(scaled, weights.value(WeightSpec.vector("mlp.gate.bias", expertCount)))
                : scaled;
        return router.logits()
                .softCap()
                .map(cap -> blocks.softCapped(biased, cap))
                .orElse(biased);
    }

    private Selection select(Operand<TFloat32> logits) {
        Operand<TFloat32> score = switch (router.selection().score()) {
            case SOFTMAX -> tf.nn.softmax(logits);
            case SIGMOID -> tf.math.sigmoid(logits);
            case LOGIT -> logits;
        };
        Operand<TFloat32> probabilities = switch (router.selection().score()) {
            case SOFTMAX -> score;
            case SIGMOID -> tf.math.div(score, tf.math.maximum(blocks.sumLastKept(score), tf.constant(TINY)));
            case LOGIT -> tf.nn.softmax(logits);
        };
        Operand<TFloat32> selection = router.selection().biased()
                ? tf.math.add(score, weights.value(WeightSpec.vector("mlp.gate.e_score_correction_bias", expertCount)))
                : score;
        return new Selection(logits, score, probabilities, selectable(selection));
    }

    private Selectable selectable(Operand<TFloat32> selection) {
        return router.selection()
                .groups()
                .map(groups -> inGroups(selection, groups))
                .orElseGet(() -> new Selectable(selection, Optional.empty()));
    }

    /** Puts the experts of all groups but the best ones out of the selection. */
    private Selectable inGroups(Operand<TFloat32> selection, Router.Groups groups) {
        int each = expertCount / groups.count();
        Operand<TFloat32> byGroup = tf.reshape(selection, tf.constant(new int[] {-1, groups.count(), each}));
        Operand<TFloat32> groupScores = switch (groups.by()) {
            case MAX -> tf.max(byGroup, tf.constant(-1));
            case TOP_TWO_SUM ->
                blocks.sumLast(tf.nn.topK(byGroup, tf.constant(Math.min(2, each)), TInt32.class)
                        .values());
        };
        Operand<TInt32> best = tf.nn.topK(groupScores, tf.constant(groups.kept()), TInt32.class)
                .indices();
        Operand<TFloat32> kept =
                tf.sum(tf.oneHot(best, tf.constant(groups.count()), tf.constant(1f), tf.constant(0f)), tf.constant(1));
        Operand<TBool> inside = tf.math.greater(tf.expandDims(kept, tf.constant(2)), tf.constant(0f));
        Operand<TFloat32> left = tf.select(inside, byGroup, tf.constant(Math.max(groups.excluded(), OUT)));
        Operand<TInt32> flat = tf.constant(new int[] {-1, expertCount});
        Operand<TBool> eachInside = tf.broadcastTo(inside, tf.shape(byGroup));
        return new Selectable(tf.reshape(left, flat), Optional.of(tf.reshape(eachInside, flat)));
    }

    /** Takes masked experts out where one of them would be chosen; other rows stay as they are. */
    private Selection masked(Operand<TFloat32> logits, Operand<TFloat32> mask) {
        Operand<TFloat32> free =
                byProbability() ? tf.nn.softmax(logits) : select(logits).selection();
        TopK<TFloat32, TInt32> wished = tf.nn.topK(free, tf.constant(topK), TInt32.class);
        Operand<TFloat32> met = tf.max(blocks.rows(mask, wished.indices()), tf.constant(-1), Max.keepDims(true));
        Operand<TBool> out = tf.math.greater(tf.math.mul(met, tf.expandDims(mask, tf.constant(0))), tf.constant(0f));
        Selection left = select(tf.select(out, tf.constant(OUT), logits));
        if (byProbability() || !router.selection().biased()) {
            return left;
        }
        // A bias must not bring a masked expert back, and groups are compared without it.
        Operand<TFloat32> biased = tf.math.add(
                left.score(), weights.value(WeightSpec.vector("mlp.gate.e_score_correction_bias", expertCount)));
        return new Selection(
                left.logits(),
                left.score(),
                left.probabilities(),
                selectable(tf.select(out, tf.constant(OUT), biased)));
    }

    /** The values that margins are differences of, for the ranked experts. */
    private Operand<TFloat32> ranking(Selection selection, TopK<TFloat32, TInt32> ranked) {
        if (router.selection().score() != Score.LOGIT) {
            return ranked.values();
        }
        return router.selection().biased()
                ? atExperts(tf.nn.softmax(selection.selection()), ranked.indices())
                : atExperts(selection.probabilities(), ranked.indices());
    }

    private Operand<TFloat32> margin(Operand<TFloat32> ranking, int k, boolean allChosen) {
        Operand<TFloat32> last = columns(ranking, k - 1, 1);
        if (allChosen) {
            return last;
        }
        Operand<TFloat32> next = columns(ranking, k, 1);
        if (byProbability()) {
            return tf.math.sub(last, next);
        }
        // Where nothing else is left, as if the next had a score of 0.
        Operand<TBool> none = tf.math.less(next, tf.constant(OUT / 2));
        return tf.math.sub(last, tf.select(none, tf.zerosLike(next), next));
    }

    /** [T, K] */
    private Operand<TFloat32> weights(
            Selection selection,
            Operand<TInt32> experts,
            Operand<TFloat32> probabilities,
            Operand<TFloat32> renormalised) {
        if (kind instanceof Router.SparseMixer mixer) {
            return sparseMixer(selection.logits(), experts, mixer.jitter());
        }
        Operand<TFloat32> raw = switch (router.weights().weight()) {
            case SCORE ->
                router.selection().score() == Score.SOFTMAX ? probabilities : atExperts(selection.score(), experts);
            case SOFTMAX_OF_CHOSEN -> tf.nn.softmax(atExperts(selection.logits(), experts));
            case SIGMOID -> tf.math.sigmoid(atExperts(selection.logits(), experts));
        };
        boolean alreadyDone =
                router.weights().weight() == Weight.SCORE && router.selection().score() == Score.SOFTMAX;
        Operand<TFloat32> scaled = blocks.times(
                normalised(raw, alreadyDone, renormalised), router.weights().scale());
        return router.weights().expertScale()
                ? tf.math.mul(
                        scaled,
                        blocks.rows(
                                weights.value(WeightSpec.vector("mlp.gate.per_expert_scale", expertCount)), experts))
                : scaled;
    }

    private Operand<TFloat32> normalised(Operand<TFloat32> raw, boolean alreadyDone, Operand<TFloat32> renormalised) {
        Normalisation normalisation = router.weights().normalisation();
        if (normalisation instanceof Normalisation.Sum sum) {
            if (sum.epsilon() == 0 && alreadyDone) {
                return renormalised;
            }
            return tf.math.div(raw, tf.math.add(blocks.sumLastKept(raw), tf.constant(sum.epsilon())));
        }
        if (normalisation instanceof Normalisation.PNorm norm) {
            Operand<TFloat32> sum = blocks.sumLastKept(tf.math.pow(raw, tf.constant(norm.p())));
            return tf.math.div(raw, tf.math.pow(sum, tf.constant(1 / norm.p())));
        }
        if (normalisation instanceof Normalisation.AtLeast atLeast) {
            return tf.math.div(raw, tf.math.maximum(blocks.sumLastKept(raw), tf.constant(atLeast.least())));
        }
        return raw;
    }

    /**
     * Weights of the two experts with the largest logits (arXiv 2409.12136, at inference): each is the softmax over those
     * logits that are near the largest of the choice, the second without the first expert.
     */
    private Operand<TFloat32> sparseMixer(Operand<TFloat32> logits, Operand<TInt32> experts, float jitter) {
        Operand<TFloat32> first = tf.oneHot(
                tf.reshape(columns(experts, 0, 1), tf.constant(new int[] {-1})),
                tf.constant(expertCount),
                tf.constant(1f),
                tf.constant(0f));
        Operand<TFloat32> others = tf.select(tf.math.greater(first, tf.constant(0f)), tf.constant(OUT), logits);
        return tf.concat(
                List.of(
                        atExperts(nearest(logits, logits, jitter), columns(experts, 0, 1)),
                        atExperts(nearest(logits, others, jitter), columns(experts, 1, 1))),
                tf.constant(1));
    }

    /** Softmax over the candidates z with (max - z) / max(|z|, max) of at most 2 × jitter. */
    private Operand<TFloat32> nearest(Operand<TFloat32> logits, Operand<TFloat32> candidates, float jitter) {
        Operand<TFloat32> largest = tf.max(candidates, tf.constant(-1), Max.keepDims(true));
        Operand<TFloat32> size = tf.math.maximum(tf.math.abs(logits), largest);
        Operand<TBool> far = tf.math.greater(tf.math.div(tf.math.sub(largest, logits), size), tf.constant(2 * jitter));
        return tf.nn.softmax(tf.select(far, tf.constant(OUT), candidates));
    }

    private Operand<TFloat32> entropy(Operand<TFloat32> p, Operand<TFloat32> logP) {
        return tf.math.neg(blocks.sumLast(tf.math.mul(p, logP)));
    }

    private Operand<TFloat32> logarithm(Operand<TFloat32> p) {
        return tf.math.log(tf.math.maximum(p, tf.constant(TINY)));
    }

    /** Values [T, E] at the experts [T, N] of each token. */
    private Operand<TFloat32> atExperts(Operand<TFloat32> values, Operand<TInt32> experts) {
        return tf.gather(values, experts, tf.constant(1), Gather.batchDims(1L));
    }

    private Operand<TFloat32> flat(Operand<TFloat32> column) {
        return tf.reshape(column, tf.constant(new int[] {-1}));
    }

    private <T extends TType> Operand<T> columns(Operand<T> x, int from, int count) {
        return tf.slice(x, tf.constant(new int[] {0, from}), tf.constant(new int[] {-1, count}));
    }
}
