package dev.connectome.controller.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What tells a process from every other that is, was or will be there under the same number: the
 * number, and when it began. On Linux that is told in ticks since the machine started and by which
 * start of the machine, since the time of day can be set; elsewhere by the time of day.
 */
final class ProcessIdentity {

  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /** Where the start is among the fields of {@code /proc/PID/stat} that follow the name. */
  private static final int START = 19;

  private ProcessIdentity() {}

  /**
   * Marks a process.
   *
   * @param process the process
   * @return its mark; one that is never found if it has ended already
   */
  static String of(ProcessHandle process) {
    return process.pid() + " " + beginning(process).orElse("ended");
  }

  /**
   * Finds a process on this machine.
   *
   * @param mark its mark
   * @return the process; empty if it has ended
   */
  static Optional<ProcessHandle> find(String mark) {
    List<String> parts = List.of(mark.split(" ", 2));
    try {
      return ProcessHandle.of(Long.parseLong(parts.get(0)))
          .filter(process -> beginning(process).equals(Optional.of(parts.get(parts.size() - 1))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> beginning(ProcessHandle process) {
    if (!Files.exists(BOOT)) {
      return process.isAlive()
          ? process.info().startInstant().map(Instant::toString)
          : Optional.empty();
    }
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
      // A process that has ended stays until its parent asks how.
      return fields.get(0).equals("Z")
          ? Optional.empty()
          : Optional.of(Files.readString(BOOT).strip() + "/" + fields.get(START));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
