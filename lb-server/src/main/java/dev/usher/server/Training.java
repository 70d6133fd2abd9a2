package dev.usher.server;

import java.util.List;
import java.util.stream.Stream;

/**
 * Runs command lines, parted by ";", in turn. The JVM's cache of classes remembers a single process, and commands share
 * a cache: see {@code deploy/dist/train}.
 */
final class Training {
    private Training() {}

    public static void main(String[] args) {
        System.exit(commands(List.of(args))
                .mapToInt(command -> Main.execute(command.toArray(String[]::new)))
                .max()
                .orElse(ExitCode.USAGE));
    }

    private static Stream<List<String>> commands(List<String> args) {
        int end = args.indexOf(";");
        return end < 0
                ? Stream.of(args)
                : Stream.concat(Stream.of(args.subList(0, end)), commands(args.subList(end + 1, args.size())));
    }
}
