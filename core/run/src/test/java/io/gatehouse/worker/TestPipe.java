package io.gatehouse.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.run.DiskNeed;
import io.gatehouse.run.RunManifest;
import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.GenerationRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import io.gatehouse.store.write.TokenValues;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What goes between owner and worker, and what must not come through. */
final class TestPipe {
    private static final int ROWS = 30_000;
    private static final long SEED = Long.getLong("gatehouse.test.seed", 19);

    private interface Writing {
        void write(PipeOutput out) throws IOException;
    }

    @Test
    void aShardComesOutAsItWentIn() throws IOException {
        Shard shard = shard();
        Shard read = input(written(out -> out.shard(shard)), 100_000_000).shard();
        assertThat(read).usingRecursiveComparison().isEqualTo(shard);
        String[] texts = read.tokens().get(0).tokens();
        assertThat(texts[0]).as("one string for one text").isSameAs(texts[2]);
    }

    @Test
    void wordsComeOutAsTheyWentIn() throws IOException {
        List<ModelLayer> layers = List.of(
                ModelLayer.of(ModelLayer.Kind.DENSE),
                ModelLayer.moe(4, 2, null),
                ModelLayer.moe(4, 2, new ModelLayer.Router("softmax", 2.5, true)));
        RunDescription description = new RunDescription(
                "r", "m", "f", "a", layers, "t", "p", 0, Recording.decisions(Scope.PROMPT), "exact", "cpu", "", "1");
        Messages.Prepared prepared =
                new Messages.Prepared(description, Map.of("prompts", "x"), new DiskNeed.Growth(5, 6));
        Messages.Questions questions = new Messages.Questions(List.of(new RunManifest.Entry(
                new QuestionRow("s", 1, "Wörter \u0000?", List.of("a", "b"), 'B', Map.of("k", "v")), 7)));
        Messages.Failed failed = new Messages.Failed(ErrorCode.CORRUPT_QUIZ, "No.", true);
        PipeInput in = input(
                written(out -> {
                    out.json(prepared);
                    out.json(questions);
                    out.json(failed);
                }),
                1 << 20);
        assertThat(in.json(Messages.Prepared.class)).isEqualTo(prepared);
        assertThat(in.json(Messages.Questions.class)).isEqualTo(questions);
        assertThat(in.json(Messages.Failed.class)).isEqualTo(failed);
    }

    /** Lengths are claims: more than is allowed is refused before there is room for it. */
    @Test
    void nothingIsLargerThanAllowed() throws IOException {
        byte[] shard = written(out -> out.shard(shard()));
        assertThatThrownBy(() -> input(shard, 100_000).shard()).isInstanceOf(PipeInput.Malformed.class);
        byte[] claim = ByteBuffer.allocate(8).putInt(Integer.MAX_VALUE).array();
        assertThatThrownBy(() -> input(claim, 1 << 20).json(Messages.Failed.class))
                .isInstanceOf(PipeInput.Malformed.class);
        byte[] negative = ByteBuffer.allocate(8).putInt(-1).array();
        assertThatThrownBy(() -> input(negative, 1 << 20).json(Messages.Failed.class))
                .isInstanceOf(PipeInput.Malformed.class);
    }

    /** Whatever bytes come, they are a shard, or an error that is known, and nothing is allocated for them in vain. */
    @Test
    void damagedBytesAreOneError() throws IOException {
        byte[] whole = written(out -> out.shard(small()));
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                input(damaged, 1 << 20).shard();
            } catch (PipeInput.Malformed | EOFException expected) {
                // Either is what a broken pipe is.
            } catch (IOException | RuntimeException e) {
                throw new AssertionError("seed %d, try %d".formatted(SEED, i), e);
            }
        }
    }

    private static byte[] written(Writing writing) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PipeOutput out = new PipeOutput(bytes);
        writing.write(out);
        out.flush();
        return bytes.toByteArray();
    }

    private static PipeInput input(byte[] bytes, long allowed) {
        PipeInput in = new PipeInput(new ByteArrayInputStream(bytes));
        in.allow(allowed);
        return in;
    }

    private static Shard small() {
        return shard(3);
    }

    private static Shard shard() {
        return shard(ROWS);
    }

    private static Shard shard(int rows) {
        int[] ids = new int[rows];
        int[] positions = new int[rows];
        boolean[] last = new boolean[rows];
        short[] experts = new short[2 * rows];
        float[] weights = new float[2 * rows];
        float[] entropy = new float[rows];
        String[] tokens = new String[rows];
        for (int row = 0; row < rows; row++) {
            ids[row] = row / 100;
            positions[row] = row % 100;
            last[row] = row % 100 == 99;
            experts[2 * row] = (short) (row % 64);
            weights[2 * row] = row * 0.1f;
            entropy[row] = row * 0.01f;
            tokens[row] = row % 2 == 0 ? "even" : "odd\u00df";
        }
        return new Shard(
                17,
                List.of(
                        new RoutingColumns(
                                3, 2, ids, positions, last, experts, weights, entropy, entropy, entropy, entropy),
                        new RoutingColumns(
                                4,
                                2,
                                ids,
                                positions,
                                last,
                                false,
                                true,
                                experts,
                                List.of(new short[0], experts.clone()),
                                weights,
                                new float[0],
                                entropy,
                                entropy,
                                entropy,
                                entropy)),
                List.of(
                        new TokenColumns(ids, positions, last, positions, tokens),
                        new TokenColumns(ids, positions, new boolean[rows], true, positions, tokens, tokens, entropy)),
                List.of(new AnswerRow(5, 'C', true, new float[] {-1, -2.5f}, 7, "\u0120A", 99)),
                List.of(new TokenValues(3, 2, ids, positions, weights)),
                List.of(),
                List.of(new GenerationRow(5, "so \u00df", 12, "length", Optional.of("C"), Optional.of(false), 1_234)));
    }
}
