package dev.usher.workers;

import dev.usher.config.SocketRights;
import dev.usher.config.UnixPath;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The file of a listening unix socket. A bound file stays when the process ends, so a start may find a dead file. */
final class SocketFile {
    private static final int TYPE_BITS = 0170000;
    private static final int SOCKET = 0140000;

    private final Path path;
    /** Tells our file from a successor's of the same name; null where the file system has no such key. */
    private final @Nullable Object key;

    private SocketFile(Path path, @Nullable Object key) {
        this.path = path;
        this.key = key;
    }

    /**
     * Removes a file without a process behind.
     *
     * @param takeOver whether to remove the file of an answering process as well: another usher, about to end
     * @throws IOException if the file is no socket, or a process answers
     */
    static void clear(SelectorProvider provider, UnixPath file, boolean takeOver) throws IOException {
        Path path = Path.of(file.path());
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & TYPE_BITS) != SOCKET) {
            throw new IOException("the file exists, and is no socket: move it away");
        }
        if (!takeOver && answers(provider, path)) {
            throw new BindException("a process listens there already (to see which: ss -xlp src " + path + ")");
        }
        Files.delete(path);
    }

    /** True unless the kernel finds no listener; not blocking, since the queue may be full. */
    private static boolean answers(SelectorProvider provider, Path path) throws IOException {
        try (SocketChannel channel = provider.openSocketChannel(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException nobody) {
            return false;
        } catch (IOException unclear) {
            return true;
        }
    }

    /** The file of a socket just bound. */
    static SocketFile of(UnixPath file) throws IOException {
        Path path = Path.of(file.path());
        return new SocketFile(path, key(path));
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Gives the file its rights: the owner first, so that no other user has rights in between. */
    void permit(SocketRights rights) throws IOException {
        UserPrincipalLookupService users = path.getFileSystem().getUserPrincipalLookupService();
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        try {
            if (rights.user() != null) {
                view.setOwner(users.lookupPrincipalByName(rights.user()));
            }
            if (rights.group() != null) {
                view.setGroup(users.lookupPrincipalByGroupName(rights.group()));
            }
        } catch (UserPrincipalNotFoundException unknown) {
            throw new IOException("owner: this machine does not know \"" + rights.owner() + '"', unknown);
        } catch (IOException denied) {
            throw new IOException(
                    "owner: a file can be given to " + rights.owner() + " by root alone, or to a group of one's own",
                    denied);
        }
        Files.setAttribute(path, "unix:mode", rights.modeBits());
    }

    /** Removes the file, unless a successor has put a file of the same name there. */
    void remove() throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && Objects.equals(key, key(path))) {
            Files.delete(path);
        }
    }
}
