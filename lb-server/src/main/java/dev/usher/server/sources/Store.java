package dev.usher.server.sources;

import dev.usher.config.BackendConfig;
import dev.usher.config.RoutePattern;
import dev.usher.config.SourceConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The last good answer of each source on disk, so that a restart serves while a source is down. */
final class Store {
    private static final int FORMAT = 1;
    /** A stored answer repeats pool and place for each name, so is longer than the answer. */
    private static final long MAX_BYTES = 16L * OfferReader.MAX_BYTES;

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Logger log = LoggerFactory.getLogger(Store.class);

    private final @Nullable Path directory;

    /** @param directory null keeps nothing */
    Store(@Nullable Path directory) {
        this.directory = directory;
    }

    private static Path file(Path directory, SourceConfig source) {
        return directory.resolve(source.name() + ".json");
    }

    /** The target of the questions, as digits: a new URL has new answers. Secrets are masked before. */
    private static String origin(SourceConfig source) {
        return StateDirectory.sha256(source.kind().toString());
    }

    /** The stored answer; null for no answer, and for a useless answer, with a line in the log. */
    @Nullable
    Held read(SourceConfig source) {
        if (directory == null) {
            return null;
        }
        Path file = file(directory, source);
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MAX_BYTES) {
                return null;
            }
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            boolean usable = root.path("format").asInt(0) == FORMAT
                    && root.path("origin").asString("").equals(origin(source));
            return usable ? held(root, source) : null;
        } catch (NoSuchFileException absent) {
            return null;
        } catch (IOException | JacksonException | DateTimeException fault) {
            log.warn("source {}: the stored answer in {} cannot be read: {}", source.name(), file, fault.getMessage());
            return null;
        }
    }

    private static Held held(JsonNode root, SourceConfig source) throws IOException {
        OfferBuilder offer = new OfferBuilder(source.maxNames());
        for (Map.Entry<String, JsonNode> pool : root.path("pools").properties()) {
            for (JsonNode each : pool.getValue()) {
                BackendConfig backend = offer.backend(
                        each.path("address").asString(""),
                        each.path("weight").asInt(BackendConfig.DEFAULT_WEIGHT),
                        pool.getKey());
                if (backend != null) {
                    offer.add(pool.getKey(), backend);
                }
            }
        }
        for (Map.Entry<String, JsonNode> share : root.path("refused").properties()) {
            offer.refuse(share.getKey(), share.getValue().asInt(0));
        }
        Map<String, Instant> since = new HashMap<>();
        for (JsonNode each : root.path("names")) {
            String place = each.path("place").asString("");
            RoutePattern pattern = offer.pattern(each.path("name").asString(""), place);
            if (pattern != null && offer.hasPool(each.path("pool").asString(""))) {
                offer.claim(pattern, each.path("pool").asString(""), place);
                since.put(pattern.canonical(), Instant.parse(each.path("since").asString("")));
            }
        }
        return new Held(offer.build(), since, Instant.parse(root.path("at").asString("")));
    }

    /** Writes an answer in place of the last: whole or not at all. A failure is thrown with the file in its message. */
    void write(SourceConfig source, Held held) throws IOException {
        if (directory == null) {
            return;
        }
        Path file = file(directory, source);
        Path fresh = directory.resolve(source.name() + ".json.new");
        try {
            Files.deleteIfExists(fresh);
            try (FileChannel out = FileChannel.open(
                    fresh,
                    EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(tree(source, held)));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true); // a crash must not leave an empty file under the name
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException fault) {
            throw new IOException(file + ": " + fault.getMessage(), fault);
        }
    }

    private static Map<String, Object> tree(SourceConfig source, Held held) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("format", FORMAT);
        root.put("origin", origin(source));
        root.put("at", held.at().toString());
        Map<String, Object> pools = new LinkedHashMap<>();
        held.offer()
                .pools()
                .forEach((name, backends) -> pools.put(
                        name,
                        backends.stream()
                                .map(each -> Map.of("address", each.address().toString(), "weight", each.weight()))
                                .toList()));
        root.put("pools", pools);
        root.put("refused", held.offer().refused());
        List<Object> names = new ArrayList<>();
        for (Offer.Claim claim : held.offer().claims()) {
            names.add(Map.of(
                    "name",
                    claim.pattern().text(),
                    "pool",
                    claim.pool(),
                    "place",
                    claim.place(),
                    "since",
                    held.since(claim).toString()));
        }
        root.put("names", names);
        return root;
    }
}
