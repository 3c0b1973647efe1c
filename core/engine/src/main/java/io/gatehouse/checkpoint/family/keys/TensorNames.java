package io.gatehouse.checkpoint.family.keys;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the files of a family call the weights of the graph. The graph, the list of a model's weights and every error name
 * a weight as Hugging Face's Llama and Qwen models do:
 *
 * <pre>
 * model.embed_tokens.weight   model.norm.weight   lm_head.weight
 * model.layers.3.input_layernorm.weight            before the mixer
 * model.layers.3.self_attn.q_proj.weight           q, k, v, o; q_norm, k_norm; sinks; output_gate
 * model.layers.3.mixer_output_norm.weight          after the mixer
 * model.layers.3.post_attention_layernorm.weight   before the feed-forward block
 * model.layers.3.mlp.gate.weight                   the router; gate.bias, gate.e_score_correction_bias
 * model.layers.3.mlp.experts.5.gate_proj.weight    gate, up and down of an expert, each [outputs, inputs]
 * model.layers.3.mlp.shared_expert.up_proj.weight  shared_expert_gate.weight
 * model.layers.3.mlp.up_proj.weight                a feed-forward block without experts
 * model.layers.3.mlp_output_norm.weight            after the feed-forward block
 * </pre>
 *
 * A family says which of these have other names in its files. Whatever it says, every model is also found under these
 * names themselves, without "model." or within the wrapper of a model that reads images, and with the experts of a layer
 * in one tensor, as transformers 5 saves them: {@code mlp.experts.gate_up_proj [E, 2 I, H]} or its transpose
 * {@code [E, H, 2 I]}, and {@code mlp.experts.down_proj}.
 */
public final class TensorNames {
    /** The names above. */
    public static final TensorNames LLAMA = new TensorNames("model.layers.", List.of(), List.of(), Form.PLAIN);

    /** The names above, with {@code shared_experts} as DeepSeek's models call theirs. */
    public static final TensorNames DEEPSEEK = LLAMA.rename("mlp.shared_expert", "mlp.shared_experts");

    private static final String LAYERS = "model.layers.";
    private static final String DECODER = "model.";
    private static final String HEAD = "lm_head.";

    /** What stands in place of "model." in files. */
    private static final List<String> DECODERS =
            List.of("model.", "", "model.language_model.", "language_model.model.", "thinker.model.");

