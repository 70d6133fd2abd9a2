package dev.usher.server;

import dev.usher.admin.http.Pem;
import dev.usher.file.NamedFile;
import dev.usher.server.reload.RunningUsher;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that ask a running usher. */
final class AdminOptions {
    private static final String ADVICE = "start one with usher run FILE, or ask another with --admin URL";
    /** Default address of the admin side, for an usher without a run file. */
    private static final URI STANDARD = URI.create("http://127.0.0.1:9000/");

    @Option(
            names = "--admin",
            paramLabel = "URL",
            description =
                    "Ask by HTTP, at http://127.0.0.1:9000 for example (default: the local usher, by its control socket).")
    private @Nullable String admin;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "With --admin https://...: the certificate to trust, its CA's or its own, in PEM.")
    private @Nullable Path ca;

    @Option(names = "--pid", paramLabel = "N", description = "The process id, if several run here.")
    private @Nullable Long pid;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "With --admin: a file with the token, if one is needed (default: the variable USHER_TOKEN).")
    private @Nullable Path tokenFile;

    /** Makes a client for the selected usher; to be closed. */
    UsherClient client() throws AdminFault {
        return clientFor(null);
    }

    /** Like {@link #client}, for the usher that serves the file, unless {@code --admin} is given. */
    UsherClient clientFor(@Nullable Path file) throws AdminFault {
        if (admin != null) {
            return new AdminClient(checked(admin), token(), ca == null ? null : trusting(ca));
        }
        FindRunning find = new FindRunning(file, pid);
        RunningUsher found = find.one("--pid");
        if (found != null) {
            return new SocketClient(found);
        }
        if (pid != null || file != null || find.isAnythingThere()) {
            throw find.nothingFound(ADVICE);
        }
        return standard(find);
    }

    /** Sends no token: the process at the default address was not found by a run file, and may be a stranger. */
    private static AdminClient standard(FindRunning find) throws AdminFault {
        AdminClient client = new AdminClient(STANDARD, null, null);
        try {
            client.look("/livez");
            return client;
        } catch (AdminFault nobody) {
            client.close();
            throw find.nothingFound(ADVICE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            client.close();
            throw find.nothingFound(ADVICE);
        }
    }

    private static URI checked(String admin) throws AdminFault {
        try {
            URI url = new URI(admin.contains("://") ? admin : "http://" + admin);
            if (url.getHost() != null && List.of("http", "https").contains(url.getScheme())) {
                return url;
            }
        } catch (URISyntaxException notOne) {
            // reported below
        }
        throw new AdminFault("--admin must be a URL such as http://127.0.0.1:9000, was " + admin);
    }

    private static SSLContext trusting(Path ca) throws AdminFault {
        try {
            return Pem.trusting(ca, "--ca");
        } catch (IOException | GeneralSecurityException e) {
            throw new AdminFault(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable String token() throws AdminFault {
        if (tokenFile == null) {
            String token = System.getenv("USHER_TOKEN");
            return token == null || token.isBlank() ? null : token.strip();
        }
        try {
            byte[] token = NamedFile.readOrPipe(tokenFile, NamedFile.Kind.VALUE).bytes();
            return new String(token, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new AdminFault("--token-file " + tokenFile + " " + e.getMessage());
        }
    }
}
