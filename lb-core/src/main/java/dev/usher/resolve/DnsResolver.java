package dev.usher.resolve;

import dev.usher.config.HostPort;
import dev.usher.config.ResolveConfig;
import dev.usher.config.ResolveConfig.Family;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.hosts.HostsFileParser;

/** Asks name servers of the configuration. No search domains. */
final class DnsResolver implements Resolver {
    /** Aliases in a row. */
    private static final int MAX_ALIASES = 8;
    /** Questions for a name: a server may leave an alias to the asker. */
    private static final int MAX_QUESTIONS = 3;

    private final Family family;
    private final NameServers servers;
    private final @Nullable HostsFileParser hosts;

    /** @param hostsFile whether {@code /etc/hosts} comes first */
    DnsResolver(ResolveConfig config, boolean hostsFile) {
        this.family = config.family();
        this.servers = new NameServers(config);
        this.hosts = hostsFile ? new HostsFileParser() : null;
    }

    /**
     * Records of a type for a name, with the aliases on the way.
     *
     * @param ttlSeconds the least time of the records read
     */
    private record Found(List<Record> records, long ttlSeconds) {
        Duration ttl() {
            return Duration.ofSeconds(ttlSeconds);
        }
    }

    @Override
    public Answer addresses(String host) throws LookupException {
        Name name = name(host);
        List<InetAddress> known = inHostsFile(name);
        if (!known.isEmpty()) {
            return new Answer(known, null);
        }
        List<FutureTask<Found>> asked =
                types().stream().map(type -> begin(name, type)).toList();
        List<InetAddress> addresses = new ArrayList<>();
        long ttl = Long.MAX_VALUE;
        LookupException failure = null;
        for (FutureTask<Found> each : asked) {
            try {
                Found found = result(each);
                found.records().forEach(record -> addresses.add(address(record)));
                ttl = Math.min(ttl, found.ttlSeconds());
            } catch (LookupException e) {
                failure = failure == null || failure.isNoSuchName() ? e : failure;
            }
        }
        if (addresses.isEmpty() && failure != null) {
            throw failure;
        }
        return new Answer(addresses, Duration.ofSeconds(ttl));
    }

    /** Both families are asked for at once, so that the client waits for the slower, not for the sum. */
    private FutureTask<Found> begin(Name name, int type) {
        FutureTask<Found> asked = new FutureTask<>(() -> find(name, type));
        Thread.ofVirtual().name("look up " + name).start(asked);
        return asked;
    }

    private static Found result(FutureTask<Found> asked) throws LookupException {
        try {
            return asked.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LookupException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw LookupException.failed("interrupted");
        }
    }

    private List<Integer> types() {
        return switch (family) {
            case ANY -> List.of(Type.A, Type.AAAA);
            case IPV4 -> List.of(Type.A);
            case IPV6 -> List.of(Type.AAAA);
        };
    }

    @Override
    public Services services(String name) throws LookupException {
        Found found = find(name(name), Type.SRV);
        List<Service> services = new ArrayList<>();
        for (Record each : found.records()) {
            SRVRecord srv = (SRVRecord) each;
            HostPort address = address(srv);
            if (address != null) {
                services.add(new Service(srv.getPriority(), srv.getWeight(), address));
            }
        }
        if (services.isEmpty()) {
            throw LookupException.noSuchName(name + " says that the service is not there");
        }
        return new Services(services, found.ttl());
    }

    /** Null for a record without a place: a dot says that there is no such service. */
    private static @Nullable HostPort address(SRVRecord record) {
        try {
            return record.getPort() == 0
                    ? null
                    : new HostPort(record.getTarget().toString(true), record.getPort());
        } catch (IllegalArgumentException noHostName) {
            return null;
        }
    }

    // ---- answers ----

    /** The records, not empty. Servers follow aliases themselves; an alias left over is asked for. */
    private Found find(Name name, int type) throws LookupException {
        Name wanted = name;
        long ttl = Long.MAX_VALUE;
        long deadline = servers.deadline();
        for (int question = 0; question < MAX_QUESTIONS; question++) {
            Message answer = servers.ask(Message.newQuery(Record.newRecord(wanted, type, DClass.IN)), deadline);
            List<Record> section = answer.getSection(Section.ANSWER);
            Aliases aliases = Aliases.follow(section, wanted);
            ttl = Math.min(ttl, aliases.ttlSeconds());
            List<Record> records = records(section, aliases.end(), type);
            if (!records.isEmpty()) {
                return new Found(records, Math.min(ttl, least(records)));
            }
            if (aliases.end().equals(wanted) || answer.getRcode() != Rcode.NOERROR) {
                break;
            }
            wanted = aliases.end();
        }
        throw LookupException.noSuchName(name.toString(true) + " has no record of type " + Type.string(type));
    }

    /** The way from a name over the aliases in an answer. */
    private record Aliases(Name end, long ttlSeconds) {
        static Aliases follow(List<Record> section, Name from) {
            Name end = from;
            long ttl = Long.MAX_VALUE;
            for (int i = 0; i < MAX_ALIASES; i++) {
                List<Record> next = records(section, end, Type.CNAME);
                if (next.isEmpty()) {
                    break;
                }
                ttl = Math.min(ttl, least(next));
                end = ((CNAMERecord) next.getFirst()).getTarget();
            }
            return new Aliases(end, ttl);
        }
    }

    private static long least(List<Record> records) {
        return records.stream().mapToLong(Record::getTTL).min().orElse(0);
    }

    private static List<Record> records(List<Record> section, Name owner, int type) {
        return section.stream()
                .filter(each -> each.getType() == type && each.getName().equals(owner))
                .toList();
    }

    private static InetAddress address(Record each) {
        return switch (each) {
            case ARecord a -> a.getAddress();
            case AAAARecord aaaa -> aaaa.getAddress();
            default -> throw new IllegalStateException("asked for addresses alone");
        };
    }

    // ---- names ----

    private static Name name(String host) throws LookupException {
        try {
            return Name.fromString(host, Name.root);
        } catch (TextParseException e) {
            throw LookupException.noSuchName(host + " is no name of the DNS");
        }
    }

    private List<InetAddress> inHostsFile(Name name) {
        List<InetAddress> found = new ArrayList<>();
        if (hosts != null) {
            for (int type : types()) {
                try {
                    hosts.getAddressForHost(name, type).ifPresent(found::add);
                } catch (IOException unreadable) {
                    return found; // the servers know the rest
                }
            }
        }
        return found;
    }
}
