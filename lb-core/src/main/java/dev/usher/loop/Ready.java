package dev.usher.loop;

/** What a worker calls when a channel that was registered for it is ready. Attached to the selection key. */
public interface Ready {
    /**
     * Called on the worker's thread.
     *
     * @param ops ready operations, as in {@link java.nio.channels.SelectionKey}
     */
    void onReady(int ops);

    /** Called when {@link #onReady} threw, which only a bug in usher can cause: give up this channel, whatever its state. */
    void onBug(Throwable bug);
}
