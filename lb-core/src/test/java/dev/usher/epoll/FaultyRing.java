package dev.usher.epoll;

import java.io.IOException;
import java.util.function.Function;

/** A ring of the kernel's, with faults brought in. */
final class FaultyRing extends Ring {
    enum Fault {
        NONE,
        /** A send takes a part. */
        SHORT,
        /** The kernel puts the call aside, and answers later. */
        LATE,
        /** The kernel refuses the call. */
        FAILED,
        /** The kernel takes neither this call nor any behind it. */
        NOT_TAKEN
    }

    private static final int ASYNC = 1 << 4;
    /** The kernel knows no such flag. */
    private static final int UNKNOWN = 1 << 7;

    private final Function<Output, Fault> faults;
    private int added;
    private int taken;

    FaultyRing(Syscalls calls, Function<Output, Fault> faults) throws IOException {
        super(calls);
        this.faults = faults;
    }

    @Override
    void add(Output output) {
        boolean all = added++ == taken;
        Fault fault = faults.apply(output);
        switch (fault) {
            case SHORT -> add(output, Math.max(1, output.length() / 2), 0);
            case LATE -> add(output, output.length(), ASYNC);
            case FAILED -> add(output, output.length(), UNKNOWN);
            case NONE, NOT_TAKEN -> super.add(output);
        }
        taken += all && fault != Fault.NOT_TAKEN ? 1 : 0;
    }

    @Override
    int enter(int entering, int leaving) {
        int entered = super.enter(Math.min(entering, taken), leaving);
        added = 0;
        taken = 0;
        return entered;
    }
}
