package dev.connectome.platform;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Commands that run Java as this process does. */
final class JavaCommand {
  private static final String LOG_MANAGER = "java.util.logging.manager";

  private JavaCommand() {}

  /** The virtual machine with its options; what it is to run follows. */
  static List<String> of(List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    return command;
  }

  /** Runs a class that this process has, too. */
  static List<String> ofThisClassPath(List<String> options, Class<?> main, List<String> arguments) {
    List<String> command = of(options);
    String logManager = System.getProperty(LOG_MANAGER);
    if (logManager != null) {
      command.add("-D" + LOG_MANAGER + "=" + logManager);
    }
    command.addAll(List.of("-cp", classPath(), main.getName()));
    command.addAll(arguments);
    return List.copyOf(command);
  }

  /** For a process in any directory. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
