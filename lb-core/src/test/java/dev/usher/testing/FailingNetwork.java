package dev.usher.testing;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.atomic.AtomicInteger;

/** The machine's network, except that opening a socket for a backend fails when told to. */
public final class FailingNetwork extends SelectorProvider {
    /** What goes wrong. */
    @FunctionalInterface
    public interface Fault {
        void happen() throws IOException;
    }

    private final SelectorProvider network = Transports.underTest();
    private final AtomicInteger opened = new AtomicInteger();
    private final int number;
    private final Fault fault;

    /**
     * Fails once.
     *
     * @param number of the socket, from 1, that cannot be opened
     */
    public FailingNetwork(int number, Fault fault) {
        this.number = number;
        this.fault = fault;
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        if (opened.incrementAndGet() == number) {
            fault.happen();
        }
        return network.openSocketChannel(family);
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return network.openSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return network.openServerSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return network.openServerSocketChannel(family);
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return network.openSelector();
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return network.openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return network.openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return network.openPipe();
    }
}
