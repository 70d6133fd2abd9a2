package dev.usher.named;

import dev.usher.config.AddressRules;
import dev.usher.config.IpAddress;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a backend of a source may have an address. Private addresses are the rule for backends; only the
 * author of the file may give addresses of the machine itself, or of the metadata of a cloud.
 */
public final class BroughtAddress {
    private static final Set<SpecialBlock> REFUSED = EnumSet.of(
            SpecialBlock.THIS_NETWORK,
            SpecialBlock.LOOPBACK,
            SpecialBlock.LINK_LOCAL,
            SpecialBlock.MULTICAST,
            SpecialBlock.RESERVED,
            SpecialBlock.UNSPECIFIED_V6,
            SpecialBlock.LOOPBACK_V6,
            SpecialBlock.COMPATIBLE,
            SpecialBlock.DISCARD,
            SpecialBlock.LINK_LOCAL_V6,
            SpecialBlock.MULTICAST_V6);

    private BroughtAddress() {}

    /**
     * The reason to refuse an address, in words; null if allowed. Asks the system for its interfaces.
     *
     * @param rules allowed addresses, whatever their purpose
     */
    public static @Nullable String refusal(InetAddress address, AddressRules rules) {
        byte[] bytes = address.getAddress();
        if (rules.of(bytes) == AddressRules.Word.ALLOWED) {
            return null;
        }
        if (isOwn(address)) {
            return IpAddress.text(bytes) + " is an address of this machine";
        }
        List<byte[]> inner = Unwrapping.of(bytes);
        for (byte[] each : inner.isEmpty() ? List.of(bytes) : inner) {
            SpecialBlock block = rules.of(each) == AddressRules.Word.ALLOWED ? null : SpecialBlock.of(each);
            if (block != null && REFUSED.contains(block)) {
                return block.textOf(each);
            }
        }
        return null;
    }

    /** Asked anew each time, since addresses come and go. Without an answer, counts as own. */
    private static boolean isOwn(InetAddress address) {
        try {
            return !address.isLoopbackAddress() && NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException unknown) {
            return true;
        }
    }
}
