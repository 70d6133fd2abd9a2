package dev.usher.server;

import dev.usher.server.it.Command;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * usher's commands in one process that stays, with an environment of its own: a test that asks for twenty commands pays for
 * one start of a JVM. For commands that end by themselves; whoever needs the process itself starts one by {@link Program}.
 * Belongs to the thread of a test.
 */
public final class Commands implements AutoCloseable {
    private final Program process;
    private final OutputStream questions;
    private int asked;

    public Commands(Map<String, String> environment) {
        process = Program.start("commands", Product.commandOf(Commands.class), environment);
        questions = process.process().getOutputStream();
    }

    /** Runs a command in the test's own process. */
    static Command.Result here(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commands = Main.commandLine();
        commands.setOut(new PrintWriter(out));
        commands.setErr(new PrintWriter(err));
        return new Command.Result(commands.execute(arguments), out.toString(), err.toString());
    }

    /** Runs a command to its end. */
    public Command.Result run(String... arguments) throws IOException {
        String question = Stream.of(arguments).map(Commands::encode).collect(Collectors.joining(" ", "", "\n"));
        questions.write(question.getBytes(StandardCharsets.US_ASCII));
        questions.flush();
        asked++;
        String start = asked + " ";
        String[] answer = process.out()
                .await("the end of command " + asked, line -> line.startsWith(start))
                .split(" ", -1);
        return new Command.Result(Integer.parseInt(answer[1]), decode(answer[2]), decode(answer[3]));
    }

    @Override
    public void close() {
        process.close();
    }

    /** Answers a line of arguments by a line: the number of the line, the exit code, stdout, stderr. */
    static void main() throws IOException {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        int number = 0;
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            Command.Result result =
                    here(Stream.of(line.split(" ", -1)).map(Commands::decode).toArray(String[]::new));
            number++;
            System.out.println(
                    number + " " + result.exitCode() + " " + encode(result.out()) + " " + encode(result.err()));
        }
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String text) {
        return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    }
}
