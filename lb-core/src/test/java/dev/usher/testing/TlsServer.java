package dev.usher.testing;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A real TLS server on loopback: shakes hands with a certificate, reads one request, and gives one answer. */
public final class TlsServer implements AutoCloseable {
    private final SSLServerSocket listening;
    private final String answer;
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Queue<String> names = new ConcurrentLinkedQueue<>();

    private TlsServer(SSLServerSocket listening, String answer) {
        this.listening = listening;
        this.answer = answer;
    }

    /** An authority and one certificate of it. */
    public static final class Identity {
        private static final X500Name AUTHORITY = new X500Name("CN=usher test authority");

        private final KeyPair authorityKeys = keys();
        private final KeyPair keys = keys();
        private final X509Certificate authority;
        private final X509Certificate leaf;

        private Identity(Instant notAfter, String... domains) throws Exception {
            Instant now = Instant.now();
            authority = sign(AUTHORITY, authorityKeys, now.plus(Duration.ofDays(9)), true);
            leaf = sign(new X500Name("CN=" + domains[0]), keys, notAfter, false, domains);
        }

        /** Good for two days. */
        public static Identity of(String... domains) throws Exception {
            return new Identity(Instant.now().plus(Duration.ofDays(2)), domains);
        }

        public static Identity expired(String domain) throws Exception {
            return new Identity(Instant.now().minus(Duration.ofHours(1)), domain);
        }

        private X509Certificate sign(X500Name subject, KeyPair of, Instant notAfter, boolean ca, String... domains)
                throws CertIOException, OperatorCreationException, GeneralSecurityException {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    AUTHORITY,
                    BigInteger.valueOf(ca ? 1 : 0xbeef),
                    Date.from(Instant.now().minus(Duration.ofDays(3))),
                    Date.from(notAfter),
                    subject,
                    of.getPublic());
            if (ca) {
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            } else {
                GeneralName[] alternatives = new GeneralName[domains.length];
                for (int i = 0; i < domains.length; i++) {
                    alternatives[i] = new GeneralName(GeneralName.dNSName, domains[i]);
                }
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKeys.getPrivate())));
        }

        private static KeyPair keys() throws GeneralSecurityException {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        }

        public X509Certificate leaf() {
            return leaf;
        }

        /** Writes what a client must trust, as PEM. */
        public Path authorityIn(Path directory) throws Exception {
            String body = Base64.getMimeEncoder().encodeToString(authority.getEncoded());
            return Files.writeString(
                    directory.resolve("authority.pem"),
                    "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
        }

        private SSLContext context() throws GeneralSecurityException, IOException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            char[] none = new char[0];
            store.setKeyEntry("leaf", keys.getPrivate(), none, new Certificate[] {leaf, authority});
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, none);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        }
    }

    /**
     * Listens on a free port.
     *
     * @param answer what it sends behind a request, as {@code HTTP/1.1 200 OK}; empty closes without a word
     */
    public static TlsServer start(Identity identity, String answer) throws Exception {
        SSLServerSocket listening = (SSLServerSocket) identity.context()
                .getServerSocketFactory()
                .createServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        TlsServer server = new TlsServer(listening, answer);
        Thread.ofPlatform().daemon().name("tls server").start(server::accept);
        return server;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                SSLSocket socket = (SSLSocket) listening.accept();
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(SSLSocket socket) {
        try (socket) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setSNIMatchers(List.of(new SNIMatcher(0) {
                @Override
                public boolean matches(SNIServerName name) {
                    names.add(new String(name.getEncoded(), StandardCharsets.US_ASCII));
                    return true;
                }
            }));
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            byte[] request = new byte[4096];
            int count = socket.getInputStream().read(request);
            if (count > 0) {
                requests.add(new String(request, 0, count, StandardCharsets.US_ASCII));
                if (!answer.isEmpty()) {
                    socket.getOutputStream().write((answer + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException gone) {
            // A probe ends as it likes.
        }
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), listening.getLocalPort());
    }

    public BackendConfig config() {
        return BackendConfig.of(new HostPort("127.0.0.1", address().getPort()));
    }

    /** Requests so far, each with its head. */
    public Queue<String> requests() {
        return requests;
    }

    /** Server names that clients have asked for. */
    public Queue<String> names() {
        return names;
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
