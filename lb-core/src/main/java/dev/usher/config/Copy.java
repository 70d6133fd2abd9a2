package dev.usher.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A copy of a record with some components changed, for records too long to spell every component in each copy. */
final class Copy<R extends Record> {
    private final R original;
    private final RecordComponent[] components;
    private final Map<String, @Nullable Object> changes = new HashMap<>();

    private Copy(R original) {
        this.original = original;
        this.components = original.getClass().getRecordComponents();
    }

    static <R extends Record> Copy<R> of(R original) {
        return new Copy<>(original);
    }

    /** A copy with a single component changed. */
    static <R extends Record> R of(R original, String component, @Nullable Object value) {
        return of(original).with(component, value).make();
    }

    Copy<R> with(String component, @Nullable Object value) {
        if (Arrays.stream(components).noneMatch(each -> each.getName().equals(component))) {
            throw new IllegalStateException(original.getClass() + " has no component " + component);
        }
        changes.put(component, value);
        return this;
    }

    /** Made by the record's constructor; throws whatever the constructor throws. */
    @SuppressWarnings("unchecked") // the constructor is of the original's class
    R make() {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        @Nullable Object[] values = new Object[components.length];
        try {
            for (int i = 0; i < values.length; i++) {
                values[i] = value(components[i]);
            }
            return (R) original.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException invalid) {
            throw invalid.getCause() instanceof RuntimeException fault ? fault : new IllegalStateException(invalid);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(original.getClass() + " cannot be copied", e);
        }
    }

    private @Nullable Object value(RecordComponent component) throws ReflectiveOperationException {
        String name = component.getName();
        return changes.containsKey(name)
                ? changes.get(name)
                : component.getAccessor().invoke(original);
    }
}
