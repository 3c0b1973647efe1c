package io.gatehouse.trace;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.Optional;

/**
 * lm-evaluation-harness's {@code samples_*.jsonl} ({@code lm_eval/evaluator.py}): whether each question was answered
 * correctly, to be joined with routing that was recorded in the same order. {@code doc_id} is the name of the question.
 * The metric is 0 or 1: the one that the user names, else {@code acc}, else the only one of {@code metrics}. A task with
 * several filters has a line of each for a question: the user must choose one.
 */
final class LmEvalSamples implements TraceReader {
    private static final String DEFAULT = "acc";

    /** The filters of a file, of which one is taken. */
    private static final class Filters {
        private final Optional<String> wanted;
        private Optional<String> first = Optional.empty();

        Filters(Optional<String> wanted) {
            this.wanted = wanted;
        }

        boolean takes(JsonValue sample) {
            Optional<String> filter = sample.find("filter").map(JsonValue::text);
            if (wanted.isPresent()) {
                return filter.equals(wanted);
            }
            first = first.or(() -> filter);
            if (!filter.equals(first)) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "%s has answers of the filters '%s' and '%s'; choose one with --filter"
                                .formatted(sample.place(), shown(first), shown(filter)));
            }
            return true;
        }

        private static String shown(Optional<String> filter) {
            return JsonValue.shown(filter.orElse(""));
        }
    }

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        Filters filters = new Filters(shape.filter());
        boolean[] taken = new boolean[1];
        JsonRecords.read(file, sample -> {
            if (filters.takes(sample)) {
                taken[0] = true;
                listener.answer(answer(sample, metric(sample, shape)));
            }
        });
        if (!taken[0] && shape.filter().isPresent()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has no answers of the filter '%s'"
                            .formatted(file, shape.filter().get()));
        }
    }

    private static JsonValue metric(JsonValue sample, TraceShape shape) {
        if (shape.metric().isPresent()) {
            return sample.field(shape.metric().get());
        }
        Optional<JsonValue> accuracy = sample.find(DEFAULT);
        if (accuracy.isPresent()) {
            return accuracy.get();
        }
        Optional<JsonValue> metrics = sample.find("metrics").filter(list -> list.size() > 0);
        if (metrics.isPresent() && metrics.get().size() > 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has the metrics %s; choose one with --metric"
                            .formatted(sample.place(), metrics.get().shown()));
        }
        return sample.field(metrics.map(list -> list.item(0).text()).orElse(DEFAULT));
    }

    private static TracedAnswer answer(JsonValue sample, JsonValue metric) {
        return new TracedAnswer(
                String.valueOf(sample.field("doc_id").index()),
                sample.field("doc")
                        .find("question")
                        .map(JsonValue::node)
                        .map(JsonNode::asText)
                        .orElse(""),
                sample.field("target").node().asText(),
                generated(sample),
                isRight(metric));
    }

    /** What the filter left of the model's text; tasks with choices have log-probabilities there. */
    private static Optional<String> generated(JsonValue sample) {
        return sample.find("filtered_resps")
                .filter(answers -> answers.node().isArray() && answers.size() > 0)
                .map(answers -> answers.item(0))
                .filter(JsonValue::isText)
                .map(JsonValue::text);
    }

    private static boolean isRight(JsonValue metric) {
        if (metric.node().isBoolean()) {
            return metric.truth();
        }
        float value = metric.number();
        if (value != 0 && value != 1) {
            throw metric.corrupt("is %s instead of 0 or 1".formatted(value));
        }
        return value == 1;
    }
}
