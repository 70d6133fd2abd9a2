package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.http.Pem;
import dev.usher.config.AdminConfig;
import dev.usher.config.AdminConfig.Tls;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with the files that openssl writes. */
class TlsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("openssl.log").toFile())
                    .start();
        } catch (IOException absent) {
            throw Needs.missing("openssl is not installed");
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), Files.readString(directory.resolve("openssl.log")));
    }

    private Tls made(String... newKey) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "req",
                "-x509",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                "admin.key",
                "-out",
                "admin.crt"));
        arguments.addAll(List.of(newKey));
        openssl(arguments.toArray(String[]::new));
        return new Tls(directory.resolve("admin.crt"), directory.resolve("admin.key"));
    }

    private HttpClient trusting(Path certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "admin", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private void assertServes(Tls tls) throws Exception {
        AdminConfig config =
                new AdminConfig(TestAdmin.ANY_PORT, AdminConfig.DEFAULT_ALLOWED_HOSTS, TestAdmin.TOKENS, tls, false);
        try (TestAdmin admin = TestAdmin.start(config);
                HttpClient http = trusting(tls.cert())) {
            URI base = URI.create("https://localhost:" + admin.port() + "/");
            HttpRequest.Builder status = HttpRequest.newBuilder(base.resolve("/api/v1/status"));
            assertEquals(401, http.send(status.build(), BodyHandlers.ofString()).statusCode());
            status.header("Authorization", "Bearer " + TestAdmin.VIEWER);
            assertEquals(200, http.send(status.build(), BodyHandlers.ofString()).statusCode());
            HttpResponse<String> login = http.send(
                    HttpRequest.newBuilder(base.resolve("/api/v1/session"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"token\": \"" + TestAdmin.VIEWER + "\"}"))
                            .build(),
                    BodyHandlers.ofString());
            String cookie = login.headers().firstValue("set-cookie").orElseThrow();
            assertTrue(cookie.startsWith("__Host-usher_session="), cookie);
            assertTrue(cookie.contains("Secure"), cookie);
            assertEquals("https://127.0.0.1:" + admin.port() + "/", admin.server.url());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa:2048", "ed25519", "ec -pkeyopt ec_paramgen_curve:prime256v1"})
    void keysOfEveryKindServe(String kind) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-newkey"));
        arguments.addAll(List.of(kind.split(" ", -1)));
        assertServes(made(arguments.toArray(String[]::new)));
    }

    @Test
    void oldFormOfRsaKeysServes() throws Exception {
        Tls tls = made("-newkey", "rsa:2048");
        openssl("rsa", "-traditional", "-in", "admin.key", "-out", "old.key");
        assertTrue(Files.readString(directory.resolve("old.key")).contains("BEGIN RSA PRIVATE KEY"));
        assertServes(new Tls(tls.cert(), directory.resolve("old.key")));
    }

    @Test
    void faultsNameTheFileAndWhatToDo() throws Exception {
        Tls tls = made("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");
        openssl("ec", "-in", "admin.key", "-out", "old.key");
        openssl("pkcs8", "-topk8", "-passout", "pass:x", "-in", "admin.key", "-out", "locked.key");
        openssl("genpkey", "-algorithm", "ed25519", "-out", "other.key");
        Path empty = Files.writeString(directory.resolve("empty.pem"), "nothing\n");
        assertFault(new Tls(tls.cert(), directory.resolve("old.key")), "old.key", "openssl pkcs8 -topk8");
        assertFault(new Tls(tls.cert(), directory.resolve("locked.key")), "locked.key is encrypted");
        assertFault(new Tls(tls.cert(), directory.resolve("other.key")), "other.key is not the key of");
        assertFault(new Tls(tls.cert(), empty), "admin.tls.key", "empty.pem has no private key");
        assertFault(new Tls(tls.cert(), tls.cert()), "admin.crt has no private key");
        assertFault(new Tls(empty, tls.key()), "admin.tls.cert", "empty.pem");
        assertFault(new Tls(directory.resolve("none.crt"), tls.key()), "none.crt cannot be read: no such file");
    }

    private static void assertFault(Tls tls, String... words) {
        String message = String.valueOf(
                assertThrows(IOException.class, () -> Pem.context(tls)).getMessage());
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
    }

    @Test
    void clientThatNeverShakesHandsIsCut() throws Exception {
        AdminConfig config = new AdminConfig(
                TestAdmin.ANY_PORT, AdminConfig.DEFAULT_ALLOWED_HOSTS, List.of(), made("-newkey", "ed25519"), true);
        java.time.Duration brief = java.time.Duration.ofMillis(300);
        try (TestAdmin admin = TestAdmin.start(config, new AdminServer.Patience(brief, brief, brief, brief));
                Socket silent = new Socket()) {
            silent.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), admin.port()));
            silent.setSoTimeout(15_000);
            assertEquals(-1, silent.getInputStream().read());
        }
    }

    @Test
    void portThatIsTakenIsSaidSo() throws Exception {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            AdminConfig same = new AdminConfig(
                    new dev.usher.config.HostPort("127.0.0.1", admin.port()),
                    AdminConfig.DEFAULT_ALLOWED_HOSTS,
                    List.of(),
                    null,
                    true);
            String message = String.valueOf(assertThrows(IOException.class, () -> AdminServer.start(same))
                    .getMessage());
            assertTrue(message.startsWith("admin.bind 127.0.0.1:" + admin.port() + ": "), message);
            assertTrue(
                    message.contains(
                            "in use (to see who has it: ss -tanp 'sport = :" + admin.port() + "'); choose another"),
                    message);
            assertTrue(message.contains("admin: none"), message);
        }
    }
}
