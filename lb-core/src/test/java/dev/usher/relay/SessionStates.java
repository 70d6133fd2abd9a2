package dev.usher.relay;

import java.util.Arrays;
import java.util.List;

/** The words of {@link SessionState}, for tests of other modules. */
public final class SessionStates {
    private SessionStates() {}

    public static List<String> words() {
        return Arrays.stream(SessionState.values()).map(SessionState::word).toList();
    }
}
