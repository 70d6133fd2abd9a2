package dev.usher.admin.http;

import dev.usher.config.AdminConfig.Tls;
import dev.usher.file.NamedFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Reads a certificate chain and its key from ordinary PEM files, with the JDK alone. */
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    /** The AlgorithmIdentifier of PKCS #8 (RFC 5208) for RSA: the object identifier 1.2.840.113549.1.1.1, and NULL. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 4;
    private static final char[] NO_PASSWORD = {};

    private Pem() {}

    /**
     * A context that serves TLS with the configured files.
     *
     * @throws IOException with the name of the faulty file, and the fault
     */
    public static SSLContext context(Tls tls) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    keys(tls.cert(), tls.key(), "admin.tls.cert", "admin.tls.key")
                            .getKeyManagers(),
                    null,
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("admin.tls: " + tls.cert() + " and " + tls.key() + ": " + e.getMessage(), e);
        }
    }

    private static KeyManagerFactory keys(Path cert, Path key, String certSetting, String keySetting)
            throws IOException, GeneralSecurityException {
        Certificate[] chain = certificates(cert, certSetting).toArray(Certificate[]::new);
        PrivateKey own = key(key, keySetting);
        if (!belong(own, chain[0])) {
            throw new IOException(keySetting + " " + key + " is not the key of the certificate in " + cert
                    + ", whose own must be the first in its file");
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        store.setKeyEntry("own", own, NO_PASSWORD, chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        return keys;
    }

    /**
     * A context for a client.
     *
     * @param trusted certificates to trust; null trusts what the JDK trusts
     * @param cert the client's chain; null if absent
     * @param key of the chain, given exactly where the chain is
     */
    public static SSLContext client(@Nullable Path trusted, @Nullable Path cert, @Nullable Path key)
            throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                cert == null || key == null
                        ? null
                        : keys(cert, key, "cert", "key").getKeyManagers(),
                trusted == null ? null : trust(trusted, "trust_store").getTrustManagers(),
                null);
        return context;
    }

    /**
     * A context for a client that trusts only the certificates of a file.
     *
     * @param setting that names the file, for messages
     */
    public static SSLContext trusting(Path file, String setting) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust(file, setting).getTrustManagers(), null);
        return context;
    }

    private static TrustManagerFactory trust(Path file, String setting) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        for (X509Certificate each : certificates(file, setting)) {
            trusted.setCertificateEntry(Integer.toString(trusted.size()), each);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust;
    }

    /**
     * The certificates of a file, at least one, in the file's order.
     *
     * @param setting that names the file, for messages
     */
    public static List<X509Certificate> certificates(Path file, String setting) throws IOException {
        String text = text(file, setting);
        try {
            List<X509Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (certificates.isEmpty()) {
                throw new IOException(setting + " " + file + " has no certificate in PEM");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new IOException(setting + " " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The private key of a file.
     *
     * @param setting that names the file, for messages
     */
    public static PrivateKey key(Path file, String setting) throws IOException {
        Matcher block = BLOCK.matcher(text(file, setting));
        while (block.find()) {
            byte[] der = decoded(file, setting, block.group(2));
            switch (block.group(1)) {
                case "PRIVATE KEY" -> {
                    return key(file, setting, der);
                }
                case "RSA PRIVATE KEY" -> {
                    return key(file, setting, pkcs8OfRsa(der));
                }
                case "EC PRIVATE KEY" ->
                    throw new IOException(setting + " " + file + " is in the old form of EC keys; convert it with:"
                            + " openssl pkcs8 -topk8 -nocrypt -in " + file);
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new IOException(setting + " " + file + " is encrypted; usher cannot ask for the"
                            + " password: openssl pkcs8 -topk8 -nocrypt -in " + file);
                default -> {} // parameters, a certificate in the same file
            }
        }
        throw new IOException(setting + " " + file + " has no private key in PEM");
    }

    private static byte[] decoded(Path file, String setting, String base64) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IOException(setting + " " + file + " is not PEM: " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(Path file, String setting, byte[] pkcs8) throws IOException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException anotherOne) {
                // The key holds the name of its algorithm, but only the right KeyFactory can read it: try the next.
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has " + algorithm, e);
            }
        }
        throw new IOException(setting + " " + file + " is neither an RSA nor an EC nor an Ed25519 key");
    }

    /** Wraps a PKCS #1 key (RFC 8017 appendix A.1.2), the old output of openssl, in PKCS #8. */
    private static byte[] pkcs8OfRsa(byte[] pkcs1) {
        return der(SEQUENCE, joined(VERSION_0, RSA, der(OCTET_STRING, pkcs1)));
    }

    private static byte[] der(int tag, byte[] content) {
        int length = content.length; // an RSA key needs two length bytes
        byte[] head = {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        return joined(head, content);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** Whether the key and the certificate belong together: the certificate must verify a signature of the key. */
    private static boolean belong(PrivateKey key, Certificate certificate) throws GeneralSecurityException {
        if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) {
            return false;
        }
        Signature signature = Signature.getInstance(
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "EdDSA";
                });
        byte[] text = {1};
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(text);
        return signature.verify(signed);
    }

    private static String text(Path file, String setting) throws IOException {
        try {
            return new String(NamedFile.read(file, NamedFile.Kind.PEM), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IOException(setting + " " + file + " " + e.getMessage(), e);
        }
    }
}
