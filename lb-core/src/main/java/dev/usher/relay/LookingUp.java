package dev.usher.relay;

import dev.usher.config.HostPort;
import dev.usher.end.CloseReason;
import dev.usher.pool.ByName;
import dev.usher.pool.Pool;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The look-up of the host that the client asks for, on other threads. The answer comes by mail, or at once. */
final class LookingUp implements Phase {
    private final Link link;
    private final Choice choice;
    private final HostPort address;
    private final WayBack back;

    /** @param address filled template of the session's pool */
    LookingUp(Link link, Choice choice, HostPort address, WayBack back) {
        this.link = link;
        this.choice = choice;
        this.address = address;
        this.back = back;
    }

    @Override
    public Next begin() {
        Pool pool = choice.attempts().pool();
        link.arm(pool.config().resolve().timeout().toNanos());
        ByName byName = Objects.requireNonNull(pool.byName(), "a pool with a template");
        ByName.Found atHand = byName.find(address, asking(), answer -> back.post(this, () -> next(answer)));
        return atHand == null ? Next.STAY : next(atHand);
    }

    private Next next(ByName.Found answer) {
        CloseReason refusal = CloseReason.of(answer.outcome());
        if (refusal != null) {
            return new Next.Refuse(refusal);
        }
        choice.attempts().isNamed(Objects.requireNonNull(answer.pool(), "of a found name"));
        return Next.CONNECT;
    }

    @Override
    public Next onReady(Side side, int ops) {
        link.client.watch(0); // as while connecting
        return Next.STAY;
    }

    @Override
    public Next onDeadline() {
        return new Next.Refuse(CloseReason.NAME_LOOKUP_FAILED);
    }

    @Override
    public @Nullable Next leaveBackend(AttemptOutcome gone) {
        return null; // there is none yet
    }

    /** Clients of a unix socket share the look-ups of this machine. */
    private InetAddress asking() {
        InetAddress ip = choice.client().ip();
        return ip == null ? InetAddress.getLoopbackAddress() : ip;
    }
}
