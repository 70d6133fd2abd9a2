package dev.usher.admin.live;

/**
 * State of the process beyond the load balancer's own figures.
 *
 * @param generation of the configuration in force
 * @param onDisk comparison of the files with the configuration in force: same, different, faulty, none
 * @param state serving or draining
 * @param listening whether connections are taken
 * @param attention number of things that need attention
 */
public record FrameStatus(int generation, String onDisk, String state, boolean listening, int attention) {}
