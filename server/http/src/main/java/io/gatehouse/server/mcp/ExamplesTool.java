package io.gatehouse.server.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.client.Session;
import io.gatehouse.server.http.Json;
import io.gatehouse.sql.catalog.Example;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The tool {@code examples}: statements to start from. */
final class ExamplesTool {
    record Arguments(
            @JsonField("Words that the example must contain, such as cache or accuracy; without them, all are listed.")
            Optional<String> about) {}

    record Result(
            @JsonField("Replace run 1 and question 1 with yours.")
            List<Example> examples) {}

    static final Tool TOOL = new Tool(
            "examples",
            "Example queries",
            "Returns statements to start from, each with what its rows say.",
            Arguments.class,
            Result.class,
            ExamplesTool::call);

    private ExamplesTool() {}

    private static String call(ObjectNode given, Session session) {
        List<String> words = Json.read(given, Arguments.class)
                .about()
                .map(about -> List.of(about.strip().toLowerCase(Locale.ROOT).split("\\s+", -1)))
                .orElse(List.of());
        return Json.string(new Result(Example.all().stream()
                .filter(example -> words.stream().allMatch(text(example)::contains))
                .toList()));
    }

    private static String text(Example example) {
        return String.join(
                        "\n",
                        Stream.of(example.group(), example.title(), example.about(), example.sql())
                                .toList())
                .toLowerCase(Locale.ROOT);
    }
}
