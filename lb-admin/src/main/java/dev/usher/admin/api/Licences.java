package dev.usher.admin.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Third-party work in usher, with its licences. */
final class Licences {
    /** @param licence SPDX identifier */
    record Entry(String name, String version, String licence) {}

    private static final List<Entry> ALL = read();

    private Licences() {}

    static List<Entry> all() {
        return ALL;
    }

    private static List<Entry> read() {
        Properties libraries = properties("/dev/usher/admin/licences.properties");
        List<Entry> entries = new ArrayList<>();
        for (String name : libraries.stringPropertyNames().stream().sorted().toList()) {
            String version =
                    properties("/META-INF/maven/" + name + "/pom.properties").getProperty("version");
            entries.add(new Entry(name, version == null ? "" : version, libraries.getProperty(name)));
        }
        return List.copyOf(entries);
    }

    /** The properties; empty if the file does not exist. */
    private static Properties properties(String path) {
        Properties properties = new Properties();
        try (InputStream in = Licences.class.getResourceAsStream(path)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the program's own jar cannot be read", e);
        }
        return properties;
    }
}
