package dev.usher.loop;

/** Handler for a registered channel, attached to its selection key; the worker calls it when the channel is ready. */
public interface Ready {
    /**
     * Called on the worker's thread.
     *
     * @param ops ready operations, as in {@link java.nio.channels.SelectionKey}
     */
    void onReady(int ops);

    /**
     * Called when {@link #onReady} threw, which only a bug in usher can cause: gives up the channel, whatever its
     * state.
     */
    void onBug(Throwable bug);
}
