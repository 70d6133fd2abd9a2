package dev.usher.probe;

import dev.usher.config.HealthCheckConfig;
import dev.usher.file.NamedFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The authorities that probes trust. A file is read once for every pool that names it, and parsed only if its content
 * has changed.
 */
final class TrustStores {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /**
     * A file's content at the last read.
     *
     * @param judge null if the file is unusable
     * @param fault reason, if the file is unusable
     */
    private record Store(
            ByteBuffer content,
            @Nullable X509ExtendedTrustManager judge,
            @Nullable IOException fault) {}

    /** Keyed by file; the JDK's own authorities have the empty key. */
    private final Map<Optional<Path>, Store> stores = new ConcurrentHashMap<>();

    /** Reads the files of these checks and forgets the rest. May wait for the disk. */
    void read(Collection<HealthCheckConfig> checks) {
        Set<Optional<Path>> named = checks.stream()
                .filter(TrustStores::isNeeded)
                .map(TrustStores::file)
                .collect(Collectors.toSet());
        named.forEach(this::readAgain);
        stores.keySet().retainAll(named); // a running probe rereads a forgotten file
    }

    /**
     * Finds the judge of a backend's certificate.
     *
     * @return null if every certificate is accepted
     * @throws IOException if the trust store cannot be used
     */
    @Nullable
    X509ExtendedTrustManager judge(HealthCheckConfig check) throws IOException {
        if (!isNeeded(check)) {
            return null;
        }
        Store known = stores.get(file(check));
        Store store = known == null ? readAgain(file(check)) : known;
        if (store.fault() != null) {
            throw store.fault();
        }
        return store.judge();
    }

    private static boolean isNeeded(HealthCheckConfig check) {
        return check.type().shakesHands() && check.verify();
    }

    private static Optional<Path> file(HealthCheckConfig check) {
        return Optional.ofNullable(check.trustStore());
    }

    private Store readAgain(Optional<Path> file) {
        Store store = read(file, stores.get(file));
        stores.put(file, store);
        return store;
    }

    private static Store read(Optional<Path> file, @Nullable Store before) {
        ByteBuffer content = NOTHING;
        try {
            if (file.isPresent()) {
                content = ByteBuffer.wrap(NamedFile.read(file.get(), NamedFile.Kind.PEM));
                if (before != null && before.judge() != null && before.content().equals(content)) {
                    return before;
                }
            }
            return new Store(content, judge(file.isPresent() ? authorities(content.array()) : null), null);
        } catch (GeneralSecurityException e) {
            return new Store(content, null, fault(file, "cannot be used: " + e.getMessage(), e));
        } catch (IOException e) {
            return new Store(content, null, fault(file, String.valueOf(e.getMessage()), e));
        }
    }

    private static IOException fault(Optional<Path> file, String what, Exception cause) {
        return new IOException("trust store " + file.map(Path::toString).orElse("of the JDK") + " " + what, cause);
    }

    private static X509ExtendedTrustManager judge(@Nullable KeyStore authorities)
            throws IOException, GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new IOException("this JVM cannot verify certificates");
    }

    private static KeyStore authorities(byte[] pem) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int count = 0;
        for (Certificate authority :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            store.setCertificateEntry("authority-" + count++, authority);
        }
        return store;
    }
}
