package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.format.NamedArray;
import io.gatehouse.trace.format.Pickle;
import io.gatehouse.trace.format.TorchFile;
import io.gatehouse.trace.reader.RoutingCube;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Dumps of SGLang's expert distribution recorder ({@code .pt}, {@code srt/eplb/expert_distribution.py}). Mode stat has
 * {@code logical_count} of shape [steps, layers, experts]. The others have {@code records[]}, one for each forward pass, and
 * {@code last_physical_to_logical_map} of shape [layers, physical experts]. A record of mode per_pass has {@code
 * global_physical_count} of shape [layers, physical experts]. One of mode per_token has {@code topk_ids_of_layer} of shape
 * [layers, tokens, 8], padded with −1 where fewer experts are chosen, and {@code input_ids}, {@code positions}, {@code
 * extend_seq_lens} and {@code forward_mode}.
 *
 * <p>A pass serves several requests, and nothing tells which of them go on in the next one. Each piece of a prompt is a
 * sequence, and each token that was generated. Physical experts become the logical ones that they are copies of.
 */
final class SglangRecords implements TraceReader {
    /** Heap that a token takes besides its experts. */
    private static final int TOKEN_BYTES = 512;

    /** Values of {@code ForwardMode}. */
    private static final int EXTEND = 1;

    private static final int DECODE = 2;
    private static final int MIXED = 3;

    /**
     * The tokens {@code [from, to)} of a pass that are of one request.
     *
     * @param position position of the first of them
     * @param unfinished whether a later pass has more of the prompt
     */
    private record Piece(int from, int to, int position, boolean unfinished) {
        int end() {
            return position + to - from;
        }
    }

    /** One forward pass whose experts are known by token. */
    private record Pass(String place, String name, boolean decode, List<Piece> pieces, int[] tokens, NamedArray ids) {}

    /** Which logical expert each physical one is a copy of, by layer. */
    private record ExpertCopies(String place, NamedArray map) {
        static ExpertCopies of(Path file, @Nullable Object value) {
            if (value instanceof NamedArray map && map.shape().size() == 2 && map.size() > 0) {
                return new ExpertCopies(file.toString(), map);
            }
            throw corrupt(
                    file,
                    "has no last_physical_to_logical_map of shape [layers, experts], so its physical experts are unknown");
        }

        int layers() {
            return map.shape().get(0);
        }

        int physical() {
            return map.shape().get(1);
        }

