package dev.connectome.trainer.service.training;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The changes that checkpoints make to a disk. A process may be killed, or a machine lose its
 * power, between any two of them.
 */
class Disk {

  void createFolders(Path folder) throws IOException {
    Files.createDirectories(folder);
  }

  /** Writes a new file and returns the checksum of its content. */
  String write(Path file, Content content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      return content.writeSummed(channel);
    }
  }

  /**
   * Forces the content of a file, or the names in a folder, to the disk. To read them is enough.
   */
  void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  void deleteFile(Path path) throws IOException {
    Files.delete(path);
  }

  final void deleteFolder(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path path : entries.sorted(Comparator.reverseOrder()).toList()) {
        deleteFile(path);
      }
    }
  }

  /** Forces a folder to the disk, with the files in it. */
  final void forceFolder(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        force(file);
      }
    }
    force(folder);
  }
}