    /** What stands in place of "lm_head." in files. */
    private static final List<String> HEADS = List.of("lm_head.", "language_model.lm_head.", "thinker.lm_head.");

    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d{1,9})\\.(.+)");
    private static final Pattern EXPERT = Pattern.compile("mlp\\.experts\\.(\\d{1,9})\\.(\\w+)_proj\\.(weight|bias)");

    /** How the matrices of a stack lie where its shape leaves it open, and in which order gate and up stand. */
    private enum Form {
        /** [E, 2 I, H], gate rows first. */
        PLAIN,
        /** [E, H, 2 I], gate columns first. */
        TRANSPOSED,
        /** [E, H, 2 I], gate and up in turn. */
        INTERLEAVED;

        boolean isTransposed() {
            return this != PLAIN;
        }
    }

    /** What one tensor holds of all experts of a layer. */
    public enum Content {
        /** The gate, and after it the up projection. */
        GATE_UP,
        GATE,
        UP,
        DOWN,
        /** The down projection of each expert, transposed. */
        DOWN_TRANSPOSED
    }

    private record Rename(List<String> from, String to) {}

    /**
     * A tensor that holds a matrix of each expert.
     *
     * @param flat whether its first two axes may be one
     */
    private record Stack(String name, Content content, boolean flat) {}

    /** A weight that is some rows of a tensor, or its transpose. */
    private record Part(String from, String to, long firstRow, boolean transposed) {}

    /** Files hold more experts than the model has. */
    private record FurtherExperts() {}

    private final String layers;
    private final List<Rename> renames;
    private final List<Object> forms;
    private final Form form;

    private TensorNames(String layers, List<Rename> renames, List<Object> forms, Form form) {
        this.layers = layers;
        this.renames = List.copyOf(renames);
        this.forms = List.copyOf(forms);
        this.form = form;
    }

    /** The same names with layers under another name than "model.layers.". */
    public TensorNames layers(String prefix) {
        return new TensorNames(prefix, renames, forms, form);
    }

    /**
     * The same names with another one in the files. Of several that fit a weight the longest is
     * used, and of equally long ones the last.
     *
     * @param from the beginning of a name within a layer, such as {@code mlp.experts.*.gate_proj}, where {@code *} is
     *     any one part; or of a name outside the layers
     * @param to what stands in its place, in which {@code *} is the same part
     */
    public TensorNames rename(String from, String to) {
        return new TensorNames(layers, added(renames, new Rename(List.of(from.split("\\.", -1)), to)), forms, form);
    }

    /** The same names for a family that may store the experts of a layer in one tensor of this name within the layer. */
    public TensorNames stack(String name, Content content) {
        return new TensorNames(layers, renames, added(forms, new Stack(name, content, true)), form);
    }

    /**
     * The same names for a family that stores a weight as some rows of a tensor, all of whose dimensions but the last
     * count rows.
     *
     * @param weight its name within the layer
     * @param tensor of the file, within the layer
     */
    public TensorNames rows(String weight, String tensor, long firstRow) {
        return new TensorNames(layers, renames, added(forms, new Part(weight, tensor, firstRow, false)), form);
    }

    /** The same names for a family that stores the transpose of a matrix of the layer. */
    public TensorNames transposed(String weight, String tensor) {
        return new TensorNames(layers, renames, added(forms, new Part(weight, tensor, 0, true)), form);
    }

    /** The same names for a family whose stacks are transposed, [E, inputs, outputs]. */
    public TensorNames transposedStacks() {
        return new TensorNames(layers, renames, forms, Form.TRANSPOSED);
    }

    /** The same names for a family whose stacks are transposed, gate and up in turn (gpt-oss). */
    public TensorNames interleavedStacks() {
        return new TensorNames(layers, renames, forms, Form.INTERLEAVED);
    }

    /** The same names for a family whose layers have further experts in the files, which are not the text model's. */
    public TensorNames withFurtherExperts() {
        return new TensorNames(layers, renames, added(forms, new FurtherExperts()), form);
    }

    /** Whether files have experts that are not the model's. */
    public boolean hasFurtherExperts() {
        return forms.stream().anyMatch(FurtherExperts.class::isInstance);
    }

    /** What the family's published files call a weight that they store by itself. */
    public String published(String weight) {
        Matcher layer = LAYER.matcher(weight);
        return layer.matches() ? layers + layer.group(1) + "." + renamed(layer.group(2)) : renamed(weight);
    }

    /**
     * Finds a weight in a list of stored tensors.
     *
     * @param shape what the config implies
     * @param stored the shape of a stored tensor, if there is one of that name
     * @return where it lies; with another shape if what is there does not fit
     */
    public Optional<Slice> find(String weight, List<Long> shape, Function<String, Optional<List<Long>>> stored) {
        requireNonNull(shape, "shape is null");
        return partOf(weight, shape, stored)
                .or(() -> names(weight)
                        .flatMap(name ->
                                stored.apply(name).map(found -> Slice.whole(name, squeezed(found, shape))).stream())
                        .findFirst())
                .or(() -> ofStack(weight, shape, stored));
    }

    /** All names that a weight may have by itself, the published one first. */
    private Stream<String> names(String weight) {
        Set<String> names = new LinkedHashSet<>();
        wrapped(published(weight)).forEach(names::add);
        if (!isOfAnother(weight)) {
            wrapped(weight).forEach(names::add);
        }
        return names.stream();
    }

    /** Whether the family's files have another weight under the name that the graph has for this one. */
    private boolean isOfAnother(String weight) {
        Matcher layer = LAYER.matcher(weight);
        String name = layer.matches() ? layer.group(2) : weight;
        return renames.stream().anyMatch(rename -> name.equals(rename.to()) || name.startsWith(rename.to() + "."))
                && !renamed(name).equals(name);
    }

    private static Stream<String> wrapped(String name) {
        if (name.startsWith(HEAD)) {
            return HEADS.stream().map(head -> head + name.substring(HEAD.length()));
        }
        return name.startsWith(DECODER)
                ? DECODERS.stream().map(decoder -> decoder + name.substring(DECODER.length()))
                : Stream.of(name);
    }

    private String renamed(String name) {
        List<String> parts = List.of(name.split("\\.", -1));
        return renames.stream()
                .filter(rename -> matches(rename.from(), parts))
                .reduce((a, b) -> b.from().size() >= a.from().size() ? b : a)
                .map(rename -> replaced(rename, parts))
                .orElse(name);
    }

    private static boolean matches(List<String> pattern, List<String> parts) {
        if (pattern.size() > parts.size()) {
            return false;
        }
        for (int i = 0; i < pattern.size(); i++) {
            if (!pattern.get(i).equals("*") && !pattern.get(i).equals(parts.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static String replaced(Rename rename, List<String> parts) {
        int star = rename.from().indexOf("*");
        String to = star < 0 ? rename.to() : rename.to().replace("*", parts.get(star));
        List<String> rest = parts.subList(rename.from().size(), parts.size());
        return rest.isEmpty() ? to : to + "." + String.join(".", rest);
    }

    /** The stored shape without axes of size 1, where only they make a difference. */
    private static List<Long> squeezed(List<Long> stored, List<Long> shape) {
        List<Long> found = stored.stream().filter(size -> size != 1).toList();
        return found.equals(shape.stream().filter(size -> size != 1).toList()) ? shape : stored;
    }

    private Optional<Slice> partOf(String weight, List<Long> shape, Function<String, Optional<List<Long>>> stored) {
        Matcher layer = LAYER.matcher(weight);
        if (!layer.matches()) {
            return Optional.empty();
        }
        return forms.stream()
                .filter(Part.class::isInstance)
                .map(Part.class::cast)
                .filter(part -> part.from().equals(layer.group(2)))
                .flatMap(part -> wrapped(layers + layer.group(1) + "." + part.to())
                        .flatMap(name -> stored.apply(name).map(found -> rows(name, found, part, shape)).stream()))
                .findFirst();
    }

    private static Slice rows(String name, List<Long> stored, Part part, List<Long> shape) {
        long rows = shape.get(0);
        long columns = elements(shape) / rows;
        long width = stored.stream().skip(1).reduce(1L, Math::multiplyExact);
        if (shape.size() == 1 && !part.transposed() && part.firstRow() + rows <= elements(stored)) {
            return new Slice(name, List.of(elements(stored)), false, part.firstRow(), 1, shape);
        }
        if (part.transposed()) {
            return stored.equals(List.of(columns, rows))
                    ? new Slice(name, stored, true, 0, 1, shape)
                    : Slice.whole(name, stored);
        }
        if (stored.isEmpty()) {
            return Slice.whole(name, stored);
        }
        if (width == columns && part.firstRow() + rows <= stored.get(0)) {
            return new Slice(name, List.of(stored.get(0), width), false, part.firstRow(), 1, shape);
        }
        long allRows = elements(stored) / last(stored);
        return last(stored) == columns && part.firstRow() + rows <= allRows
                ? new Slice(name, List.of(allRows, columns), false, part.firstRow(), 1, shape)
                : Slice.whole(name, stored);
    }

    private Optional<Slice> ofStack(String weight, List<Long> shape, Function<String, Optional<List<Long>>> stored) {
        Matcher layer = LAYER.matcher(weight);
        Matcher expert = layer.matches() ? EXPERT.matcher(layer.group(2)) : EXPERT.matcher("");
        if (!layer.matches() || !expert.matches()) {
            return Optional.empty();
        }
        int index = Integer.parseInt(expert.group(1));
        String projection = expert.group(2);
        boolean bias = expert.group(3).equals("bias");
        return stacks().filter(stack -> holds(stack.content(), projection))
                .flatMap(stack -> Stream.of(layers, LAYERS)
                        .distinct()
                        .flatMap(
                                prefix -> wrapped(prefix + layer.group(1) + "." + stack.name() + (bias ? "_bias" : "")))
                        .flatMap(
                                name -> stored
                                        .apply(name)
                                        .flatMap(found -> matrix(name, found, stack, index, projection, shape))
                                        .stream()))
                .findFirst();
    }

    /** Those of the family and those of transformers 5. */
    private Stream<Stack> stacks() {
        String experts = renamed("mlp.experts");
        Stream<Stack> own = forms.stream().filter(Stack.class::isInstance).map(Stack.class::cast);
        Stream<Stack> common = Stream.of(experts, "mlp.experts")
                .distinct()
                .flatMap(block -> Stream.of(
                        new Stack(block + ".gate_up_proj", Content.GATE_UP, false),
                        new Stack(block + ".gate_up_proj.weight", Content.GATE_UP, false),
                        new Stack(block + ".gate_proj.weight", Content.GATE, false),
                        new Stack(block + ".up_proj", Content.UP, false),
                        new Stack(block + ".up_proj.weight", Content.UP, false),
                        new Stack(block + ".down_proj", Content.DOWN, false),
                        new Stack(block + ".down_proj.weight", Content.DOWN, false)));
        return Stream.concat(own, common);
    }

    private static boolean holds(Content content, String projection) {
        return switch (content) {
            case GATE_UP -> projection.equals("gate") || projection.equals("up");
            case GATE -> projection.equals("gate");
            case UP -> projection.equals("up");
            case DOWN, DOWN_TRANSPOSED -> projection.equals("down");
        };
    }

    /**
     * The matrix of one expert in a stack [E, rows, columns], or in one whose first two axes are one.
     *
     * @param shape [rows] of a bias, or [rows, columns]
     * @return none if it has no room for the matrix
     */
    private Optional<Slice> matrix(
            String name, List<Long> stored, Stack stack, int expert, String projection, List<Long> shape) {
        Content content = stack.content();
        int parts = content == Content.GATE_UP ? 2 : 1;
        int part = content == Content.GATE_UP && projection.equals("up") ? 1 : 0;
        long rows = shape.get(0);
        long columns = shape.size() == 1 ? 1 : shape.get(1);
        long experts = elements(stored) / (parts * rows * columns);
        if (stored.isEmpty() || expert >= experts || elements(stored) % (parts * rows * columns) != 0) {
            return Optional.empty();
        }
        boolean alternating = form == Form.INTERLEAVED && parts == 2;
        long each = parts * rows;
        long first = expert * each + (alternating ? part : part * rows);
        int step = alternating ? 2 : 1;
        if (shape.size() == 1) {
            return last(stored) == parts * rows
                    ? Optional.of(new Slice(name, List.of(elements(stored)), false, first, step, shape))
                    : Optional.empty();
        }
        boolean plain = last(stored) == columns && fits(stored, parts * rows, stack);
        boolean turned = last(stored) == parts * rows && fits(stored, columns, stack);
        if (!plain && !turned) {
            return Optional.empty();
        }
        boolean transposed = turned && (!plain || form.isTransposed() || content == Content.DOWN_TRANSPOSED);
        List<Long> matrices =
                transposed ? List.of(experts, columns, parts * rows) : List.of(experts, parts * rows, columns);
        return Optional.of(new Slice(name, matrices, transposed, first, step, shape));
    }

    private static boolean fits(List<Long> stored, long rows, Stack stack) {
        return stored.size() == 3
                ? stored.get(1) == rows
                : stack.flat() && stored.size() == 2 && stored.get(0) % rows == 0;
    }

    private static long last(List<Long> shape) {
        return shape.get(shape.size() - 1);
    }

    private static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    private static <T> List<T> added(List<T> list, T entry) {
        List<T> longer = new ArrayList<>(list);
        longer.add(entry);
        return longer;
    }
}
