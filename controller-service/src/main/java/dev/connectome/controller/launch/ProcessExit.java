package dev.connectome.controller.launch;

import java.util.Set;

/**
 * How a process exited.
 *
 * @param requested whether it was told to end
 */
record ProcessExit(String description, boolean requested) {

  /** Exit codes of a process that SIGINT or SIGTERM ended. */
  private static final Set<Integer> TERMINATION_CODES = Set.of(130, 143);

  private static final int KILLED = 137;

  private static final String KILLED_BY =
      " (SIGKILL, which Linux sends when memory runs out: train fewer runs at a time on this"
          + " machine, or a smaller network)";

  /** The exit of a child process that has ended. */
  static ProcessExit of(Process process) {
    int code = process.exitValue();
    return new ProcessExit(
        "its trainer exited with code " + code + (code == KILLED ? KILLED_BY : ""),
        TERMINATION_CODES.contains(code));
  }

  /** The same exit of a process that was told to end. */
  ProcessExit onRequest() {
    return new ProcessExit(description, true);
  }

  /** The exit of a process that is not a child, so that its exit code is unknown. */
  static ProcessExit unknown(String description) {
    return new ProcessExit(description, false);
  }
}
