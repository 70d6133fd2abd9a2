package dev.usher.server.demo;

import dev.usher.admin.http.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A domain's own key and self-signed certificate, made by keytool: the JDK has no public API to make a certificate. */
final class DemoCertificate {
    private static final String ALIAS = "demo";
    private static final String PASSWORD_VARIABLE = "USHER_DEMO_PASSWORD";

    private final KeyStore store;
    private final char[] password;

    private DemoCertificate(KeyStore store, char[] password) {
        this.store = store;
        this.password = password;
    }

    /** A running keytool, so that two can work at once. */
    static final class Making {
        private final Process keytool;
        private final Path file;
        private final String password;

        private Making(Process keytool, Path file, String password) {
            this.keytool = keytool;
            this.file = file;
            this.password = password;
        }

        /** Waits until the certificate is made. */
        DemoCertificate made() throws IOException, GeneralSecurityException, InterruptedException {
            String said;
            try (InputStream out = keytool.getInputStream()) {
                said = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool failed: " + said);
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, password.toCharArray());
            }
            return new DemoCertificate(store, password.toCharArray());
        }
    }

    static Making make(String domain, DemoDirectory directory) throws IOException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        if (!Files.isExecutable(keytool)) {
            throw new IOException(
                    "the demo needs keytool, and this Java has none: " + keytool + " (a full JDK has it)");
        }
        Path file = directory.resolve(domain + ".p12");
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        ProcessBuilder process = new ProcessBuilder(List.of(
                keytool.toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + domain,
                "-ext",
                "san=dns:" + domain,
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass:env",
                PASSWORD_VARIABLE));
        process.environment().put(PASSWORD_VARIABLE, password); // arguments are visible to every user of the machine
        process.redirectErrorStream(true);
        return new Making(process.start(), file, password);
    }

    /** A context for a server with this certificate. */
    SSLContext context() throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** The certificate as PEM, for {@code curl --cacert}. */
    String pem() throws GeneralSecurityException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded());
        return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
    }

    /** The first bytes of the certificate's SHA-256: enough to tell two certificates apart. */
    String fingerprint() throws GeneralSecurityException {
        byte[] hash = Sha256.of(encoded());
        return HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash, 0, 6);
    }

    private byte[] encoded() throws GeneralSecurityException {
        return store.getCertificate(ALIAS).getEncoded();
    }
}
