package dev.usher.server.yaml;

import java.util.Iterator;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.ScannerException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The events of a YAML text. The parser tells most faults with their places; a number that the parser cannot read, such
 * as that of an escape at the end of the text, gets a place here.
 */
public final class YamlEvents implements Iterator<Event> {
    private final StreamReader reader;
    private final ParserImpl events;

    public YamlEvents(LoadSettings settings, String text) {
        this.reader = new StreamReader(settings, text);
        this.events = new ParserImpl(settings, reader);
    }

    @Override
    public boolean hasNext() {
        return events.hasNext();
    }

    /** @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException for a fault of the text */
    @Override
    public Event next() {
        try {
            return events.next();
        } catch (NumberFormatException fault) {
            throw new ScannerException(
                    "", Optional.empty(), "a number is missing here, or too large", reader.getMark());
        }
    }
}
