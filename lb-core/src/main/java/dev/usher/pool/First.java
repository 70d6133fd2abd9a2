package dev.usher.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first backend, in file order, that can take the session; the rest are spares. */
final class First implements Balancer {
    private final Backend[] members;

    First(List<Weighted> members) {
        this.members = members.stream().map(Weighted::backend).toArray(Backend[]::new);
    }

    @Override
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        for (Backend member : members) {
            if (Balancer.mayTake(member, tried)) {
                return member;
            }
        }
        return null;
    }
}
