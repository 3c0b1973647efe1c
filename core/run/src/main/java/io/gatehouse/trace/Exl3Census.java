package io.gatehouse.trace;

import io.gatehouse.dataset.StrictJson;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.trace.format.ArrayFile;
import io.gatehouse.trace.format.NamedArray;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Expert profiles of exllamav3 (turboderp-org/exllamav3#315, {@code exllamav3/model/moe_profile.py}): an {@code .npz} with
 * {@code counts_decode} and {@code counts_prefill} of shape [prompts, layers with experts, experts] and a {@code .meta.json}
 * beside it, which has {@code layer_keys}; the same packed as {@code .exl3moe}, a safetensors file with {@code counts} and
 * {@code census} of one of the two; or {@code .json} with a list of counts by the key of a layer. Counts only, and only of
 * prompts: the store has no counts of generated tokens. Each prompt is a domain.
 */
final class Exl3Census implements TraceReader {
    private static final String PREFILL = "counts_prefill";
    private static final String DECODE = "counts_decode";
    private static final String COUNTS = "counts";
    private static final String CENSUS = "census";
    private static final String BANK = "source_bank";
    private static final String META = ".meta.json";

    /** The number in the key of a module, such as {@code model.layers.3.mlp}. */
    private static final Pattern LAYER = Pattern.compile("(?:^|\\.)(\\d{1,5})(?=\\.|$)");

    private static final int BY_LAYER = 2;
    private static final int BY_PROMPT = 3;
    /** Larger numbers have lost their last digits. */
    private static final double MOST = 1L << 53;

    /** What a file says about the layers of its arrays. */
    private record Meta(Optional<JsonValue> keys, Optional<JsonValue> fingerprint) {}

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npz")) {
            arrays(file, prompts(file, ArrayFile.read(file), listener), beside(file), listener);
        } else if (name.endsWith(".exl3moe") || name.endsWith(".safetensors")) {
            packed(file, listener);
        } else if (name.endsWith(".json")) {
            lists(file, listener);
        } else {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s does not end in .npz, .exl3moe, .safetensors or .json".formatted(file));
        }
    }

    /** The counts of prompts, beside which there may be those of generated tokens. */
    private static NamedArray prompts(Path file, List<NamedArray> arrays, TraceListener listener) {
        Optional<NamedArray> decode = named(arrays, DECODE);
        NamedArray prompts = named(arrays, PREFILL)
                .or(() -> named(arrays, COUNTS))
                .orElseThrow(() -> decode.isPresent()
                        ? generated(file, "has %s and no %s".formatted(DECODE, PREFILL))
                        : corrupt(file, "has no array %s or %s".formatted(PREFILL, COUNTS)));
        if (isZero(prompts) && decode.isPresent()) {
            throw generated(file, "has only zeros in %s".formatted(prompts.name()));
        }
        if (decode.isPresent() && !isZero(decode.get())) {
            listener.leftOut(DECODE);
        }
        return prompts;
    }

    private static void packed(Path file, TraceListener listener) {
        List<NamedArray> arrays = ArrayFile.read(file);
        Optional<JsonValue> metadata = ArrayFile.metadata(file);
        Optional<String> bank = metadata.flatMap(texts -> texts.find(BANK)).map(JsonValue::text);
        if (bank.isPresent() && bank.get().equals(DECODE)) {
            throw generated(file, "was packed of %s".formatted(DECODE));
        }
        NamedArray counts = named(arrays, CENSUS)
                .or(() -> named(arrays, COUNTS))
                .orElseThrow(() -> corrupt(file, "has no tensor %s or %s".formatted(CENSUS, COUNTS)));
        arrays(
                file,
                counts,
                new Meta(
                        metadata.flatMap(texts -> texts.find("layer_keys")).map(Exl3Census::parsed),
                        metadata.flatMap(texts -> texts.find("fingerprint")).map(Exl3Census::parsed)),
                listener);
    }

    /** What a text of the header is, which has only texts. */
    private static JsonValue parsed(JsonValue text) {
        try {
            return new JsonValue(
                    text.place(),
                    StrictJson.parse(
                            text.place(), new ByteArrayInputStream(text.text().getBytes(StandardCharsets.UTF_8))),
                    ErrorCode.CORRUPT_DATASET);
        } catch (IOException e) {
            throw text.corrupt("cannot be read: " + e.getMessage());
        }
    }

    /** What the file beside an array file says, if there is one. */
    private static Meta beside(Path file) {
        Path meta = file.resolveSibling(stem(file) + META);
        if (!Files.exists(meta)) {
            return new Meta(Optional.empty(), Optional.empty());
        }
        FileFailure.requireFile(meta);
        JsonValue root = JsonRecords.whole(meta);
        return new Meta(root.find("layer_keys"), root.find("fingerprint"));
    }

    private static void arrays(Path file, NamedArray counts, Meta meta, TraceListener listener) {
        List<Integer> shape = counts.shape();
        if ((shape.size() != BY_LAYER && shape.size() != BY_PROMPT) || shape.contains(0)) {
            throw corrupt(
                    file,
                    "has the shape %s in %s instead of [prompts, layers, experts] or [layers, experts]"
                            .formatted(shape, counts.name()));
        }
        int layers = shape.get(shape.size() - 2);
        TraceBounds.requireExperts(file, shape.get(shape.size() - 1));
        if (layers > TraceBounds.MOST) {
            throw corrupt(
                    file,
                    "has %,d layers in %s; there are at most %,d".formatted(layers, counts.name(), TraceBounds.MOST));
        }
        List<Integer> numbers = numbers(file, meta, layers);
        if (shape.size() == BY_LAYER) {
            layers(file, stem(file), counts, numbers, listener);
            return;
        }
        for (int prompt = 0; prompt < shape.get(0); prompt++) {
            layers(file, "%s, prompt %d".formatted(stem(file), prompt + 1), counts.part(prompt), numbers, listener);
        }
    }

    private static void layers(
            Path file, String domain, NamedArray counts, List<Integer> numbers, TraceListener listener) {
        int experts = counts.shape().get(1);
        for (int layer = 0; layer < numbers.size(); layer++) {
            long[] ofLayer = new long[experts];
            for (int expert = 0; expert < experts; expert++) {
                double count = counts.value(layer * experts + expert);
                if (!isCount(count)) {
                    throw corrupt(
                            file,
                            "counts %s in %s for expert %d of layer %d"
                                    .formatted(count, counts.name(), expert, numbers.get(layer)));
                }
                ofLayer[expert] = (long) count;
            }
            listener.counts(new ExpertCounts(Optional.of(domain), numbers.get(layer), ofLayer));
        }
    }

    private static void lists(Path file, TraceListener listener) {
        JsonValue root = JsonRecords.whole(file);
        Set<Integer> seen = new HashSet<>();
        for (String key : root.properties().stream().map(Map.Entry::getKey).toList()) {
            JsonValue list = root.field(key);
            TraceBounds.requireExperts(file, list.size());
            long[] counts = new long[list.size()];
            for (int expert = 0; expert < counts.length; expert++) {
                double count = list.item(expert).anyNumber();
                if (!isCount(count)) {
                    throw list.item(expert).corrupt("is %s, which is not a count".formatted(count));
                }
                counts[expert] = (long) count;
            }
            listener.counts(new ExpertCounts(Optional.of(stem(file)), number(file, key, seen), counts));
        }
    }

    /** The numbers of the layers of an array, which has only those with experts. */
    private static List<Integer> numbers(Path file, Meta meta, int layers) {
        Set<Integer> seen = new HashSet<>();
        List<Integer> numbers = new ArrayList<>();
        if (meta.keys().isPresent()) {
            meta.keys().get().texts().forEach(key -> numbers.add(number(file, key, seen)));
        } else if (meta.fingerprint().flatMap(of -> of.find("moe_layers")).isPresent()) {
            // A file that Gatehouse exported.
            for (int number : meta.fingerprint().get().field("moe_layers").indices()) {
                numbers.add(number(file, String.valueOf(number), seen));
            }
        } else {
            Optional<JsonValue> all = meta.fingerprint().flatMap(of -> of.find("layers"));
            if (all.isPresent() && all.get().index() != layers) {
                throw corrupt(
                        file,
                        "has counts of %d layers of a model with %d, and no layer_keys that say which"
                                .formatted(layers, all.get().index()));
            }
            return IntStream.range(0, layers).boxed().toList();
        }
        if (numbers.size() != layers) {
            throw corrupt(file, "has counts of %d layers, but names %d".formatted(layers, numbers.size()));
        }
        return numbers;
    }

    private static int number(Path file, String key, Set<Integer> seen) {
        Matcher layer = LAYER.matcher(key);
        if (!layer.find()) {
            throw corrupt(file, "has the layer key '%s', which has no number".formatted(JsonValue.shown(key)));
        }
        int number = Integer.parseInt(layer.group(1));
        if (!seen.add(number)) {
            throw corrupt(file, "has layer %d twice, as '%s'".formatted(number, JsonValue.shown(key)));
        }
        return number;
    }

    private static Optional<NamedArray> named(List<NamedArray> arrays, String name) {
        return arrays.stream().filter(array -> array.name().equals(name)).findFirst();
    }

    private static boolean isZero(NamedArray array) {
        return IntStream.range(0, array.size()).allMatch(i -> array.value(i) == 0);
    }

    private static boolean isCount(double count) {
        return count >= 0 && count <= MOST && count == Math.rint(count);
    }

    /** The name of a file without its extension, where exllamav3 looks for the file beside it, too. */
    private static String stem(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    }

    private static GatehouseException generated(Path file, String what) {
        return corrupt(
                file, "%s: these are counts of generated tokens, but counts are kept of prompts only".formatted(what));
    }

    private static GatehouseException corrupt(Path file, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(file, what));
    }
}
