package dev.usher.server.log;

import dev.usher.config.IpAddress;
import dev.usher.config.LoggingConfig.AccessLogConfig.ClientIp;
import dev.usher.relay.SessionEnd;
import dev.usher.view.SessionIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Formats an ended session as HAProxy's {@code option tcplog} does (its manual, 8.2.2), behind the head of a line of
 * syslog, since tools such as halog count the words of both:
 *
 * <pre>Nov 27 01:38:16 host usher[4711]: 203.0.113.9:51044 [27/Nov/2026:01:38:11.020] https web/10.0.0.11:443 0/3/5007
 * 212 -- 0/0/0/0/0 0/0</pre>
 *
 * Times are of the zone of the machine, as HAProxy's are. Counts of open connections are 0. One thread.
 */
final class TcplogLine implements AccessLine {
    /** A time that never began. */
    private static final int NEVER = -1;

    private static final String NO_SERVER = "<NOSRV>";
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private final ZoneId zone = ZoneId.systemDefault();
    private final DateTimeFormatter ended =
            DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss ", Locale.ROOT).withZone(zone);
    private final DateTimeFormatter accepted =
            DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss.SSS", Locale.ROOT).withZone(zone);
    private final String sender =
            encoded(hostName()) + " usher[" + ProcessHandle.current().pid() + "]: ";
    private final ClientIp mode;
    private final ClientText clientText;

    TcplogLine(ClientIp mode) {
        this.mode = mode;
        this.clientText = new ClientText(mode);
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException notLinux) {
            return "localhost";
        }
    }

    @Override
    public void append(StringBuilder out, SessionEnd end, long endedMillis) {
        SessionIdentity who = end.identity();
        long totalMillis = TimeUnit.NANOSECONDS.toMillis(Math.max(0, end.totalNanos()));
        boolean tried = end.attempts() > 0;
        out.append(ended.format(Instant.ofEpochMilli(endedMillis))).append(sender);
        out.append(client(who.client())).append(" [");
        out.append(accepted.format(Instant.ofEpochMilli(endedMillis - totalMillis)))
                .append("] ");
        out.append(encoded(who.listener())).append(' ');
        out.append(encoded(orElse(who.pool(), who.listener()))).append('/');
        out.append(encoded(orElse(who.backend(), NO_SERVER))).append(' ');
        out.append(tried ? 0 : NEVER).append('/').append(connectMillis(end)).append('/');
        out.append(totalMillis).append(' ').append(end.bytesOut()).append(' ');
        out.append(end.reason().endCode())
                .append(" 0/0/0/0/")
                .append(retries(end.attempts()))
                .append(" 0/0\n");
    }

    private static long connectMillis(SessionEnd end) {
        return end.connectNanos() == SessionEnd.UNKNOWN ? NEVER : TimeUnit.NANOSECONDS.toMillis(end.connectNanos());
    }

    /** HAProxy's + stands for another backend, and usher tries no backend twice. */
    private static String retries(int attempts) {
        return attempts > 1 ? "+" + (attempts - 1) : "0";
    }

    /** Address and port, without brackets around IPv6; port 0 where the mode leaves the port out. */
    private String client(SocketAddress peer) {
        if (!(peer instanceof InetSocketAddress client)) {
            return "unix:1";
        }
        return switch (mode) {
            case FULL -> IpAddress.text(client.getAddress().getAddress()) + ":" + client.getPort();
            case TRUNCATED -> clientText.of(peer).replaceFirst("/.*", "") + ":0";
            case HASHED -> clientText.of(peer) + ":0";
        };
    }

    private static String orElse(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    /** A word of the line: as HAProxy, # and two hex digits in place of a byte that would end or break the word. */
    private static String encoded(String text) {
        StringBuilder word = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > ' ' && c < 127 && c != '#' && c != '"') {
                word.append(c);
            } else {
                word.append('#').append(HEX[c >> 4 & 15]).append(HEX[c & 15]);
            }
        }
        return word.toString();
    }
}
