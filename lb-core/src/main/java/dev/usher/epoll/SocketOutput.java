package dev.usher.epoll;

import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of a socket: at once, or with the other outputs of a turn. In the second case the socket says that it takes nothing for
 * the moment, and the caller keeps the bytes, as with a full socket. The key is ready to write when the kernel has answered.
 * The next write has the answer, a count or an error, as the call would have had it.
 */
final class SocketOutput {
    /** An act that is asked for while a send has no answer, and done after the answer. */
    private enum Afterwards {
        NOTHING,
        SHUTDOWN,
        CLOSE
    }

    private static final int SHUT_WRITE = 1;

    private final int descriptor;
    private @Nullable EpollKey key;
    /** A send that the kernel has yet to answer, or whose answer the caller has yet to hear. */
    private @Nullable Output sending;

    /** Sends given to a turn's outputs so far. */
    private int given;

    private Afterwards afterwards = Afterwards.NOTHING;
    /** True if a read has to know the answer. */
    private boolean readerWaits;

    SocketOutput(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Takes the key of the socket. */
    void onRegistered(EpollKey newKey, boolean connected) {
        key = newKey;
        if (isUnanswered()) {
            newKey.awaits(SelectionKey.OP_WRITE);
        } else if (connected) {
            newKey.can(SelectionKey.OP_WRITE);
        }
    }

    private boolean isUnanswered() {
        return sending != null && sending.state() != Output.State.DONE;
    }

    // ---- bytes ----

    /** Sends from the buffer and moves its position; the result is a count, or a negative error. */
    int write(Syscalls calls, ByteBuffer from) {
        if (sending != null) {
            return goOn(sending, calls, from);
        }
        Outputs outputs = Outputs.ofTurn();
        sending = outputs == null ? null : outputs.send(this, descriptor, given, from);
        if (sending == null) {
            return send(calls, from);
        }
        given++;
        return untilAnswered();
    }

    private int untilAnswered() {
        if (key != null) {
            key.awaits(SelectionKey.OP_WRITE);
        }
        return -Errno.AGAIN;
    }

    private int send(Syscalls calls, ByteBuffer from) {
        int all = Syscalls.mostOf(from);
        int sent = calls.send(descriptor, from);
        if (key != null && sent >= 0 && sent < all) {
            key.usedUp(SelectionKey.OP_WRITE);
        } else if (key != null && sent == -Errno.AGAIN) {
            key.cannot(SelectionKey.OP_WRITE);
        }
        return sent;
    }

    /**
     * The caller believes that no byte of the former send has gone, and offers the same bytes or more; else the former send is over.
     * Fewer of the same bytes must not be offered: they look like others, and would be sent a second time.
     */
    private int goOn(Output former, Syscalls calls, ByteBuffer from) {
        return switch (former.state()) {
            case QUEUED -> former.isStartOf(from, former.length()) ? untilAnswered() : sendInstead(former, calls, from);
            case IN_FLIGHT -> untilAnswered();
            case DONE -> takeAnswer(former, calls, from);
            case FREE -> throw new IllegalStateException("a send without a call");
        };
    }

    private int sendInstead(Output former, Syscalls calls, ByteBuffer from) {
        former.callOff();
        sending = null;
        if (key != null) { // which would wait for an answer that never comes
            key.awaitsNoMore(opsThatWait());
        }
        return send(calls, from);
    }

    private int takeAnswer(Output former, Syscalls calls, ByteBuffer from) {
        int result = former.result();
        boolean same = result < 0 || former.isStartOf(from, result);
        release(former);
        if (!same || Errno.isTemporary(result)) {
            return send(calls, from);
        }
        if (result > 0) {
            from.position(from.position() + result);
        }
        return result;
    }

    /** Answer for a read that has found the end: 0 if that is all, an error that a send has heard of, or AGAIN if a send has no answer. */
    int answerBeforeEnd() {
        readerWaits = isUnanswered();
        if (readerWaits) {
            return -Errno.AGAIN;
        }
        int answer = sending == null ? 0 : sending.result();
        return answer > 0 || Errno.isTemporary(answer) ? 0 : answer;
    }

    private void release(Output former) {
        sending = null;
        former.release();
    }

    // ---- the end ----

    /** The result is 0 or a negative error. */
    int shutdown(Syscalls calls) {
        if (isUnanswered()) {
            afterwards = Afterwards.SHUTDOWN;
            return 0;
        }
        return calls.shutdown(descriptor, SHUT_WRITE);
    }

    /** The descriptor stays open while the kernel may still send to it: its number must not become another socket. */
    void close(Syscalls calls) {
        if (isUnanswered()) {
            afterwards = Afterwards.CLOSE;
            return;
        }
        if (sending != null) {
            release(sending);
        }
        Outputs outputs = Outputs.ofTurn();
        if (outputs == null || !outputs.close(descriptor)) {
            calls.close(descriptor);
        }
    }

    /** The kernel has answered the send. */
    void onAnswer(Output answered, Syscalls calls) {
        switch (afterwards) {
            case NOTHING -> {}
            case SHUTDOWN -> calls.shutdown(descriptor, SHUT_WRITE);
            case CLOSE -> {
                release(answered);
                calls.close(descriptor);
            }
        }
        if (key != null && key.isValid()) {
            key.onAnswer(opsThatWait());
        }
    }

    /** Operations that wait for the answer of a send; none does after this question. */
    private int opsThatWait() {
        int ops = readerWaits ? SelectionKey.OP_WRITE | SelectionKey.OP_READ : SelectionKey.OP_WRITE;
        readerWaits = false;
        return ops;
    }
}
