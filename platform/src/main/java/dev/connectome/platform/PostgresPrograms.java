package dev.connectome.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once from the archive on the class path. */
public final class PostgresPrograms {
  private static final Set<String> X86 = Set.of("amd64", "x86_64");

  private PostgresPrograms() {}

  /**
   * Unpacks the programs into a subdirectory of {@code parent} that is named after the archive's
   * digest, unless it exists. Several processes may do so at the same time.
   *
   * @return the directory that holds bin/, lib/ and share/
   * @throws IOException if they cannot be written, or there are none for this machine
   */
  public static Path unpacked(Path parent) throws IOException {
    Path programs = parent.resolve("postgres-" + digest());
    if (Files.isDirectory(programs)) {
      return programs;
    }
    Files.createDirectories(parent);
    Path temporary = Files.createTempDirectory(parent, "unpacking-");
    try (InputStream packed = archive();
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(packed))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpack(tar, entry, temporary);
      }
    } catch (IOException e) {
      String full = FullDisk.of(parent);
      Directories.delete(temporary);
      throw new IOException(
          "PostgreSQL could not be unpacked into " + parent + ": " + IoMessages.of(e) + full, e);
    }
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    try {
      Files.move(temporary, programs);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      // Another process was faster, with the same files.
      Directories.delete(temporary);
    }
    return programs;
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path root)
      throws IOException {
    Path target = root.resolve(entry.getName()).normalize();
    if (!target.startsWith(root)) {
      throw new IOException("the archive of PostgreSQL names a file outside: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.resolveSibling(""));
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, target);
      if ((entry.getMode() & 0100) != 0) {
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }

  private static String digest() throws IOException {
    try (InputStream packed = archive();
        DigestInputStream digested =
            new DigestInputStream(packed, MessageDigest.getInstance("SHA-256"))) {
      digested.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digested.getMessageDigest().digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static InputStream archive() throws IOException {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    InputStream archive =
        system.contains("linux") && X86.contains(machine)
            ? PostgresPrograms.class.getResourceAsStream("/postgres-linux-x86_64.txz")
            : null;
    if (archive == null) {
      throw new IOException(
          "no PostgreSQL for " + system + " on " + machine + ": Linux on x86_64 is required");
    }
    return archive;
  }
}
