package dev.usher.sim;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Who is at the far ends of the wires: clients that come, and machines that answer; and what is on its way from them. */
final class Peers implements SimNetwork.Machines {
    private static final int MUCH = 100_000;
    private static final List<SimClient.Kind> SERVED =
            List.of(SimClient.Kind.A, SimClient.Kind.B, SimClient.Kind.PLAIN, SimClient.Kind.PROXIED);

    private static final List<SimClient.Kind> OPENINGS =
            List.of(SimClient.Kind.HTTP, SimClient.Kind.SOCKS, SimClient.Kind.CONNECT, SimClient.Kind.POSTGRES);
    private static final List<SimClient.Kind> BAD_OPENINGS = List.of(
            SimClient.Kind.BAD_HTTP, SimClient.Kind.BAD_SOCKS, SimClient.Kind.BAD_CONNECT, SimClient.Kind.BAD_POSTGRES);

    private final Chance chance;
    private final int mostClients;
    private final boolean openings;
    private final Ledger ledger;
    private final Trace trace;
    private final Map<InetSocketAddress, SimMachine> machines = new LinkedHashMap<>();
    private final List<SimClient> clients = new ArrayList<>();
    private final List<SimAnswer> answers = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();
    private int ports = 1024;
    private boolean calm;
    /** For connections made in the calm. */
    private boolean clientClosesFirst;

    /**
     * @param openings whether clients come with other openings than those of TLS as well
     * @param addresses of machines, each with its pool
     */
    Peers(
            Chance chance,
            int mostClients,
            boolean openings,
            Map<InetSocketAddress, String> addresses,
            Ledger ledger,
            Trace trace) {
        this.chance = chance;
        this.mostClients = mostClients;
        this.openings = openings;
        this.ledger = ledger;
        this.trace = trace;
        addresses.forEach((address, pool) ->
                machines.put(address, new SimMachine(address, pool, chance.part(10 + machines.size()))));
    }

    // ---- backends ----

    @Override
    public Knock knock(SimNetwork network, InetSocketAddress address) {
        return machine(address).knock(network);
    }

    @Override
    public Wire accept(SimNetwork network, InetSocketAddress address, SimSocket socket) {
        SimMachine machine = machine(address);
        SimAnswer.Fate fate = machine.fate(network);
        Chance its = chance.part(1000 + wires.size());
        int room = network.hits(Fault.SMALL_SOCKETS, 2) ? its.between(1, 300) : Wire.WIDE;
        Stream stream = SimAnswer.stream(fate, machine, its);
        Wire wire = wire("backend", new InetSocketAddress("198.51.100.1", ports++), address, stream, room);
        SimAnswer answer = new SimAnswer(
                wire, machine, fate, its, machine.stalls(network), calm ? !clientClosesFirst : its.oneIn(2));
        answers.add(answer);
        ledger.connects(answer, socket);
        return wire;
    }

    private SimMachine machine(InetSocketAddress address) {
        return Objects.requireNonNull(machines.get(address));
    }

    private Wire wire(String what, InetSocketAddress near, InetSocketAddress far, Stream stream, int room) {
        Wire wire = new Wire(what + "-" + wires.size(), near, far, stream, room, trace);
        wires.add(wire);
        return wire;
    }

    // ---- clients ----

    /** A client comes, unless enough have come. */
    void come(SimNetwork network) {
        if (clients.size() < mostClients) {
            Chance its = chance.part(100 + clients.size());
            SimClient.Kind kind = other(kind(network), chance.part(500 + clients.size()), network);
            come(SimClient.of(kind, (stream, room) -> clientWire(kind, stream, room), its, network), network);
        }
    }

    /** A client comes that makes no trouble. */
    void comeHonest(SimClient.Kind kind, Chance its, boolean closesFirst, SimNetwork network) {
        clientClosesFirst = closesFirst; // and the other side waits for this FIN
        come(SimClient.honest(kind, (stream, room) -> clientWire(kind, stream, room), its, closesFirst), network);
    }

    private SimClient.Kind kind(SimNetwork network) {
        boolean bad = network.hits(Fault.BAD_HELLOS, 4);
        int number = chance.below(6);
        if (bad) {
            return chance.of(List.of(SimClient.Kind.UNKNOWN, SimClient.Kind.NAMELESS, SimClient.Kind.GARBAGE));
        }
        return number < 3 ? SimClient.Kind.A : number < 5 ? SimClient.Kind.B : SimClient.Kind.PLAIN;
    }

    /** Some come by a proxy, and some of these are told of badly; some have another opening, or a bad one. */
    private SimClient.Kind other(SimClient.Kind kind, Chance its, SimNetwork network) {
        SimClient.Kind known = switch (kind) {
            case A -> its.oneIn(3) ? SimClient.Kind.PROXIED : kind;
            case GARBAGE -> its.oneIn(2) ? SimClient.Kind.MISTOLD : kind;
            default -> kind;
        };
        boolean stays = !openings || kind == SimClient.Kind.PLAIN || its.oneIn(4);
        boolean bad = !SERVED.contains(kind) || (network.has(Fault.BAD_HELLOS) && its.oneIn(3));
        return stays ? known : its.of(bad ? BAD_OPENINGS : OPENINGS);
    }

    /** The kinds that must be served where nothing is wrong. */
    List<SimClient.Kind> served() {
        List<SimClient.Kind> served = new ArrayList<>(SERVED);
        served.addAll(openings ? OPENINGS : List.of());
        return served;
    }

    private Wire clientWire(SimClient.Kind kind, Stream stream, int room) {
        return wire("client", House.address(kind.bind), new InetSocketAddress(Talks.CLIENT, ports++), stream, room);
    }

    private void come(SimClient client, SimNetwork network) {
        List<SimListener> listeners = network.listeners(client.wire.near);
        if (listeners.isEmpty()) {
            wires.remove(client.wire); // refused
            return;
        }
        trace.note(client.wire.name, client.kind.name());
        clients.add(client);
        ledger.comes(client);
        chance.of(listeners).queue(client.wire);
    }

    // ---- a step of one ----

    void step() {
        int peer = chance.below(Math.max(1, clients.size() + answers.size()));
        if (peer < clients.size()) {
            clients.get(peer).step();
        } else if (peer - clients.size() < answers.size()) {
            answers.get(peer - clients.size()).step();
        }
    }

    void deliver() {
        if (wires.isEmpty()) {
            return;
        }
        Wire wire = chance.of(wires);
        if (wire.hasUnderWay()) {
            wire.deliver(chance.oneIn(2) ? chance.between(1, 200) : MUCH, chance.oneIn(3));
        } else if (wire.isGivenUp() && chance.oneIn(3)) {
            wire.giveUp();
        }
    }

    // ---- calm ----

    void calmDown() {
        calm = true;
        wires.forEach(Wire::widen);
    }

    /** Everybody says and takes everything; true if something was on its way. */
    boolean calmStep() {
        clients.forEach(SimClient::calmStep);
        List.copyOf(answers).forEach(SimAnswer::calmStep);
        boolean moved = false;
        for (Wire wire : wires) {
            while (wire.hasUnderWay()) {
                wire.deliver(MUCH, false);
                moved = true;
            }
        }
        return moved;
    }
}
