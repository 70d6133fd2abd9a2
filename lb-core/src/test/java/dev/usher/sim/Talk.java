package dev.usher.sim;

import dev.usher.end.CloseReason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client says first, and what must come of that: the pool, the words that usher says itself, and the bytes that
 * a backend gets.
 *
 * <pre>
 *   client   | consumed by usher | passed on, unless a hello within is part of the opening ...  | dropped
 *            0               consumed           opened                         consumed + most
 *   backend  | front, of usher's | passed on ...
 * </pre>
 */
final class Talk {
    /** The form of a refusal. */
    enum Form {
        NONE,
        TLS,
        HTTP,
        /** An answer to a HEAD. */
        HTTP_HEAD,
        CONNECT,
        SOCKS_4,
        SOCKS_5,
        POSTGRES
    }

    /**
     * A word of usher's own.
     *
     * @param behind the number of the client's bytes that it answers
     * @param alone whether nothing may be said to a client that has said more
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Word(byte[] bytes, int behind, boolean alone) {
        private boolean isDue(int read) {
            return alone ? read == behind : read >= behind;
        }
    }

    private static final byte[] NOTHING = {};

    private final byte[] head;
    private final @Nullable String pool;
    private final Form form;
    private final List<Word> words = new ArrayList<>();
    private int consumed;
    private int asked;
    private int opened;
    private byte[] front = NOTHING;
    private int most = Integer.MAX_VALUE / 2;
    private boolean repeatable = true;
    /** True exactly if the last word tells of a connected backend; behind it a hello is heard, and refused as such. */
    private boolean grants;

    private @Nullable CloseReason fault;
    private int faultAt;

    /**
     * @param head the whole opening
     * @param pool the pool that must serve the client; null if none may
     */
    Talk(byte[] head, @Nullable String pool, Form form) {
        this.head = head;
        this.pool = pool;
        this.form = form;
        this.asked = head.length;
        this.opened = head.length;
    }

    /** No opening at all: any bytes, which nobody may send twice. */
    static Talk plain(byte[] first, String pool) {
        Talk talk = new Talk(first, pool, Form.NONE);
        talk.asked = 0;
        talk.opened = 0;
        talk.repeatable = false;
        return talk;
    }

    /** The first {@code count} bytes are for usher, and are replaced by {@code instead}. */
    Talk consumes(int count, byte[] instead) {
        consumed = count;
        front = instead;
        return this;
    }

    /** So many bytes name the pool; the rest of the opening decides whether the client is served. */
    Talk asks(int count) {
        asked = count;
        return this;
    }

    /** The opening is shorter than the bytes that are known beforehand. */
    Talk opensWith(int count) {
        asked = count;
        opened = count;
        return this;
    }

    /** Only so many bytes behind the consumed ones are for the backend. */
    Talk passes(int count) {
        most = count;
        return this;
    }

    Talk unrepeatable() {
        repeatable = false;
        return this;
    }

    /** The client must be refused once the byte at {@code at} was read. */
    Talk refused(CloseReason reason, int at) {
        fault = reason;
        faultAt = at;
        return this;
    }

    Talk word(byte[] bytes, int behind) {
        words.add(new Word(bytes, behind, false));
        return this;
    }

    /** A letter for a client that has to wait for it. */
    Talk wordAlone(String letter, int behind) {
        words.add(new Word(letter.getBytes(StandardCharsets.US_ASCII), behind, true));
        return this;
    }

    /** The last word: a backend is connected. */
    Talk granted(byte[] bytes, int behind) {
        grants = true;
        return word(bytes, behind);
    }

    /** The same behind the header of a proxy. */
    Talk behind(Preface preface) {
        Talk talk = new Talk(preface.before(head), pool, form);
        talk.consumes(preface.length() + consumed, front).passes(most);
        talk.repeatable = repeatable;
        talk.asked = preface.length() + asked;
        talk.opened = preface.length() + opened;
        talk.grants = grants;
        talk.fault = fault;
        talk.faultAt = preface.length() + faultAt;
        words.forEach(word -> talk.words.add(new Word(word.bytes, preface.length() + word.behind, word.alone)));
        return talk;
    }

