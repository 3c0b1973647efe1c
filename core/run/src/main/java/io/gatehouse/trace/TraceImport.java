package io.gatehouse.trace;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.RecordedShape;
import io.gatehouse.store.transfer.SequenceQuestions;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.SequenceIndex;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ObjIntConsumer;
import java.util.stream.Collectors;

/**
 * Turns the routing in some files of one kind into one run. First they are read for the shape and the names of everything,
 * then sequence by sequence while the run is written, so that their routing need not be held whole. A file whose sequences
 * fit into some of the memory is read once, and they are held until they are written.
 */
public final class TraceImport {
    /** Twenty times the layers and experts of the largest models there are. */
    private static final int MAX_GRID = 1 << 19;
    /** Of the heap, for sequences that are held: half of what an import may take, so that a shard has room beside them. */
    private static final int HELD_SHARE = 8;
    /** Heap that counts or an answer take beside their numbers. */
    private static final int OVERHEAD = 256;
    /** Heap that the name of a sequence takes here and as a question, beside its characters. */
    private static final int NAME_BYTES = 768;

    private final TraceKind kind;
    private final TraceShape shape;
    private final SequenceIndex sequences = new SequenceIndex();
    private final RecordedShape recorded = new RecordedShape();
    private final Map<String, TracedAnswer> answers = new LinkedHashMap<>();
    private final List<ExpertCounts> counts = new ArrayList<>();
    private final Set<String> leftOut = new TreeSet<>();
    private final List<Path> traces = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private final TraceBounds bounds = new TraceBounds();
    private final FileMemory memory;
    /** Memory that sequences may take from the first reading until they are written. */
    private final long heldLimit;
    /** Sequences of files that are held whole. */
    private final Map<Path, Deque<TracedSequence>> held = new HashMap<>();

    private long heldBytes;

    /** Learns what a file holds. */
    private final class Survey implements TraceListener {
        private final Path file;
        private final Deque<TracedSequence> kept = new ArrayDeque<>();

        Survey(Path file) {
            this.file = file;
            held.put(file, kept);
        }

        /** Holds the sequence, if all of its file are held; or else none of them. */
        private void keep(TracedSequence sequence) {
            if (held.get(file) != kept) {
                return;
            }
            long bytes = sequence.bytes();
            if (bytes <= heldLimit - heldBytes && memory.hasRoom(bytes)) {
                memory.take(bytes);
                heldBytes += bytes;
                kept.add(sequence);
            } else {
                held.remove(file);
                letGo(kept);
            }
        }

        @Override
        public void sequence(TracedSequence sequence) {
            bounds.require(file, sequence);
            take(NAME_BYTES + (long) sequence.name().length() + sequence.text().length());
            sequences.add(sequence);
            recorded.add(sequence);
            keep(sequence);
        }

        @Override
        public void counts(ExpertCounts expertCounts) {
            bounds.require(file, expertCounts);
            take(OVERHEAD + (long) expertCounts.counts().length * Long.BYTES);
            counts.add(expertCounts);
            recorded.add(expertCounts);
        }

