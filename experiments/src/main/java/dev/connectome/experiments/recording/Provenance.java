package dev.connectome.experiments.recording;

/**
 * How an experiment was run.
 *
 * @param command the command line
 * @param version of this program
 * @param java version of the virtual machine
 * @param system the operating system and the machine's architecture
 * @param processors of the machine
 * @param start when it began
 * @param seconds how long it took this time; earlier trainings are not included
 */
public record Provenance(
    String command,
    String version,
    String java,
    String system,
    int processors,
    String start,
    long seconds) {}
