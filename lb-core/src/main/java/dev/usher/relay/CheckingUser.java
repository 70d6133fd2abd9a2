package dev.usher.relay;

import dev.usher.config.ForwardProxy;
import dev.usher.config.UserFile;
import dev.usher.end.CloseReason;
import dev.usher.login.Credentials;
import dev.usher.login.UserCheck;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The check of the user that a client says to be, on other threads. The verdict comes by mail, and a known user is heard
 * on. The deadline of the hearing goes on, and the client is not read.
 */
final class CheckingUser implements Phase {
    private final Link link;
    private final Choice choice;
    private final Credentials said;
    private final Hearing asking;
    private final WayBack back;

    /** @param asking goes on with a known user */
    CheckingUser(Link link, Choice choice, Credentials said, Hearing asking, WayBack back) {
        this.link = link;
        this.choice = choice;
        this.said = said;
        this.asking = asking;
        this.back = back;
    }

    @Override
    public Next begin() {
        link.client.watch(0);
        choice.isSaidBy(said.user());
        Client client = choice.client();
        ForwardProxy listener = client.listenerConfig().forwardProxy();
        UserFile users = listener.users();
        if (users == null || !listener.admits(client.ipBytes())) { // a stranger costs no hash
            return new Next.Refuse(CloseReason.DENIED);
        }
        return isBegun(users, client.ip()) ? Next.STAY : new Next.Refuse(CloseReason.AUTH_OVERLOADED);
    }

    private boolean isBegun(UserFile users, @Nullable InetAddress ip) {
        UserCheck check = choice.client().place().shared().users();
        return check.begin(users, said, ip, verdict -> back.post(this, () -> next(verdict)));
    }

    private Next next(UserCheck.Verdict verdict) {
        return switch (verdict) {
            case KNOWN -> new Next.HearOn(asking);
            case UNKNOWN -> new Next.Refuse(CloseReason.AUTH_FAILED);
            case TOO_OFTEN -> new Next.Refuse(CloseReason.AUTH_THROTTLED);
        };
    }

    @Override
    public Next onReady(Side side, int ops) {
        side.watch(0); // until the verdict
        return Next.STAY;
    }

    @Override
    public Next onDeadline() {
        return new Next.End(CloseReason.HELLO_TIMEOUT);
    }

    /** A session that went elsewhere would be heard without a verdict. */
    @Override
    public @Nullable Next leaveBackend(AttemptOutcome gone) {
        return null;
    }
}
