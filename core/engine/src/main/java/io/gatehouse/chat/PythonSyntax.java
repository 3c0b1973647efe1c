package io.gatehouse.chat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes what Jinja understands and the library does not in words that both do: expressions, comments, the marks that
 * switch the trimming of a block off, and Hugging Face's tag for what the assistant says.
 */
final class PythonSyntax {
    private static final Pattern GENERATION = Pattern.compile("(\\{%[-+]?\\s*)(end)?generation(\\s*[-+]?%})");
    private static final Pattern UNTRIMMED = Pattern.compile("\\{%\\+");
    private static final Pattern KEPT_NEWLINE = Pattern.compile("\\+%}");
    private static final Pattern RAW = Pattern.compile("-?\\s*raw\\s*-?");
    private static final Pattern END_OF_RAW = Pattern.compile("\\{%-?\\s*endraw");
    private static final Pattern KEYWORD = Pattern.compile("-?\\s*(\\w+).*", Pattern.DOTALL);
    /** Renders as nothing, but is not white space that could be trimmed. */
    private static final String NOTHING = "{{ '' }}";

    private final String text;
    private final StringBuilder out = new StringBuilder();
    /** The blocks that are open, by their first words. */
    private final Deque<String> blocks = new ArrayDeque<>();

    PythonSyntax(String template) {
        // Jinja takes one newline off the end of a template.
        String whole = template.endsWith("\n") ? template.substring(0, template.length() - 1) : template;
        whole = GENERATION
                .matcher(whole)
                .replaceAll(tag -> Matcher.quoteReplacement(
                        tag.group(1) + (tag.group(2) == null ? "if true" : "endif") + tag.group(3)));
        whole = UNTRIMMED.matcher(whole).replaceAll(Matcher.quoteReplacement(NOTHING + "{%"));
        text = KEPT_NEWLINE.matcher(whole).replaceAll(Matcher.quoteReplacement("%}" + NOTHING));
    }

    /** @throws TemplateFault naming what the library would render wrongly */
    String rewritten() {
        int position = 0;
        for (int open = text.indexOf('{'); open >= 0 && open + 1 < text.length(); open = text.indexOf('{', position)) {
            out.append(text, position, open);
            switch (text.charAt(open + 1)) {
                case '{' -> position = expression(open);
                case '%' -> position = block(open);
                case '#' -> position = comment(open);
                default -> {
                    out.append('{');
                    position = open + 1;
                }
            }
        }
        return out.append(text, position, text.length()).toString();
    }

    private int expression(int open) {
        int end = closing(open, '}');
        out.append("{{").append(new PythonExpression(text.substring(open + 2, end)).rewritten());
        return end;
    }

    private int block(int open) {
        int end = closing(open, '%');
        String inside = text.substring(open + 2, end);
        if (RAW.matcher(inside).matches()) {
            Matcher after = END_OF_RAW.matcher(text);
            int close = after.find(end) ? after.end() : text.length();
            out.append(text, open, close);
            return close;
        }
        Matcher keyword = KEYWORD.matcher(inside);
        if (keyword.matches()) {
            if (keyword.group(1).equals("for") && PythonExpression.hasWord(inside, "if")) {
                throw new TemplateFault("a loop with 'if' is not supported");
            }
            follow(keyword.group(1));
        }
        out.append("{%").append(new PythonExpression(inside).rewritten());
        return end;
    }

    private void follow(String keyword) {
        switch (keyword) {
            case "for", "if" -> blocks.push(keyword);
            case "endfor", "endif" -> blocks.poll();
            case "else" -> {
                if ("for".equals(blocks.peek())) {
                    throw new TemplateFault("a loop with 'else' is not supported");
                }
            }
            default -> {}
        }
    }

    /** Leaves a comment out, trimming around it as Jinja trims around blocks. */
    private int comment(int open) {
        int close = text.indexOf("#}", open + 2);
        if (close < 0) {
            throw new TemplateFault("a comment does not end");
        }
        int written = PythonExpression.lengthWithoutSpace(out);
        if (text.startsWith("{#-", open)) {
            out.setLength(written);
        } else {
            int line = out.length();
            while (line > written && out.charAt(line - 1) != '\n') {
                line--;
            }
            boolean alone = line > written || line == 0;
            if (alone) {
                out.setLength(line);
            }
        }
        int next = close + 2;
        if (text.charAt(close - 1) == '-') {
            while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
                next++;
            }
        } else if (text.startsWith("\n", next)) {
            next++;
        }
        return next;
    }

    /** Where the tag that opens at {@code open} ends, outside its strings and braces; the end of the text if nowhere. */
    private int closing(int open, char last) {
        int depth = 0;
        for (int i = open + 2; i + 1 < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '\'' || letter == '"') {
                i = PythonExpression.endOfString(text, i) - 1;
            } else if (depth == 0 && letter == last && text.charAt(i + 1) == '}') {
                return i;
            } else if (letter == '{') {
                depth++;
            } else if (letter == '}') {
                depth--;
            }
        }
        return text.length();
    }
}
