package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says of a process that ended that it may have lacked space on the disk. */
final class FullDisk {
  private static final long LITTLE = 64L << 20;

  private FullDisk() {}

  /** A phrase to follow what happened: which disk is full; empty if it is not. */
  static String of(Path file) {
    try {
      FileStore disk = Files.getFileStore(file);
      long free = disk.getUsableSpace();
      return free >= LITTLE
          ? ""
          : " (the disk " + disk + " is full, " + (free >> 20) + " MiB are free: make room on it)";
    } catch (IOException unknown) {
      return "";
    }
  }
}
