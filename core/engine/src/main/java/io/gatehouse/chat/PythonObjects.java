package io.gatehouse.chat;

import com.hubspot.jinjava.el.TypeConvertingMapELResolver;
import com.hubspot.jinjava.el.ext.JinjavaListELResolver;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.beans.FeatureDescriptor;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import jinjava.javax.el.PropertyNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * What a template may ask of the objects it meets, one by one: methods of Python's strings, lists and dictionaries, and
 * the state of a loop. Nothing of Java is reached by its name.
 */
final class PythonObjects extends ELResolver {
    private PythonObjects() {}

    static ELResolver resolver() {
        CompositeELResolver resolver = new CompositeELResolver();
        resolver.add(new PythonObjects());
        resolver.add(new JinjavaListELResolver(true));
        resolver.add(new TypeConvertingMapELResolver(true));
        return resolver;
    }

    @Override
    public @Nullable Object invoke(
            ELContext context, Object base, Object method, Class<?> @Nullable [] types, @Nullable Object[] arguments) {
        context.setPropertyResolved(true);
        String name = String.valueOf(method);
        if (!(base instanceof Filter) && !(base instanceof ExpTest)) {
            Extent.require(base);
            Extent.require(Arrays.asList(arguments));
        }
        if (base instanceof Filter filter) {
            return filter(filter, arguments);
        }
        if (base instanceof ExpTest test) {
            Object[] rest = Arrays.copyOfRange(arguments, 2, arguments.length);
            JinjavaInterpreter interpreter = (JinjavaInterpreter) arguments[1];
            return name.equals("evaluate")
                    ? test.evaluate(arguments[0], interpreter, rest)
                    : test.evaluateNegated(arguments[0], interpreter, rest);
        }
        if (base instanceof Map<?, ?> map) {
            return PythonMethods.call(map, name, arguments);
        }
        if (base instanceof List<?> list) {
            return PythonMethods.call(list, name, arguments);
        }
        if (base instanceof CharSequence text) {
            return PythonMethods.call(text.toString(), name, arguments);
        }
        throw new TemplateFault("the method '%s' is called on what has none".formatted(name));
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Object filter(Filter filter, @Nullable Object[] arguments) {
        return filter.filter(
                arguments[0], (JinjavaInterpreter) arguments[1], (Object[]) arguments[2], (Map<String, Object>)
                        arguments[3]);
    }

    @Override
    public @Nullable Object getValue(ELContext context, Object base, Object property) {
        if (base instanceof ForLoop loop) {
            context.setPropertyResolved(true);
            return loopState(loop, String.valueOf(property));
        }
        if (base instanceof CharSequence text) {
            context.setPropertyResolved(true);
            return letter(text.toString(), String.valueOf(property));
        }
        return null;
    }

    private static Object loopState(ForLoop loop, String property) {
        return switch (property) {
            case "index" -> loop.getIndex();
            case "index0" -> loop.getIndex0();
            case "revindex" -> loop.getRevindex();
            case "revindex0" -> loop.getRevindex0();
            case "first" -> loop.isFirst();
            case "last" -> loop.isLast();
            case "length" -> loop.getLength();
            case "depth" -> loop.getDepth();
            case "depth0" -> loop.getDepth0();
            default -> throw new TemplateFault("loops have no '%s' here".formatted(property));
        };
    }

    private static @Nullable Object letter(String text, String property) {
        if (!property.matches("-?\\d{1,9}")) {
            return null;
        }
        int index = Integer.parseInt(property);
        int position = index < 0 ? index + text.length() : index;
        return position < 0 || position >= text.length() ? null : text.substring(position, position + 1);
    }

    @Override
    public Class<?> getType(ELContext context, Object base, Object property) {
        throw new PropertyNotFoundException(String.valueOf(property));
    }

    @Override
    public void setValue(ELContext context, Object base, Object property, Object value) {
        throw new PropertyNotFoundException(String.valueOf(property));
    }

    @Override
    public boolean isReadOnly(ELContext context, Object base, Object property) {
        return true;
    }

    @Override
    public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
        return Collections.emptyIterator();
    }

    @Override
    public Class<?> getCommonPropertyType(ELContext context, Object base) {
        return Object.class;
    }
}
