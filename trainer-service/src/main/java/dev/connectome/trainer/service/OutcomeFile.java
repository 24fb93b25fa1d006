package dev.connectome.trainer.service;

import com.google.protobuf.util.JsonFormat;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The outcome of an attempt left behind as a file, so that it survives a controller that is away.
 */
public final class OutcomeFile {

  private OutcomeFile() {}

  /**
   * Writes the file, whole or not at all. An empty file that is there already was made to be
   * written to, as Kubernetes' termination log is, and cannot be replaced.
   *
   * @param file where to
   * @param outcome what to write, as the JSON of its protobuf message
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, ReportOutcomeRequest outcome) throws IOException {
    if (Files.exists(file) && Files.size(file) == 0) {
      Files.writeString(
          file, JsonFormat.printer().omittingInsignificantWhitespace().print(outcome));
      return;
    }
    Path whole = file.toAbsolutePath();
    Path parent = whole.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Path part = whole.resolveSibling(whole.getFileName() + ".part");
    Files.writeString(part, JsonFormat.printer().print(outcome));
    Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
