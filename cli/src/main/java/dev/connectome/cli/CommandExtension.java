package dev.connectome.cli;

/**
 * A command that another module adds to the command line. It is annotated with picocli's {@code
 * Command}, named in {@code META-INF/services}, and offered whenever its jar is on the class path.
 */
public interface CommandExtension extends Runnable {}
