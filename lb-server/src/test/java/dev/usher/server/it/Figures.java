package dev.usher.server.it;

/** What a test has measured: printed, so that a reader of the build's output sees more than that it was enough. */
final class Figures {
    private Figures() {}

    static void note(String text) {
        System.out.println("FIGURE " + text);
    }
}
