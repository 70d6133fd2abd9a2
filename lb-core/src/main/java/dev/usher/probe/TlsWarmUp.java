package dev.usher.probe;

import dev.usher.config.PoolConfig;
import dev.usher.time.Clock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A handshake in memory, before the first probe: a JVM's first handshake takes 0.3 s on an idle machine and a second on
 * a busy machine, and would count against a probe's time-out. Runs on its own thread, while sockets are bound and names
 * are resolved.
 */
public final class TlsWarmUp {
    /** The longest wait at startup; a slower warm-up only delays the first probes. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** A handshake takes three or four flights; this many mean an endless loop. */
    private static final int MAX_STEPS = 100;

    private static final char[] NO_PASSWORD = {};
    private static final Logger log = LoggerFactory.getLogger(TlsWarmUp.class);

    private final Thread thread;

    private TlsWarmUp(Runnable work) {
        thread = Thread.ofPlatform().daemon().name("tls-warm-up").start(work);
    }

    /** Begins, if any of these pools has probes with a TLS handshake. */
    public static TlsWarmUp begin(Collection<PoolConfig> pools) {
        boolean needed =
                pools.stream().anyMatch(pool -> pool.healthCheck().type().shakesHands());
        return new TlsWarmUp(needed ? TlsWarmUp::warmUp : () -> {});
    }

    /** Waits for the end of the warm-up, within bounds. */
    public void await() {
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void warmUp() {
        try {
            long began = Clock.SYSTEM.nanos();
            shakeHands();
            log.debug("the first TLS handshake of this JVM took {} ms", (Clock.SYSTEM.nanos() - began) / 1_000_000);
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            log.debug("no TLS handshake before the first probe", e); // if TLS is broken, the probes will report it
        }
    }

    /** A client like the probes' client, against a server whose key is thrown away afterwards. */
    static void shakeHands() throws GeneralSecurityException, IOException {
        SSLContext clients = SSLContext.getInstance("TLS");
        clients.init(null, new TrustManager[] {TlsProbing.trustingAll()}, new SecureRandom());
        SSLEngine client = clients.createSSLEngine();
        client.setUseClientMode(true);
        SSLEngine server = server().createSSLEngine();
        server.setUseClientMode(false);
        ByteBuffer toServer = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        ByteBuffer toClient = ByteBuffer.allocate(server.getSession().getPacketBufferSize());
        for (int step = 0; isShaking(client) || isShaking(server) || step == 0; step++) {
            if (step == MAX_STEPS) {
                throw new SSLException("the handshake does not end");
            }
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
    }

    private static boolean isShaking(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        ByteBuffer nothing = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        if (in.flip().hasRemaining()) {
            engine.unwrap(in, nothing);
        }
        in.compact();
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                || (engine.getUseClientMode()
                        && engine.getSession().getProtocol().equals("NONE"))) {
            engine.wrap(ByteBuffer.allocate(0), out);
        }
    }

    private static SSLContext server() throws GeneralSecurityException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("warm-up", keys.getPrivate(), NO_PASSWORD, new Certificate[] {selfSigned(keys)});
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    // ---- an X.509 certificate of version 1 (RFC 5280 section 4.1), since the JDK cannot make certificates ----

    private static final String ECDSA_WITH_SHA256 = "300a06082a8648ce3d040302";
    private static final String SERIAL = "020101";
    private static final String NAME = "300c310a300806035504030c0178"; // CN=x
    private static final String FROM_2020_TO_2049 = "301e170d3230303130313030303030305a170d3439313233313233353935395a";

    private static Certificate selfSigned(KeyPair keys) throws GeneralSecurityException {
        String key = HexFormat.of().formatHex(keys.getPublic().getEncoded());
        String signed = sequence(SERIAL + ECDSA_WITH_SHA256 + NAME + FROM_2020_TO_2049 + NAME + key);
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(keys.getPrivate());
        signer.update(HexFormat.of().parseHex(signed));
        String signature = "00" + HexFormat.of().formatHex(signer.sign()); // no unused bits
        String whole = sequence(signed + ECDSA_WITH_SHA256 + tagged("03", signature));
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(HexFormat.of().parseHex(whole)));
    }

    private static String sequence(String content) {
        return tagged("30", content);
    }

    /** A DER value: the tag, the length of the content in its shortest form (X.690 section 10.1), the content. */
    private static String tagged(String tag, String content) {
        int length = content.length() / 2;
        return tag + (length < 128 ? "%02x" : length < 256 ? "81%02x" : "82%04x").formatted(length) + content;
    }
}
