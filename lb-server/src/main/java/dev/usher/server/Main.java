package dev.usher.server;

/** The program's entry point. */
public final class Main {
    private Main() {}

    /** Runs the command line. */
    public static void main(String[] args) {
        System.out.println("usher 0.1.0");
    }
}