    // ---- of the client ----

    byte[] head() {
        return head;
    }

    @Nullable
    String pool() {
        return pool;
    }

    /** The form of a refusal behind so many words. */
    Form form(int said) {
        return isGrant(said) ? Form.TLS : form;
    }

    /** Whether the word with this number, from 1 on, tells of a connected backend. */
    boolean isGrant(int number) {
        return grants && number == words.size();
    }

    boolean isRepeatable() {
        return repeatable;
    }

    /** Whether so many bytes say who must serve the client. */
    boolean isAsked(int read) {
        return read >= asked;
    }

    /** Whether so many bytes are the whole opening. */
    boolean isOpened(int read) {
        return read >= opened;
    }

    /** Whether a client with so many bytes read may be refused for a reason of its own. */
    boolean isRefusedFor(CloseReason reason, int read) {
        return reason == fault && read > faultAt;
    }

    @Nullable
    CloseReason fault() {
        return fault;
    }

    /** Whether a client with so many bytes read must have been refused. */
    boolean mustBeRefused(int read) {
        return fault != null && words.isEmpty() && read >= head.length && read > faultAt;
    }

    // ---- for the backend ----

    byte[] front() {
        return front;
    }

    /** The number of bytes that the backend is to get of so many bytes read. */
    int due(int read) {
        return isOpened(read) ? front.length + Math.clamp(read - consumed, 0, most) : 0;
    }

    /** Whether a backend may get these bytes from an offset on, after so many bytes read. */
    boolean passes(ByteBuffer bytes, int count, int from, Stream stream, int read) {
        if (from + count > due(read)) {
            return false;
        }
        int ofFront = Math.clamp(front.length - from, 0, count);
        boolean same =
                ofFront == 0 || bytes.slice(bytes.position(), ofFront).equals(ByteBuffer.wrap(front, from, ofFront));
        ByteBuffer rest = bytes.duplicate().position(bytes.position() + ofFront);
        return same
                && (ofFront == count
                        || stream.matches(rest, count - ofFront, consumed + from + ofFront - front.length));
    }

    // ---- for the client ----

    int wordBytes() {
        return end(words.size());
    }

    /** The end of a word among all words, by its number from 1 on. */
    int end(int number) {
        return words.subList(0, number).stream()
                .mapToInt(word -> word.bytes.length)
                .sum();
    }

    /** Whether what was said is right as far as it goes, and was not said before its time, from an offset on. */
    boolean isWord(byte[] said, int from, int read) {
        int start = 0;
        for (Word word : words) {
            boolean begun = said.length > start && from < start + word.bytes.length;
            if (begun && !word.isDue(read)) {
                return false;
            }
            start += word.bytes.length;
        }
        return said.length <= start && begins(said, said.length);
    }

    /** Whether a client with so many bytes said to it has not waited for the next word. */
    boolean isEarly(int said, int read) {
        int next = wordsIn(said);
        return said == end(next) && next < words.size() && words.get(next).alone && read > words.get(next).behind;
    }

    /** Whether the first {@code count} bytes are the first bytes of the words. */
    boolean begins(byte[] said, int count) {
        byte[] all = new byte[wordBytes()];
        int at = 0;
        for (Word word : words) {
            System.arraycopy(word.bytes, 0, all, at, word.bytes.length);
            at += word.bytes.length;
        }
        return Arrays.equals(said, 0, count, all, 0, count);
    }

    /** The number of the words of which so many bytes are a part. */
    int wordsIn(int bytes) {
        int number = 0;
        while (end(number) < bytes) {
            number++;
        }
        return number;
    }

    /** The number of bytes that a patient client says before it has had more than so many bytes. */
    int patience(int had) {
        int start = 0;
        for (Word word : words) {
            start += word.bytes.length;
            if (had < start) {
                return word.behind;
            }
        }
        return Integer.MAX_VALUE;
    }
}
