package io.gatehouse.store.write;

import static java.util.Comparator.comparingInt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The rows {@code [from, to)} of a block of columns that belong to one question and layer. Shards are put into the
 * order of the disk segment by segment, so that rows are copied many at a time and never one by one.
 */
record Segment<C>(C columns, int questionId, int layer, int firstPosition, int lastPosition, int from, int to) {
    int rows() {
        return to - from;
    }

    /** Whether the other segment is of the same question and layer. */
    boolean isWith(Segment<C> other) {
        return questionId == other.questionId && layer == other.layer;
    }

    /** Returns the number of rows of several segments. */
    static <C> long rows(List<Segment<C>> segments) {
        return segments.stream().mapToLong(Segment::rows).sum();
    }

    static List<Segment<RoutingBlock>> routing(List<RoutingBlock> blocks) {
        List<Segment<RoutingBlock>> segments = new ArrayList<>();
        for (RoutingBlock block : blocks) {
            RoutingColumns columns = block.source();
            split(block, columns.layer(), columns.questionIds(), columns.positions(), segments);
        }
        return inDiskOrder(segments);
    }

    static List<Segment<TokenValues>> values(List<TokenValues> blocks) {
        List<Segment<TokenValues>> segments = new ArrayList<>();
        for (TokenValues block : blocks) {
            split(block, block.layer(), block.questionIds(), block.positions(), segments);
        }
        return inDiskOrder(segments);
    }

    static List<Segment<TokenColumns>> tokens(List<TokenColumns> blocks) {
        List<Segment<TokenColumns>> segments = new ArrayList<>();
        for (TokenColumns block : blocks) {
            split(block, 0, block.questionIds(), block.positions(), segments);
        }
        return inDiskOrder(segments);
    }

    /** Cuts segments into batches of at most {@code batchRows} rows, every batch but the last one full. */
    static <C> List<List<Segment<C>>> batches(List<Segment<C>> segments, int batchRows) {
        List<List<Segment<C>>> batches = new ArrayList<>();
        List<Segment<C>> batch = new ArrayList<>();
        int room = batchRows;
        for (Segment<C> segment : segments) {
            int from = segment.from;
            while (from < segment.to) {
                int rows = Math.min(room, segment.to - from);
                batch.add(segment.slice(from, from + rows));
                from += rows;
                room -= rows;
                if (room == 0) {
                    batches.add(batch);
                    batch = new ArrayList<>();
                    room = batchRows;
                }
            }
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    /** Returns the offsets of the lists of a batch: where each begins, and where the last one ends. */
    static <C> int[] offsets(List<Segment<C>> batch, ToIntFunction<C> width) {
        int[] offsets = new int[batch.stream().mapToInt(Segment::rows).sum() + 1];
        int row = 0;
        for (Segment<C> segment : batch) {
            int each = width.applyAsInt(segment.columns);
            for (int i = 0; i < segment.rows(); i++, row++) {
                offsets[row + 1] = offsets[row] + each;
            }
        }
        return offsets;
    }

    private Segment<C> slice(int sliceFrom, int sliceTo) {
        return new Segment<>(columns, questionId, layer, firstPosition, lastPosition, sliceFrom, sliceTo);
    }

    private static <C> void split(C columns, int layer, int[] questionIds, int[] positions, List<Segment<C>> segments) {
        int from = 0;
        while (from < questionIds.length) {
            int to = from + 1;
            while (to < questionIds.length && questionIds[to] == questionIds[from]) {
                if (positions[to] <= positions[to - 1]) {
                    throw new IllegalArgumentException("Position %d follows position %d in question %d, layer %d"
                            .formatted(positions[to], positions[to - 1], questionIds[to], layer));
                }
                to++;
            }
            segments.add(
                    new Segment<>(columns, questionIds[from], layer, positions[from], positions[to - 1], from, to));
            from = to;
        }
    }

    private static <C> List<Segment<C>> inDiskOrder(List<Segment<C>> segments) {
        segments.sort(comparingInt((Segment<C> segment) -> segment.layer)
                .thenComparingInt(segment -> segment.questionId)
                .thenComparingInt(segment -> segment.firstPosition));
        for (int i = 1; i < segments.size(); i++) {
            Segment<C> previous = segments.get(i - 1);
            Segment<C> next = segments.get(i);
            if (next.isWith(previous) && next.firstPosition <= previous.lastPosition) {
                throw new IllegalArgumentException("Question %d, layer %d has position %d twice"
                        .formatted(next.questionId, next.layer, next.firstPosition));
            }
        }
        return segments;
    }
}
