package io.gatehouse.sample.training;

import io.gatehouse.sample.training.Adam.AdamFeed;
import io.gatehouse.sample.training.TrainingPlan.Dimensions;
import io.gatehouse.sample.training.TrainingPlan.LossShares;
import io.gatehouse.sample.vocabulary.BytePairVocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A model with everything around it that a session needs to train it and to question it. Not thread-safe. */
final class TrainingSession implements AutoCloseable {
    private static final int THREADS = 2;

    private final Graph graph = new Graph();
    private final SampleModel model;
    private final Objective objective;
    private final Adam adam;
    private final Placeholder<TInt32> rows;
    private final Operand<TFloat32> rowLogits;
    private final Session session;

    TrainingSession(Dimensions dimensions, LossShares shares) {
        Ops tf = Ops.create(graph);
        model = new SampleModel(tf, dimensions);
        objective = new Objective(tf, model, shares);
        adam = new Adam(tf, model.parameters(), objective.total());
        rows = tf.placeholder(TInt32.class);
        rowLogits = model.logits(rows);
        session = new Session(
                graph,
                ConfigProto.newBuilder()
                        .setIntraOpParallelismThreads(THREADS)
                        .setInterOpParallelismThreads(THREADS)
                        .build());
    }

    /** Begins anew. */
    void initialize(RandomGenerator random) {
        model.parameters().initialize(session, random);
        adam.initialize(session);
    }

    List<Parameters.Parameter> parameters() {
        return model.parameters().all();
    }

    Map<String, float[]> weights() {
        return model.parameters().values(session);
    }

    /**
     * Learns from one batch and returns the mean cross-entropy of its answers before the update, in nats.
     *
     * @param step counts from 1
     */
    float learn(Batch batch, int step, double learningRate) {
        Shape flat = Shape.of(batch.tokens().length);
        try (TInt32 tokens =
                        TInt32.tensorOf(Shape.of(batch.lessons(), batch.length()), DataBuffers.of(batch.tokens()));
                TInt32 targets = TInt32.tensorOf(flat, DataBuffers.of(batch.targets()));
                TFloat32 answerWeights = TFloat32.tensorOf(flat, DataBuffers.of(batch.answerWeights()));
                TFloat32 verdicts = TFloat32.tensorOf(flat, DataBuffers.of(batch.verdicts()));
                TFloat32 textWeights = TFloat32.tensorOf(flat, DataBuffers.of(batch.textWeights()));
                AdamFeed feed = adam.feed(step, learningRate)) {
            Session.Runner runner = session.runner()
                    .feed(model.tokens(), tokens)
                    .feed(objective.targets(), targets)
                    .feed(objective.answerWeights(), answerWeights)
                    .feed(objective.textWeights(), textWeights)
                    .feed(objective.verdicts(), verdicts)
                    .fetch(objective.answerLoss());
            adam.addTo(runner, feed);
            try (Result result = runner.run()) {
                return ((TFloat32) result.get(0)).getFloat();
            }
        }
    }

    /** Returns the logits after the last token of each prompt. */
    List<float[]> read(List<int[]> prompts) {
        int length = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        int[] padded = new int[prompts.size() * length];
        int[] lasts = new int[prompts.size()];
        Arrays.fill(padded, BytePairVocabulary.PADDING_ID);
        for (int i = 0; i < lasts.length; i++) {
            int[] prompt = prompts.get(i);
            System.arraycopy(prompt, 0, padded, i * length, prompt.length);
            lasts[i] = i * length + prompt.length - 1;
        }
        try (TInt32 tokens = TInt32.tensorOf(Shape.of(lasts.length, length), DataBuffers.of(padded));
                TInt32 fedRows = TInt32.vectorOf(lasts);
                Result result = session.runner()
                        .feed(model.tokens(), tokens)
                        .feed(rows, fedRows)
                        .fetch(rowLogits)
                        .run()) {
            int vocabulary = model.dimensions().vocabulary();
            float[] logits = new float[lasts.length * vocabulary];
            ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(logits);
            return IntStream.range(0, lasts.length)
                    .mapToObj(i -> Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary))
                    .toList();
        }
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
