package dev.usher.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Arguments of a command line, one a line. Arguments are understood, or refused in words; {@code explain} answers any
 * question about a file, and {@code forward} takes any pair of addresses.
 */
public final class CommandLineFuzz {
    private static final String FILE = file();
    private static final String BUG = "a bug in usher";
    private static final CommandLine ALL = Main.commandLine();
    private static final CommandLine EXPLAIN = Main.commandLine(new String[] {"explain"});

    private CommandLineFuzz() {}

    private static String file() {
        try {
            return Files.writeString(Files.createTempDirectory("fuzz").resolve("usher.yaml"), """
                    listeners:
                      https: { bind: "127.0.0.1:8443" }
                      web: { type: http, bind: "127.0.0.1:8080" }
                      out: { type: socks, bind: "127.0.0.1:1080" }
                    routes:
                      www.example.com: web
                      db.example.org: { pool: web, allow: [10.0.0.0/8], alpn: { acme-tls/1: web } }
                      "*.out.example": { pool: names, listeners: [out] }
                    pools:
                      web: { backends: 10.0.0.1:443 }
                      names: { backends: "{name}:{port}" }
                    """)
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads {@code input} as arguments. The kernel ends an argument at a zero. */
    public static void fuzzerTestOneInput(byte[] input) {
        String[] words =
                new String(input, StandardCharsets.UTF_8).replace("\0", "").split("\n", 8);
        try {
            ALL.parseArgs(words);
        } catch (ParameterException fault) {
            require(!UsageFault.text(fault, words).isBlank(), "no words");
        }
        String first = words[0];
        String last = words[words.length - 1];
        explain(first, last);
        try {
            ForwardConfig.of(first, last);
        } catch (IllegalArgumentException fault) {
            require(fault.getClass() == IllegalArgumentException.class, "no words of usher: " + fault);
        }
    }

    private static void explain(String name, String client) {
        if (!name.startsWith("-") && !name.startsWith("@")) { // neither an option nor a file of arguments
            StringWriter said = new StringWriter();
            EXPLAIN.setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
            EXPLAIN.execute("explain", FILE, name, "--client=" + client, "--alpn=" + client);
            require(!said.toString().contains(BUG), said.toString());
        }
    }

    private static void require(boolean kept, String what) {
        if (!kept) {
            throw new IllegalStateException(what);
        }
    }
}
