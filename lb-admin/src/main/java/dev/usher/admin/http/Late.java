package dev.usher.admin.http;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value made at the first question: most starts are followed by no look at a page. Any thread. */
public final class Late<T> implements Supplier<T> {
    private final Supplier<T> maker;
    private volatile @Nullable T made;

    public Late(Supplier<T> maker) {
        this.maker = maker;
    }

    @Override
    public T get() {
        T value = made;
        return value != null ? value : make();
    }

    private synchronized T make() {
        T value = made;
        if (value == null) {
            value = maker.get();
            made = value;
        }
        return value;
    }
}