        @Override
        public void expertBytes(int layer, long bytes) {
            if (!recorded.addExpertBytes(layer, bytes)) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET,
                        "%s says that an expert of layer %d has %,d bytes; another line says another size"
                                .formatted(file, layer, bytes));
            }
        }

        @Override
        public void leftOut(String what) {
            leftOut.add(what);
        }

        @Override
        public void answer(TracedAnswer answer) {
            take(OVERHEAD + (long) answer.question().length() + answer.answer().length());
            if (answers.putIfAbsent(answer.name(), answer) != null) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET,
                        "%s has two answers with the name %s".formatted(file, answer.name()));
            }
        }
    }

    /** Some parts of a sequence as one, and the memory that was counted for them. */
    private record Joined(TracedSequence sequence, int parts, long bytes) {
        Joined with(Joined more) {
            return new Joined(SequenceIndex.joined(sequence, more.sequence), parts + more.parts, bytes + more.bytes);
        }
    }

    /** Reads the sequences of all files again, each of them whole and with its answer. */
    private final class Reading implements TraceListener {
        private final Map<String, TracedAnswer> answered;
        private final ObjIntConsumer<TracedSequence> reader;
        private final Map<String, Joined> unfinished = new HashMap<>();
        private final BitSet read = new BitSet();
        private Path file = Path.of("");

        Reading(Map<String, TracedAnswer> answered, ObjIntConsumer<TracedSequence> reader) {
            this.answered = answered;
            this.reader = reader;
        }

        void read() {
            for (Path trace : traces) {
                ReadingNote.of(trace);
                file = trace;
                Deque<TracedSequence> kept = held.remove(trace);
                if (kept == null) {
                    kind.read(trace, shape, this);
                } else {
                    giveHeld(kept);
                }
            }
            if (read.cardinality() < sequences.size()) {
                throw changed();
            }
        }

        private void giveHeld(Deque<TracedSequence> kept) {
            while (!kept.isEmpty()) {
                TracedSequence part = kept.remove();
                release(part);
                add(part);
            }
        }

        @Override
        public void sequence(TracedSequence part) {
            bounds.require(file, part);
            add(part);
        }

        private void add(TracedSequence part) {
            SequenceIndex.Entry entry = sequences.find(part.name()).orElseThrow(this::changed);
            if (entry.parts() == 1) {
                give(part, entry);
                return;
            }
            take(part.bytes());
            Joined joined = unfinished.merge(part.name(), new Joined(part, 1, part.bytes()), Joined::with);
            if (joined.parts() == entry.parts()) {
                unfinished.remove(part.name());
                memory.release(joined.bytes());
                give(joined.sequence(), entry);
            }
        }

        private void give(TracedSequence whole, SequenceIndex.Entry entry) {
            if (!entry.isOf(whole) || read.get(entry.place())) {
                throw changed();
            }
            read.set(entry.place());
            TracedAnswer answer = answered.get(whole.name());
            reader.accept(answer == null ? whole : whole.answered(answer), entry.place());
        }

        @Override
        public void counts(ExpertCounts expertCounts) {
            throw changed();
        }

        @Override
        public void answer(TracedAnswer answer) {
            // It was read the first time.
        }

        private GatehouseException changed() {
            return new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "%s was changed while it was imported".formatted(file));
        }
    }

    public TraceImport(TraceKind kind, TraceShape shape) {
        this(
                kind,
                shape,
                FileMemory.of("The routing of all files"),
                Runtime.getRuntime().maxMemory() / HELD_SHARE);
    }

    /**
     * @param memory bounds what is held: the names of sequences, the answers, and the sequences of one shard
     * @param heldLimit memory, as a part of this, that sequences may take from the first reading until they are written
     */
    TraceImport(TraceKind kind, TraceShape shape, FileMemory memory, long heldLimit) {
        this.kind = requireNonNull(kind, "kind is null");
        this.shape = requireNonNull(shape, "shape is null");
        this.memory = requireNonNull(memory, "memory is null");
        this.heldLimit = heldLimit;
    }

    /** Counts memory; sequences that are held make room for it. */
    private void take(long bytes) {
        if (!memory.hasRoom(bytes)) {
            held.values().forEach(this::letGo);
            held.clear();
        }
        memory.take(bytes);
    }

    private void letGo(Deque<TracedSequence> kept) {
        kept.forEach(this::release);
        kept.clear();
    }

    private void release(TracedSequence sequence) {
        memory.release(sequence.bytes());
        heldBytes -= sequence.bytes();
    }

    /** Reads a file. A sequence whose layers are spread over files is one sequence. */
    public void read(Path file) {
        ReadingNote.of(file);
        kind.read(file, shape, new Survey(file));
        traces.add(file);
        files.add(file);
    }

    /** Reads lm-evaluation-harness's samples, which say what was answered correctly. */
    public void readAnswers(Path samples) {
        ReadingNote.of(samples);
        TraceKind.LM_EVAL.read(samples, shape, new Survey(samples));
        files.add(samples);
    }

    /**
     * The run of all that was read. Its sequences are read from the files again when it is written.
     *
     * @param experts experts of a layer, where the user knows; else one more than the largest that was seen
     * @throws GatehouseException CORRUPT_DATASET if nothing was read, or what was read contradicts itself;
     *     INVALID_ARGUMENT if the user must say more
     */
    public ImportedRun run(String name, String model, OptionalInt experts) {
        if (sequences.size() == 0 && counts.isEmpty()) {
            throw containing("no routing");
        }
        if (sequences.size() > 0 && !counts.isEmpty()) {
            throw containing("both counts and sequences: import them as two runs");
        }
        Map<String, TracedAnswer> answered = answered();
        requireAllOrNone(recorded.weighed(), "weights");
        requireAllOrNone(recorded.gated(), "probabilities");
        int seen = recorded.experts();
        if (seen == 0) {
            throw containing("no routing");
        }
        if (experts.isPresent() && experts.getAsInt() < seen) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--experts is %d, but the files have at least %d experts in a layer"
                            .formatted(experts.getAsInt(), seen));
        }
        int topK = recorded.topK() > 0 ? recorded.topK() : shape.requireTopK(files.get(0));
        requireShape(experts.orElse(seen), topK);
        requireGrid(recorded.layers(), experts.orElse(seen));
        counts.forEach(ofLayer -> requireCounts(ofLayer, topK));
        return new ImportedRun(
                name,
                kind.id(),
                model,
                recorded.layers(),
                experts.orElse(seen),
                topK,
                provenance(),
                recorded,
                questions(answered),
                Optional.empty(),
                reader -> new Reading(answered, reader).read(),
                counts,
                memory,
                shape.step());
    }

    private GatehouseException containing(String what) {
        return new GatehouseException(
                ErrorCode.CORRUPT_DATASET,
                "%s %s %s"
                        .formatted(
                                files.stream().map(Path::toString).collect(Collectors.joining(", ")),
                                files.size() == 1 ? "contains" : "contain",
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

    /** A token is sent to an expert once, so that of its top-k activations an expert has one. */
    private static void requireCounts(ExpertCounts ofLayer, int topK) {
        long activations = Arrays.stream(ofLayer.counts()).sum();
        for (int expert = 0; expert < ofLayer.counts().length; expert++) {
            if (ofLayer.counts()[expert] > activations / topK) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Expert %d of layer %d has %,d of %,d activations; with top-k %d it can have at most %,d"
                                .formatted(
                                        expert,
                                        ofLayer.layer(),
                                        ofLayer.counts()[expert],
                                        activations,
                                        topK,
                                        activations / topK));
            }
        }
    }

    /** A run has a row for every layer and expert, whether it was seen or not. */
    private void requireGrid(int layerCount, int experts) {
        if ((long) layerCount * experts > MAX_GRID) {
            throw containing("%,d layers of %,d experts; a run has at most %,d of them in all"
                    .formatted(layerCount, experts, MAX_GRID));
        }
    }

    /** The answer of each sequence by its name; answers go by name or else by order. */
    private Map<String, TracedAnswer> answered() {
        List<String> names = sequences.names();
        if (answers.isEmpty() || answers.keySet().containsAll(names)) {
            return answers;
        }
        if (answers.size() != names.size()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "There are %d answers for %d sequences, and their names differ: they match neither by name nor by order"
                            .formatted(answers.size(), names.size()));
        }
        Map<String, TracedAnswer> byOrder = new HashMap<>();
        Iterator<TracedAnswer> inOrder = answers.values().iterator();
        names.forEach(name -> byOrder.put(name, inOrder.next()));
        return byOrder;
    }

    private List<QuestionRow> questions(Map<String, TracedAnswer> answered) {
        SequenceQuestions questions = new SequenceQuestions();
        sequences.forEach((name, entry) -> {
            TracedAnswer answer = answered.get(name);
            questions.add(name, entry.domain(), entry.text(), answer == null ? "" : answer.answer());
        });
        return questions.rows();
    }

    /** The source, which of its figures are recorded, and what the files have beside them. */
    private Map<String, String> provenance() {
        Map<String, String> provenance = new TreeMap<>();
        provenance.put("source", kind.id());
        provenance.put(
                "files",
                files.stream().map(file -> String.valueOf(file.getFileName())).collect(Collectors.joining(", ")));
        provenance.put("weights", recorded.weighed() > 0 ? "recorded" : "unknown");
        provenance.put("gates", recorded.gated() > 0 ? "recorded" : "unknown");
        provenance.put("ranks", recorded.ranked() ? "recorded" : "unknown");
        if (!leftOut.isEmpty()) {
            provenance.put("left_out", String.join(", ", leftOut));
        }
        return provenance;
    }

    /** What is known of a run must be known of all of it: otherwise sums would cover an unnamed part. */
    private void requireAllOrNone(int having, String what) {
        if (having != 0 && having != recorded.routed()) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "Only %d of the %d layers of all sequences have %s; all or none must have them"
                            .formatted(having, recorded.routed(), what));
        }
    }
}
