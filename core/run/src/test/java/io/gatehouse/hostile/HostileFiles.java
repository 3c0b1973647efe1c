package io.gatehouse.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes them. The name of a file begins with what is to read it: a kind of trace, or {@code quiz}.
 *
 * @param directory where they go
 */
record HostileFiles(Path directory) {
    private static final int MB = 1 << 20;

    void writeAll() throws IOException {
        arrow();
        npz();
        npy();
        gguf();
        torch();
        pickles();
        jsonLines();
        csv();
        safetensors();
        parquet();
        passes();
        lists();
    }

    /** Counts that the file does not hold, and many small records. */
    private void passes() throws IOException {
        int mbolt = 0x544C424D;
        file(
                "mbolt-2-62-experts.bin",
                all(little(28)
                        .putInt(mbolt)
                        .putInt(1)
                        .putInt(8)
                        .putInt(0)
                        .putInt(32_767)
                        .putInt(Integer.MAX_VALUE)
                        .putInt(1)));
        ByteBuffer empty = little(12 + 48 * MB).putInt(mbolt).putInt(1).putInt(8);
        for (int i = 0; i < 4 * MB; i++) {
            empty.putInt(i % 30_000).putInt(2).putInt(0);
        }
        file("mbolt-4-million-empty-records.bin", all(empty));
        ByteBuffer tokens = little(12 + 32 * MB).putInt(mbolt).putInt(1).putInt(0);
        for (int i = 0; i < 2 * MB; i++) {
            tokens.putInt(0).putInt(1).putInt(1).putInt(i % 30_000);
        }
        file("mbolt-2-million-tokens.bin", all(tokens));
        ByteBuffer wide = little(12 + 12 + 16 * MB)
                .putInt(mbolt)
                .putInt(1)
                .putInt(0)
                .putInt(0)
                .putInt(2)
                .putInt(2 * MB);
        for (int i = 0; i < 4 * MB; i++) {
            wide.putInt(i % 30_000);
        }
        file("mbolt-2-million-tokens-at-once.bin", all(wide));
        String trace = "RTRACE01";
        file(
                "rtrace-2-31-experts.bin",
                all(little(16).put(latin(trace)).putInt(Integer.MAX_VALUE).putInt(0)));
        ByteBuffer thin = little(16 + 48 * MB).put(latin(trace)).putInt(1).putInt(0);
        for (int i = 0; i < 4 * MB; i++) {
            thin.putInt(4 * MB - i).putInt(i % 30_000).putFloat(1);
        }
        file("rtrace-4-million-records.bin", all(thin));
        lines("expert-log-one-line.log", "EXPERT|L0|T1: " + "[1,2] ".repeat(4_000_000));
        lines("expert-log-one-token.log", "EXPERT|L0|T1: [1" + ",2".repeat(8_000_000));
        lines("expert-log-lines.log", "EXPERT|L0|T1: [1,2]\n".repeat(600_000));
        lines("colibri-rows.log", sequence(600_000, "0 %d 0 1:0.5 2:0.5\n"));
        lines("colibri-one-line.log", "0 0 0" + " 1:0.5".repeat(4_000_000));
    }

