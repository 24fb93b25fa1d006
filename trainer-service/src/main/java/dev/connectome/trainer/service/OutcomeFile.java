package dev.connectome.trainer.service;

import com.google.protobuf.util.JsonFormat;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The outcome of an attempt as a file, for a controller that was unreachable at its end. */
final class OutcomeFile {

  private OutcomeFile() {}

  /**
   * Writes the outcome as JSON, atomically. An existing empty file, such as the termination log of
   * Kubernetes, cannot be replaced and is written to directly.
   */
  static void write(Path file, ReportOutcomeRequest outcome) throws IOException {
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
