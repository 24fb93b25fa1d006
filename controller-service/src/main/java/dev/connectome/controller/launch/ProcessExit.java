package dev.connectome.controller.launch;

import java.util.Set;

/**
 * What can be seen of the end of a process.
 *
 * @param what the same for people
 * @param asked whether it ended because it was told to
 */
record ProcessExit(String what, boolean asked) {

  /** What a process exits with that ends on SIGINT or SIGTERM. */
  private static final Set<Integer> ASKED = Set.of(130, 143);

  /** The end of a child of this process. */
  static ProcessExit of(Process process) {
    int code = process.exitValue();
    return new ProcessExit("its trainer exited with code " + code, ASKED.contains(code));
  }

  /** An end whose exit code nobody has seen. */
  static ProcessExit unseen(String what) {
    return new ProcessExit(what, false);
  }
}
