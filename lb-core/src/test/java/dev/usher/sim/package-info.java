/**
 * A simulated world with a seed: the real workers, sessions, timers and pools, turned by hand on a network, a clock and
 * peers that are not real. One thread, one seed, one trace.
 *
 * <pre>
 *   Simulation ── seeds ──> World ── steps ──> House     the real parts
 *                             |                  | channels
 *                             |                SimNetwork ── Wire ──> Peers: SimClient, SimMachine with SimAnswer
 *                             +── steps ──> People: probes, orders, reloads; SimKeeper: the keeper's rounds
 *                             +── steps ──> SimNames: name servers; SimRepeats: repeated look-ups
 *                             +── after each step: Audit, by Ledger (bytes and ends) and Roll (backends)
 * </pre>
 */
@org.jspecify.annotations.NullMarked
package dev.usher.sim;
