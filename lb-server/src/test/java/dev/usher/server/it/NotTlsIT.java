package dev.usher.server.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.server.Program;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code ssh} and {@code curl} through one port: each reaches its own server. */
class NotTlsIT {
    private static final String DOMAIN = "web.example";
    /** More than a socket's buffers hold, with bytes of every value. */
    private static final int BODY_BYTES = 5_000_000;

    private static void getsItsServer(Usher usher, Certificates certificates) throws Exception {
        Command.Result who =
                Command.curl(usher, certificates, DOMAIN, "https://" + DOMAIN + ":" + usher.port() + "/who");
        assertEquals(DOMAIN, who.succeeds().out().strip());
        usher.log().first("of curl", line -> line.text("route").equals(DOMAIN)).ends("completed --");
    }

    @Test
    void sshSharesThePortOfTls() throws Exception {
        Certificates certificates = new Certificates();
        try (Sshd sshd = new Sshd();
                Nginx web = new Nginx(certificates.leaf(DOMAIN));
                Usher usher =
                        Usher.run("not_tls: { ssh: \"" + sshd.hostPort() + "\" }", """
                        routes: { %s: "127.0.0.1:%d" }
                        """.formatted(DOMAIN, web.port()))) {
            String sent = new String(Bodies.random(BODY_BYTES, 5), ISO_8859_1);
            Command.Result counted = sshd.run(usher, sent, "wc -c; echo done").succeeds();
            assertEquals(BODY_BYTES + "\ndone\n", counted.out());
            usher.log()
                    .first("of ssh", line -> line.text("route").equals("not_tls.ssh"))
                    .ends("completed --");
            getsItsServer(usher, certificates);
        }
    }

    private static Program openVpn(Certificates.Leaf leaf, Certificates certificates, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(Program.require("openvpn"), "--dev", "null", "--verb", "3"));
        command.addAll(List.of("--ca", certificates.authorityFile().toString()));
        command.addAll(List.of(
                "--cert", leaf.chainFile().toString(), "--key", leaf.keyFile().toString()));
        command.addAll(List.of(more));
        return Program.start("openvpn", command);
    }

    @Test
    void openVpnSharesThePortOfTls() throws Exception {
        Certificates certificates = new Certificates();
        String port = Integer.toString(Ports.free());
        String[] server = {
            "--tls-server", "--dh", "none", "--proto", "tcp-server", "--local", "127.0.0.1", "--lport", port
        };
        try (Program listening = openVpn(certificates.leaf("server.example"), certificates, server);
                Nginx web = new Nginx(certificates.leaf(DOMAIN));
                Usher usher = Usher.run(
                        "not_tls: { openvpn: \"127.0.0.1:" + port + "\" }", """
                        defaults: { health_check: none }
                        routes: { %s: "127.0.0.1:%d" }
                        """.formatted(DOMAIN, web.port()))) {
            listening.awaitPrinted("Listening for incoming TCP connection");
            String[] client = {
                "--tls-client", "--nobind", "--proto", "tcp-client", "--remote", "127.0.0.1", "" + usher.port()
            };
            try (Program dialling = openVpn(certificates.leaf("client.example"), certificates, client)) {
                dialling.awaitPrinted("Initialization Sequence Completed");
                getsItsServer(usher, certificates);
            }
            usher.log().first("of openvpn", line -> line.text("route").equals("not_tls.openvpn"));
        }
    }

    /** As clients that wait for the server's line do; the line is the server's own. */
    @Test
    void aSilentClientHearsTheServer() throws Exception {
        try (Sshd sshd = new Sshd();
                Usher usher = Usher.run("silent: { pool: \"" + sshd.hostPort() + "\", after: 50ms }", "");
                Peer client = Peer.connect(usher)) {
            assertEquals("SSH-2.0-OpenSSH", new String(client.read(15), ISO_8859_1));
            client.halfClose();
            usher.log().first("of it", line -> line.text("route").equals("silent"));
        }
    }
}