    private void lists() throws IOException {
        zip(
                "exl3-1-gib-of-zeros.npz",
                zip -> entry(zip, "counts_prefill.npy", npy("|u1", "1, 1048576, 1024"), 1L << 30));
        zip(
                "exl3-4-million-prompts.npz",
                zip -> entry(zip, "counts_prefill.npy", npy("|u1", "4194304, 1, 2"), 8L * MB));
        lines("exl3-layers.json", "{" + sequence(200_000, ",\"l.%d\":[1]").substring(1) + "}");
        safetensors(
                "exl3-keys.safetensors",
                "{\"__metadata__\":{\"layer_keys\":\"" + "[".repeat(900_000)
                        + "\"},\"counts\":{\"dtype\":\"U8\",\"shape\":[1,0],\"data_offsets\":[0,0]}}");
        try (OutputStream out = Files.newOutputStream(directory.resolve("esft-expert_weights_1.txt.gz"));
                GZIPOutputStream zipped = new GZIPOutputStream(out)) {
            byte[] some = latin("1\t2\t\t1\t1\n".repeat(100_000));
            for (int i = 0; i < 300; i++) {
                zipped.write(some);
            }
        }
        lines("esft-line-expert_weights_1.txt", "1\t".repeat(20_000_000));
        String export =
                "{\"schema\":\"glm52-routing-trace-export/v2\",\"routing\":{\"k\":32767,\"n_expert_per_layer\":32767},\"tokens\":{\"total_rows\":%s},\"layers\":{%s},\"conditional\":{\"prompts\":[]}}";
        lines("colibri-rows-of-2-31.json", export.formatted("2147483647", "\"0\":{\"executed_topk\":[]}"));
        lines(
                "colibri-layers.json",
                export.formatted(
                        "0", sequence(200_000, ",\"%d\":{\"executed_topk\":[]}").substring(1)));
        lines("onnx-genai-layers.json", "{\"prompts\":{\"a\":{\"prefill\":[[" + "[1],".repeat(200_000) + "[1]]]}}}");
        lines("onnx-genai-deep.json", "{\"prompts\":{\"a\":{\"prefill\":" + "[".repeat(5_000_000));
    }

    /** Small files of many or of long rows, which are the same. */
    private void parquet() throws IOException {
        parquet("quiz-20000-texts-of-300-kb.parquet", "repeat('a', 300000)", 20_000);
        parquet("quiz-6-million-rows.parquet", "'a'", 6_000_000);
    }

