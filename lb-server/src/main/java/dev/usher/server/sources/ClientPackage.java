package dev.usher.server.sources;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The jars in the directory {@code kubernetes} beside usher's own. Their classes see usher's, and not the other way round. */
final class ClientPackage implements AutoCloseable {
    /** Names another directory. */
    private static final String PLACE = "usher.kubernetes";

    private final Path place = place();
    private final URLClassLoader loader;

    ClientPackage() throws IOException {
        loader = new URLClassLoader("kubernetes", jars(place), ClientPackage.class.getClassLoader());
    }

    private static Path place() {
        String given = System.getProperty(PLACE);
        URI own = URI.create(ClientPackage.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString());
        return given == null ? Path.of(own).resolveSibling("kubernetes") : Path.of(given);
    }

    private static URL[] jars(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return new URL[0];
        }
        try (Stream<Path> files = Files.list(place)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .map(ClientPackage::url)
                    .toArray(URL[]::new);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** @throws IOException if the package is not installed; then this is closed */
    ClientFeed.Provider provider() throws IOException {
        Optional<ClientFeed.Provider> found =
                ServiceLoader.load(ClientFeed.Provider.class, loader).findFirst();
        if (found.isEmpty()) {
            close();
            throw new IOException(
                    "the client of Kubernetes is not in " + place + ": put the jars of usher-kubernetes there");
        }
        return found.get();
    }

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
