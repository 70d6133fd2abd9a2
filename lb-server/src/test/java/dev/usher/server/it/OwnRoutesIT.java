package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.server.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The same names on three ports of one machine, as in front of a cluster: each port has other servers for them. */
class OwnRoutesIT {
    private static final String API = "api.example.com";
    private static final String WWW = "www.example.com";

    /** The domain that a server answers for, or the alert of a refusal. */
    private static String who(Certificates certificates, String domain, String port) throws Exception {
        Command.Result got =
                Command.curl(Integer.parseInt(port), certificates, domain, "https://" + domain + ":" + port + "/who");
        return got.exitCode() == 0 ? got.out().strip() : "refused";
    }

    @Test
    void aNameGoesWhereItsPortSays() throws Exception {
        Certificates certificates = new Certificates();
        try (Nginx web = new Nginx(certificates.leaf(WWW));
                Nginx kube = new Nginx(certificates.leaf(API));
                Nginx machines = new Nginx(certificates.leaf(API));
                Nginx old = new Nginx(certificates.leaf("old.example.com"))) {
            String yaml = """
                    listeners:
                      https: { bind: "127.0.0.1:0" }
                      kube:
                        bind: "127.0.0.1:0"
                        routes: { .example.com: %1$s }
                      machines:
                        bind: "127.0.0.1:0"
                        routes: { %6$s: { pool: %2$s, allow: [127.0.0.0/8] } }
                        default_route: { pool: %4$s, deny: [127.0.0.0/8] }
                    routes: { %5$s: %3$s }
                    default_route: { pool: %4$s, allow: [127.0.0.0/8] }
                    admin: none
                    """.formatted(at(kube), at(machines), at(web), at(old), WWW, API);
            Path file = Files.writeString(Program.directory("own-routes").resolve("usher.yaml"), yaml);
            try (Program usher = Program.usher("run", file.toString())) {
                usher.awaitPrinted("usher \\S+ is ready");
                String https = port(usher, "https");
                String onKube = port(usher, "kube");
                String onMachines = port(usher, "machines");
                assertEquals(WWW, who(certificates, WWW, https));
                assertEquals("old.example.com", who(certificates, "old.example.com", https));
                assertEquals(API, who(certificates, API, onKube));
                assertEquals(API, who(certificates, API, onMachines));
                assertEquals(WWW, who(certificates, WWW, onMachines));
                assertEquals("refused", who(certificates, "old.example.com", onMachines));
                usher.awaitPrinted("\"route\":\".example.com\",\"pool\":\".example.com@kube\"");
                usher.awaitPrinted("\"pool\":\"api.example.com@machines\"");
                usher.awaitPrinted("\"listener\":\"https\".*\"route\":\"default\",\"pool\":\"default_route\"");
                usher.awaitPrinted("\"listener\":\"machines\".*\"route\":\"default\".*\"reason\":\"denied\"");

                // A reload takes the routes of a listener from it: the file decides there from then on.
                Files.writeString(file, yaml.replaceFirst("routes: \\{ \\.example\\.com: .*? }", "max_connections: 7"));
                usher.signal("HUP");
                usher.awaitPrinted("is in force .*names: .* changed");
                assertEquals(WWW, who(certificates, WWW, onKube));
            }
        }
    }

    private static String at(Nginx nginx) {
        return "127.0.0.1:" + nginx.port();
    }

    private static String port(Program usher, String listener) throws Exception {
        return usher.awaitPrinted("listener " + listener + ": tls on \\S+:(\\d+)")
                .group(1);
    }
}
