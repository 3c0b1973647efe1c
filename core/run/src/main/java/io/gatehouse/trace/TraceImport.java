package io.gatehouse.trace;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Gathers the routing in some files of one kind into one run. */
public final class TraceImport {
    /** Twenty times the layers and experts of the largest models there are. */
    private static final int MAX_GRID = 1 << 19;
    /** Heap that a sequence, a layer of it, counts or an answer take beside their numbers. */
    private static final int OVERHEAD = 256;

    private final TraceKind kind;
    private final TraceShape shape;
    private final Map<String, TracedSequence> sequences = new LinkedHashMap<>();
    private final Map<String, TracedAnswer> answers = new LinkedHashMap<>();
    private final List<ExpertCounts> counts = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private final TraceBounds bounds = new TraceBounds();
    private final FileMemory memory;

    /** Takes the contents of one file. */
    private final class Gathering implements TraceListener {
        private final Path file;

        Gathering(Path file) {
            this.file = file;
        }

        @Override
        public void sequence(TracedSequence sequence) {
            bounds.require(file, sequence);
            memory.take(bytes(sequence));
            sequences.merge(sequence.name(), sequence, TraceImport::joined);
        }

        @Override
        public void counts(ExpertCounts expertCounts) {
            bounds.require(file, expertCounts);
            memory.take(OVERHEAD + (long) expertCounts.counts().length * Long.BYTES);
            counts.add(expertCounts);
        }

