package dev.connectome.controller.launch;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** The layout of local runs' files: {@code <uid>/checkpoints} and {@code <uid>/attempts/<n>}. */
public final class RunFiles {

  private static final int LOG_TAIL_BYTES = 4096;

  private final Path directory;

  public RunFiles(Path directory) {
    this.directory = directory.toAbsolutePath();
  }

  Path directory() {
    return directory;
  }

  Path of(UUID runUid) {
    return directory.resolve(runUid.toString());
  }

  Path checkpoints(UUID runUid) {
    return of(runUid).resolve("checkpoints");
  }

  Path attempt(UUID runUid, int attempt) {
    return attempts(runUid).resolve(Integer.toString(attempt));
  }

  private Path attempts(UUID runUid) {
    return of(runUid).resolve("attempts");
  }

  /** Whether a process that a process file of the run names is there, whoever started it. */
  boolean hasLiveProcess(UUID runUid) throws IOException {
    Path attempts = attempts(runUid);
    if (!Files.isDirectory(attempts)) {
      return false;
    }
    try (Stream<Path> directories = Files.list(attempts)) {
      return directories
          .map(directory -> Integer.parseInt(directory.getFileName().toString()))
          .flatMap(attempt -> processIdentity(runUid, attempt).stream())
          .anyMatch(identity -> new ProcessGroup(identity).isLive());
    }
  }

  /** The file need not exist. */
  public Path log(UUID runUid, int attempt) {
    return attempt(runUid, attempt).resolve("trainer.log");
  }

  Path processFile(UUID runUid, int attempt) {
    return attempt(runUid, attempt).resolve("trainer.pid");
  }

  /** The identity of an attempt's process, from its process file; empty if there is none. */
  Optional<String> processIdentity(UUID runUid, int attempt) {
    try {
      return Files.readAllLines(processFile(runUid, attempt)).stream().skip(2).findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  Path outcome(UUID runUid, int attempt) {
    return attempt(runUid, attempt).resolve("outcome.json");
  }

  /** The end of an attempt's log; empty if there is none. */
  String logTail(UUID runUid, int attempt) {
    Path log = log(runUid, attempt);
    if (!Files.isRegularFile(log)) {
      return "";
    }
    try (var file = new RandomAccessFile(log.toFile(), "r")) {
      var tail = new byte[(int) Math.min(LOG_TAIL_BYTES, file.length())];
      file.seek(file.length() - tail.length);
      file.readFully(tail);
      return new String(tail, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
