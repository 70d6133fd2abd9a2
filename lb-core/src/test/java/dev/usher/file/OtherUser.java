package dev.usher.file;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** A thread for which the file system is another user's than root's. Linux keeps that user by thread, and hands it on. */
final class OtherUser {
    private static final int NOBODY = 65534;

    private OtherUser() {}

    static <T> T does(Callable<T> call) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            become(NOBODY);
            return call.call();
        });
        Thread.ofPlatform().start(task);
        return task.get();
    }

    /** Whoever is not root stays himself. */
    @SuppressWarnings("restricted") // the signature is the C library's
    private static void become(int user) {
        Linker linker = Linker.nativeLinker();
        MethodHandle setfsuid = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setfsuid"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        try {
            int _ = (int) setfsuid.invokeExact(user);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
