package dev.usher.server;

import dev.usher.config.Printable;
import dev.usher.server.convert.Conversion;
import dev.usher.server.convert.Converter;
import dev.usher.server.convert.Peer;
import dev.usher.server.convert.draft.Remark.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code usher convert}. */
@Command(
        name = "convert",
        description = "Turn a configuration of HAProxy, nginx, sniproxy or Traefik into usher's.",
        footer = {
            "",
            "Each line that usher does not take over is reported with the reason,",
            "on stderr and as a comment in the YAML.",
            "Example: usher convert --output usher.yaml /etc/haproxy/haproxy.cfg",
            "Exit codes: 0 taken over, 1 no configuration could be made, 2 wrong",
            "usage, 3 a configuration was made and something was left out.",
        })
final class ConvertCommand implements Callable<Integer> {
    /** Reads the name of a program in lower case. */
    static final class PeerReader implements ITypeConverter<Peer> {
        @Override
        public Peer convert(String text) {
            try {
                return Peer.valueOf(text.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException _) {
                throw new TypeConversionException("\"" + text + "\" is none of haproxy, nginx, sniproxy and traefik");
            }
        }
    }

    @Option(
            names = "--from",
            paramLabel = "PROGRAM",
            converter = PeerReader.class,
            description = "haproxy, nginx, sniproxy or traefik (default: seen in the text).")
    private @Nullable Peer from;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "NEW",
            description = "The file to write; must not exist yet (default: stdout).")
    private @Nullable Path output;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "The configuration; several files are read together.")
    private List<Path> files = new ArrayList<>();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try {
            Conversion conversion = Converter.convert(from, files);
            report(conversion);
            String yaml = conversion.yaml();
            if (yaml == null) {
                return failed("nothing in these files has a place in usher's");
            }
            write(yaml);
            return conversion.has(Kind.LEFT_OUT) ? ExitCode.LEFT_OUT : ExitCode.OK;
        } catch (IOException fault) {
            return failed(String.valueOf(fault.getMessage()));
        }
    }

    private int failed(String reason) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("usher: " + Printable.of(reason));
        err.flush();
        return ExitCode.FAILED;
    }

    private void report(Conversion conversion) {
        PrintWriter err = spec.commandLine().getErr();
        conversion.remarks().forEach(remark -> err.println(remark.line()));
        err.println(summary(conversion));
        err.flush();
    }

    private static String summary(Conversion conversion) {
        List<String> counts = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            long count = conversion.remarks().stream()
                    .filter(remark -> remark.kind() == kind)
                    .count();
            if (count > 0) {
                counts.add(count + " " + kind.word());
            }
        }
        return "usher: read as " + conversion.peer().called() + ": "
                + (counts.isEmpty() ? "every line is taken over" : String.join(", ", counts));
    }

    private void write(String yaml) throws IOException {
        if (output == null) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(yaml);
            out.flush();
            return;
        }
        try {
            Files.writeString(output, yaml, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException _) {
            throw new IOException(output + " exists already: move it away, or name another file");
        } catch (IOException fault) {
            throw new IOException(output + " cannot be written: " + fault.getMessage(), fault);
        }
    }
}
