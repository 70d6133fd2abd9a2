package dev.usher.named;

import dev.usher.config.AddressRules;
import dev.usher.config.IpAddress;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client may be led to an address: public addresses, and the addresses in the rules of the pool. Everybody
 * can give a name a private address, so each address of each answer is checked.
 */
final class AddressCheck {
    private final AddressRules rules;
    private final Predicate<InetAddress> own;

    /** @param own whether an address is of this machine */
    AddressCheck(AddressRules rules, Predicate<InetAddress> own) {
        this.rules = rules;
        this.own = own;
    }

    AddressCheck(AddressRules rules) {
        this(rules, AddressCheck::isOwn);
    }

    /** The reason to refuse an address, in words; null if allowed. */
    @Nullable
    String refusal(InetAddress address) {
        byte[] bytes = address.getAddress();
        List<byte[]> inner = Unwrapping.of(bytes);
        if (inner.isEmpty()) {
            return refusal(bytes);
        }
        AddressRules.Word word = rules.of(bytes);
        if (word != AddressRules.Word.NONE) {
            return word == AddressRules.Word.ALLOWED ? null : denied(bytes);
        }
        for (byte[] each : inner) {
            String refusal = refusal(each);
            if (refusal != null) {
                return IpAddress.text(bytes) + " leads to " + refusal;
            }
        }
        return own.test(address) ? ofThisMachine(bytes) : null;
    }

    private @Nullable String refusal(byte[] address) {
        return switch (rules.of(address)) {
            case ALLOWED -> null;
            case DENIED -> denied(address);
            case NONE -> special(address);
        };
    }

    private @Nullable String special(byte[] address) {
        SpecialBlock block = SpecialBlock.of(address);
        if (block != null) {
            return block.textOf(address);
        }
        return own.test(inet(address)) ? ofThisMachine(address) : null;
    }

    private static String denied(byte[] address) {
        return IpAddress.text(address) + " is in deny_to";
    }

    private static String ofThisMachine(byte[] address) {
        return IpAddress.text(address) + " is an address of this machine";
    }

    private static InetAddress inet(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    /** Asked anew each time, since addresses come and go. An unknown answer counts as an own address. */
    private static boolean isOwn(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException unknown) {
            return true;
        }
    }
}
