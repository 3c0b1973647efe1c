package io.gatehouse.sql.limits;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * A number of bytes or nanoseconds as a polynomial over the lengths of values.
 *
 * @param terms by the names of the values that are multiplied, in order, each with its factor; the one without names is
 *     the constant
 */
record LengthPolynomial(Map<List<String>, Double> terms) {
    static final LengthPolynomial ZERO = new LengthPolynomial(Map.of());

    /** More terms make the guard too long to be written. */
    private static final int MAX_TERMS = 60;

    LengthPolynomial {
        terms = Map.copyOf(terms);
    }

    static LengthPolynomial of(double constant) {
        return constant == 0 ? ZERO : new LengthPolynomial(Map.of(List.of(), constant));
    }

    static LengthPolynomial length(String value) {
        return new LengthPolynomial(Map.of(List.of(value), 1.0));
    }

    LengthPolynomial plus(LengthPolynomial other) {
        if (terms.isEmpty() || other.terms.isEmpty()) {
            return terms.isEmpty() ? other : this;
        }
        Map<List<String>, Double> sum = new HashMap<>(terms);
        other.terms.forEach((names, factor) -> sum.merge(names, factor, Double::sum));
        return new LengthPolynomial(sum);
    }

    LengthPolynomial times(double factor) {
        return times(of(factor));
    }

    LengthPolynomial times(LengthPolynomial other) {
        if (terms.isEmpty() || other.terms.isEmpty()) {
            return ZERO;
        }
        Map<List<String>, Double> product = new HashMap<>();
        terms.forEach((left, one) -> other.terms.forEach((right, another) -> {
            List<String> names = new ArrayList<>(left);
            names.addAll(right);
            names.sort(null);
            product.merge(List.copyOf(names), one * another, Double::sum);
        }));
        return new LengthPolynomial(product);
    }

    /** Returns an upper bound of both. */
    LengthPolynomial max(LengthPolynomial other) {
        if (terms.isEmpty() || other.terms.isEmpty()) {
            return terms.isEmpty() ? other : this;
        }
        Map<List<String>, Double> larger = new HashMap<>(terms);
        other.terms.forEach((names, factor) -> larger.merge(names, factor, Math::max));
        return new LengthPolynomial(larger);
    }

    boolean isConstant() {
        return terms.keySet().stream().allMatch(List::isEmpty);
    }

    boolean isTooLong() {
        return terms.size() > MAX_TERMS;
    }

    /** Evaluates the polynomial; a length may be infinite. */
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

    /** Returns the terms in a deterministic order. */
    List<Map.Entry<List<String>, Double>> ordered() {
        Map<String, Map.Entry<List<String>, Double>> ordered = new TreeMap<>();
        terms.entrySet().forEach(term -> ordered.put(String.join("\n", term.getKey()), term));
        return List.copyOf(ordered.values());
    }
}
