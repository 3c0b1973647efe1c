package io.gatehouse.sql.plan;

import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.ARRAY;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.AS;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.CASE;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.CAST;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.DATE;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.DOT;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.END;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.FILTER;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.GROUP;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.INFIX_CAST;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.LBRACKET;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.LPAREN;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.OVER;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.PRECISION;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.QUOTED_STRING;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.RBRACKET;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.RPAREN;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.TIME;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.TIMESTAMP;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.VARYING;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.WITH;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.WITHOUT;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.ZONE;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.parser.babel.Token;

/**
 * Writes {@code x::type} as {@code CAST(x AS type)}, with x as DuckDB takes it: the nearest operand, so that in
 * a * b::DOUBLE only b is cast. Babel's grammar has {@code ::} too, but casts everything to its left.
 */
final class InfixCasts {
    /** Words before a parenthesis that are no name of a function. */
    private static final Set<String> NOT_CALLED = Set.of(
            "ALL",
            "AND",
            "ANY",
            "AS",
            "BETWEEN",
            "BY",
            "CASE",
            "CROSS",
            "DISTINCT",
            "ELSE",
            "ESCAPE",
            "EXCEPT",
            "FETCH",
            "FROM",
            "HAVING",
            "ILIKE",
            "IN",
            "INTERSECT",
            "IS",
            "JOIN",
            "LATERAL",
            "LIKE",
            "LIMIT",
            "NEXT",
            "NOT",
            "OFFSET",
            "ON",
            "OR",
            "QUALIFY",
            "SELECT",
            "SOME",
            "SYMMETRIC",
            "THEN",
            "TO",
            "UNION",
            "USING",
            "VALUES",
            "WHEN",
            "WHERE",
            "WITH");

    private static final Set<Integer> TYPED_LITERALS = Set.of(DATE, TIME, TIMESTAMP);

    private final List<Token> out = new ArrayList<>();

    private InfixCasts() {}

    static List<Token> asFunctions(List<Token> tokens) {
        InfixCasts casts = new InfixCasts();
        int i = 0;
        while (i < tokens.size()) {
            Token token = tokens.get(i);
            int typeEnd = token.kind == INFIX_CAST ? typeEnd(tokens, i + 1) : i + 1;
            if (token.kind == INFIX_CAST && !casts.out.isEmpty() && typeEnd > i + 1) {
                casts.cast(token, tokens.subList(i + 1, typeEnd));
            } else {
                casts.out.add(token);
            }
            i = typeEnd;
        }
        return casts.out;
    }

    private void cast(Token operator, List<Token> type) {
        int start = operandStart(out.size() - 1);
        Token first = out.get(start);
        Token last = type.get(type.size() - 1);
        out.add(start, at(LPAREN, "(", first.beginLine, first.beginColumn));
        out.add(start, at(CAST, "CAST", first.beginLine, first.beginColumn));
        out.add(at(AS, "AS", operator.beginLine, operator.beginColumn));
        out.addAll(type);
        out.add(at(RPAREN, ")", last.endLine, last.endColumn));
    }

    private static Token at(int kind, String image, int line, int column) {
        Token token = new Token();
        token.kind = kind;
        token.image = image;
        token.beginLine = line;
        token.endLine = line;
        token.beginColumn = column;
        token.endColumn = column;
        return token;
    }

    /** The index of the first token of the operand that ends at an index. */
    private int operandStart(int end) {
        if (end < 0) {
            return 0;
        }
        int start = switch (out.get(end).kind) {
            case RPAREN -> beforeParentheses(opening(end, LPAREN, RPAREN));
            case RBRACKET -> beforeBrackets(opening(end, LBRACKET, RBRACKET));
            case END -> opening(end, CASE, END);
            case QUOTED_STRING -> beforeText(end);
            default -> end;
        };
        if (kind(start - 1) == DOT) {
            return operandStart(start - 2);
        }
        return kind(start - 1) == OVER ? operandStart(start - 2) : start;
    }

    /** What parentheses belong to: a function, its window, filter or order, or nothing. */
    private int beforeParentheses(int open) {
        if (kind(open - 1) == OVER || kind(open - 1) == FILTER) {
            return operandStart(open - 2);
        }
        if (kind(open - 1) == GROUP) {
            return operandStart(open - 3);
        }
        return open > 0 && isCalled(out.get(open - 1)) ? open - 1 : open;
    }

    private int beforeBrackets(int open) {
        return kind(open - 1) == ARRAY ? open - 1 : operandStart(open - 1);
    }

    private int beforeText(int text) {
        return TYPED_LITERALS.contains(kind(text - 1)) ? text - 1 : text;
    }

    private int opening(int close, int opens, int closes) {
        int depth = 0;
        for (int i = close; i >= 0; i--) {
            depth += kind(i) == closes ? 1 : kind(i) == opens ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return 0;
    }

    private int kind(int index) {
        return index < 0 ? -1 : out.get(index).kind;
    }

    private static boolean isCalled(Token token) {
        return isWord(token) && !NOT_CALLED.contains(token.image.toUpperCase(Locale.ROOT));
    }

    private static boolean isWord(Token token) {
        char first = token.image == null || token.image.isEmpty() ? ' ' : token.image.charAt(0);
        return Character.isLetter(first) || first == '_' || first == '"';
    }

    /** The index after the type that begins at an index; the same index if none begins there. */
    private static int typeEnd(List<Token> tokens, int start) {
        if (!isWord(tokens.get(start))) {
            return start;
        }
        int end = start + 1;
        if (tokens.get(end).kind == PRECISION || tokens.get(end).kind == VARYING) {
            end++;
        }
        if (tokens.get(end).kind == LPAREN) {
            while (end < tokens.size() - 1 && tokens.get(end).kind != RPAREN) {
                end++;
            }
            end++;
        }
        boolean zone = end + 2 < tokens.size()
                && (tokens.get(end).kind == WITH || tokens.get(end).kind == WITHOUT)
                && tokens.get(end + 2).kind == ZONE;
        end += zone ? 3 : 0;
        if (end < tokens.size() && tokens.get(end).kind == LBRACKET) {
            Token bracket = tokens.get(end);
            throw new GatehouseException(
                    ErrorCode.SQL_NOT_SUPPORTED,
                    "A list type behind :: is not supported; write CAST(x AS INTEGER ARRAY), or (x::INTEGER)[i].",
                    new TextRange(bracket.beginLine, bracket.beginColumn, bracket.endLine, bracket.endColumn));
        }
        return end;
    }
}
