package dev.usher.server.reload;

import dev.usher.admin.subject.SourceView;
import dev.usher.config.UsherConfig;
import dev.usher.server.yaml.ConfigResult;
import java.util.List;

/** Additions of sources to the configuration of the files. Any thread. */
public interface Brought {
    /** No sources. */
    Brought NONE = new Brought() {
        @Override
        public long version() {
            return 0;
        }

        @Override
        public UsherConfig merge(ConfigResult.Valid ofFile) {
            return ofFile.config();
        }

        @Override
        public List<SourceView> views() {
            return List.of();
        }

        @Override
        public boolean confirm(String source) {
            return false;
        }
    };

    /** A new number whenever {@link #merge} may have a new result. */
    long version();

    /** The configuration of the files, with the routes and pools of sources. Never waits, and never fails. */
    UsherConfig merge(ConfigResult.Valid ofFile);

    /** The sources, for people. */
    List<SourceView> views();

    /** Has the waiting answer of a source hold; false without a waiting answer. */
    boolean confirm(String source);
}
