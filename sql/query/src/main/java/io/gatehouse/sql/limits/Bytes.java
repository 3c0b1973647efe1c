package io.gatehouse.sql.limits;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * A number of bytes or nanoseconds that depends on how long some values are: a sum of products of their lengths.
 *
 * @param terms by the names of the values that are multiplied, in order, each with its factor; the one without names is
 *     the constant
 */
record Bytes(Map<List<String>, Double> terms) {
    static final Bytes ZERO = new Bytes(Map.of());

    /** More are too many to be written. */
    private static final int MAX_TERMS = 60;

    Bytes {
        terms = Map.copyOf(terms);
    }

    static Bytes of(double constant) {
        return constant == 0 ? ZERO : new Bytes(Map.of(List.of(), constant));
    }

    static Bytes length(String value) {
        return new Bytes(Map.of(List.of(value), 1.0));
    }

    Bytes plus(Bytes other) {
        Map<List<String>, Double> sum = new HashMap<>(terms);
        other.terms.forEach((names, factor) -> sum.merge(names, factor, Double::sum));
        return new Bytes(sum);
    }

    Bytes times(double factor) {
        return times(of(factor));
    }

    Bytes times(Bytes other) {
        Map<List<String>, Double> product = new HashMap<>();
        terms.forEach((left, one) -> other.terms.forEach((right, another) -> {
            List<String> names = new ArrayList<>(left);
            names.addAll(right);
            names.sort(null);
            product.merge(List.copyOf(names), one * another, Double::sum);
        }));
        return new Bytes(product);
    }

    /** At least as much as each of the two. */
    Bytes max(Bytes other) {
        Map<List<String>, Double> larger = new HashMap<>(terms);
        other.terms.forEach((names, factor) -> larger.merge(names, factor, Math::max));
        return new Bytes(larger);
    }

    boolean isConstant() {
        return terms.keySet().stream().allMatch(List::isEmpty);
    }

    boolean isTooLong() {
        return terms.size() > MAX_TERMS;
    }

    /** The number for lengths; one may be infinite. */
    double at(ToDoubleFunction<String> lengths) {
        double sum = 0;
        for (Map.Entry<List<String>, Double> term : terms.entrySet()) {
            double product = term.getValue();
            for (String name : term.getKey()) {
                double length = lengths.applyAsDouble(name);
                product = product == 0 || length == 0 ? 0 : product * length;
            }
            sum += product;
        }
        return sum;
    }

    /** The terms in an order that does not vary. */
    List<Map.Entry<List<String>, Double>> ordered() {
        Map<String, Map.Entry<List<String>, Double>> ordered = new TreeMap<>();
        terms.entrySet().forEach(term -> ordered.put(String.join("\n", term.getKey()), term));
        return List.copyOf(ordered.values());
    }
}
