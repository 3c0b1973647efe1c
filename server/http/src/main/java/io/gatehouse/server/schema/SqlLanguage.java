package io.gatehouse.server.schema;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.sql.catalog.Example;
import io.gatehouse.sql.function.FunctionNote;
import io.gatehouse.sql.parse.Keywords;
import io.gatehouse.type.SqlType;
import java.util.Arrays;
import java.util.List;

/** What an editor knows of the SQL of this server before anybody types: examples, keywords, types and functions. */
final class SqlLanguage {
    private SqlLanguage() {}

    static void describe(ObjectNode json) {
        ArrayNode examples = json.putArray("examples");
        for (Example example : Example.all()) {
            examples.addObject()
                    .put("group", example.group())
                    .put("title", example.title())
                    .put("about", example.about())
                    .put("sql", example.sql());
        }
        addAll(json.putArray("keywords"), Keywords.words());
        addAll(
                json.putArray("types"),
                Arrays.stream(SqlType.Scalar.values())
                        .filter(type -> type != SqlType.Scalar.NULL)
                        .map(SqlType.Scalar::toString)
                        .toList());
        ArrayNode functions = json.putArray("functions");
        for (FunctionNote function : FunctionNote.all()) {
            ObjectNode described = functions.addObject();
            described.put("name", function.name()).put("group", function.group());
            addAll(described.putArray("forms"), function.forms());
            described.put("comment", function.comment());
        }
    }

    private static void addAll(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }
}
