package dev.usher.server.it;

import dev.usher.server.Program;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority of the tests' own, and the certificates that it signs, as PEM files. */
public final class Certificates {
    private static final X500Name AUTHORITY = new X500Name("CN=usher test authority");
    private static final Duration VALIDITY = Duration.ofDays(2);

    private final Path directory = Program.directory("certificates");
    private final KeyPair authorityKeys = keys();
    private long serial = 1;

    /** A certificate with its key, for one domain. */
    public record Leaf(String domain, X509Certificate certificate, Path chainFile, Path keyFile) {
        /** As {@code openssl x509 -fingerprint -sha256} prints it. */
        String fingerprint() throws GeneralSecurityException {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.ofDelimiter(":").formatHex(digest).toUpperCase(Locale.ROOT);
        }
    }

    public Certificates() throws Exception {
        Instant now = Instant.now();
        X509v3CertificateBuilder authority = builder(AUTHORITY, authorityKeys, now.minus(VALIDITY), now.plus(VALIDITY));
        authority.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        Files.writeString(authorityFile(), pem(sign(authority)));
    }

    /** What clients trust. */
    public Path authorityFile() {
        return directory.resolve("authority.pem");
    }

    /** For clients of this JVM. */
    SSLContext clientContext() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(authorityFile())) {
            store.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    public Leaf leaf(String domain) throws Exception {
        return leaf(domain, domain);
    }

    /**
     * A certificate that may say anything.
     *
     * @param subject its common name, any text
     * @param names that it is good for, any text; the first is the leaf's domain
     */
    Leaf leaf(String subject, String... names) throws Exception {
        Instant now = Instant.now();
        return leaf(now.minus(VALIDITY), now.plus(VALIDITY), subject, names);
    }

    /** One that was good until a minute ago. */
    Leaf expired(String domain) throws Exception {
        Instant now = Instant.now();
        return leaf(now.minus(VALIDITY), now.minus(Duration.ofMinutes(1)), domain, domain);
    }

    private Leaf leaf(Instant from, Instant to, String subject, String... names) throws Exception {
        KeyPair keys = keys();
        X509v3CertificateBuilder builder =
                builder(new X500NameBuilder().addRDN(BCStyle.CN, subject).build(), keys, from, to);
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(Arrays.stream(names)
                        .map(name -> new GeneralName(GeneralName.dNSName, name))
                        .toArray(GeneralName[]::new)));
        X509Certificate certificate = sign(builder);
        Path chain = directory.resolve("leaf-" + serial + ".pem");
        Path key = directory.resolve("leaf-" + serial + ".key");
        Files.writeString(chain, pem(certificate));
        Files.writeString(key, pem(new JcaPKCS8Generator(keys.getPrivate(), null)));
        return new Leaf(names[0], certificate, chain, key);
    }

    private X509v3CertificateBuilder builder(X500Name subject, KeyPair keys, Instant from, Instant to)
            throws CertIOException {
        return new JcaX509v3CertificateBuilder(
                AUTHORITY,
                BigInteger.valueOf(4096 + serial++),
                Date.from(from),
                Date.from(to),
                subject,
                keys.getPublic());
    }

    private X509Certificate sign(X509v3CertificateBuilder builder)
            throws OperatorCreationException, GeneralSecurityException {
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKeys.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static String pem(Object what) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(what);
        }
        return text.toString();
    }
}