    private void parquet(String name, String question, int rows) throws IOException {
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            statement.execute(
                    "COPY (SELECT %s AS question, ['x', 'y'] AS choices, 0 AS answer FROM range(%d)) TO '%s' (FORMAT parquet)"
                            .formatted(question, rows, directory.resolve(name)));
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private void arrow() throws IOException {
        file("quiz-length-of-2-63.arrow", bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f));
        file("quiz-length-of-2-31.arrow", bytes(0xff, 0xff, 0xff, 0x7f));
        file("quiz-length-below-0.arrow", bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff));
        file("quiz-empty.arrow", new byte[0]);
        ByteBuffer footer = little(22);
        footer.put(latin("ARROW1\0\0"))
                .putInt(Integer.MAX_VALUE)
                .putInt(Integer.MAX_VALUE)
                .put(latin("ARROW1"));
        file("quiz-footer-of-2-31.arrow", all(footer));
        // A message of 64 KB whose root points to itself, and one of zeros.
        ByteBuffer zeros = little(8 + (1 << 16)).putInt(-1).putInt(1 << 16);
        file("quiz-zeros.arrow", all(zeros));
    }

    private void npz() throws IOException {
        zip(
                "router-logits-1-gib-of-zeros.npz",
                zip -> entry(zip, "router_logits.npy", npy("|u1", "1, 1048576, 1024"), 1L << 30));
        zip("router-logits-8-of-300-mb.npz", zip -> {
            for (int i = 0; i < 8; i++) {
                entry(zip, i + ".router_logits.npy", npy("|u1", "1, 307200, 1024"), 300L * MB);
            }
        });
        zip("router-logits-50000-entries.npz", zip -> {
            for (int i = 0; i < 50_000; i++) {
                entry(zip, i + ".router_logits.npy", npy("<f4", "1, 1, 1"), 4);
            }
        });
        zip("router-logits-escape.npz", zip -> entry(zip, "\u001b[2Jrouter_logits.npy", latin("no array"), 0));
        zip("router-logits-wide.npz", zip -> entry(zip, "router_logits.npy", npy("|u1", "1, 1, 33554432"), 32L * MB));
        zip("router-logits-tall.npz", zip -> entry(zip, "router_logits.npy", npy("|u1", "4194304, 1, 2"), 8L * MB));
        zip("router-logits-thin.npz", zip -> entry(zip, "router_logits.npy", npy("|u1", "1, 4194304, 2"), 8L * MB));
    }

    private void npy() throws IOException {
        file("router-logits-beside-zero.npy", npy("<f4", "2147483647, 0, 2147483647"));
        file("router-logits-too-many-dimensions.npy", npy("<f4", "1, ".repeat(20_000)));
        file("router-logits-product.npy", npy("<f4", "65536, 65536, 65536, 65536"));
        ByteBuffer version2 = little(4 * MB);
        version2.put(latin("\u0093NUMPY\2\0")).putInt(Integer.MAX_VALUE);
        file("router-logits-header-of-2-31.npy", all(version2));
        version2.putInt(8, 4 * MB - 12).position(12);
        version2.put(latin("'descr': ".repeat(4 * MB / 9 - 4)));
        file("router-logits-header-of-4-mb.npy", all(version2));
    }

    private void gguf() throws IOException {
        int tensors = 2_000;
        ByteBuffer overlap = little(5 * MB);
        gguf(overlap, tensors, 0);
        for (int i = 0; i < tensors; i++) {
            text(overlap, "blk.%d.ffn_gate_exps.weight.counts".formatted(i));
            overlap.putInt(1).putLong(MB).putInt(0).putLong(0);
        }
        file("imatrix-overlap.gguf", all(overlap));
        ByteBuffer wide = little(8 * MB);
        gguf(wide, 1, 0);
        text(wide, "blk.0.ffn_gate_exps.weight.counts");
        wide.putInt(1).putLong(MB).putInt(0).putLong(0);
        file("imatrix-a-million-experts.gguf", all(wide));
        ByteBuffer counts = little(32);
        counts.putInt(0x46554747).putInt(3).putLong(-1).putLong(-1);
        file("imatrix-counts.gguf", all(counts));
        ByteBuffer list = little(16 * MB);
        gguf(list, 0, 1);
        text(list, "general.list");
        list.putInt(9).putInt(0).putLong(15 * MB);
        file("imatrix-list-of-bytes.gguf", all(list));
        ByteBuffer endless = little(128);
        gguf(endless, 0, 1);
        text(endless, "general.list");
        endless.putInt(9).putInt(10).putLong(Long.MAX_VALUE / 4);
        file("imatrix-list-of-2-61.gguf", all(endless));
        ByteBuffer names = little(4 * MB);
        gguf(names, 100_000, 0);
        for (int i = 0; i < 100_000; i++) {
            text(names, "t");
            names.putInt(0).putInt(0).putLong(0);
        }
        file("imatrix-100000-tensors.gguf", all(names));
    }

    private void torch() throws IOException {
        StringBuilder shared = new StringBuilder("}X\7\0\0\0records](");
        for (int i = 0; i < 200; i++) {
            shared.append(tensor("0", "(J\0\0\0\1K\1K\1t"));
        }
        zip("sglang-records-200-of-one-storage.pt", zip -> {
            entry(zip, "d/data.pkl", latin("\u0080\2" + shared + "es."), 0);
            entry(zip, "d/data/0", new byte[0], 500L * MB);
        });
        StringBuilder small = new StringBuilder("}X\7\0\0\0records](");
        for (int i = 0; i < 2_000; i++) {
            small.append(tensor("0", "(K\1K\1K\1t"));
        }
        zip("sglang-records-2000-of-one-storage.pt", zip -> {
            entry(zip, "d/data.pkl", latin("\u0080\2" + small + "es."), 0);
            entry(zip, "d/data/0", new byte[0], 10L * MB);
        });
        StringBuilder samples = new StringBuilder("}X\7\0\0\0samples](");
        for (int i = 0; i < 2_000; i++) {
            samples.append("}(X\6\0\0\0tokens](")
                    .append("K\1K\1K\1eX\17\0\0\0response_lengthK\0X\25\0\0\0rollout_routed_experts")
                    .append(tensor("0", "(K\2J\0\0\20\0K\2t").replace("(K\1K\1K\1t", "(J\0\0\40\0K\2K\1t"))
                    .append("u");
        }
        zip("slime-2000-of-one-storage.pt", zip -> {
            entry(zip, "d/data.pkl", latin("\u0080\2" + samples + "es."), 0);
            entry(zip, "d/data/0", new byte[0], 4L * MB);
        });
        zip("verl-beside-zero.pt", zip -> {
            entry(
                    zip,
                    "d/data.pkl",
                    latin("\u0080\2}X\16\0\0\0routed_experts" + tensor("0", "(J\u00ff\u00ff\u00ff\177K\0K\1t") + "s."),
                    0);
            entry(zip, "d/data/0", new byte[0], 8);
        });
        zip("sglang-records-300-mb-of-none.pt", zip -> {
            zip.putNextEntry(new ZipEntry("d/data.pkl"));
            byte[] none = new byte[MB];
            Arrays.fill(none, (byte) 'N');
            for (int i = 0; i < 300; i++) {
                zip.write(none);
            }
            zip.closeEntry();
        });
        zip("sglang-records-beside-zero.pt", zip -> {
            entry(
                    zip,
                    "d/data.pkl",
                    latin("\u0080\2}X\15\0\0\0logical_count"
                            + tensor("0", "(K\0J\u00ff\u00ff\u00ff\177J\u00ff\u00ff\u00ff\177t") + "s."),
                    0);
            entry(zip, "d/data/0", new byte[0], 8);
        });
        zip("sglang-records-far-offset.pt", zip -> {
            entry(
                    zip,
                    "d/data.pkl",
                    latin("\u0080\2}X\15\0\0\0logical_count"
                            + tensor("0", "(K\1K\1K\1t").replace("QK\0", "Q\u008a\10\0\0\0\0\0\0\0\40") + "s."),
                    0);
            entry(zip, "d/data/0", new byte[0], 64);
        });
    }

    /** {@code torch._utils._rebuild_tensor_v2(storage, 0, shape, (1, 1, 1))}, bytes. */
    private static String tensor(String storage, String shape) {
        return "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nByteStorage\nX\1\0\0\0" + storage
                + "X\3\0\0\0cpuK\1tQK\0" + shape + "(K\1K\1K\1ttR";
    }

    private void pickles() throws IOException {
        // A tuple, then sixty times a tuple of the last one twice, of which only the last stays on the stack.
        StringBuilder tuples = new StringBuilder(")q\0000");
        for (int i = 1; i < 60; i++) {
            tuples.append("h").append((char) (i - 1)).append("h").append((char) (i - 1));
            tuples.append("\u0086q").append((char) i).append("0");
        }
        String twice = tuples + "h\73";
        pickle("key-of-itself-twice", "}" + twice + "K\1s.");
        pickle("keys-of-itself-twice", "}(" + twice + "K\1u.");
        pickle("id-of-itself-twice", twice + "Q.");
        pickle("type-of-itself-twice", "cnumpy\ndtype\n(" + twice + "tR.");
        pickle("name-of-itself-twice", twice + "h\73\u0093.");
        pickle("shown-of-itself-twice", "](" + twice + twice + twice + "e.");
        pickle("count-of-itself-twice", "](}K\1" + twice + "s}}e.");
        pickle("called-with-itself-twice", "" + twice + twice + "R.");
        pickle("list-of-itself-as-id", "]q\0h\0ah\0Q.");
        pickle("list-of-itself-as-key", "}]q\0h\0aK\1s.");
        pickle("list-of-itself", "](]q\0h\0ah\0h\0e.");
        String items = "(" + "K\1".repeat(300_000) + "tq\0";
        pickle("tuple-of-300000-as-key", items + "}(" + "h\0K\1".repeat(300_000) + "u.");
        pickle(
                "map-copied",
                "}(" + "K\1K\1".repeat(10) + "uq\0" + "0ccollections\nCounter\nh\0\u0085R".repeat(100_000) + ".");
        String deep = ")" + "\u0085".repeat(1_000_000);
        pickle("deep-key", "}" + deep + "K\1s.");
        pickle("deep-id", deep + "Q.");
        pickle("deep-shown", deep + ".");
        pickle("deep-keys", "(" + deep + "K\1d.");
        pickle("a-hundred-million-marks", "(".repeat(20_000_000) + ".");
        pickle("many-nones", "N".repeat(30_000_000) + ".");
        pickle("many-lists", "]".repeat(10_000_000) + ".");
        pickle("many-maps", "}".repeat(10_000_000) + ".");
        pickle("many-memos", "]" + "\u0094".repeat(20_000_000) + ".");
        pickle("long-name", "c" + "a".repeat(20_000_000) + "\nb\n)R.");
        pickle("text-of-4-gb", "X\u00ff\u00ff\u00ff\u00ff.");
        pickle("text-of-2-63", "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\177.");
        pickle("popped-marks", "(" + "K\1K\1t0(".repeat(2_000_000) + ".");
    }

    private void jsonLines() throws IOException {
        String layer = "[[32000,1],".concat("[1,2],".repeat(2_999)).replaceAll(",$", "]");
        lines("vllm-grid.jsonl", "{\"id\": \"a\", \"prompt_routed_experts\": [" + layer + "]}");
        lines(
                "vllm-grid-of-files.jsonl",
                "{\"prompt_routed_experts\": [" + "[[32766]]" + "]}\n{\"prompt_routed_experts\": [["
                        + "[0],".repeat(32_000) + "[0]]]}");
        lines("vllm-600000-sequences.jsonl", "{\"prompt_routed_experts\":[]}\n".repeat(600_000));
        lines("vllm-objects.jsonl", "{\"prompt_routed_experts\": [" + "{},".repeat(6_000_000) + "{}]}");
        lines("vllm-arrays.jsonl", "{\"prompt_routed_experts\": [" + "[],".repeat(6_000_000) + "[]]}");
        lines("vllm-numbers.jsonl", "{\"prompt_routed_experts\": [[[" + "1000,".repeat(6_000_000) + "1]]]}");
        lines("vllm-deep.jsonl", "{\"prompt_routed_experts\": " + "[".repeat(5_000_000) + "}");
        lines("vllm-names.jsonl", "{" + sequence(500_000, "\"%d\":1,") + "\"x\":1}");
        lines("vllm-one-line.jsonl", " ".repeat(100 * MB));
        lines("vllm-document.json", "[" + "{},".repeat(6_000_000) + "{}]");
        lines("vllm-exponent.jsonl", "{\"prompt_routed_experts\": [[[1e999999999]]]}");
        lines(
                "c3po-exponent.jsonl",
                "{\"input_text\": \"a\", \"last_token_routing\": {\"layers\": [{\"layer\": 0, \"routing_weights\": {\"expert_0\": 1e999999999, \"expert_1\": 1e-999999999}}]}}");
        lines("olmoe-wide.jsonl", "{\"input_ids\": [0], \"exp_ids\": [[[" + "1,".repeat(2_000_000) + "1]]]}");
        lines(
                "megatron-steps.jsonl",
                sequence(300_000, "{\"step\":%d,\"layer\":0,\"num_tokens\":0,\"topk\":1,\"top_indices\":[]}\n"));
        lines(
                "megatron-ranks.jsonl",
                sequence(
                        300_000,
                        "{\"step\":0,\"layer\":0,\"rank\":%d,\"num_tokens\":0,\"topk\":1,\"top_indices\":[]}\n"));
        lines("megatron-counts-wide.jsonl", "{\"iter\":0,\"layer\":0,\"tpe\":[[" + "1,".repeat(2_000_000) + "1]]}");
        lines("megatron-counts-layers.jsonl", sequence(300_000, "{\"iter\":0,\"layer\":%d,\"tpe\":[[1,2]]}\n"));
        String gate = "[" + "0,".repeat(9_999) + "1]";
        lines(
                "policylang-wide.jsonl",
                "{\"model_name\":\"m\",\"num_entries\":3000}\n"
                        + sequence(3_000, "{\"p\":0,\"t\":%d,\"l\":0,\"e\":[9999],\"s\":[1],\"sm\":" + gate + "}\n"));
        lines("sglang-wide.jsonl", "{\"meta_info\": {\"routed_experts\": \"" + "AAAA".repeat(4_000_000) + "\"}}");
        String question = "{\"question\": \"%s\", \"choices\": [\"a\", \"b\"], \"answer\": 0}\n";
        lines("quiz-question-of-19-mb.jsonl", question.formatted("word ".repeat(3_800_000)));
        lines(
                "quiz-a-million-subjects.jsonl",
                sequence(300_000, "{\"question\":\"q\",\"subject\":\"%d\",\"choices\":[\"a\",\"b\"],\"answer\":0}\n"));
        lines(
                "quiz-choices.jsonl",
                "{\"question\": \"a\", \"choices\": [" + "\"\",".repeat(4_000_000) + "\"\"], \"answer\": 0}");
        lines("quiz-large.jsonl", question.formatted("word ".repeat(600_000)).repeat(30));
    }

    private void csv() throws IOException {
        String header = "layer,domain,expert_idx,expert_weight,topk_rank\n";
        lines("committee-one-prompt.csv", header + sequence(100_000, "%d,a,1,0.5,\n"));
        lines("committee-ranks.csv", header + sequence(100_000, "0,a,1,0.5,%d\n"));
        lines("committee-quote.csv", header + "0,\"" + "a".repeat(60 * MB));
        lines("committee-commas.csv", header + ",".repeat(60 * MB));
        lines("committee-columns.csv", sequence(1_000_000, "c%d,") + "\n1");
        Path quiz = directory.resolve("quiz-quote/test/x_test.csv");
        Files.createDirectories(quiz.getParent());
        Files.writeString(quiz, "\"" + "a".repeat(60 * MB));
    }

    private void safetensors() throws IOException {
        ByteBuffer claims = little(16).putLong(100_000_000);
        file("router-logits-claims.safetensors", all(claims));
        String tensors = sequence(270_000, ",\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        safetensors("router-logits-270000-tensors.safetensors", "{" + tensors.substring(1) + "}");
        safetensors(
                "router-logits-beside-zero.safetensors",
                "{\"router_logits\":{\"dtype\":\"U8\",\"shape\":[9000000000,0,1],\"data_offsets\":[0,0]}}");
        safetensors(
                "router-logits-metadata.safetensors",
                "{\"__metadata__\":{" + sequence(60_000, ",\"%d\":\"\"").substring(1) + "}}");
    }

    private void safetensors(String name, String header) throws IOException {
        byte[] json = latin(header);
        file(name, all(little(8 + json.length).putLong(json.length).put(json)));
    }

    private void pickle(String name, String operations) throws IOException {
        file("olmoe-counts-" + name + ".pkl", latin("\u0080\4" + operations));
    }

    private void lines(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private void file(String name, byte[] content) throws IOException {
        Files.write(directory.resolve(name), content);
    }

    private void zip(String name, Entries entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(directory.resolve(name));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            entries.write(zip);
        }
    }

    private interface Entries {
        void write(ZipOutputStream zip) throws IOException;
    }

    private static void entry(ZipOutputStream zip, String name, byte[] start, long zeros) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(start);
        byte[] some = new byte[(int) Math.min(MB, zeros)];
        for (long left = zeros; left > 0; left -= some.length) {
            zip.write(some, 0, (int) Math.min(some.length, left));
        }
        zip.closeEntry();
    }

    private static byte[] npy(String type, String shape) {
        byte[] header = latin("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, shape));
        return all(little(10 + header.length)
                .put(latin("\u0093NUMPY\1\0"))
                .putShort((short) header.length)
                .put(header));
    }

    private static void gguf(ByteBuffer file, long tensors, long pairs) {
        file.putInt(0x46554747).putInt(3).putLong(tensors).putLong(pairs);
    }

    private static void text(ByteBuffer file, String text) {
        file.putLong(text.length()).put(latin(text));
    }

    private static String sequence(int count, String pattern) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            try {
                text.write(latin(pattern.formatted(i)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return text.toString(StandardCharsets.ISO_8859_1);
    }

    private static byte[] all(ByteBuffer bytes) {
        byte[] all = new byte[bytes.capacity()];
        bytes.get(0, all);
        return all;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
