package dev.usher.pool;

/**
 * Who is told when a backend or a pool changes what it is. Called one change at a time, never by a worker; must not call
 * back into the pool.
 */
public interface PoolWatcher {
    /** Nobody. */
    PoolWatcher NONE = new PoolWatcher() {
        @Override
        public void onBackend(Pool pool, Backend backend, BackendState before, BackendState after) {}

        @Override
        public void onPool(Pool pool, int serving) {}
    };

    /** A backend is {@code after} what it was {@code before}; {@link Backend#reason} says why. */
    void onBackend(Pool pool, Backend backend, BackendState before, BackendState after);

    /** A pool has its last backend gone, or its first one back: {@code serving} of them take new sessions now. */
    void onPool(Pool pool, int serving);
}
