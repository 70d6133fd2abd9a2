package dev.usher.server.convert.draft;

import dev.usher.server.convert.draft.Remark.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects remarks. A statement has a single remark for each reason, however often the statement is looked at. */
public final class Remarks {
    /** More than anybody reads; the rest are counted. */
    private static final int MAX_KEPT = 10_000;

    private final Map<Remark, Integer> order = new LinkedHashMap<>();
    private int notKept;

    public void leftOut(Statement statement, String reason) {
        add(new Remark(Kind.LEFT_OUT, statement, reason));
    }

    public void changed(Statement statement, String reason) {
        add(new Remark(Kind.CHANGED, statement, reason));
    }

    public void notNeeded(Statement statement, String reason) {
        add(new Remark(Kind.NOT_NEEDED, statement, reason));
    }

    public void fault(Statement statement, String reason) {
        add(new Remark(Kind.FAULT, statement, reason));
    }

    private void add(Remark remark) {
        if (order.size() >= MAX_KEPT) {
            notKept++;
            return;
        }
        order.putIfAbsent(remark, order.size());
    }

    /** Remarks so far, in the order of the statements: files in their order, then lines. */
    public List<Remark> sorted() {
        return order.keySet().stream().sorted(new FileOrder(order.keySet())).toList();
    }

    /** Count of remarks beyond the limit. */
    public int notKept() {
        return notKept;
    }

    public boolean has(Kind kind) {
        return order.keySet().stream().anyMatch(remark -> remark.kind() == kind)
                || (notKept > 0 && kind == Kind.LEFT_OUT);
    }

    /** A parser's result; null after a remark with the parser's reason. */
    public <T> @Nullable T tried(Statement statement, Supplier<T> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException fault) {
            leftOut(statement, String.valueOf(fault.getMessage()));
            return null;
        }
    }
}
