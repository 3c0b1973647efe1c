package io.gatehouse.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values of a result in JSON. Values that a JSON number, read as a double, would change or cannot hold are strings:
 * integers beyond 2^53, decimals, NaN and the infinities.
 */
public final class JsonValue {
    private static final long LARGEST_EXACT = 1L << 53;

    private JsonValue() {}

    public static void write(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else if (value instanceof Integer number) {
            json.writeNumber(number);
        } else if (value instanceof Long number) {
            writeLong(json, number);
        } else if (value instanceof Float number) {
            writeFloat(json, number);
        } else if (value instanceof Double number) {
            writeDouble(json, number);
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                write(json, element);
            }
            json.writeEndArray();
        } else if (value instanceof Map<?, ?> object) {
            json.writeStartObject();
            for (Map.Entry<?, ?> field : object.entrySet()) {
                json.writeFieldName(String.valueOf(field.getKey()));
                write(json, field.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Number && !(value instanceof BigDecimal || value instanceof BigInteger)) {
            // As a text it would be another value to its reader.
            throw new IllegalArgumentException(
                    "A %s cannot be written as JSON.".formatted(value.getClass().getName()));
        } else {
            json.writeString(text(value));
        }
    }

    /** The text of a value that is not null, as JSON strings and the plain page show it. */
    public static String text(Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        // Their own toString leaves out seconds that are zero.
        if (value instanceof LocalDateTime time) {
            return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time);
        }
        if (value instanceof OffsetDateTime time) {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
        }
        return value instanceof LocalTime time ? DateTimeFormatter.ISO_LOCAL_TIME.format(time) : value.toString();
    }

    private static void writeLong(JsonGenerator json, long number) throws IOException {
        if (number >= -LARGEST_EXACT && number <= LARGEST_EXACT) {
            json.writeNumber(number);
        } else {
            json.writeString(Long.toString(number));
        }
    }

    /** A float in its own shortest digits; as a double 0.1 would come out as 0.10000000149011612. */
    private static void writeFloat(JsonGenerator json, float number) throws IOException {
        if (Float.isFinite(number)) {
            json.writeNumber(number);
        } else {
            json.writeString(Float.toString(number));
        }
    }

    private static void writeDouble(JsonGenerator json, double number) throws IOException {
        if (Double.isFinite(number)) {
            json.writeNumber(number);
        } else {
            json.writeString(Double.toString(number));
        }
    }
}
