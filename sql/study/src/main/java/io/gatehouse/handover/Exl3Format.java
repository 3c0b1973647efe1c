package io.gatehouse.handover;

import io.gatehouse.client.Rows;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A census of experts as exllamav3 keeps it ({@code util/moe_profile_build.py}): how often each prompt activated each expert
 * while it was read and while text was generated, two arrays of NumPy of shape [prompts, layers with experts, experts].
 */
final class Exl3Format implements HandoverFormat {
    private static final Pattern EXTENSION = Pattern.compile("\\.[^.]*$");

    @Override
    public String id() {
        return "exl3";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN);
    }

    /** Where exllamav3 looks for it: in the place of the extension. */
    @Override
    public String fingerprintOf(String name) {
        return EXTENSION.matcher(name).replaceFirst("") + Fingerprint.SUFFIX;
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExportedRun run = handover.exported();
        MoeLayers layers = MoeLayers.of(run, this);
        List<Integer> questions = questions(run);
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(out))) {
            Census census = new Census(run, layers.numbers(), layers.experts(), questions, zip);
            census.write("counts_decode", "generated");
            census.write("counts_prefill", "prompt");
        }
        return new Written(run.scope() + " and generated", run.tokens(run.scope()) + run.tokens("generated"));
    }

    private List<Integer> questions(ExportedRun run) {
        List<Integer> questions = new ArrayList<>();
        try (Rows rows = run.ask("routed_questions")) {
            while (rows.next()) {
                questions.add(ExportedRun.number(rows, 0));
            }
        }
        if (questions.isEmpty()) {
            throw run.lacks(this, "has no routing of single tokens");
        }
        return questions;
    }

    /** Writes the arrays, a prompt at a time. */
    private record Census(
            ExportedRun run, List<Integer> layers, int experts, List<Integer> questions, ZipOutputStream zip) {
        void write(String name, String phase) throws IOException {
            zip.putNextEntry(new ZipEntry(name + ".npy"));
            zip.write(NumpyHeader.of("<i8", questions.size(), layers.size(), experts));
            long[] counts = new long[layers.size() * experts];
            int question = 0;
            try (Rows rows = run.ask("census", phase)) {
                while (rows.next()) {
                    int of = ExportedRun.number(rows, 0);
                    while (questions.get(question).intValue() != of) {
                        end(counts);
                        question++;
                    }
                    counts[layers.indexOf(ExportedRun.number(rows, 1)) * experts + ExportedRun.number(rows, 2)] =
                            ExportedRun.count(rows, 3);
                }
            }
            for (; question < questions.size(); question++) {
                end(counts);
            }
            zip.closeEntry();
        }

        /** Writes the counts of a prompt, and begins anew. */
        private void end(long[] counts) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(counts.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asLongBuffer().put(counts);
            zip.write(bytes.array());
            Arrays.fill(counts, 0);
        }
    }
}
