package io.gatehouse.sample.training;

import io.gatehouse.sample.training.SampleModel.Routed;
import io.gatehouse.sample.training.TrainingPlan.Dimensions;
import io.gatehouse.sample.training.TrainingPlan.LossShares;
import io.gatehouse.sample.vocabulary.BytePairVocabulary;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What training lowers, a weighted sum: the cross-entropy of the answers; that of all other text; the probe's; and the
 * load-balancing loss of Switch Transformers (Fedus et al. 2021, arXiv 2101.03961, equation 4), which is 1 when experts
 * are used evenly.
 *
 * <p>The probe is a linear reading of the residual stream halfway up, which says of each choice whether it is the right
 * one. It shortens the long plateau before a small model binds letters to choices, and is not part of the model.
 */
final class Objective {
    static final String PROBE = "probe";

    private final Ops tf;
    private final SampleModel model;
    private final Placeholder<TInt32> targets;
    private final Placeholder<TFloat32> answerWeights;
    private final Placeholder<TFloat32> textWeights;
    private final Placeholder<TFloat32> verdicts;
    private final Operand<TFloat32> answerLoss;
    private final Operand<TFloat32> total;

    Objective(Ops tf, SampleModel model, LossShares shares) {
        this.tf = tf;
        this.model = model;
        targets = tf.placeholder(TInt32.class);
        answerWeights = tf.placeholder(TFloat32.class);
        textWeights = tf.placeholder(TFloat32.class);
        verdicts = tf.placeholder(TFloat32.class);
        Operand<TFloat32> wanted =
                tf.oneHot(targets, tf.constant(model.dimensions().vocabulary()), tf.constant(1f), tf.constant(0f));
        Operand<TFloat32> losses =
                tf.nn.softmaxCrossEntropyWithLogits(model.logits(), wanted).loss();
        answerLoss = sum(tf.math.mul(losses, answerWeights));
        Operand<TFloat32> textLoss = sum(tf.math.mul(losses, textWeights));
        total = tf.math.addN(List.of(
                answerLoss,
                tf.math.mul(textLoss, tf.constant(shares.text())),
                tf.math.mul(probeLoss(), tf.constant(shares.probe())),
                tf.math.mul(balanceLoss(), tf.constant(shares.balance()))));
    }

    /** Mean over the choices read of {@code ln(1 + exp(-verdict * reading))}. */
    private Operand<TFloat32> probeLoss() {
        Dimensions dimensions = model.dimensions();
        Variable<TFloat32> probe =
                model.parameters().normal(PROBE, 1 / Math.sqrt(dimensions.hidden()), dimensions.hidden(), 1);
        Operand<TFloat32> reading = tf.reshape(
                tf.linalg.matMul(model.output(dimensions.layers() / 2 - 1), probe), tf.constant(new int[] {-1}));
        Operand<TFloat32> losses = tf.math.softplus(tf.math.neg(tf.math.mul(verdicts, reading)));
        Operand<TFloat32> read = tf.math.abs(verdicts);
        return tf.math.div(sum(tf.math.mul(losses, read)), sum(read));
    }

    /** Mean over layers of {@code E / K * sum(load * probability)}, over real tokens. */
    private Operand<TFloat32> balanceLoss() {
        Dimensions dimensions = model.dimensions();
        Operand<TFloat32> real = realTokens();
        List<Operand<TFloat32>> products = new ArrayList<>();
        for (Routed routed : model.layers()) {
            Operand<TFloat32> chosen = tf.sum(routed.selected(), tf.constant(1));
            Operand<TFloat32> load = sum(tf.math.mul(chosen, real));
            Operand<TFloat32> probability = sum(tf.math.mul(routed.probabilities(), real));
            products.add(sum(tf.math.mul(load, probability)));
        }
        float scale = (float) dimensions.experts() / dimensions.topK() / dimensions.layers();
        return tf.math.mul(tf.math.addN(products), tf.constant(scale));
    }

    /** {@code [T, 1]}: each real token's share of the mean over real tokens; 0 for padding. */
    private Operand<TFloat32> realTokens() {
        Operand<TBool> isReal = tf.math.notEqual(model.tokens(), tf.constant(BytePairVocabulary.PADDING_ID));
        Operand<TFloat32> real =
                tf.reshape(tf.dtypes.cast(isReal, TFloat32.class, new Cast.Options[0]), tf.constant(new int[] {-1, 1}));
        return tf.math.div(real, sum(real));
    }

    private Operand<TFloat32> sum(Operand<TFloat32> x) {
        return tf.sum(x, tf.constant(0));
    }

    /** {@code [B*S]}: the token that should follow each token. */
    Placeholder<TInt32> targets() {
        return targets;
    }

    /** {@code [B*S]}: weight of each token's loss as an answer; sums to one. */
    Placeholder<TFloat32> answerWeights() {
        return answerWeights;
    }

    /** {@code [B*S]}: weight of each token's loss as plain text; sums to one. */
    Placeholder<TFloat32> textWeights() {
        return textWeights;
    }

    /** {@code [B*S]}: 1 or -1 where a right or a wrong choice has been read, 0 elsewhere. */
    Placeholder<TFloat32> verdicts() {
        return verdicts;
    }

    /** Mean cross-entropy of the answers, in nats. */
    Operand<TFloat32> answerLoss() {
        return answerLoss;
    }

    Operand<TFloat32> total() {
        return total;
    }
}
