package dev.connectome.controller.launch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The host of a controller. Only a controller on the same host can tell whether a process is alive.
 *
 * @param name unique, and the same after a restart
 * @param controller the identity of the controller process
 */
public record LocalHost(String name, String controller) {

  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final Path MACHINE_ID = Path.of("/etc/machine-id");

  /**
   * @throws IllegalArgumentException if the name is blank
   */
  public LocalHost {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "connectome.launch.local.host is blank: set it to a name of this machine, or leave it out");
    }
  }

  /**
   * This process and host. The default name is the host name and, if there is one, the machine id.
   */
  public static LocalHost current(Optional<String> name) {
    return new LocalHost(
        name.orElseGet(LocalHost::defaultName), ProcessIdentity.of(ProcessHandle.current()));
  }

  private static String defaultName() {
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
