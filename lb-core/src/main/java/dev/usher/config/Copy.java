package dev.usher.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A copy of a record with some components changed, for records too long to spell every component in each copy. */
final class Copy<R extends Record> {
    /** Kept for each class, since the JDK makes new components for each question, and a file has thousands of records. */
    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return Shape.of(type);
        }
    };

    private final R original;
    private final Shape shape;
    private final Map<String, @Nullable Object> changes = new HashMap<>();

    /**
     * The parts of a record's class.
     *
     * @param accessors by the name of the component, in order
     */
    private record Shape(Map<String, Method> accessors, Constructor<?> constructor) {
        static Shape of(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            Map<String, Method> accessors = new LinkedHashMap<>();
            Arrays.stream(components).forEach(each -> accessors.put(each.getName(), each.getAccessor()));
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            try {
                return new Shape(accessors, type.getDeclaredConstructor(types));
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(type + " is a record without its constructor", e);
            }
        }
    }

    private Copy(R original) {
        this.original = original;
        this.shape = SHAPES.get(original.getClass());
    }

    static <R extends Record> Copy<R> of(R original) {
        return new Copy<>(original);
    }

    /** A copy with a single component changed. */
    static <R extends Record> R of(R original, String component, @Nullable Object value) {
        return of(original).with(component, value).make();
    }

    Copy<R> with(String component, @Nullable Object value) {
        if (!shape.accessors().containsKey(component)) {
            throw new IllegalStateException(original.getClass() + " has no component " + component);
        }
        changes.put(component, value);
        return this;
    }

    /** Made by the record's constructor; throws whatever the constructor throws. */
    @SuppressWarnings("unchecked") // the constructor is of the original's class
    R make() {
        @Nullable Object[] values = new Object[shape.accessors().size()];
        int at = 0;
        try {
            for (Map.Entry<String, Method> component : shape.accessors().entrySet()) {
                String name = component.getKey();
                values[at++] = changes.containsKey(name)
                        ? changes.get(name)
                        : component.getValue().invoke(original);
            }
            return (R) shape.constructor().newInstance(values);
        } catch (InvocationTargetException invalid) {
            throw invalid.getCause() instanceof RuntimeException fault ? fault : new IllegalStateException(invalid);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(original.getClass() + " cannot be copied", e);
        }
    }
}
