package dev.usher.pool;

/**
 * Observer of changes of backends and pools. Called for one change at a time, never by a worker; must not call back
 * into the pool.
 */
public interface PoolWatcher {
    /** A watcher that does nothing. */
    PoolWatcher NONE = new PoolWatcher() {
        @Override
        public void onBackend(Pool pool, Backend backend, BackendState before, BackendState after) {}

        @Override
        public void onPool(Pool pool, int serving) {}
    };

    /** Called when a backend changes from {@code before} to {@code after}; {@link Backend#reason} has the reason. */
    void onBackend(Pool pool, Backend backend, BackendState before, BackendState after);

    /**
     * Called when a pool loses its last serving backend or gets the first back.
     *
     * @param serving backends that take new sessions now
     */
    void onPool(Pool pool, int serving);
}
