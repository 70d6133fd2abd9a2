package dev.usher.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Version of this usher and of its platform. */
final class Version {
    private Version() {}

    /**
     * For example {@code usher 0.1.0 (1a2b3c4, Java 25.0.3, Linux 6.1.0)}; without the commit if the build did not know
     * the commit.
     */
    static String line() {
        Properties build = build();
        String commit = build.getProperty("commit", "");
        return "usher " + build.getProperty("version") + " (" + (commit.isEmpty() ? "" : commit + ", ")
                + "Java " + System.getProperty("java.version") + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + ")";
    }

    /** For example {@code 1a2b3c4}; empty if the build did not know the commit. */
    static String commit() {
        return build().getProperty("commit", "");
    }

    /** For example {@code 0.1.0}. */
    static String number() {
        return String.valueOf(build().getProperty("version"));
    }

    private static Properties build() {
        Properties build = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("build.properties")) {
            if (in != null) {
                build.load(in);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the program's own jar cannot be read", e);
        }
        return build;
    }
}
