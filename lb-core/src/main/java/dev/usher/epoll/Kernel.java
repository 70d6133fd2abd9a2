package dev.usher.epoll;

/** Numbers and layouts of Linux that differ between architectures, and those that do not. */
final class Kernel {
    private static final boolean X86 = "amd64".equals(System.getProperty("os.arch"));
    /** Empty where usher knows the system calls; else the reason. */
    static final String UNKNOWN_SYSTEM = unknownSystem();

    static final long READ = X86 ? 0 : 63;
    static final long WRITE = X86 ? 1 : 64;
    static final long CLOSE = X86 ? 3 : 57;
    static final long SOCKET = X86 ? 41 : 198;
    static final long CONNECT = X86 ? 42 : 203;
    static final long SENDTO = X86 ? 44 : 206;
    static final long RECVFROM = X86 ? 45 : 207;
    static final long SHUTDOWN = X86 ? 48 : 210;
    static final long BIND = X86 ? 49 : 200;
    static final long LISTEN = X86 ? 50 : 201;
    static final long GETSOCKNAME = X86 ? 51 : 204;
    static final long SETSOCKOPT = X86 ? 54 : 208;
    static final long GETSOCKOPT = X86 ? 55 : 209;
    static final long FCNTL = X86 ? 72 : 25;
    static final long EPOLL_CTL = X86 ? 233 : 21;
    static final long EPOLL_PWAIT = X86 ? 281 : 22;
    static final long ACCEPT4 = X86 ? 288 : 242;
    static final long EVENTFD2 = X86 ? 290 : 19;
    static final long EPOLL_CREATE1 = X86 ? 291 : 20;
    static final long MMAP = X86 ? 9 : 222;
    static final long MUNMAP = X86 ? 11 : 215;
    static final long IO_URING_SETUP = 425;
    static final long IO_URING_ENTER = 426;
    static final long IO_URING_REGISTER = 427;

    /** Bytes of a {@code struct epoll_event}, which is packed on x86-64 only. */
    static final int EVENT_BYTES = X86 ? 12 : 16;
    /** Where the data of an event begin. */
    static final int EVENT_DATA = X86 ? 4 : 8;

    private Kernel() {}

    private static String unknownSystem() {
        String system = System.getProperty("os.name");
        String architecture = System.getProperty("os.arch");
        return "Linux".equals(system) && (X86 || "aarch64".equals(architecture))
                ? ""
                : "it is made for Linux on x86-64 and aarch64, and this is " + system + " on " + architecture;
    }
}
