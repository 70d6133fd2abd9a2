package dev.usher.admin.api;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.usher.LoadBalancer;
import dev.usher.admin.subject.Program;
import dev.usher.config.AdminConfig;
import dev.usher.config.Spelling;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.metrics.MetricsSnapshot.WorkerSnapshot;
import dev.usher.view.LoopDelay;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code /system}. */
public final class SystemResource {
    private static final double MILLIS = 1e3;
    private static final double NANOS = 1e9;

    private final LoadBalancer balancer;
    private final Program program;
    private final Supplier<AdminConfig> settings;
    private final IntSupplier streams;
    private final int streamsMax;

    /** @param streams number of open live streams */
    public SystemResource(
            LoadBalancer balancer,
            Program program,
            Supplier<AdminConfig> settings,
            IntSupplier streams,
            int streamsMax) {
        this.balancer = balancer;
        this.program = program;
        this.settings = settings;
        this.streams = streams;
        this.streamsMax = streamsMax;
    }

    private record SystemJson(
            String version,
            String commit,
            String java,
            String os,
            int cpus,
            long pid,
            Instant startedAt,
            long heapBytes,
            long heapMaxBytes,
            long directBytes,
            long directMaxBytes,
            long gcCountTotal,
            double gcSecondsTotal,
            int threads,
            long descriptors,
            long descriptorsMax,
            long heldBytes,
            long heldBytesMax,
            int maxConnections,
            double cpuSecondsTotal,
            String transport,
            List<WorkerJson> workers,
            Admin admin,
            List<Licences.Entry> licences) {}

    private record WorkerJson(
            int index,
            long open,
            long turnsTotal,
            long heldBytes,
            long acceptPausesTotal,
            long bugsTotal,
            @Nullable Double loopDelaySeconds) {}

    private record Admin(String bind, boolean tls, int tokens, int streams, int streamsMax) {}

    /** {@code GET}. */
    public Object get(Question question) {
        MetricsSnapshot counted = balancer.looks().snapshot();
        Runtime runtime = Runtime.getRuntime();
        return new SystemJson(
                program.version(),
                program.commit(),
                Runtime.version().toString(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                runtime.availableProcessors(),
                ProcessHandle.current().pid(),
                program.startedAt(),
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(),
                directBytes(),
                directMaxBytes(),
                collectors().stream()
                        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                        .sum(),
                collectors().stream()
                                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                                .sum()
                        / MILLIS,
                ManagementFactory.getThreadMXBean().getThreadCount(),
                descriptors(),
                descriptorsMax(),
                counted.workers().stream().mapToLong(WorkerSnapshot::heldBytes).sum(),
                counted.heldBytesMax(),
                balancer.looks().config().limits().maxConnections(),
                cpuSeconds(),
                Spelling.of(balancer.looks().transport()),
                workers(counted),
                admin(),
                Licences.all());
    }

    private List<WorkerJson> workers(MetricsSnapshot counted) {
        List<LoopDelay> delays = balancer.looks().loopDelays();
        List<WorkerJson> workers = new ArrayList<>();
        for (int i = 0; i < counted.workers().size(); i++) {
            WorkerSnapshot worker = counted.workers().get(i);
            workers.add(new WorkerJson(
                    i,
                    worker.openSessions(),
                    worker.turns(),
                    worker.heldBytes(),
                    worker.acceptPauses(),
                    worker.bugs(),
                    i < delays.size() ? Text.seconds(delays.get(i).waited()) : null));
        }
        return workers;
    }

    private Admin admin() {
        AdminConfig now = settings.get();
        return new Admin(
                String.valueOf(now.bind()), now.tls() != null, now.tokens().size(), streams.getAsInt(), streamsMax);
    }

    // ---- values of the JVM ----

    private static List<GarbageCollectorMXBean> collectors() {
        return ManagementFactory.getGarbageCollectorMXBeans();
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** Limit of direct memory: the option's value, or the maximum heap size by default. */
    private static long directMaxBytes() {
        HotSpotDiagnosticMXBean options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        long asked = Long.parseLong(options.getVMOption("MaxDirectMemorySize").getValue());
        return asked == 0 ? Runtime.getRuntime().maxMemory() : asked;
    }

    private static @Nullable UnixOperatingSystemMXBean unix() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof UnixOperatingSystemMXBean unix ? unix : null;
    }

    private static long descriptors() {
        UnixOperatingSystemMXBean unix = unix();
        return unix == null ? 0 : unix.getOpenFileDescriptorCount();
    }

    private static long descriptorsMax() {
        UnixOperatingSystemMXBean unix = unix();
        return unix == null ? 0 : unix.getMaxFileDescriptorCount();
    }

    private static double cpuSeconds() {
        UnixOperatingSystemMXBean unix = unix();
        return unix == null ? 0 : unix.getProcessCpuTime() / NANOS;
    }
}