        @Override
        public void answer(TracedAnswer answer) {
            memory.take(OVERHEAD
                    + (long) answer.question().length()
                    + answer.answer().length());
            if (answers.putIfAbsent(answer.name(), answer) != null) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET,
                        "%s has a second answer with the name %s".formatted(file, answer.name()));
            }
        }
    }

    public TraceImport(TraceKind kind, TraceShape shape) {
        this.kind = requireNonNull(kind, "kind is null");
        this.shape = requireNonNull(shape, "shape is null");
        this.memory = FileMemory.of("The routing of all files");
    }

    /** Reads a file. A sequence whose layers are spread over files is one sequence. */
    public void read(Path file) {
        ReadingNote.of(file);
        kind.read(file, shape, new Gathering(file));
        files.add(file);
    }

    /** Reads lm-evaluation-harness's samples, which say what was answered rightly. */
    public void readAnswers(Path samples) {
        ReadingNote.of(samples);
        TraceKind.LM_EVAL.read(samples, shape, new Gathering(samples));
        files.add(samples);
    }

    /**
     * The run of all that was read.
     *
     * @param experts experts of a layer, where the user knows; else one more than the largest that was seen
     * @throws GatehouseException CORRUPT_DATASET if nothing was read, or what was read contradicts itself;
     *     INVALID_ARGUMENT if the user must say more
     */
    public ImportedRun run(String name, String model, OptionalInt experts) {
        if (sequences.isEmpty() && counts.isEmpty()) {
            throw said("no routing");
        }
        if (!sequences.isEmpty() && !counts.isEmpty()) {
            throw said("both counts and sequences: import them as two runs");
        }
        List<TracedSequence> answered = answered();
        List<TracedLayer> layers = answered.stream()
                .flatMap(sequence -> sequence.layers().stream())
                .toList();
        requireAllOrNone(layers, layer -> layer.weights().length, "weights");
        requireAllOrNone(layers, layer -> layer.probabilities().length, "probabilities");
        int seen = seenExperts(layers);
        if (seen == 0) {
            throw said("no routing");
        }
        if (experts.isPresent() && experts.getAsInt() < seen) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "There are at least %d experts in a layer, not %d".formatted(seen, experts.getAsInt()));
        }
        int topK = layers.stream().mapToInt(TracedLayer::topK).max().orElseGet(() -> shape.requireTopK(files.get(0)));
        requireShape(experts.orElse(seen), topK);
        int layerCount = layerCount(layers);
        requireGrid(layerCount, experts.orElse(seen));
        return new ImportedRun(
                name, kind.id(), model, layerCount, experts.orElse(seen), topK, provenance(layers), answered, counts);
    }

    private GatehouseException said(String what) {
        return new GatehouseException(
                ErrorCode.CORRUPT_DATASET,
                "%s %s %s"
                        .formatted(
                                files.stream().map(Path::toString).collect(Collectors.joining(", ")),
                                files.size() == 1 ? "says" : "say",
                                what));
    }

    private static void requireShape(int experts, int topK) {
        if (experts > TraceBounds.MOST || topK > experts) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A token cannot be sent to %d of %d experts; there are at most %d"
                            .formatted(topK, experts, TraceBounds.MOST));
        }
    }

    /** A run has a row for every layer and expert, whether it was seen or not. */
    private void requireGrid(int layerCount, int experts) {
        if ((long) layerCount * experts > MAX_GRID) {
            throw said("%,d layers of %,d experts; a run has at most %,d of them in all"
                    .formatted(layerCount, experts, MAX_GRID));
        }
    }

    private static long bytes(TracedSequence sequence) {
        long bytes = OVERHEAD + sequence.text().length() + (long) sequence.tokens().length * Integer.BYTES;
        for (TracedLayer layer : sequence.layers()) {
            long numbers = (long) layer.positions().length
                    + layer.experts().length
                    + layer.weights().length
                    + layer.probabilities().length;
            bytes += OVERHEAD + numbers * Integer.BYTES;
        }
        return bytes;
    }

    /** The sequences with their answers, which go by name or else by order. */
    private List<TracedSequence> answered() {
        List<TracedSequence> all = List.copyOf(sequences.values());
        if (answers.isEmpty()) {
            return all;
        }
        if (answers.keySet().containsAll(sequences.keySet())) {
            return all.stream()
                    .map(sequence -> sequence.answered(requireNonNull(answers.get(sequence.name()))))
                    .toList();
        }
        if (answers.size() != all.size()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "There are %d answers for %d sequences of other names, so that neither name nor order says which is whose"
                            .formatted(answers.size(), all.size()));
        }
        List<TracedAnswer> inOrder = List.copyOf(answers.values());
        List<TracedSequence> answered = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            answered.add(all.get(i).answered(inOrder.get(i)));
        }
        return answered;
    }

    /** The source, and which of its figures are recorded. */
    private Map<String, String> provenance(List<TracedLayer> layers) {
        Map<String, String> provenance = new TreeMap<>();
        provenance.put("source", kind.id());
        provenance.put(
                "files",
                files.stream().map(file -> String.valueOf(file.getFileName())).collect(Collectors.joining(", ")));
        provenance.put(
                "weights", layers.stream().anyMatch(layer -> layer.weights().length > 0) ? "recorded" : "unknown");
        provenance.put(
                "gates", layers.stream().anyMatch(layer -> layer.probabilities().length > 0) ? "recorded" : "unknown");
        provenance.put(
                "ranks", layers.stream().allMatch(TracedLayer::ranked) && !layers.isEmpty() ? "recorded" : "unknown");
        return provenance;
    }

    private int seenExperts(List<TracedLayer> layers) {
        Stream<Integer> chosen = layers.stream().map(layer -> {
            int most = layer.gateWidth();
            for (int expert : layer.experts()) {
                most = Math.max(most, expert + 1);
            }
            return most;
        });
        return Stream.concat(chosen, counts.stream().map(count -> count.counts().length))
                .mapToInt(Integer::intValue)
                .max()
                .orElse(0);
    }

    private int layerCount(List<TracedLayer> layers) {
        return 1
                + Stream.concat(
                                layers.stream().map(TracedLayer::layer),
                                counts.stream().map(ExpertCounts::layer))
                        .mapToInt(Integer::intValue)
                        .max()
                        .orElse(0);
    }

    /** What is known of a run must be known of all of it: otherwise sums would cover an unnamed part. */
    private static void requireAllOrNone(List<TracedLayer> layers, ToIntFunction<TracedLayer> length, String what) {
        long having =
                layers.stream().filter(layer -> length.applyAsInt(layer) > 0).count();
        if (having != 0
                && having != layers.stream().filter(layer -> layer.tokens() > 0).count()) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%d of %d layers of sequences have %s; all or none must".formatted(having, layers.size(), what));
        }
    }

    private static TracedSequence joined(TracedSequence first, TracedSequence more) {
        if (first.length() != more.length()) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "Sequence %s has %d tokens in one file and %d in another"
                            .formatted(first.name(), first.length(), more.length()));
        }
        if (more.layers().stream()
                .anyMatch(layer -> first.layers().stream().anyMatch(other -> other.layer() == layer.layer()))) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "There are two sequences with the name %s".formatted(first.name()));
        }
        List<TracedLayer> layers =
                Stream.concat(first.layers().stream(), more.layers().stream()).toList();
        return new TracedSequence(
                first.name(), first.domain(), first.text(), first.tokens(), first.length(), layers, first.answer());
    }
}
