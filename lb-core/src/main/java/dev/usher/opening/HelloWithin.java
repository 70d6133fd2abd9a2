package dev.usher.opening;

import dev.usher.config.ForwardProxy.Sni;
import dev.usher.config.ListenerConfig;
import dev.usher.config.NotTls;
import dev.usher.config.Target;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.name.ServerName;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A ClientHello behind a request for a host: as on a TLS listener, and with the name of the host. So a client that may
 * reach a host cannot ask the host's server for another site.
 */
final class HelloWithin implements Opening {
    private final TlsOpening hello;
    /** Null accepts any name. */
    private final @Nullable ServerName asked;

    private HelloWithin(TlsOpening hello, @Nullable ServerName asked) {
        this.hello = hello;
        this.asked = asked;
    }

    /** The opening behind a request for {@code asked} at {@code port}; on most ports any protocol, and no opening. */
    static Opening behind(ServerName asked, int port, ListenerConfig listener) {
        if (port != Target.USUAL_PORT) {
            return PlainOpening.INSTANCE;
        }
        boolean matching = listener.forwardProxy().sni() == Sni.MUST_MATCH;
        return new HelloWithin(
                new TlsOpening(listener.clientHello().maxSizeBytes(), NotTls.NONE), matching ? asked : null);
    }

    @Override
    public Step read(ByteBuffer soFar) {
        Step step = hello.read(soFar);
        return step instanceof Step.Whole(Destination.Host host, int _) && !fits(host.name())
                ? new Step.Refused(CloseReason.SNI_MISMATCH, "the hello is for another host")
                : step;
    }

    /** A hello cannot say an address (RFC 6066 section 3), so a hello for an address may go without a name. */
    private boolean fits(@Nullable ServerName name) {
        return asked == null || asked.equals(name) || (name == null && asked.ipLiteral());
    }

    @Override
    public ByteBuffer refusal(Refusal why) {
        return hello.refusal(why);
    }

    @Override
    public boolean expectsAnswer() {
        return hello.expectsAnswer();
    }

    @Override
    public boolean isRepeatable() {
        return hello.isRepeatable();
    }

    @Override
    public long mark() {
        return hello.mark();
    }

    @Override
    public Verdict judge(ByteBuffer first) {
        return hello.judge(first);
    }
}
