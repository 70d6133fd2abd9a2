package dev.usher.server.convert;

import dev.usher.config.UsherConfig;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Remark.Kind;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Unreadable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Converts files of a peer. */
public final class Converter {
    private Converter() {}

    /**
     * Reads the files and makes a configuration.
     *
     * @param from the program; null guesses by the text
     * @throws IOException for an unreadable file, or a text of an unknown program; with a message for people
     */
    public static Conversion convert(@Nullable Peer from, List<Path> files) throws IOException {
        List<PeerText> texts = new ArrayList<>();
        for (Path file : files) {
            try {
                texts.add(PeerText.given(file));
            } catch (IOException fault) {
                throw new IOException(file + " " + fault.getMessage(), fault);
            }
        }
        return convert(from == null ? guess(texts) : from, new ArrayList<>(texts), new Remarks());
    }

    private static Peer guess(List<PeerText> texts) throws IOException {
        return texts.stream()
                .map(text -> Peer.guess(text.text()))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> new IOException(
                        texts.getFirst().file() + " does not show which program it is for: write --from"));
    }

    /** Converts texts. */
    static Conversion convert(Peer peer, List<PeerText> texts, Remarks remarks) {
        Draft draft = new Draft(remarks);
        UsherConfig config = null;
        try {
            peer.read(texts, draft);
            config = remarks.has(Kind.FAULT) ? null : Assembly.of(draft, peer.takesRulesInOrder());
        } catch (Unreadable fault) {
            remarks.fault(fault.statement(), String.valueOf(fault.getMessage()));
        }
        return new Conversion(peer, config, remarks.sorted());
    }
}
