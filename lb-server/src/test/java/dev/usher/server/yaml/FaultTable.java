package dev.usher.server.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Reads {@code faults.txt}. */
final class FaultTable {
    private FaultTable() {}

    /** A file and the diagnostics that it must get, each as its line of the table. */
    record Case(String name, String yaml, List<String> expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> read() throws IOException {
        try (InputStream in = Objects.requireNonNull(FaultTable.class.getResourceAsStream("faults.txt"))) {
            String table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<Case> cases = new ArrayList<>();
            for (String block : table.split("(?m)^=== ", -1)) {
                if (!cases.isEmpty() || block.contains("\n---\n")) {
                    cases.add(parse(block));
                }
            }
            return cases;
        }
    }

    /** The last --- ends the file: one in front of it belongs to the file. */
    private static Case parse(String block) {
        int nameEnd = block.indexOf('\n');
        int yamlEnd = block.lastIndexOf("\n---\n");
        String yaml = block.substring(Math.min(nameEnd + 1, yamlEnd + 1), yamlEnd + 1);
        List<String> expected = block.substring(yamlEnd + 5)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        return new Case(block.substring(0, nameEnd), yaml.replace('→', '\t'), expected);
    }
}
