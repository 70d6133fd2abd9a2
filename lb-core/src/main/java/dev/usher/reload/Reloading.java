package dev.usher.reload;

/** Reloads the configuration from the files, on request from outside. Any thread but a worker's. */
public interface Reloading {
    /** How it stands. */
    ReloadStatus status();

    /**
     * Reads the files, and puts a valid configuration into force. Waits for the end of the reload.
     *
     * @param who the author, kept with the result
     */
    Reload reload(String who);
}
