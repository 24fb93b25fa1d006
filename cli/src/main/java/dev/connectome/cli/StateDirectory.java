package dev.connectome.cli;

/** Where a command looks for the platform of this machine if nobody says otherwise. */
public final class StateDirectory {
  /** The default of the options, as picocli reads it: the environment may name another. */
  public static final String DEFAULT = "${env:CONNECTOME_STATE_DIR:-.connectome}";

  private StateDirectory() {}
}
