package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What docs/http-api.md shows is run against a server: its commands, its requests and the shapes of their answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestHttpApiPage {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path PAGE =
            Path.of(System.getProperty("gatehouse.root")).resolve("docs").resolve("http-api.md");

    /** A word of a command line: in single quotes, or without blanks. */
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    /** A request and the shape of its answer, in a row of a table or in a sentence. */
    private static final Pattern GET =
            Pattern.compile("`GET (/[^` ?]+)`(?: \\||\\s+is) `(\\{\"[^`]+})`", Pattern.MULTILINE);

    private static final Pattern REQUEST = Pattern.compile("`(GET|POST|PUT|PATCH|DELETE) (/[^` ?]+)[^`]*`");
    private static final Pattern PLACE = Pattern.compile("\\{(id|name|table)}");

    private TestingServer server;
    private String page = "";

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = TestingServer.startWithSample(folder);
        page = Files.readString(PAGE);
        server.send(
                "v1/query",
                request -> request.header("Content-Type", "application/sql")
                        .header("Query-Id", "known")
                        .POST(BodyPublishers.ofString("SELECT nothing FROM runs")));
        server.send(
                "v1/saved/kept",
                request -> request.header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString("{\"sql\":\"SELECT 1\"}")));
        while (!server.get("v1/history").body().contains("known")) {
            Thread.sleep(20);
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void itsCommandsAreAnswered() throws Exception {
        List<String> commands =
                page.lines().filter(line -> line.startsWith("curl -s ")).toList();
        assertThat(commands).hasSizeGreaterThanOrEqualTo(4);
        for (String command : commands) {
            HttpResponse<String> response = run(command);
            assertThat(response.statusCode()).as(command + response.body()).isEqualTo(200);
            assertThat(response.body()).as(command).isNotBlank();
        }
    }

    @Test
    void itsRequestsAreThoseThatThereAre() {
        TreeSet<String> shown = new TreeSet<>();
        Matcher request = REQUEST.matcher(page);
        while (request.find()) {
            shown.add(request.group(1) + " " + request.group(2));
        }
        assertThat(shown).containsExactlyInAnyOrderElementsOf(server.apiRoutes());
    }

    @Test
    void itsAnswersHaveTheShapesThatItShows() throws Exception {
        Map<String, String> shapes = new TreeMap<>();
        Matcher get = GET.matcher(page);
        while (get.find()) {
            shapes.put(get.group(1), get.group(2));
        }
        assertThat(shapes)
                .containsKeys(
                        "/v1/queries", "/v1/queries/{id}", "/v1/history", "/v1/schema", "/v1/saved", "/v1/health");
        for (Map.Entry<String, String> shape : shapes.entrySet()) {
            HttpResponse<String> response = server.get(address(shape.getKey()).substring(1));
            assertThat(response.statusCode()).as(shape.getKey()).isEqualTo(200);
            assertThat(JSON.readTree(response.body()).isObject()).isTrue();
            requireTexts(shape.getKey(), shape.getValue(), JSON.readTree(response.body()));
        }
    }

    /** Checks the outermost fields, and those of the first element of a list. */
    private static void requireTexts(String where, String shape, JsonNode answer) {
        for (String field : fields(shape)) {
            Matcher parts = Pattern.compile("\"(\\w+)\"(?::(.*?))?(\\??)").matcher(field);
            assertThat(parts.matches()).as("%s: %s", where, field).isTrue();
            if (!parts.group(3).isEmpty()) {
                continue;
            }
            String name = parts.group(1);
            assertThat(answer.has(name))
                    .as("%s has no %s: %s", where, name, answer)
                    .isTrue();
            String inner = String.valueOf(parts.group(2));
            if (inner.startsWith("[{") && answer.path(name).size() > 0) {
                requireTexts(
                        where + "." + name,
                        inner.substring(1, inner.length() - 1),
                        answer.path(name).get(0));
            }
        }
    }

    /** The parts of an object between the commas at its own depth. */
    private static List<String> fields(String object) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        int depth = 0;
        for (char c : object.substring(1, object.length() - 1).toCharArray()) {
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            if (c == ',' && depth == 0) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }

    private static String address(String path) {
        return PLACE.matcher(path).replaceAll(place -> switch (place.group(1)) {
            case "id" -> "known";
            case "table" -> "runs";
            default -> path.startsWith("/v1/saved") ? "kept" : "first";
        });
    }

    /** Does what curl would do with the few options that the page uses. */
    private HttpResponse<String> run(String command) throws Exception {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command.substring("curl ".length()));
        while (word.find()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        String address = "";
        UnaryOperator<HttpRequest.Builder> shape = UnaryOperator.identity();
        for (int i = 0; i < words.size(); i++) {
            UnaryOperator<HttpRequest.Builder> before = shape;
            switch (words.get(i)) {
                case "-s" -> {}
                case "-H" -> {
                    String[] header = words.get(++i).split(": ", 2);
                    shape = request -> before.apply(request).header(header[0], header[1]);
                }
                case "-d" -> {
                    String body = words.get(++i);
                    shape = request -> before.apply(request).POST(BodyPublishers.ofString(body));
                }
                default -> address = words.get(i).replace("localhost:8080/", "");
            }
        }
        return server.send(address, shape);
    }
}
