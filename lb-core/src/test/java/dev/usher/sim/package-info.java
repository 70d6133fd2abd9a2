/**
 * A simulated world with a seed: the real workers, sessions, timers and pools, turned by hand on a network, a clock and
 * peers that are not real. One thread, one seed, one trace.
 *
 * <pre>
 *   Simulation ── seeds ──> World ── steps ──> House     the real parts
 *                             |                  | channels
 *                             |                SimNetwork ── Wire ──> peers: SimClient, SimMachine with SimAnswer
 *                             +── after each step: Ledger (bytes and ends), Roll (backends)
 * </pre>
 */
@org.jspecify.annotations.NullMarked
package dev.usher.sim;
