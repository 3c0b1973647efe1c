package io.gatehouse.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.lib.Importable;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.ReadingNote;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One Jinja template in an environment like that of Hugging Face's apply_chat_template: blocks trimmed, loop controls,
 * its functions and its tojson; and no way to files, classes or other templates.
 */
final class JinjaTemplate {
    private static final int MAX_TEMPLATE = 1 << 20;
    private static final int MAX_OUTPUT = 4 << 20;
    private static final int MAX_ELEMENTS = 100_000;
    private static final int MAX_DEPTH = 20;
    private static final Duration MAX_TIME = Duration.ofSeconds(5);

    private static final Set<String> TAGS =
            Set.of("break", "call", "continue", "do", "elif", "else", "for", "if", "macro", "raw", "set");
    private static final Set<String> FILTERS = Set.of(
            "abs",
            "batch",
            "bool",
            "capitalize",
            "count",
            "d",
            "default",
            "dictsort",
            "e",
            "escape",
            "first",
            "float",
            "format",
            "groupby",
            "indent",
            "int",
            "join",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "reject",
            "rejectattr",
            "replace",
            "reverse",
            "round",
            "safe",
            "select",
            "selectattr",
            "slice",
            "sort",
            "string",
            "sum",
            "title",
            "tojson",
            "trim",
            "truncate",
            "unique",
            "upper",
            "wordcount");
    private static final Set<String> FUNCTIONS = Set.of("namespace", "range");
    private static final Map<Context.Library, Set<String>> DISABLED = disabled();

    private final Path file;
    private final String template;
    private final Clock clock;

    /** @param file names the template in errors */
    JinjaTemplate(Path file, String template, Clock clock) {
        if (template.length() > MAX_TEMPLATE) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "The chat template of %s has %,d letters; at most %,d are read"
                            .formatted(file, template.length(), MAX_TEMPLATE));
        }
        this.file = file;
        this.clock = clock;
        try {
            ReadingNote.of(file);
            this.template = Deadline.result(MAX_TIME, deadline -> new PythonSyntax(template).rewritten());
        } catch (TemplateFault | Deadline.Passed | StackOverflowError e) {
            throw failure(e, String.valueOf(e.getMessage()));
        }
    }

    String render(Map<String, ?> variables) {
        ReadingNote.of(file);
        Map<String, Object> bindings = new HashMap<>(variables);
        // The library does not treat a function as a variable, but templates test whether it is defined.
        bindings.put("strftime_now", "strftime_now");
        bindings.put("raise_exception", "raise_exception");
        bindings.put(TemplateFunctions.CLOCK, clock);
        try {
            RenderResult result =
                    Deadline.result(MAX_TIME, deadline -> jinjava(deadline).renderForResult(template, bindings));
            if (!result.getErrors().isEmpty()) {
                throw failure(
                        result.getErrors().get(0).getException(),
                        result.getErrors().get(0).getMessage());
            }
            return result.getOutput();
        } catch (GatehouseException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw failure(e, String.valueOf(e.getMessage()));
        }
    }

    private static Jinjava jinjava(Deadline deadline) {
        JinjavaConfig config = JinjavaConfig.newBuilder()
                .withLocale(Locale.ROOT)
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .withKeepTrailingNewline(true)
                .withNestedInterpretationEnabled(false)
                .withElResolver(PythonObjects.resolver())
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .withUsePyishObjectMapper(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withAllowAdjacentTextNodes(true)
                        .withUseTrimmingForNotesAndExpressions(true)
                        .withKeepNullableLoopValues(true)
                        .build())
                .withDisabled(DISABLED)
                .withMaxOutputSize(MAX_OUTPUT)
                .withMaxStringLength(MAX_OUTPUT)
                .withMaxListSize(MAX_ELEMENTS)
                .withMaxMapSize(MAX_ELEMENTS)
                .withRangeLimit(MAX_ELEMENTS)
                .withMaxRenderDepth(MAX_DEPTH)
                .withEnableRecursiveMacroCalls(true)
                .withMaxMacroRecursionDepth(MAX_DEPTH)
                .withProcessors(JinjavaProcessors.newBuilder()
                        .withNodePreProcessor((node, interpreter) -> deadline.check())
                        .build())
                .build();
        Jinjava jinjava = new Jinjava(config);
        jinjava.setResourceLocator((name, encoding, interpreter) -> {
            throw new TemplateRefusal("A chat template cannot read the template '%s'".formatted(name));
        });
        Context global = jinjava.getGlobalContext();
        FILTERS.forEach(name -> Optional.ofNullable(global.getFilter(name))
                .ifPresent(filter -> global.registerFilter(new BoundedFilter(filter))));
        global.registerFilter(new BoundedFilter(new JsonFilter()));
        jinjava.registerFunction(new ELFunctionDefinition(
                "", "raise_exception", TemplateFunctions.class, "raiseException", String.class));
        jinjava.registerFunction(
                new ELFunctionDefinition("", "strftime_now", TemplateFunctions.class, "strftimeNow", String.class));
        jinjava.registerFunction(new ELFunctionDefinition(
                "",
                PythonExpression.SLICE,
                TemplateFunctions.class,
                "slice",
                Object.class,
                Object.class,
                Object.class,
                Object.class));
        return jinjava;
    }

    /** All that the library offers but for what is known to be harmless. */
    private static Map<Context.Library, Set<String>> disabled() {
        Context all = new Jinjava().getGlobalContext();
        return Map.of(
                Context.Library.TAG, others(all.getAllTags(), TAGS),
                Context.Library.FILTER, others(all.getAllFilters(), FILTERS),
                Context.Library.FUNCTION, others(all.getAllFunctions(), FUNCTIONS));
    }

    private static Set<String> others(Collection<? extends Importable> all, Set<String> allowed) {
        return all.stream()
                .map(Importable::getName)
                .filter(name -> !allowed.contains(name.replaceFirst("^:", "")) && !name.startsWith("end"))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What the template itself says is about the messages; all else is about the template. */
    private GatehouseException failure(Throwable cause, String message) {
        for (Throwable step = cause; step != null; step = step.getCause()) {
            if (step instanceof TemplateRefusal refusal) {
                return new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "The chat template of %s does not take these messages: %s"
                                .formatted(file, shown(String.valueOf(refusal.getMessage()))),
                        refusal);
            }
            if (step instanceof TemplateFault fault) {
                return unsupported(String.valueOf(fault.getMessage()));
            }
            if (step instanceof Deadline.Passed passed) {
                return new GatehouseException(
                        ErrorCode.UNSUPPORTED_MODEL,
                        "The chat template of %s took longer than %d seconds".formatted(file, MAX_TIME.toSeconds()),
                        passed);
            }
        }
        return unsupported(message);
    }

    private GatehouseException unsupported(String why) {
        return new GatehouseException(
                ErrorCode.UNSUPPORTED_MODEL,
                "The chat template of %s cannot be rendered: %s".formatted(file, shown(why)));
    }

    private static String shown(String text) {
        String line = text.replaceAll("[\\p{C}\\s]+", " ").strip();
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }
}
