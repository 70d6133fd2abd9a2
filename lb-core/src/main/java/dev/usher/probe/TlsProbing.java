package dev.usher.probe;

import dev.usher.config.HealthCheckConfig;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Handshakes for one pool's probes. Each handshake has a new context: a resumed session would show the certificate of
 * an earlier handshake and hide a change.
 */
final class TlsProbing {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final HealthCheckConfig check;
    private final TrustStores trustStores;

    TlsProbing(HealthCheckConfig check, TrustStores trustStores) {
        this.check = check;
        this.trustStores = trustStores;
    }

    /** @throws IOException if the trust store is unusable: a handshake would then tell nothing about the backend */
    void checkReady() throws IOException {
        trustStores.judge(check);
    }

    /**
     * Shakes hands over a connected socket. The backend's certificates go to {@code seen}, even if the handshake fails.
     */
    SSLSocket shakeHands(Socket socket, SocketAddress address, PeerCertificates seen) throws IOException {
        String host = check.serverName() == null ? ProbeSocket.host(address) : check.serverName();
        X509ExtendedTrustManager judge = trustStores.judge(check);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Recording(seen, judge)}, RANDOM);
            SSLSocket secure =
                    (SSLSocket) context.getSocketFactory().createSocket(socket, host, ProbeSocket.port(address), true);
            SSLParameters parameters = secure.getSSLParameters();
            if (check.serverName() != null) {
                parameters.setServerNames(List.of(new SentName(check.serverName())));
            }
            if (!check.alpn().isEmpty()) {
                parameters.setApplicationProtocols(check.alpn().toArray(String[]::new));
            }
            if (judge != null) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            return secure;
        } catch (GeneralSecurityException e) {
            throw new IOException("this JVM cannot do TLS: " + e.getMessage(), e);
        }
    }

    /** A trust manager for handshakes whose certificate does not matter. */
    static TrustManager trustingAll() {
        return new Recording(new PeerCertificates(), null);
    }

    /** The name as configured: the JDK's own class for host names rejects underscores, which some names have. */
    private static final class SentName extends SNIServerName {
        SentName(String name) {
            super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Records the chain, then passes the chain on to {@code judge}; without a judge, every chain is accepted. */
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
