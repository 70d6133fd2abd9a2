package dev.usher.admin.live;

/**
 * How the process stands, as others than the load balancer know.
 *
 * @param generation of the configuration in force
 * @param onDisk how the files compare with it: same, different, faulty, none
 * @param state serving or draining
 * @param attention how many things need attention
 */
public record ProcessStatus(int generation, String onDisk, String state, int attention) {}
