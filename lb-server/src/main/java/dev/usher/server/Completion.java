package dev.usher.server;

import picocli.AutoComplete;

/** Prints the completion of bash for the packages, of all commands. */
final class Completion {
    private Completion() {}

    public static void main(String[] args) {
        System.out.print(AutoComplete.bash("usher", Main.commandLine()));
    }
}
