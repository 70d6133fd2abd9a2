package dev.usher.config;

import java.util.List;

/**
 * Addresses that names of clients may lead to, beside the public addresses. The narrowest block with an address
 * decides; of equal blocks the denying block.
 *
 * @param to addresses that are allowed, whatever their purpose
 * @param denyTo addresses that are refused
 */
public record AddressRules(List<Cidr> to, List<Cidr> denyTo) {
    public static final AddressRules NONE = new AddressRules(List.of(), List.of());

    /** The word of the lists about an address. */
    public enum Word {
        ALLOWED,
        DENIED,
        /** No list has the address. */
        NONE
    }

    public AddressRules {
        to = Check.distinct(to, "to");
        denyTo = Check.distinct(denyTo, "deny_to");
    }

    public boolean isNone() {
        return to.isEmpty() && denyTo.isEmpty();
    }

    /**
     * The word of the narrowest block.
     *
     * @param address 4 or 16 bytes
     */
    public Word of(byte[] address) {
        int allowed = narrowest(to, address);
        int denied = narrowest(denyTo, address);
        if (allowed < 0 && denied < 0) {
            return Word.NONE;
        }
        return allowed > denied ? Word.ALLOWED : Word.DENIED;
    }

    /** The most bits of a block with the address; negative without a block. */
    private static int narrowest(List<Cidr> blocks, byte[] address) {
        int most = -1;
        for (Cidr block : blocks) {
            if (block.prefixBits() > most && block.contains(address)) {
                most = block.prefixBits();
            }
        }
        return most;
    }
}
