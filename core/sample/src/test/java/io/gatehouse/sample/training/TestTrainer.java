package io.gatehouse.sample.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.quiz.Subject;
import io.gatehouse.sample.quiz.Curriculum;
import io.gatehouse.sample.quiz.SampleQuiz;
import io.gatehouse.sample.training.TrainingPlan.Dimensions;
import io.gatehouse.sample.training.TrainingPlan.LossShares;
import io.gatehouse.sample.vocabulary.BytePairTrainer;
import io.gatehouse.testing.SharedData;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTrainer {
    private static final Dimensions MICRO = new Dimensions(500, 2, 32, 2, 4, 2, 16, 1024);
    private static final LossShares SHARES = new LossShares(0.1f, 0.5f, 0.01f);

    private final Curriculum curriculum = Curriculum.bundled();

    @Test
    void learningABatchLowersItsLoss() {
        long seed = 5;
        SplittableRandom random = new SplittableRandom(seed);
        try (Tokenizer tokenizer = CheckpointDirectory.tokenizer(BytePairTrainer.train(answers(), MICRO.vocabulary()));
                TrainingSession session = new TrainingSession(MICRO, SHARES)) {
            session.initialize(random.split());
            Batch batch = new LessonPlan(curriculum, tokenizer, MICRO.positions(), random).zeroShot(8, 0);
            float before = session.learn(batch, 1, 1e-3);
            float after = session.learn(batch, 2, 1e-3);
            for (int step = 3; step <= 20; step++) {
                session.learn(batch, step, 1e-3);
            }
            float atTheEnd = session.learn(batch, 21, 1e-3);
            assertThat(after).as("seed %d", seed).isLessThan(before);
            assertThat(atTheEnd).as("seed %d", seed).isLessThan(before / 2);
        }
    }

    @Test
    void writesACheckpointThatOpensAndACardWithItsFigures(@TempDir Path directory) throws IOException {
        TrainingPlan plan = new TrainingPlan(3, 50, 4, 8, 1e-3, MICRO, SHARES);
        List<TrainingListener.Progress> heard = new ArrayList<>();
        TrainingReport report = new Trainer(plan, curriculum, shortened(), heard::add).train(directory);

        assertThat(heard).extracting(TrainingListener.Progress::step).containsExactly(50);
        assertThat(report.effort().prompts()).isEqualTo(47 * 4 + 3);
        assertThat(report.exam().questions()).isEqualTo(26);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("lessons");
        assertThat(report.exam().layers()).hasSize(2);
        assertThat(directory.resolve("README.md"))
                .content()
                .contains("| addition | rule | 2 |", "--seed 3 --steps 50", "50 steps")
                .doesNotContain("{{");
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                Tokenizer tokenizer = checkpoint.openTokenizer()) {
            FeedForward mixture = new FeedForward.Sparse(4, 2, Mlp.swiGlu(16), Router.softmax(false));
            assertThat(checkpoint.config().feedForwards()).containsExactly(mixture, mixture);
            assertThat(checkpoint.config().layers())
                    .allSatisfy(layer -> assertThat(((Attention) layer.mixer()).qkNorm())
                            .get()
                            .extracting(QkNorm::span)
                            .isEqualTo(QkNorm.Span.PROJECTION));
            assertThat(checkpoint.config().maxPositions()).isEqualTo(1024);
            assertThat(tokenizer.vocabSize()).isEqualTo(checkpoint.config().vocabSize());
        }
    }

    /** The keys that transformers writes for OlmoeForCausalLM, and no other. */
    @Test
    void configHasTheKeysOfOlmoe() throws IOException {
        assertThat(keys(bundled("config.json"))).isEqualTo(keys(SharedData.path("reference/olmoe_a/config.json")));
    }

    @Test
    void tensorsAreThoseOfOlmoe() throws IOException {
        JsonNode config = new ObjectMapper().readTree(bundled("config.json").toFile());
        Set<String> expected = new TreeSet<>();
        int hidden = config.get("hidden_size").asInt();
        int inner = config.get("intermediate_size").asInt();
        int vocabulary = config.get("vocab_size").asInt();
        int experts = config.get("num_experts").asInt();
        expected.add("model.embed_tokens.weight [%d, %d]".formatted(vocabulary, hidden));
        expected.add("model.norm.weight [%d]".formatted(hidden));
        expected.add("lm_head.weight [%d, %d]".formatted(vocabulary, hidden));
        for (int layer = 0; layer < config.get("num_hidden_layers").asInt(); layer++) {
            String prefix = "model.layers.%d.".formatted(layer);
            for (String projection : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
                expected.add("%sself_attn.%s.weight [%d, %d]".formatted(prefix, projection, hidden, hidden));
            }
            for (String norm :
                    List.of("self_attn.q_norm", "self_attn.k_norm", "input_layernorm", "post_attention_layernorm")) {
                expected.add("%s%s.weight [%d]".formatted(prefix, norm, hidden));
            }
            expected.add("%smlp.gate.weight [%d, %d]".formatted(prefix, experts, hidden));
            for (int expert = 0; expert < experts; expert++) {
                String own = "%smlp.experts.%d.".formatted(prefix, expert);
                expected.add("%sgate_proj.weight [%d, %d]".formatted(own, inner, hidden));
                expected.add("%sup_proj.weight [%d, %d]".formatted(own, inner, hidden));
                expected.add("%sdown_proj.weight [%d, %d]".formatted(own, hidden, inner));
            }
        }
        assertThat(tensors(bundled("model.safetensors"))).isEqualTo(expected);
    }

    private static Set<String> tensors(Path file) throws IOException {
        try (DataInputStream stream = new DataInputStream(Files.newInputStream(file))) {
            byte[] header = stream.readNBytes(Math.toIntExact(Long.reverseBytes(stream.readLong())));
            Set<String> tensors = new TreeSet<>();
            for (var entry : new ObjectMapper().readTree(header).properties()) {
                if (!entry.getKey().equals("__metadata__")) {
                    assertThat(entry.getValue().get("dtype").asText()).isEqualTo("BF16");
                    tensors.add(entry.getKey() + " "
                            + entry.getValue().get("shape").toString().replace(",", ", "));
                }
            }
            return tensors;
        }
    }

    private static Set<String> keys(Path file) throws IOException {
        Set<String> keys = new TreeSet<>();
        new ObjectMapper().readTree(file.toFile()).fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private static Path bundled(String name) {
        return Path.of(System.getProperty("gatehouse.root"))
                .resolve("core/sample/model")
                .resolve(name);
    }

    private SampleQuiz shortened() {
        return new SampleQuiz(SampleQuiz.generate(curriculum, SampleQuiz.BUNDLED_SEED).parts().stream()
                .map(part -> new SampleQuiz.Part(
                        new Subject(
                                part.subject().name(),
                                part.subject().dev(),
                                part.subject().test().subList(0, 2)),
                        part.val().subList(0, 1)))
                .toList());
    }

    /** Enough for each answer letter to be one token. */
    private static List<String> answers() {
        return List.of("Answer: A Answer: B Answer: C Answer: D", "Answer: A Answer: B Answer: C Answer: D");
    }
}
