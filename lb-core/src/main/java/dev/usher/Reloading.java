package dev.usher;

/** Puts the configuration of the files into force, for who may ask for that from outside. Any thread but a worker's. */
public interface Reloading {
    /** How it stands. */
    ReloadStatus status();

    /**
     * Reads the files, and puts what they say into force if it is valid. Waits until that is done.
     *
     * @param who is kept with the result
     */
    Reload reload(String who);
}
