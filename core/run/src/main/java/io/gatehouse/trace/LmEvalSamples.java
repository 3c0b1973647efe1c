package io.gatehouse.trace;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedAnswer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * lm-evaluation-harness's {@code samples_*.jsonl}: whether each question was answered rightly, to be joined with routing
 * that was recorded in the same order. {@code acc} is 0 or 1; {@code doc_id} is the name of the question.
 */
final class LmEvalSamples implements TraceReader {
    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        JsonRecords.read(file, sample -> {
            JsonValue right = sample.field("acc");
            float accuracy = right.number();
            if (accuracy != 0 && accuracy != 1) {
                throw right.corrupt("is %s instead of 0 or 1".formatted(accuracy));
            }
            listener.answer(new TracedAnswer(
                    String.valueOf(sample.field("doc_id").index()),
                    sample.field("doc")
                            .find("question")
                            .map(JsonValue::node)
                            .map(JsonNode::asText)
                            .orElse(""),
                    sample.field("target").node().asText(),
                    Optional.empty(),
                    accuracy == 1));
        });
    }
}
