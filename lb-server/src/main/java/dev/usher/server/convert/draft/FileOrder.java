package dev.usher.server.convert.draft;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** Orders remarks by file, as the files came, then by line and column. */
final class FileOrder implements Comparator<Remark> {
    private final Map<Path, Integer> files = new HashMap<>();

    FileOrder(Collection<Remark> remarks) {
        remarks.forEach(remark -> files.putIfAbsent(remark.statement().file(), files.size()));
    }

    @Override
    public int compare(Remark a, Remark b) {
        return Comparator.<Remark>comparingInt(
                        remark -> files.getOrDefault(remark.statement().file(), 0))
                .thenComparingInt(remark -> remark.statement().line())
                .thenComparingInt(remark -> remark.statement().column())
                .compare(a, b);
    }
}
