package io.gatehouse.handover;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Rows;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The experts of every token, to be used again in training (rollout routing replay): an array of NumPy for each sequence,
 * shape [tokens, all layers, top-k], of bytes where the model has at most 256 experts, as vLLM returns it. The last
 * generated token was no input and has no row. {@code index.jsonl} says what the sequences are.
 */
final class R3Format implements HandoverFormat {
    private static final int BYTE_EXPERTS = 256;

    @Override
    public String id() {
        return "r3";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN);
    }

    @Override
    public Written write(Handover handover, Path directory) throws IOException {
        ExportedRun run = handover.exported();
        Files.createDirectory(directory);
        long tokens = 0;
        boolean generated = false;
        try (Writer index = Files.newBufferedWriter(directory.resolve("index.jsonl"));
                Rows rows = run.ask("replay")) {
            List<Integer> layers = layers(run);
            Sequence sequence = new Sequence(run, layers, -1, "");
            while (rows.next()) {
                int question = ExportedRun.number(rows, 0);
                if (question != sequence.question) {
                    tokens += write(sequence, directory, index);
                    sequence = new Sequence(run, layers, question, ExportedRun.text(rows, 5));
                }
                boolean ofText = ExportedRun.text(rows, 3).equals("generated");
                generated |= ofText;
                sequence.add(ExportedRun.number(rows, 1), ExportedRun.number(rows, 2), ofText, (List<?>)
                        requireNonNull(rows.value(4)));
            }
            tokens += write(sequence, directory, index);
        }
        if (tokens == 0) {
            throw run.lacks(this, "has no routing of single tokens");
        }
        return new Written(generated ? "prompt and generated" : "prompt", tokens);
    }

    private static List<Integer> layers(ExportedRun run) {
        List<Integer> layers = new ArrayList<>();
        try (Rows rows = run.ask("moe_layers")) {
            while (rows.next()) {
                layers.add(ExportedRun.number(rows, 0));
            }
        }
        return layers;
    }

    /** Writes a sequence, if there is one, and returns the number of its tokens. */
    private int write(Sequence sequence, Path directory, Writer index) throws IOException {
        if (sequence.question < 0) {
            return 0;
        }
        sequence.requireWhole();
        String name = sequence.question + ".npy";
        int width = sequence.run.experts() <= BYTE_EXPERTS ? Byte.BYTES : Short.BYTES;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(directory.resolve(name)))) {
            out.write(NumpyHeader.of(
                    width == Byte.BYTES ? "|u1" : "<u2", sequence.tokens, sequence.run.layers(), sequence.run.topK()));
            int[] experts = sequence.experts;
            for (int i = 0; i < sequence.tokens * sequence.run.layers() * sequence.run.topK(); i++) {
                out.write(experts[i]);
                if (width == Short.BYTES) {
                    out.write(experts[i] >> Byte.SIZE);
                }
            }
        }
        index.write(String.format(
                Locale.ROOT,
                "{\"file\": \"%s\", \"name\": %s, \"prompt_tokens\": %d, \"rows\": %d}\n",
                name,
                Fingerprint.json(sequence.name),
                sequence.promptTokens,
                sequence.tokens));
        return sequence.tokens;
    }

    /** Gathers the rows of a sequence, which come by position and layer. */
    private final class Sequence {
        private final ExportedRun run;
        private final List<Integer> layers;
        private final int question;
        private final String name;
        private int[] experts = new int[0];
        private int tokens;
        private int promptTokens;
        private int layersOfToken;

        Sequence(ExportedRun run, List<Integer> layers, int question, String name) {
            this.run = run;
            this.layers = layers;
            this.question = question;
            this.name = name;
        }

        void add(int position, int layer, boolean generated, List<?> chosen) {
            if (position != tokens - 1) {
                requireWhole();
                if (position != tokens) {
                    throw lacks(tokens);
                }
                tokens++;
                promptTokens += generated ? 0 : 1;
                layersOfToken = 0;
                int size = tokens * run.layers() * run.topK();
                if (experts.length < size) {
                    experts = Arrays.copyOf(experts, 2 * size);
                }
            }
            if (chosen.size() != run.topK()) {
                throw run.lacks(
                        R3Format.this,
                        "sends tokens of layer %d to %d experts, and those of other layers to %d, not to the same number"
                                .formatted(layer, chosen.size(), run.topK()));
            }
            int at = ((tokens - 1) * run.layers() + layer) * run.topK();
            for (Object expert : chosen) {
                experts[at++] = ((Number) expert).intValue();
            }
            layersOfToken++;
        }

        /** Whether the last token has all layers. */
        void requireWhole() {
            if (tokens > 0 && layersOfToken < layers.size()) {
                throw lacks(tokens - 1);
            }
        }

        private RuntimeException lacks(int position) {
            return run.lacks(
                    R3Format.this,
                    "does not know the experts of token %d of question %d in all layers".formatted(position, question));
        }
    }
}
