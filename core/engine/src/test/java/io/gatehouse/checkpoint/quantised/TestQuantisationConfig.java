package io.gatehouse.checkpoint.quantised;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestQuantisationConfig {
    private static final int ROUNDS = 4_000;
    private static final Path FILE = Path.of("config.json");
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "null",
            "true",
            "-1",
            "0",
            "17",
            "1.5",
            "1e99",
            "9223372036854775808",
            "\"re:(a+)+$\"",
            "\"Linear\"",
            "\"\"",
            "{}",
            "[]",
            "\"fp8\"",
            "\"mixed-precision\"",
            "24",
            "\"group\"");

    private static final List<String> CONFIGS = List.of(
            "{\"quant_method\":\"fp8\",\"fmt\":\"e4m3\",\"weight_block_size\":[128,128],\"scale_fmt\":\"ue8m0\"}",
            "{\"quant_method\":\"gptq\",\"bits\":4,\"group_size\":128,\"checkpoint_format\":\"gptq\",\"dynamic\":{\"-:.*gate\":{},\"+:.*w2$\":{\"bits\":8}}}",
            "{\"quant_method\":\"awq\",\"bits\":4,\"group_size\":128,\"version\":\"gemm\",\"zero_point\":true}",
            "{\"quant_method\":\"bitsandbytes\",\"load_in_4bit\":true,\"bnb_4bit_quant_storage\":\"uint8\"}",
            "{\"quant_method\":\"modelopt\",\"quant_algo\":\"NVFP4\",\"group_size\":16}",
            "{\"quant_method\":\"compressed-tensors\",\"format\":\"mixed-precision\",\"config_groups\":{\"g\":{\"format\":\"pack-quantized\",\"targets\":[\"re:.*experts.*\",\"Linear\"],\"weights\":{\"num_bits\":4,\"type\":\"int\",\"strategy\":\"group\",\"group_size\":32,\"symmetric\":false}}}}");

    @TempDir
    private Path directory;

    @Test
    void readsWhatIsSupported() {
        assertThat(read("{}")).isEqualTo(new Quantisation.None());
        assertThat(read(CONFIGS.get(0))).isEqualTo(new Quantisation.Fp8(Optional.of(new Quantisation.Block(128, 128))));
        assertThat(read("{\"quant_method\":\"mxfp4\"}")).isEqualTo(new Quantisation.Mxfp4());
        assertThat(read(CONFIGS.get(1))).isInstanceOfSatisfying(Quantisation.Gptq.class, gptq -> {
            assertThat(gptq.zerosMinusOne()).isTrue();
            assertThat(gptq.overrides()).hasSize(1);
        });
        assertThat(read(CONFIGS.get(2))).isEqualTo(new Quantisation.Awq(Optional.of(128)));
        assertThat(read(CONFIGS.get(3))).isEqualTo(new Quantisation.BitsAndBytes());
        assertThat(read(CONFIGS.get(4))).isEqualTo(Quantisation.ModelOpt.NVFP4);
        assertThat(read(CONFIGS.get(5))).isInstanceOfSatisfying(Quantisation.CompressedTensors.class, compressed -> {
            Quantisation.Targets targets = compressed.groups().get(0).targets();
            assertThat(targets.name("model.layers.0.mlp.experts.3.up_proj")).isTrue();
            assertThat(targets.name("model.layers.0.self_attn.q_proj")).isFalse();
            assertThat(targets.classes()).isTrue();
        });
    }

    @Test
    void readsTheFileOfModelOptBesideTheConfig() throws IOException {
        Files.writeString(
                directory.resolve("hf_quant_config.json"),
                "{\"quantization\": {\"quant_algo\": \"NVFP4\", \"group_size\": 16}}");
        assertThat(QuantisationConfig.read(directory.resolve("config.json"), "{}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Quantisation.ModelOpt.NVFP4);
    }

    @Test
    void refusesByNameWhatIsNotRead() {
        for (String method : List.of("torchao", "hqq", "aqlm", "quark", "auto-round", "eetq", "fbgemm_fp8", "vptq")) {
            unsupported("{\"quant_method\":\"%s\"}".formatted(method), "asks for quant_method '%s'".formatted(method));
        }
        unsupported("{\"quant_method\":\"gptq\",\"bits\":4,\"checkpoint_format\":\"gptq_p\"}", "'gptq_p'");
        unsupported("{\"quant_method\":\"gptq\",\"bits\":4,\"is_marlin_format\":true}", "'marlin'");
        unsupported("{\"quant_method\":\"gptq\",\"bits\":3}", "bits '3'");
        unsupported("{\"quant_method\":\"awq\",\"bits\":4,\"version\":\"gemv\"}", "version 'gemv'");
        unsupported("{\"quant_method\":\"bitsandbytes\",\"load_in_8bit\":true}", "load_in_8bit");
        unsupported("{\"quant_method\":\"modelopt\",\"quant_algo\":\"W4A8_AWQ\"}", "quant_algo 'W4A8_AWQ'");
        unsupported(
                "{\"quant_method\":\"compressed-tensors\",\"format\":\"marlin-24\",\"config_groups\":{}}",
                "format 'marlin-24'");
        unsupported("{\"quant_method\":\"fp8\",\"fmt\":\"e5m2\"}", "fmt 'e5m2'");
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> QuantisationConfig.read(
                        FILE, "{\"quantization\": {\"group_size\": 64, \"bits\": 4}}".getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("no packing of MLX");
    }

    @Test
    void readsTheConfigOfEveryFixture() throws IOException {
        try (Stream<Path> files = Files.list(SharedData.path("reference/quantised"))) {
            for (Path fixture : files.filter(file -> Files.exists(file.resolve("config.json")))
                    .toList()) {
                Path config = fixture.resolve("config.json");
                assertThat(QuantisationConfig.read(config, Files.readAllBytes(config)))
                        .as(fixture.toString())
                        .isNotInstanceOf(Quantisation.None.class);
            }
        }
    }

    @Test
    void readsOrRefusesWhateverTheConfigSays() {
        long seed = Long.getLong("test.seed", ThreadLocalRandom.current().nextLong());
        Random random = new Random(seed);
        List<String> refused = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder config = new StringBuilder(CONFIGS.get(random.nextInt(CONFIGS.size())));
            for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
                int begin = random.nextInt(config.length() + 1);
                int end = Math.min(config.length(), begin + random.nextInt(12));
                config.replace(begin, end, PIECES.get(random.nextInt(PIECES.size())));
            }
            String what = "test.seed=%d, round %d: %s".formatted(seed, round, config);
            try {
                read(config.toString());
            } catch (GatehouseException e) {
                assertThat(e.code()).as(what).isIn(ErrorCode.CORRUPT_CHECKPOINT, ErrorCode.UNSUPPORTED_MODEL);
                assertThat(e.getMessage()).as(what).contains(FILE.toString()).hasLineCount(1);
                refused.add(e.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError(what, e);
            }
        }
        assertThat(refused).as("test.seed=%d", seed).hasSizeGreaterThan(ROUNDS / 2);
    }

    @Test
    void endsAPatternThatTakesTooLong() {
        Quantisation.CompressedTensors config =
                (Quantisation.CompressedTensors) read(CONFIGS.get(5).replace("re:.*experts.*", "re:.*.*.*.*.*.*.*b"));
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> config.groups().get(0).targets().name("a".repeat(60)))
                .withMessageContaining("which takes too long to match");
    }

    private static Quantisation read(String config) {
        return QuantisationConfig.read(
                FILE, "{\"quantization_config\": %s}".formatted(config).getBytes(StandardCharsets.UTF_8));
    }

    private static void unsupported(String config, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> read(config))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL));
    }
}
