package dev.usher.epoll;

import org.junit.jupiter.api.BeforeAll;

/** The same as without a ring, though each output goes through it. */
class RingOfOneTest extends EpollTest {
    @BeforeAll
    static void needsRings() {
        Rings.need();
    }

    @Override
    EpollProvider provider() {
        return Rings.always();
    }
}
