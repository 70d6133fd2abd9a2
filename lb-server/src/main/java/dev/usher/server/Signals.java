package dev.usher.server;

import java.lang.reflect.Proxy;

/**
 * Handlers for POSIX signals. {@code sun.misc.Signal} is the only way to them on a JDK. The class is supported (JEP
 * 260), but javac's warning cannot be suppressed, so reflection calls the class.
 */
final class Signals {
    private Signals() {}

    /** Calls {@code action}, on a thread of the JVM, each time the signal arrives. */
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    handler.getClassLoader(),
                    new Class<?>[] {handler},
                    (self, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            action.run();
                            yield null;
                        }
                        case "hashCode" -> name.hashCode();
                        case "equals" -> false;
                        default -> "handler of SIG" + name;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("SIG" + name + " cannot be handled", e);
        }
    }
}
