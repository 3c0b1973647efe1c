package io.gatehouse.server.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import io.gatehouse.client.Query;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.JsonValue;
import io.gatehouse.server.http.QueryId;
import io.gatehouse.server.http.RequestBody;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code /plain}: the console without JavaScript, and the only one of a build without the web module. A form is sent, a
 * page returned; opening the page runs nothing.
 */
public final class PlainPage {
    private static final long ROWS = 1000;
    /** A page is for reading: more characters of a value, or of all, are not. */
    private static final int VALUE = 10_000;

    private static final int PAGE = 8_000_000;
    private static final String START = "SELECT * FROM runs ORDER BY run_id";

    private final QueryService service;
    private final List<String> template;

    public PlainPage(QueryService service) {
        this.service = requireNonNull(service, "service is null");
        this.template = template();
    }

    public void open(Context context) {
        send(context, 200, START, "");
    }

    public void run(Context context) throws IOException {
        String sql = field(new String(RequestBody.of(context), UTF_8), "sql");
        ClientConnection client = ClientConnection.of(context);
        try (ServedQuery query =
                service.enter(QueryId.assign(context), new Query(sql, ROWS), "html", QueryClient.of(client))) {
            service.serve(query, served -> send(context, 200, sql, table(served)));
        } catch (GatehouseException e) {
            send(context, e.code().httpStatus(), sql, problem(e));
        }
    }

    /** A field of a form as browsers send it; empty where it is missing. */
    private static String field(String form, String name) {
        return Arrays.stream(form.split("&", -1))
                .filter(field -> field.startsWith(name + "="))
                .map(field -> URLDecoder.decode(field.substring(name.length() + 1), UTF_8))
                .findFirst()
                .orElse("");
    }

    private void send(Context context, int status, String sql, String outcome) {
        String page = template.get(0) + escape(sql) + template.get(1) + outcome + template.get(2);
        context.status(status).contentType("text/html; charset=utf-8").result(page.getBytes(UTF_8));
    }

    private static String table(ServedQuery result) {
        StringBuilder html = new StringBuilder("<table><thead><tr>");
        for (ResultColumn column : result.columns()) {
            html.append("<th scope=\"col\">").append(escape(column.name())).append("</th>");
        }
        html.append("</tr></thead><tbody>");
        int columns = result.columns().size();
        while (result.next()) {
            html.append("<tr>");
            for (int column = 0; column < columns; column++) {
                html.append(cell(result.value(column)));
            }
            html.append("</tr>\n");
            if (html.length() > PAGE) {
                throw new GatehouseException(
                        ErrorCode.RESULT_TOO_LARGE,
                        "The page is larger than the limit of %,d characters; ask for fewer rows or columns."
                                .formatted(PAGE));
            }
        }
        long rows = result.rows();
        html.append("</tbody></table><p>").append(rows).append(rows == 1 ? " row" : " rows");
        return html.append(result.truncated() ? ", cut at the limit.</p>" : ".</p>")
                .toString();
    }

    private static String problem(GatehouseException error) {
        String place = error.position()
                .map(at -> "Line %d, column %d: ".formatted(at.line(), at.column()))
                .orElse("");
        String message = Optional.ofNullable(error.getMessage()).orElse("");
        return "<p class=\"problem\" role=\"alert\">%s%s (SQLSTATE %s)</p>"
                .formatted(place, escape(message), error.code().sqlState());
    }

    private static String cell(@Nullable Object value) {
        String style = value == null ? " class=\"null\"" : value instanceof Number ? " class=\"number\"" : "";
        return "<td" + style + ">" + escape(text(value)) + "</td>";
    }

    private static String text(@Nullable Object value) {
        StringBuilder text = new StringBuilder();
        append(text, value);
        if (text.length() > VALUE) {
            text.setLength(VALUE);
            text.append("\u2026");
        }
        return text.toString();
    }

    private static void append(StringBuilder text, @Nullable Object value) {
        if (value instanceof List<?> list) {
            text.append('[');
            for (int i = 0; i < list.size() && text.length() <= VALUE; i++) {
                text.append(i == 0 ? "" : ", ");
                append(text, list.get(i));
            }
            text.append(']');
        } else {
            String whole = value == null ? "NULL" : JsonValue.text(value);
            text.append(whole, 0, Math.min(whole.length(), VALUE + 1));
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** The page in three parts: before the SQL, between the SQL and its outcome, and after it. */
    private static List<String> template() {
        return List.of(Resources.text(PlainPage.class, "plain.html").split("\\{\\{(sql|outcome)}}", -1));
    }
}
