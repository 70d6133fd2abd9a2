package dev.usher.server;

/** Handles SIGHUP from the start of the process. A signal before the reloader exists is kept until then. */
final class HangUp {
    /** Guarded by this, like {@link #kept}. */
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

    /** Sets the action for the signal; the action must not block. */
    synchronized void goesTo(Runnable reload) {
        action = reload;
        if (kept) {
            reload.run();
        }
    }
}
