package dev.connectome.identity.server;

import dev.connectome.identity.Grants;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of grants, which is read again when it has changed. While a changed one cannot be read,
 * the grants that were read last hold.
 */
public final class GrantsFile {

  private static final Logger LOG = LoggerFactory.getLogger(GrantsFile.class);

  private final Path file;
  private volatile Read read;

  /** What was read, and of which file. */
  private record Read(Grants grants, Version version) {}

  private record Version(@Nullable Object key, FileTime modified, long size) {
    static Version of(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Version(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
    }
  }

  /**
   * @throws IllegalArgumentException if it cannot be read, or has no grant
   */
  public GrantsFile(Path file) {
    this.file = file;
    try {
      this.read = read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "connectome.auth.tokens-file is %s, which %s".formatted(file, problem(e)), e);
    }
    if (read.grants().size() == 0) {
      throw new IllegalArgumentException(
          "connectome.auth.tokens-file is %s, which has no line NAME ROLE sha256:HASH"
              .formatted(file));
    }
  }

  private static Read read(Path file) throws IOException {
    // The version first: a change while it is read is noticed the next time.
    return read(file, Version.of(file));
  }

  private static Read read(Path file, Version version) throws IOException {
    try {
      return new Read(Grants.parse(Files.readAllLines(file)), version);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static String problem(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "does not exist";
    }
    return e instanceof CharacterCodingException || e.getMessage() == null
        ? "is no text"
        : "cannot be read: " + e.getMessage();
  }

  /** The grants that hold now. */
  Grants current() {
    Read last = read;
    try {
      if (!Version.of(file).equals(last.version())) {
        return again(last);
      }
    } catch (IOException e) {
      LOG.debug("file of grants not seen path={} error=\"{}\"", file, e.toString());
    }
    return last.grants();
  }

  private synchronized Grants again(Read last) {
    if (read != last) {
      return read.grants();
    }
    Version version = last.version();
    try {
      version = Version.of(file);
      read = read(file, version);
      LOG.info("grants read again path={} count={}", file, read.grants().size());
    } catch (IOException e) {
      LOG.warn("grants not read again, those before hold path={} error=\"{}\"", file, problem(e));
      // What could not be understood is complained of once, what could not be read is tried again.
      boolean understood = !(e.getCause() instanceof IllegalArgumentException);
      read = new Read(last.grants(), understood ? last.version() : version);
    }
    return read.grants();
  }
}
