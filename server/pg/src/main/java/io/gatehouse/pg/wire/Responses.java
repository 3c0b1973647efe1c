package io.gatehouse.pg.wire;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The messages that the server sends, one method for each. */
public final class Responses {
    private final MessageWriter out;
    /** Whether the next CopyData begins a binary copy. */
    private boolean copyBegins;

    public Responses(OutputStream out) {
        this.out = new MessageWriter(requireNonNull(out, "out is null"));
    }

    /** Bytes of all messages so far. */
    public long written() {
        return out.written();
    }

    /** Since when a write has waited for the client, as {@link System#nanoTime}; 0 if none does. */
    public long writingSince() {
        return out.writingSince();
    }

    public void flush() throws IOException {
        out.flush();
    }

    /** The one byte that answers SSLRequest (S or N) and GSSENCRequest (N). */
    public void encryption(boolean accepted) throws IOException {
        out.int8(accepted ? 'S' : 'N');
        out.flush();
    }

    /** NegotiateProtocolVersion: the newest minor version of 3, and the options that are not known. */
    public void protocolVersion(int minor, List<String> unknownOptions) throws IOException {
        out.begin('v').int32(3 << 16 | minor).int32(unknownOptions.size());
        unknownOptions.forEach(out::string);
        out.end();
    }

    /** AuthenticationOk. */
    public void authenticated() throws IOException {
        out.begin('R').int32(0).end();
    }

    /** AuthenticationSASL: the mechanisms, ended by an empty one. */
    public void offerScram() throws IOException {
        out.begin('R').int32(10).string(Scram.MECHANISM).int8(0).end();
        out.flush();
    }

    /** AuthenticationSASLContinue. */
    public void scramContinue(String message) throws IOException {
        out.begin('R').int32(11).text(message).end();
        out.flush();
    }

    /** AuthenticationSASLFinal. */
    public void scramFinal(String message) throws IOException {
        out.begin('R').int32(12).text(message).end();
    }

    /** ParameterStatus: a setting that clients want to know. */
    public void parameter(String name, String value) throws IOException {
        out.begin('S').string(name).string(value).end();
    }

    /** BackendKeyData: what a CancelRequest must show. */
    public void cancelKey(int session, int secret) throws IOException {
        out.begin('K').int32(session).int32(secret).end();
    }

    /**
     * ReadyForQuery.
     *
     * @param transaction I outside, T inside, E inside one that failed
     */
    public void ready(char transaction) throws IOException {
        out.begin('Z').int8(transaction).end();
        out.flush();
    }

    /** RowDescription: for each column its name, table and column (0, none), type, length, modifier, and format. */
    public void rowDescription(List<Field> fields, Formats formats) throws IOException {
        out.begin('T').int16(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            WireType type = fields.get(i).type();
            out.string(fields.get(i).name()).int32(0).int16(0);
            out.int32(type.oid()).int16(type.length()).int32(type.modifier());
            out.int16(formats.isBinary(i) ? 1 : 0);
        }
        out.end();
    }

    /** A row of values. */
    public interface Row {
        @Nullable
        Object value(int column);
    }

    /** DataRow: for each column its length (-1 for NULL) and its value. */
    public void dataRow(List<Field> fields, Formats formats, Row row) throws IOException {
        out.begin('D');
        try {
            values(fields, formats, row);
        } catch (RuntimeException e) {
            out.discard();
            throw e;
        }
        out.end();
    }

    private void values(List<Field> fields, Formats formats, Row row) {
        out.int16(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            Object value = row.value(i);
            if (value == null) {
                out.int32(-1);
            } else {
                int begin = out.beginValue();
                if (formats.isBinary(i)) {
                    BinaryValues.write(out, fields.get(i).type(), value);
                } else {
                    out.text(TextValues.text(value));
                }
                out.endValue(begin);
            }
        }
    }

    /** CommandComplete. */
    public void complete(String tag) throws IOException {
        out.begin('C').string(tag).end();
    }

    /** EmptyQueryResponse. */
    public void emptyQuery() throws IOException {
        out.begin('I').end();
    }

    /** ParseComplete. */
    public void parsed() throws IOException {
        out.begin('1').end();
    }

    /** BindComplete. */
    public void bound() throws IOException {
        out.begin('2').end();
    }

    /** CloseComplete. */
    public void closed() throws IOException {
        out.begin('3').end();
    }

    /** NoData: the statement has no rows. */
    public void noData() throws IOException {
        out.begin('n').end();
    }

    /** PortalSuspended: more rows are there. */
    public void suspended() throws IOException {
        out.begin('s').end();
    }

    /** ParameterDescription. */
    public void parameters(List<WireType> types) throws IOException {
        out.begin('t').int16(types.size());
        types.forEach(type -> out.int32(type.oid()));
        out.end();
    }

    /** CopyOutResponse: the format of the copy, and of each of its columns. */
    public void copyOut(int columns, boolean binary) throws IOException {
        out.begin('H').int8(binary ? 1 : 0).int16(columns);
        for (int i = 0; i < columns; i++) {
            out.int16(binary ? 1 : 0);
        }
        out.end();
    }

    /** CopyData with a text. */
    public void copyData(String text) throws IOException {
        out.begin('d').text(text).end();
    }

    /**
     * The header of a binary copy: signature, flags, length of extensions. Clients expect it in one CopyData with the
     * first row.
     */
    public void copyHeader() {
        copyBegins = true;
    }

    private void beginCopy() {
        out.begin('d');
        if (copyBegins) {
            copyBegins = false;
            out.text("PGCOPY\n").int8(0xff).text("\r\n").int8(0).int32(0).int32(0);
        }
    }

    /** CopyData with a row of a binary copy, which is that of a DataRow. */
    public void copyRow(List<Field> fields, Row row) throws IOException {
        beginCopy();
        try {
            values(fields, Formats.BINARY, row);
        } catch (RuntimeException e) {
            out.discard();
            throw e;
        }
        out.end();
    }

    /** CopyData with the end of a binary copy. */
    public void copyTrailer() throws IOException {
        beginCopy();
        out.int16(-1).end();
    }

    /** CopyDone. */
    public void copyDone() throws IOException {
        out.begin('c').end();
    }

    /** NoticeResponse with a warning. */
    public void warning(String sqlState, String message) throws IOException {
        report('N', "WARNING", sqlState, message, OptionalInt.empty());
    }

    /**
     * ErrorResponse.
     *
     * @param fatal whether the connection ends
     * @param position of the error in the text, in characters from 1
     */
    public void error(boolean fatal, String sqlState, String message, OptionalInt position) throws IOException {
        report('E', fatal ? "FATAL" : "ERROR", sqlState, message, position);
    }

    /** Fields, each a letter and a text: severity (translated and not), code, message, position. */
    private void report(char type, String severity, String sqlState, String message, OptionalInt position)
            throws IOException {
        out.begin(type).int8('S').string(severity).int8('V').string(severity);
        out.int8('C').string(sqlState).int8('M').string(message);
        if (position.isPresent()) {
            out.int8('P').string(Integer.toString(position.getAsInt()));
        }
        out.int8(0).end();
    }
}
