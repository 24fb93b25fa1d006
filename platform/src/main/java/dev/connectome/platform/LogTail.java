package dev.connectome.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The end of a log, for a message. */
public final class LogTail {
  private static final int LINES = 15;

  private LogTail() {}

  /** The last lines of a log file, indented, below its name. */
  public static String of(Path log) {
    try {
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return lines.stream()
          .skip(Math.max(0, lines.size() - LINES))
          .map(line -> "    " + line)
          .collect(Collectors.joining("\n", "  the last lines of " + log + ":\n", ""));
    } catch (IOException e) {
      return "  (its log " + log + " cannot be read: " + IoMessages.of(e) + ")";
    }
  }
}
