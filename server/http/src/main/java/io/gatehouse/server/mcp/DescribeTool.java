package io.gatehouse.server.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.base.NearNames;
import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.client.Session;
import io.gatehouse.server.http.Json;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.DefinedQuery;
import io.gatehouse.sql.catalog.TableFunction;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The tool {@code describe}: what can be asked, and what one relation or table function means. */
final class DescribeTool {
    record Arguments(
            @JsonField("Name of a relation or table function; without it, all are listed.")
            Optional<String> name) {}

    record Result(
            @JsonField("All relations and table functions without their columns, or the named one with them.")
            List<Described> relations) {}

    /** What a {@link Described} is. */
    enum Kind {
        TABLE,
        VIEW,
        FUNCTION
    }

    record Described(
            String name,
            Kind kind,
            @JsonField("What one row is.") String about,
            @JsonField("How a table function is called.") Optional<String> signature,
            @JsonField("Parameters of a table function.") List<Column> parameters,
            List<Column> columns,
            Optional<String> definition,
            Optional<String> formula,
            @JsonField("Paper that the figure comes from.") Optional<String> source,
            @JsonField("A statement that uses it.") Optional<String> example) {
        private static Described of(Relation relation) {
            return new Described(
                    relation.name(),
                    relation.view() ? Kind.VIEW : Kind.TABLE,
                    relation.comment(),
                    Optional.empty(),
                    List.of(),
                    relation.columns(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        private static Described of(TableFunction function) {
            return new Described(
                    function.name(),
                    Kind.FUNCTION,
                    function.comment(),
                    Optional.of(function.signature()),
                    function.parameters(),
                    function.columns(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        private Described defined(DefinedQuery query) {
            return new Described(
                    name,
                    kind,
                    about,
                    signature,
                    parameters,
                    columns,
                    section(query, "Definition"),
                    section(query, "Formula"),
                    section(query, "Source"),
                    section(query, "Example"));
        }

        private static Optional<String> section(DefinedQuery query, String name) {
            return Optional.ofNullable(query.sections().get(name));
        }

        private Described brief() {
            return new Described(
                    name,
                    kind,
                    about,
                    signature,
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    static final Tool TOOL = new Tool(
            "describe",
            "Describe relations",
            "Lists the tables, analysis views and table functions; with a name, the columns of one with their meaning, its"
                    + " definition, formula, source and an example.",
            Arguments.class,
            Result.class,
            DescribeTool::call);

    private DescribeTool() {}

    private static String call(ObjectNode given, Session session) {
        Arguments arguments = Json.read(given, Arguments.class);
        List<Described> all = Stream.concat(
                        session.relations().stream().map(Described::of),
                        TableFunction.all().stream().map(Described::of))
                .toList();
        return Json.string(new Result(arguments
                .name()
                .map(name -> List.of(named(name, all)))
                .orElseGet(() -> all.stream().map(Described::brief).toList())));
    }

    private static Described named(String name, List<Described> all) {
        Described found = all.stream()
                .filter(described -> described.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> Json.invalid("There is no relation or table function \"%s\"%s."
                        .formatted(
                                name,
                                NearNames.nearest(
                                                name,
                                                all.stream()
                                                        .map(Described::name)
                                                        .toList())
                                        .map("; did you mean %s?"::formatted)
                                        .orElse(""))));
        return Stream.<DefinedQuery>concat(AnalysisView.all().stream(), TableFunction.all().stream())
                .filter(query -> query.name().equals(found.name()))
                .findFirst()
                .map(found::defined)
                .orElse(found);
    }
}
