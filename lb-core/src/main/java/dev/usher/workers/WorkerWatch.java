package dev.usher.workers;

import dev.usher.background.Crowd;
import dev.usher.background.Task;
import dev.usher.loop.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Finds workers that take no mail: their sessions stand still. A worker does one volatile write for each question. */
public final class WorkerWatch {
    /** Far over any turn of a worker, however busy the machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A worker under watch. */
    private static final class Watched {
        private final Worker worker;
        private final Task task;
        private volatile boolean answered = true;

        Watched(Worker worker, Task task) {
            this.worker = worker;
            this.task = task;
        }

        void look() {
            if (!answered) {
                return; // one question at a time
            }
            task.works();
            task.begins();
            answered = false;
            boolean _ = worker.submit(() -> answered = true); // no room: no answer either
        }
    }

    private final List<Watched> all = new ArrayList<>();

    public WorkerWatch(Workers workers, Crowd crowd) {
        for (int i = 0; i < workers.count(); i++) {
            Worker worker = workers.worker(i);
            all.add(new Watched(worker, crowd.join(worker.toString(), PATIENCE)));
        }
    }

    /** Asks each worker that has answered. Called about once a second, by one thread. */
    public void look() {
        all.forEach(Watched::look);
    }
}
