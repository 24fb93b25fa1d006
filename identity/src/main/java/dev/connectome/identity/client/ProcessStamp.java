package dev.connectome.identity.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process of this machine, told from one that has its id later and from one of another machine
 * with the same home directory. As text {@code PID START BOOT}.
 *
 * @param start when it began, in ticks since the machine was started
 * @param boot of which start of which machine it is
 */
public record ProcessStamp(long pid, String start, String boot) {

  /** This process. */
  public static ProcessStamp ofThisProcess() throws IOException {
    long pid = ProcessHandle.current().pid();
    return new ProcessStamp(pid, startOf(pid), currentBoot());
  }

  /** A live process; empty if there is none, or the system says nothing of processes. */
  public static Optional<ProcessStamp> of(long pid) {
    try {
      return Optional.of(new ProcessStamp(pid, startOf(pid), currentBoot()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Reads the text; empty if it is something else. */
  public static Optional<ProcessStamp> parse(String text) {
    String[] words = text.strip().split(" ");
    try {
      return words.length == 3
          ? Optional.of(new ProcessStamp(Long.parseLong(words[0]), words[1], words[2]))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether the process is alive, on this machine. */
  public boolean isAlive() {
    try {
      return boot.equals(currentBoot()) && start.equals(startOf(pid));
    } catch (IOException e) {
      return false;
    }
  }

  private static String currentBoot() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
  }

  private static String startOf(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    // The name of the program, in parentheses, may have blanks.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    if (fields.length < 20) {
      throw new IOException("/proc/" + pid + "/stat has " + fields.length + " fields");
    }
    return fields[19];
  }

  @Override
  public String toString() {
    return pid + " " + start + " " + boot;
  }
}
