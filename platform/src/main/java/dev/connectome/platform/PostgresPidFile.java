package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The file in which a PostgreSQL server notes its process, beside the one in which its platform has
 * recorded it. A server that was killed leaves it; the next one takes it over, unless another
 * process has its id by now.
 */
final class PostgresPidFile {
  private final Path data;
  private final Path file;
  private final Path recorded;

  PostgresPidFile(PostgresFiles files) {
    this.data = files.data();
    this.recorded = files.pid();
    this.file = data.resolve("postmaster.pid");
  }

  /** The live server on the data directory, whoever started it. */
  Optional<ProcessHandle> server() {
    return ProcessFile.find(recorded)
        .or(() -> noted().filter(process -> worksIn(process).map(this::isData).orElse(false)));
  }

  /** Leaves it where the process is a server here, or cannot be known. */
  void deleteIfOfAnotherProcess() throws IOException {
    if (noted().flatMap(PostgresPidFile::worksIn).filter(folder -> !isData(folder)).isPresent()) {
      Files.deleteIfExists(file);
    }
  }

  private Optional<ProcessHandle> noted() {
    try {
      List<String> lines = Files.readAllLines(file);
      return ProcessHandle.of(Long.parseLong(lines.get(0).strip())).filter(ProcessHandle::isAlive);
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /**
   * Servers work in their data directory. What program a process runs says less: one that was
   * deleted meanwhile has no name. In many containers not even root sees where another user's
   * process works.
   */
  private static Optional<Path> worksIn(ProcessHandle process) {
    try {
      return Optional.of(
          Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd")));
    } catch (IOException unknown) {
      return Optional.empty();
    }
  }

  private boolean isData(Path folder) {
    try {
      return folder.equals(data.toRealPath());
    } catch (IOException unknown) {
      return false;
    }
  }
}
