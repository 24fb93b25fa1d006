package dev.connectome.controller.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Identifies a process across reuse of its pid and across reboots: by its pid and its start. On
 * Linux the start is in clock ticks of a boot id, because the wall clock can be changed; elsewhere
 * it is the wall-clock time.
 */
final class ProcessIdentity {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** Index of the start time among the fields of {@code /proc/PID/stat} after the process name. */
  private static final int START_TIME = 19;

  private ProcessIdentity() {}

  /** Matches no process if this one has ended. */
  static String of(ProcessHandle process) {
    return process.pid() + " " + startOf(process).orElse("ended");
  }

  /** Finds a live process on this machine. */
  static Optional<ProcessHandle> find(String identity) {
    List<String> parts = List.of(identity.split(" ", 2));
    try {
      return ProcessHandle.of(Long.parseLong(parts.get(0)))
          .filter(process -> startOf(process).equals(Optional.of(parts.get(parts.size() - 1))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> startOf(ProcessHandle process) {
    if (!Files.exists(BOOT_ID)) {
      return process.isAlive()
          ? process.info().startInstant().map(Instant::toString)
          : Optional.empty();
    }
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
      // A zombie has ended but has not been reaped by its parent.
      return fields.get(0).equals("Z")
          ? Optional.empty()
          : Optional.of(Files.readString(BOOT_ID).strip() + "/" + fields.get(START_TIME));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
