package dev.usher.server;

/** SIGHUP, from the first moment on. One that comes before there is anything to reload is kept until there is. */
final class HangUp {
    /** Guarded by this, as is the other. */
    private Runnable action = this::keep;

    private boolean kept;

    private HangUp() {}

    static HangUp install() {
        HangUp hangUp = new HangUp();
        Signals.on("HUP", hangUp::onSignal);
        return hangUp;
    }

    private synchronized void keep() {
        kept = true;
    }

    private synchronized void onSignal() {
        action.run();
    }

    /** Has the signal do this, which must not wait. */
    synchronized void goesTo(Runnable reload) {
        action = reload;
        if (kept) {
            reload.run();
        }
    }
}
