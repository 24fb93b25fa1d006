package dev.connectome.controller.launch;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Identifies a process across reuse of its pid and across reboots: by its pid and its start. On
 * Linux the start is in clock ticks of a boot id, because the wall clock can be changed; elsewhere
 * it is the wall-clock time.
 */
final class ProcessIdentity {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** Indices among the fields of {@code /proc/PID/stat} after the process name. */
  private static final int SESSION = 3;

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

  /**
   * The live processes of the session that a process began, also if it has ended itself. Sessions
   * are known on Linux only; elsewhere there are none.
   */
  static List<ProcessHandle> session(String identity) {
    List<String> parts = List.of(identity.split("[ /]", -1));
    Optional<String> boot = bootId();
    if (parts.size() != 3 || !boot.equals(Optional.of(parts.get(1)))) {
      return List.of();
    }
    List<ProcessHandle> members = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        long pid = Long.parseLong(process.getFileName().toString());
        stat(pid)
            .filter(stat -> stat.session().equals(parts.get(0)))
            .filter(stat -> Long.parseLong(stat.start()) >= Long.parseLong(parts.get(2)))
            .flatMap(stat -> ProcessHandle.of(pid))
            .ifPresent(members::add);
      }
    } catch (IOException | NumberFormatException e) {
      return members;
    }
    return members;
  }

  /** Whether a process runs: a zombie has ended but has not been reaped by its parent. */
  static boolean isLive(ProcessHandle process) {
    return startOf(process).isPresent();
  }

  private static Optional<String> startOf(ProcessHandle process) {
    Optional<String> boot = bootId();
    if (boot.isEmpty()) {
      return process.isAlive()
          ? process.info().startInstant().map(Instant::toString)
          : Optional.empty();
    }
    return stat(process.pid()).map(stat -> boot.get() + "/" + stat.start());
  }

  private static Optional<String> bootId() {
    try {
      return Files.exists(BOOT_ID)
          ? Optional.of(Files.readString(BOOT_ID).strip())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private record Stat(String session, String start) {}

  /** Empty for a zombie, and for no process. */
  private static Optional<Stat> stat(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
      return fields.get(0).equals("Z")
          ? Optional.empty()
          : Optional.of(new Stat(fields.get(SESSION), fields.get(START_TIME)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
