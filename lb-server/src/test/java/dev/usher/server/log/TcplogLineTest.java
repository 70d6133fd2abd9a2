package dev.usher.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.LoggingConfig.AccessLogConfig.ClientIp;
import dev.usher.end.CloseReason;
import dev.usher.relay.SessionEnd;
import dev.usher.testing.Needs;
import dev.usher.view.SessionIdentity;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The line of HAProxy's option tcplog, read by HAProxy's own tool as well. */
class TcplogLineTest {
    private static final Pattern FORM =
            Pattern.compile("[A-Z][a-z]{2} [ 0-9]\\d \\d\\d:\\d\\d:\\d\\d \\S+ usher\\[\\d+]: "
                    + "\\S+:\\d+ \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d\\.\\d{3}] \\S+ [^ /]+/\\S+ "
                    + "-?\\d+/-?\\d+/\\d+ \\d+ [A-Za-z-]{2} 0/0/0/0/\\+?\\d+ 0/0\\n");

    private static final long ENDED = Instant.parse("2026-02-06T12:12:56.450Z").toEpochMilli();

    private static String line(SessionEnd end, ClientIp mode) {
        StringBuilder line = new StringBuilder();
        new TcplogLine(mode).append(line, end, ENDED);
        assertTrue(FORM.matcher(line).matches(), line::toString);
        return line.toString();
    }

    private static SessionEnd of(SessionIdentity who, CloseReason reason) {
        return new SessionEnd(who, null, 1, reason, 0, 3_900_000, 0, 5_007_000_000L, 80, 212);
    }

    @Test
    void hasTheFieldsOfTheManualInTheirOrder() {
        String line = line(Ends.completed(1), ClientIp.FULL);
        String accepted = DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss.SSS", Locale.ROOT)
                .withZone(ZoneId.systemDefault())
                .format(Instant.ofEpochMilli(ENDED - 3_600_000));
        assertEquals(
                "203.0.113.9:51044 [" + accepted + "] https web/10.0.0.11:443 0/0/3600000 21234 -- 0/0/0/0/+1 0/0\n",
                line.substring(line.indexOf("]: ") + 3));
    }

    @Test
    void aSessionWithoutABackendHasTimesThatNeverBegan() {
        String line = line(Ends.unknown(), ClientIp.FULL);
        assertTrue(line.contains(" https https/<NOSRV> -1/-1/5000 0 cH 0/0/0/0/0 0/0"), line);
        assertTrue(line.contains(" 2001:db8::9:4000 ["), line);
    }

    @Test
    void aClientsAddressIsAsLongAsTheModeSays() {
        assertTrue(line(Ends.completed(1), ClientIp.TRUNCATED).contains(" 203.0.113.0:0 ["));
        assertTrue(line(Ends.completed(1), ClientIp.HASHED).matches("(?s).* [0-9a-f]{16}:0 \\[.*"));
        SessionIdentity local = new SessionIdentity(
                "run-1", "in", UnixDomainSocketAddress.of("/run/in.sock"), null, null, List.of(), null, "p", "b:1");
        assertTrue(line(of(local, CloseReason.COMPLETED), ClientIp.FULL).contains(": unix:1 ["));
    }

    @Test
    void aPathWithSpacesIsOneWord() {
        SessionIdentity who = new SessionIdentity(
                "run-1",
                "https",
                new InetSocketAddress("203.0.113.9", 1),
                null,
                null,
                List.of(),
                null,
                "web",
                "unix:/run/a b#.sock");
        assertTrue(
                line(of(who, CloseReason.COMPLETED), ClientIp.FULL).contains(" web/unix:/run/a#20b#23.sock 0/3/5007 "));
    }

    /** HAProxy's own tool finds the time of each connection; of lines of TCP the tool reads no more. */
    @Test
    void halogReadsTheLines(@TempDir Path directory) throws Exception {
        Path log = directory.resolve("access.log");
        Files.writeString(
                log,
                line(Ends.completed(1), ClientIp.FULL).repeat(3) + line(Ends.unknown(), ClientIp.FULL),
                StandardCharsets.US_ASCII);
        assertEquals("4\n", halog(log, "-c"));
        String accepted = halog(log, "-ac", "3");
        assertTrue(accepted.matches("\\d\\d:12:56\\.450 .* 3\\n"), accepted);
    }

    private static String halog(Path log, String... options) throws Exception {
        Path halog = Path.of("/usr/sbin/halog");
        Needs.that(Files.isExecutable(halog), "halog, of Debian's haproxy");
        List<String> command = new ArrayList<>(List.of(halog.toString(), "-q"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectInput(log.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } finally {
            process.destroyForcibly();
        }
    }
}
