package io.gatehouse.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.checkpoint.file.OpenFile;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestSafetensorsHeader {
    private static final String TWO = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[8,12]}}";

    @TempDir
    private Path directory = Path.of("");

    @Test
    void placesTensorsBehindTheHeader() throws IOException {
        List<TensorInfo> tensors = read(SafetensorsBytes.of(TWO, 12));
        long data = 8L + TWO.length();
        assertThat(tensors)
                .containsExactly(
                        new TensorInfo("a", DType.F32, List.of(2L), file(), data, 8),
                        new TensorInfo("b", DType.BF16, List.of(1L, 2L), file(), data + 8, 4));
        assertThat(tensors.get(1).elements()).isEqualTo(2);
    }

    @Test
    void acceptsWhatTheFormatAllows() throws IOException {
        assertThat(read(SafetensorsBytes.of("{}", 0))).isEmpty();
        assertThat(read(SafetensorsBytes.of("{}    ", 0))).isEmpty();
        assertThat(read(SafetensorsBytes.of("{\"__metadata__\":{\"format\":\"pt\"}}", 0)))
                .isEmpty();
        // A scalar, a tensor without elements between two others, and an order that is not that of the data.
        assertThat(read(SafetensorsBytes.of(
                        "{\"late\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[1,9]},"
                                + "\"none\":{\"dtype\":\"F16\",\"shape\":[0,7],\"data_offsets\":[1,1]},"
                                + "\"early\":{\"shape\":[1],\"data_offsets\":[0,1],\"dtype\":\"BOOL\"}}",
                        9)))
                .hasSize(3);
    }

    @Test
    void readsWhatTheWriterWrites() throws IOException {
        SafetensorsWriter.write(
                file(),
                List.of(
                        SafetensorsWriter.Tensor.floats("late", List.of(2L), new float[] {1, 2}),
                        SafetensorsWriter.Tensor.longs("early", List.of(), new long[] {3}),
                        SafetensorsWriter.Tensor.ints("none", List.of(0L, 4L), new int[0])),
                Map.of("format", "pt"));
        assertThat(readFile()).extracting(TensorInfo::name).containsExactlyInAnyOrder("late", "early", "none");
    }

    @Test
    void refusesEveryCutFile() {
        byte[] whole = SafetensorsBytes.of(TWO, 12);
        for (int length = 0; length < whole.length; length++) {
            refuses(Arrays.copyOf(whole, length), "");
        }
        refuses(Arrays.copyOf(whole, whole.length + 1), "has 13 bytes of data, but its tensors take 12 of them");
        refuses(new byte[0], "has 0 bytes, too few for a safetensors file");
    }

    @Test
    void refusesHeaderLengthsThatTheFileDoesNotHold() {
        byte[] json = TWO.getBytes(StandardCharsets.UTF_8);
        refuses(SafetensorsBytes.of(1L << 60, json, 12), "says that its header has 1152921504606846976 bytes");
        refuses(SafetensorsBytes.of(-1, json, 12), "says that its header has 18446744073709551615 bytes");
        refuses(SafetensorsBytes.of(Long.MIN_VALUE, json, 12), "says that its header has 9223372036854775808 bytes");
        refuses(SafetensorsBytes.of(json.length + 13, json, 12), "at most 123 fit in its 131 bytes");
        refuses(SafetensorsBytes.of(0, json, 12), "does not begin as a JSON object");
        refuses(SafetensorsBytes.of(1, json, 12), "does not begin as a JSON object");
    }

    @Test
    void refusesHeadersOverTheFormatsLimit() throws IOException {
        // A sparse file: it says 100,000,001 bytes of header and is long enough to hold them.
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(SafetensorsBytes.of(100_000_001, new byte[] {'{'}, 0)));
            channel.write(ByteBuffer.wrap(new byte[1]), 100_000_100);
        }
        refusesFile("at most 100,000,000 fit");
    }

    @Test
    void refusesHeadersThatAreNotOneJsonObject() {
        refuses(" " + TWO, "does not begin as a JSON object");
        refuses("[]", "does not begin as a JSON object");
        refuses("{]", "The header of " + file() + " is not valid JSON at line 1, column 2:");
        refuses("{\"a\":1", "tensor a is not an object");
        refuses(TWO + "{}", 12, "has more than one JSON value in its header");
        refuses("{\"a\":{\"dtype\":NaN}}", "is not valid JSON");
        byte[] utf16 = TWO.getBytes(StandardCharsets.UTF_16LE);
        refuses(SafetensorsBytes.of(utf16.length, utf16, 12), "does not begin as a JSON object");
        byte[] notUtf8 = {'{', '"', (byte) 0xFF, '"', ':', '1', '}'};
        refuses(SafetensorsBytes.of(notUtf8.length, notUtf8, 0), "is not valid JSON");
    }

    @Test
    void refusesKeysThatAreThereTwice() {
        refuses("{\"a\":" + entry("U8", "[1]", "[0,1]") + ",\"a\":" + entry("U8", "[1]", "[1,2]") + "}", 2, "'a'");
        refuses("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "'dtype'");
    }

    @Test
    void refusesTensorsThatAreIncompleteOrOfTheWrongType() {
        refuses("{\"a\":7}", "tensor a is not an object");
        refuses("{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "tensor a has no dtype");
        refuses("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1, "tensor a has no shape");
        refuses("{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "tensor a has no data_offsets");
        refuses(tensor("F33", "[1]", "[0,1]"), 1, "tensor a has the unknown dtype 'F33'");
        refuses(tensor("f32", "[1]", "[0,4]"), 4, "tensor a has the unknown dtype 'f32'");
        refuses("{\"a\":{\"dtype\":8,\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "a dtype that is not a string");
        refuses("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"at\":[0,1]}}", 1, "tensor a has the unknown key 'at'");
        refuses(tensor("U8", "1", "[0,1]"), 1, "a shape that is not a list");
        refuses(tensor("U8", "[1]", "{}"), 1, "a data_offsets that is not a list");
        refuses(tensor("U8", "[1.0]", "[0,1]"), 1, "tensor a has 1.0 in its shape");
        refuses(tensor("U8", "[\"1\"]", "[0,1]"), 1, "tensor a has 1 in its shape");
        refuses(tensor("U8", "[null]", "[0,1]"), 1, "tensor a has null in its shape");
        refuses(tensor("U8", "[[1]]", "[0,1]"), 1, "tensor a has [ in its shape");
        refuses(tensor("U8", "[1" + ",1".repeat(16) + "]", "[0,1]"), 1, "more than 16 numbers in its shape");
    }

    @Test
    void refusesShapesThatDoNotFitTheBytes() {
        refuses(tensor("U8", "[-1]", "[0,1]"), 1, "tensor a has -1 in its shape");
        refuses(tensor("F32", "[3]", "[0,8]"), 8, "tensor a has 8 bytes, but F32 of shape [3] takes 12");
        refuses(tensor("U8", "[9223372036854775807,2]", "[0,1]"), 1, "which is too large");
        refuses(tensor("F32", "[4611686018427387904]", "[0,0]"), 0, "which is too large");
        refuses(tensor("U8", "[9223372036854775808]", "[0,1]"), 1, "has 9223372036854775808 in its shape");
    }

    @Test
    void refusesRangesThatAreNotInTheData() {
        refuses(tensor("U8", "[1]", "[0]"), 1, "has the data_offsets [0], which are not two");
        refuses(tensor("U8", "[1]", "[0,1,2]"), 1, "has the data_offsets [0, 1, 2], which are not two");
        refuses(tensor("U8", "[1]", "[1,0]"), 1, "has the data_offsets [1, 0], which are not a range");
        refuses(tensor("U8", "[1]", "[-1,0]"), 1, "has -1 in its data_offsets");
        refuses(tensor("U8", "[2]", "[0,2]"), 1, "has the data_offsets [0, 2], which are not a range in 1 bytes");
        refuses(tensor("U8", "[1]", "[9223372036854775806,9223372036854775807]"), 1, "which are not a range");
    }

    @Test
    void refusesRangesThatOverlapOrLeaveGaps() {
        String a = "{\"a\":" + entry("U8", "[4]", "[0,4]");
        refuses(a + ",\"b\":" + entry("U8", "[4]", "[2,6]") + "}", 6, "tensor b at data offset 2, which overlaps");
        refuses(a + ",\"b\":" + entry("U8", "[4]", "[0,4]") + "}", 4, "tensor b at data offset 0, which overlaps");
        refuses(a + ",\"b\":" + entry("U8", "[1]", "[5,6]") + "}", 6, "tensor b at data offset 5, which leaves a gap");
        refuses(tensor("U8", "[1]", "[1,2]"), 2, "tensor a at data offset 1, which leaves a gap");
        refuses(a + "}", 5, "has 5 bytes of data, but its tensors take 4 of them");
        refuses("{}", 1, "has 1 bytes of data, but its tensors take 0 of them");
    }

    /** A header within the format's limit can name so many things that keeping them would take gigabytes. */
    @Test
    void refusesHeadersThatNameTooManyThings() {
        String tensors = IntStream.rangeClosed(0, 1 << 18)
                .mapToObj(i -> "\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}".formatted(i))
                .collect(Collectors.joining(","));
        refuses("{" + tensors + "}", "has more than 262,144 tensors");
        String metadata = IntStream.rangeClosed(0, 1 << 16)
                .mapToObj(i -> "\"%d\":\"\"".formatted(i))
                .collect(Collectors.joining(","));
        refuses("{\"__metadata__\":{" + metadata + "}}", "has more than 65,536 keys");
    }

    @Test
    void refusesMetadataThatIsNotStrings() {
        refuses("{\"__metadata__\":[]}", "tensor __metadata__ is not an object");
        refuses("{\"__metadata__\":{\"step\":3}}", "has no string at 'step'");
    }

    @Test
    void keepsControlCharactersAndLongNamesOutOfMessages() {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> read(SafetensorsBytes.of("{\"\\u001b[2Jx\\n" + "y".repeat(900) + "\":7}", 0)))
                .satisfies(e -> assertThat(e.getMessage())
                        .doesNotContain("\u001b", "\n")
                        .hasSizeLessThan(file().toString().length() + 300));
    }

    private static String tensor(String dtype, String shape, String range) {
        return "{\"a\":" + entry(dtype, shape, range) + "}";
    }

    private static String entry(String dtype, String shape, String range) {
        return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}".formatted(dtype, shape, range);
    }

    private void refuses(String header, String message) {
        refuses(header, 0, message);
    }

    private void refuses(String header, int dataBytes, String message) {
        refuses(SafetensorsBytes.of(header, dataBytes), message);
    }

    private void refuses(byte[] content, String message) {
        SafetensorsBytes.write(file(), content);
        refusesFile(message);
    }

    private void refusesFile(String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(this::readFile)
                .withMessageContaining(file().toString())
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_CHECKPOINT));
    }

    private List<TensorInfo> read(byte[] content) {
        SafetensorsBytes.write(file(), content);
        return readFile();
    }

    private List<TensorInfo> readFile() {
        try (OpenFile open = OpenFile.open(file())) {
            return SafetensorsHeader.read(open).tensors();
        }
    }

    private Path file() {
        return directory.resolve("model.safetensors");
    }
}