        int logical(int layer, int expert) {
            if (layer >= layers() || expert < 0 || expert >= physical()) {
                throw corrupt(
                        place,
                        "has expert %d of layer %d, but a map of %s experts".formatted(expert, layer, map.shape()));
            }
            int logical = (int) map.value(layer * physical() + expert);
            if (logical < 0 || logical >= TraceBounds.MOST) {
                throw corrupt(place, "maps expert %d of layer %d to %d".formatted(expert, layer, logical));
            }
            return logical;
        }
    }

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        if (!(TorchFile.read(file) instanceof Map<?, ?> dump)) {
            throw corrupt(file, "is not a dictionary");
        }
        if (dump.get("logical_count") instanceof NamedArray counts) {
            logicalCounts(file, counts, listener);
        } else if (dump.get("records") instanceof List<?> records) {
            records(file, records, dump.get("last_physical_to_logical_map"), listener);
        } else {
            throw corrupt(file, "has no field 'logical_count' or 'records'");
        }
    }

    private static void logicalCounts(Path file, NamedArray counts, TraceListener listener) {
        if (counts.shape().size() != 3) {
            throw corrupt(file, "has logical_count of shape %s".formatted(counts.shape()));
        }
        requireSize(counts, file);
        int layers = counts.shape().get(1);
        int experts = counts.shape().get(2);
        TraceBounds.requireExperts(file, experts);
        for (int layer = 0; layer < layers; layer++) {
            long[] sums = new long[experts];
            for (int step = 0; step < counts.shape().get(0); step++) {
                for (int expert = 0; expert < experts; expert++) {
                    sums[expert] += (long) counts.value((step * layers + layer) * experts + expert);
                }
            }
            give(layer, sums, listener);
        }
    }

    /** A layer without counts has no experts. */
    private static void give(int layer, long[] sums, TraceListener listener) {
        if (LongStream.of(sums).anyMatch(sum -> sum != 0)) {
            listener.counts(new ExpertCounts(Optional.empty(), layer, sums));
        }
    }

    private static void records(Path file, List<?> records, @Nullable Object map, TraceListener listener) {
        FileMemory memory = FileMemory.of(file);
        List<Pass> passes = new ArrayList<>();
        List<NamedArray> passCounts = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            String place = "%s, records[%d]".formatted(file, i);
            if (!(records.get(i) instanceof Map<?, ?> pass)) {
                throw corrupt(place, "is not a dictionary");
            }
            if (pass.get("topk_ids_of_layer") instanceof NamedArray ids) {
                passes.add(pass(place, pass, ids, memory));
            } else if (pass.get("global_physical_count") instanceof NamedArray counts) {
                passCounts.add(counts);
            } else {
                throw corrupt(place, "has no field 'topk_ids_of_layer' or 'global_physical_count'");
            }
        }
        if (passes.isEmpty() && passCounts.isEmpty()) {
            return;
        }
        ExpertCopies copies = ExpertCopies.of(file, map);
        sumPasses(file, passCounts, copies, listener);
        markUnfinished(passes);
        passes.forEach(pass -> sequences(pass, copies, listener));
    }

    private static void sumPasses(Path file, List<NamedArray> passes, ExpertCopies copies, TraceListener listener) {
        if (passes.isEmpty()) {
            return;
        }
        List<Integer> shape = List.of(copies.layers(), copies.physical());
        for (int layer = 0; layer < copies.layers(); layer++) {
            int of = layer;
            int experts = 1
                    + IntStream.range(0, copies.physical())
                            .map(expert -> copies.logical(of, expert))
                            .max()
                            .orElse(-1);
            long[] sums = new long[experts];
            for (NamedArray counts : passes) {
                if (!counts.shape().equals(shape)) {
                    throw corrupt(
                            file,
                            "has global_physical_count of shape %s, but a map of %s".formatted(counts.shape(), shape));
                }
                for (int expert = 0; expert < copies.physical(); expert++) {
                    sums[copies.logical(layer, expert)] += (long) counts.value(layer * copies.physical() + expert);
                }
            }
            give(layer, sums, listener);
        }
    }

    /** Marks the pieces of prompts that go on where a piece in a later pass begins: they do not end with the prompt. */
    private static void markUnfinished(List<Pass> passes) {
        Set<Integer> begins = new HashSet<>();
        for (int i = passes.size() - 1; i >= 0; i--) {
            Pass pass = passes.get(i);
            if (pass.decode()) {
                continue;
            }
            List<Piece> pieces = pass.pieces().stream()
                    .map(piece -> new Piece(piece.from(), piece.to(), piece.position(), begins.contains(piece.end())))
                    .toList();
            passes.set(i, new Pass(pass.place(), pass.name(), false, pieces, pass.tokens(), pass.ids()));
            pieces.forEach(piece -> begins.add(piece.position()));
        }
    }

    private static Pass pass(String place, Map<?, ?> pass, NamedArray ids, FileMemory memory) {
        if (ids.shape().size() != 3) {
            throw corrupt(place, "has topk_ids_of_layer of shape %s".formatted(ids.shape()));
        }
        requireSize(ids, place);
        int tokens = ids.shape().get(1);
        memory.take((long) ids.size() * 2 * Integer.BYTES + (long) tokens * TOKEN_BYTES);
        int[] input = numbers(place, pass, "input_ids", tokens);
        int[] positions = numbers(place, pass, "positions", tokens);
        long mode = pass.get("forward_mode") instanceof Long number ? number : -1;
        if (mode != EXTEND && mode != DECODE) {
            throw corrupt(
                    place,
                    mode == MIXED
                            ? "is of a pass that mixed prompts and generated tokens, which cannot be told apart: record without --enable-mixed-chunk"
                            : "has the forward_mode %s, which is not 1 (extend) or 2 (decode)"
                                    .formatted(shown(pass.get("forward_mode"))));
        }
        List<Piece> pieces = mode == DECODE
                ? IntStream.range(0, tokens)
                        .mapToObj(token -> new Piece(token, token + 1, positions[token], false))
                        .toList()
                : pieces(place, numbers(place, pass, "extend_seq_lens"), positions);
        String name = "rank %s, pass %s".formatted(shown(pass.get("rank")), shown(pass.get("forward_pass_id")));
        return new Pass(place, name, mode == DECODE, pieces, input, ids);
    }

    private static List<Piece> pieces(String place, int[] lengths, int[] positions) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        for (int length : lengths) {
            if (length > positions.length - from) {
                break;
            }
            for (int i = 1; i < length; i++) {
                if (positions[from + i] != positions[from] + i) {
                    throw corrupt(
                            place,
                            "has position %d after position %d within a request"
                                    .formatted(positions[from + i], positions[from + i - 1]));
                }
            }
            if (length > 0) {
                pieces.add(new Piece(from, from + length, positions[from], false));
            }
            from += length;
        }
        if (from != positions.length || IntStream.of(lengths).asLongStream().sum() != from) {
            throw corrupt(
                    place,
                    "has extend_seq_lens %s for %d tokens".formatted(Arrays.toString(lengths), positions.length));
        }
        return pieces;
    }

    private static void sequences(Pass pass, ExpertCopies copies, TraceListener listener) {
        NamedArray ids = pass.ids();
        int layers = ids.shape().get(0);
        int width = ids.shape().get(2);
        int topK = topK(ids, width);
        for (int number = 0; number < pass.pieces().size(); number++) {
            Piece piece = pass.pieces().get(number);
            RoutingCube cube = new RoutingCube(layers, topK, piece.position());
            for (int token = piece.from(); token < piece.to(); token++) {
                cube.add(experts(ids, token, topK, copies), what -> corrupt(pass.place(), what));
            }
            int length = pass.decode() ? piece.position() : piece.end() + (piece.unfinished() ? 1 : 0);
            boolean whole = !pass.decode() && piece.position() == 0 && !piece.unfinished();
            listener.sequence(new TracedSequence(
                    "%s, request %d".formatted(pass.name(), number),
                    Optional.empty(),
                    "",
                    whole ? Arrays.copyOfRange(pass.tokens(), piece.from(), piece.to()) : new int[0],
                    length,
                    cube.layers(length, what -> corrupt(pass.place(), what))));
        }
    }

    /** The logical experts of a token, layer by layer; −1 where it was not routed. */
    private static int[] experts(NamedArray ids, int token, int topK, ExpertCopies copies) {
        int layers = ids.shape().get(0);
        int tokens = ids.shape().get(1);
        int width = ids.shape().get(2);
        int[] experts = new int[layers * topK];
        for (int layer = 0; layer < layers; layer++) {
            for (int rank = 0; rank < topK; rank++) {
                int expert = (int) ids.value((layer * tokens + token) * width + rank);
                experts[layer * topK + rank] = expert == -1 ? -1 : copies.logical(layer, expert);
            }
        }
        return experts;
    }

    /** The number of experts of the token that has most of them: the others of a row are padding. */
    private static int topK(NamedArray ids, int width) {
        int most = 0;
        for (int i = 0; i < ids.size(); i++) {
            if (i % width >= most && ids.value(i) >= 0) {
                most = i % width + 1;
            }
        }
        return most == 0 ? width : most;
    }

    private static int[] numbers(String place, Map<?, ?> pass, String field, int tokens) {
        int[] numbers = numbers(place, pass, field);
        if (numbers.length != tokens) {
            throw corrupt(place, "has %d %s for %d tokens".formatted(numbers.length, field, tokens));
        }
        return numbers;
    }

    /** Numbers from 0, which a dump has as a list or as a tensor. */
    private static int[] numbers(String place, Map<?, ?> pass, String field) {
        if (pass.get(field) instanceof NamedArray array) {
            return IntStream.range(0, array.size())
                    .map(i -> number(place, field, (long) array.value(i)))
                    .toArray();
        }
        if (!(pass.get(field) instanceof List<?> list)) {
            throw corrupt(place, "has no field '%s'".formatted(field));
        }
        return list.stream()
                .mapToInt(value -> {
                    if (value instanceof Long number) {
                        return number(place, field, number);
                    }
                    throw corrupt(place, "has %s in %s".formatted(shown(value), field));
                })
                .toArray();
    }

    private static int number(String place, String field, long number) {
        if (number < 0 || number > TraceShape.MOST_TOKENS) {
            throw corrupt(place, "has %d in %s".formatted(number, field));
        }
        return (int) number;
    }

    private static String shown(@Nullable Object value) {
        return value == null ? "None" : Pickle.shown(value);
    }

    /** Beside a zero the other sizes may be anything, and lie in no bytes. */
    private static void requireSize(NamedArray array, Object place) {
        if (array.size() == 0) {
            throw corrupt(place, "has an array of shape %s, which holds nothing".formatted(array.shape()));
        }
    }

    private static GatehouseException corrupt(Object place, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }
}
