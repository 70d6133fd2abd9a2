package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users of one file, to curl: by SOCKS 5 and by Basic, and a user who is taken out of the file. */
class ProxyUsersIT {
    private static final String WWW = "www.example.com";
    /** Made by libxcrypt, of the password {@code Bröt & wine}, at a cost of 10. */
    private static final String HASH = "$2y$10$abcdefghijklmnopqrstuuWSvLjmL.IaMsd4n4u6GRAR.D1IGpJja";

    private static final String RIGHT = "Bröt & wine";

    private static final Parts parts = new Parts();
    private static final Path users = Program.directory("users").resolve("users");
    private static Certificates certificates;
    private static Usher socks;
    private static Usher connect;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates();
        Nginx nginx = parts.add(new Nginx(certificates.leaf(WWW)));
        Files.writeString(users, "alice:" + HASH + "\nbob:" + HASH + "\n");
        String routes = "reload: { debounce: 50ms }\nroutes: { %s: \"127.0.0.1:%d\" }\n".formatted(WWW, nginx.port());
        socks = parts.add(Usher.run("type: socks, users: " + users, routes));
        connect = parts.add(Usher.run("type: connect, users: " + users, routes));
    }

    @AfterAll
    static void stop() throws Exception {
        parts.closeAll();
    }

    @BeforeEach
    void forgetOlderLines() throws Exception {
        socks.log().skip();
        connect.log().skip();
    }

    private static Command.Result curl(String proxy, String user) throws Exception {
        List<String> options = new ArrayList<>(List.of("--fail", "--proxy", proxy, "https://" + WWW + "/who"));
        if (!user.isEmpty()) {
            options.addAll(List.of("--proxy-user", user));
        }
        return Command.curlThrough(certificates, options);
    }

    private static String socks() {
        return "socks5h://127.0.0.1:" + socks.port();
    }

    private static String connect() {
        return "http://127.0.0.1:" + connect.port();
    }

    @Test
    void curlLogsInByBothProtocols() throws Exception {
        assertEquals(WWW, curl(socks(), "alice:" + RIGHT).succeeds().out().strip());
        assertEquals("alice", socks.log().next().ends("completed --").text("user"));
        assertEquals(WWW, curl(connect(), "alice:" + RIGHT).succeeds().out().strip());
        assertEquals("alice", connect.log().next().ends("completed --").text("user"));
    }

    @Test
    void curlWithoutAUserOrWithAWrongPasswordIsRefused() throws Exception {
        assertEquals(97, curl(socks(), "").exitCode());
        socks.log().first("without a user", line -> line.end().equals("auth_method PH"));
        Command.Result wrong = curl(socks(), "alice:wrong");
        assertEquals(97, wrong.exitCode(), wrong::toString);
        socks.log().first("of the password", line -> line.end().equals("auth_failed PH"));
        Command.Result none = curl(connect(), "");
        assertEquals(22, none.exitCode(), none::toString);
        connect.log().first("without a user", line -> line.end().equals("auth_method PH"));
        Command.Result failed = curl(connect(), "al\u0007ice:wrong");
        assertEquals(22, failed.exitCode(), failed::toString);
        AccessLines.Line line =
                connect.log().first("of the password", each -> each.end().equals("auth_failed PH"));
        assertEquals("al\u0007ice", line.text("user"));
    }

    @Test
    void userWhoIsTakenOutOfTheFileIsRefused() throws Exception {
        curl(socks(), "bob:" + RIGHT).succeeds();
        Files.writeString(users, "alice:" + HASH + "\n");
        Await.until(() -> curl(socks(), "bob:" + RIGHT).exitCode() == 97, "bob is refused");
    }
}
