package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.client.ParameterName;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.StatementShape;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.Problem;
import io.gatehouse.server.query.admission.DescribeGate;
import io.gatehouse.sql.Diagnostic;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.completion.Suggestion;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** {@code /v1/describe}, {@code /v1/check} and {@code /v1/complete}: what a statement is, without running it. */
public final class StatementResource {
    private final QueryEngine engine;
    private final QueryQuota quota;
    private final DescribeGate gate;

    /** The body of requests to describe or check a statement. */
    public record Statement(
            @JsonField(value = "One statement.", required = true)
            String sql) {}

    /** The body of requests to complete a statement. */
    public record PartialStatement(
            @JsonField(value = "A statement that is being typed.", required = true)
            String sql,

            @JsonField("Place of the cursor, in UTF-16 units; the end by default.")
            Optional<Long> offset) {}

    /** The columns and parameters of a statement. */
    public record Shape(
            List<ResultColumn> columns,

            @JsonField("SQL types of the parameters, in order.")
            List<String> parameters,

            @JsonField("The same parameters where they have names, as in :name; else empty.")
            List<Named> named) {
        /** A parameter with a name. */
        public record Named(
                String name,
                @JsonField("SQL type of its values.") String type,

                @JsonField("A column that the statement compares it with.")
                Optional<String> column) {}

        private static Shape of(StatementShape shape) {
            List<String> types =
                    shape.parameters().stream().map(String::valueOf).toList();
            List<ParameterName> names = shape.names();
            return new Shape(
                    shape.columns(),
                    types,
                    IntStream.range(0, names.size())
                            .mapToObj(i -> new Named(
                                    names.get(i).name(),
                                    types.get(i),
                                    names.get(i).column()))
                            .toList());
        }
    }

    /** What is wrong with a statement. */
    public record Diagnostics(
            @JsonField("Empty for a valid statement.") List<Fault> diagnostics) {
        /** One fault. Lines and columns count from 1, both ends included. */
        public record Fault(
                Diagnostic.Severity severity,
                String code,
                String sqlState,
                String message,
                int line,
                int column,
                int endLine,
                int endColumn,

                @JsonField("UTF-16 units of the text before it.")
                int offset) {
            private static Fault of(Diagnostic fault) {
                return new Fault(
                        fault.severity(),
                        fault.code().name(),
                        fault.sqlState(),
                        fault.message(),
                        fault.range().line(),
                        fault.range().column(),
                        fault.range().endLine(),
                        fault.range().endColumn(),
                        fault.start());
            }
        }
    }

    /** What could be typed. */
    public record Suggestions(@JsonField("Best first.") List<Completion> suggestions) {
        /** One suggestion, which replaces a part of the text. */
        public record Completion(
                String text,
                Suggestion.Kind kind,

                @JsonField("Type of a column, or what a relation or function is.")
                String detail,

                @JsonField("Start of the part that it replaces.")
                int from,

                @JsonField("End of that part; equal to from where it is inserted.")
                int to) {
            private static Completion of(Suggestion suggestion) {
                return new Completion(
                        suggestion.text(),
                        suggestion.kind(),
                        suggestion.detail(),
                        suggestion.start(),
                        suggestion.end());
            }
        }
    }

    public StatementResource(QueryEngine engine, QueryQuota quota, DescribeGate gate) {
        this.engine = requireNonNull(engine, "engine is null");
        this.quota = requireNonNull(quota, "quota is null");
        this.gate = requireNonNull(gate, "gate is null");
    }

    public void describe(Context context) {
        String sql = Json.body(context, Statement.class).sql();
        Problem.rememberSql(context, sql);
        StatementShape shape = gate.run(() -> engine.shape(sql, quota.planning()));
        Json.send(context, 200, Shape.of(shape));
    }

    public void check(Context context) {
        String sql = Json.body(context, Statement.class).sql();
        List<Diagnostic> faults = gate.run(() -> engine.check(sql));
        Json.send(
                context,
                200,
                new Diagnostics(faults.stream().map(Diagnostics.Fault::of).toList()));
    }

    public void complete(Context context) {
        PartialStatement statement = Json.body(context, PartialStatement.class);
        int length = statement.sql().length();
        long offset = statement.offset().orElse((long) length);
        int cursor = (int) Math.max(0, Math.min(offset, length));
        List<Suggestion> found = gate.run(() -> engine.complete(statement.sql(), cursor));
        Json.send(
                context,
                200,
                new Suggestions(found.stream().map(Suggestions.Completion::of).toList()));
    }
}
