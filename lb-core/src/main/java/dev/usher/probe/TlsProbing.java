package dev.usher.probe;

import dev.usher.config.HealthCheckConfig;
import dev.usher.file.NamedFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Handshakes of one pool's probes. Each has a context of its own: a resumed session would show the certificate of an
 * earlier handshake, and a changed one would go unseen.
 */
final class TlsProbing {
    private final HealthCheckConfig check;
    private final @Nullable X509ExtendedTrustManager trust;
    private final SecureRandom random = new SecureRandom();

    /** @throws IOException if the trust store cannot be read */
    TlsProbing(HealthCheckConfig check) throws IOException {
        this.check = check;
        this.trust = check.verify() ? trust(check.trustStore()) : null;
    }

    /** Shakes hands over a connected socket, and tells {@code seen} what the backend shows, even if it fails. */
    SSLSocket shakeHands(Socket socket, InetSocketAddress address, PeerCertificates seen) throws IOException {
        String host = check.serverName() == null ? address.getHostString() : check.serverName();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Recording(seen, trust)}, random);
            SSLSocket secure =
                    (SSLSocket) context.getSocketFactory().createSocket(socket, host, address.getPort(), true);
            SSLParameters parameters = secure.getSSLParameters();
            if (check.serverName() != null) {
                parameters.setServerNames(List.of(new SentName(check.serverName())));
            }
            if (!check.alpn().isEmpty()) {
                parameters.setApplicationProtocols(check.alpn().toArray(String[]::new));
            }
            if (trust != null) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            return secure;
        } catch (GeneralSecurityException e) {
            throw new IOException("this JVM cannot do TLS: " + e.getMessage(), e);
        }
    }

    /** For a handshake that nobody is to judge. */
    static TrustManager trustingAll() {
        return new Recording(new PeerCertificates(), null);
    }

    /** As the configuration has it: the JDK's own class for host names takes no underscore, which some of them have. */
    private static final class SentName extends SNIServerName {
        SentName(String name) {
            super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static X509ExtendedTrustManager trust(@Nullable Path pem) throws IOException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(pem == null ? null : authorities(pem));
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager found) {
                    return found;
                }
            }
            throw new IOException("this JVM cannot verify certificates");
        } catch (GeneralSecurityException e) {
            throw new IOException("trust store " + pem + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static KeyStore authorities(Path pem) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        InputStream in = new ByteArrayInputStream(NamedFile.read(pem, NamedFile.Kind.PEM));
        int count = 0;
        for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
            store.setCertificateEntry("authority-" + count++, authority);
        }
        return store;
    }

    /** Notes the chain, then asks who is to judge it; without a judge, every chain is good. */
    private static final class Recording extends X509ExtendedTrustManager {
        private final PeerCertificates seen;
        private final @Nullable X509ExtendedTrustManager judge;

        Recording(PeerCertificates seen, @Nullable X509ExtendedTrustManager judge) {
            this.seen = seen;
            this.judge = judge;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            seen.show(chain);
            if (judge == null) {
                return;
            }
            try {
                judge.checkServerTrusted(chain, authType, socket);
            } catch (CertificateException e) {
                seen.fault(TlsFault.text(e));
                throw e;
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            if (judge != null) {
                throw new CertificateException("probes use sockets");
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("probes use sockets");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("probes are clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("probes are clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("probes are clients");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return judge == null ? new X509Certificate[0] : judge.getAcceptedIssuers();
        }
    }
}
