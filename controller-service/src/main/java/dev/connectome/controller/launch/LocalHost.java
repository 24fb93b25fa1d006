package dev.connectome.controller.launch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a controller is. Whether a process lives can be judged only on its own machine.
 *
 * @param name what the machine is called; the same after a restart, and no other machine's
 * @param controller the mark of the controller's process
 */
public record LocalHost(String name, String controller) {

  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final Path MACHINE_ID = Path.of("/etc/machine-id");

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it is blank
   */
  public LocalHost {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "connectome.launch.local.host is blank: give this machine a name, or leave it out");
    }
  }

  /**
   * This process on this machine.
   *
   * @param name what the machine is called; by default its host name and, where it has one, the
   *     machine id that its operating system was given when it was installed
   * @return where it is
   */
  public static LocalHost here(Optional<String> name) {
    return new LocalHost(
        name.orElseGet(LocalHost::ownName), ProcessIdentity.of(ProcessHandle.current()));
  }

  private static String ownName() {
    String host = read(HOST_NAME).orElseGet(LocalHost::resolvedName);
    return read(MACHINE_ID).map(id -> host + "/" + id).orElse(host);
  }

  private static String resolvedName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
